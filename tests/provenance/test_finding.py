"""How a kernel finds out which notebook it runs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from lamindb.provenance import editors, finding, servers
from lamindb.provenance.finding import Place, find_notebook
from tests.provenance.notebook_makers import code, markdown, write_notebook

KERNEL = "12345678-abcd-ef01-2345-67890abcdef0"


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch):
    for name in ("NBPRJ_TEST_NBPATH", "NBPRJ_TEST_NBENV", "JPY_SESSION_NAME", "JPY_PARENT_PID", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def notebook(tmp_path):
    """A notebook."""
    return write_notebook(tmp_path / "analysis.ipynb")


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """Take this process for a kernel; returns its namespace."""
    connection = tmp_path / "runtime" / f"kernel-{KERNEL}.json"
    connection.parent.mkdir()
    config = {"IPKernelApp": {"connection_file": str(connection)}}
    shell = SimpleNamespace(user_ns={}, config=config, kernel=object())
    monkeypatch.setattr(finding, "kernel_shell", lambda: shell)
    return SimpleNamespace(namespace=shell.user_ns, runtime=connection.parent, shell=shell)


@pytest.fixture
def server(tmp_path):
    """A Jupyter server whose answers can be set, and which notes the tokens it was shown."""
    answers, tokens = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            tokens.append(self.headers.get("Authorization"))
            self.send_response(200 if self.path == "/base/api/sessions" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answers).encode())

        def log_message(self, *_):
            """Be quiet."""

    running = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{running.server_port}/base/", answers=answers, tokens=tokens)
    running.shutdown()
    running.server_close()
    thread.join()


def session(name, kernel=KERNEL):
    """A session as a server tells it."""
    return {"path": name, "name": name, "kernel": {"id": kernel}, "type": "notebook"}


# -- one place after the other ----------------------------------------------------------------------------------------


def test_nothing_is_found_where_nothing_is_told():
    """In a process that is no kernel."""
    assert find_notebook() is None


def test_cells_tell_where_nobody_else_does(tmp_path, monkeypatch):
    """A program that executes a notebook from within: it is the only one in the folder that begins with the executed cells."""
    cells = [code("import lamindb as ln"), code("ln.track()"), code("1 + 1")]
    path = write_notebook(tmp_path / "analysis.ipynb", markdown("# Title"), *cells)
    write_notebook(tmp_path / "other.ipynb", cells[1], cells[0])
    (tmp_path / "broken.ipynb").write_text("{")
    history = SimpleNamespace(input_hist_raw=["", "import lamindb as ln\n", "ln.track()"])
    shell = SimpleNamespace(user_ns={}, config={}, kernel=object(), history_manager=history)
    monkeypatch.setattr(finding, "kernel_shell", lambda: shell)
    monkeypatch.chdir(tmp_path)
    assert find_notebook() is None  # somebody is there, and can be asked
    monkeypatch.setattr(finding, "has_person", lambda: False)
    assert find_notebook() == Place(str(path), editors.RUNNER)
    write_notebook(tmp_path / "copy.ipynb", *cells)
    assert find_notebook() is None


def test_tests_can_tell(notebook, monkeypatch):
    """The variables that nbproject had."""
    monkeypatch.setenv("NBPRJ_TEST_NBPATH", str(notebook))
    assert find_notebook() == Place(str(notebook), "test")
    monkeypatch.setenv("NBPRJ_TEST_NBENV", "lab")
    assert find_notebook() == Place(str(notebook), editors.LAB)


def test_vs_code_tells(notebook, kernel, monkeypatch, tmp_path):
    """By a variable in the namespace of the user, before all others."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(write_notebook(tmp_path / "other.ipynb")))
    kernel.namespace["__vsc_ipynb_file__"] = str(notebook)
    assert find_notebook() == Place(str(notebook), editors.VS_CODE)


def test_session_name_tells(notebook, kernel, monkeypatch):
    """In the environment or in the namespace of the user, also relative to the working directory."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    assert find_notebook() == Place(str(notebook), editors.LAB)
    monkeypatch.delenv("JPY_SESSION_NAME")
    monkeypatch.chdir(notebook.parent)
    kernel.namespace["__session__"] = "analysis.ipynb"
    assert find_notebook() == Place(str(notebook), editors.LAB)


@pytest.mark.parametrize("name", ["console-1-uuid", "no/such.ipynb", ""])
def test_session_that_is_no_notebook_tells_nothing(kernel, monkeypatch, name):
    """Consoles have sessions, too, and names outlive renamed notebooks."""
    monkeypatch.setenv("JPY_SESSION_NAME", name)
    assert find_notebook() is None


def test_program_that_executes_tells(notebook, monkeypatch):
    """By its arguments, relative to where it runs; of several the first is executed."""
    waiting = [sys.executable, "-c", "input()", "--execute", "analysis.ipynb", "result.ipynb"]
    write_notebook(notebook.parent / "result.ipynb")
    with subprocess.Popen(waiting, cwd=notebook.parent, stdin=subprocess.PIPE) as process:
        monkeypatch.setenv("JPY_PARENT_PID", str(process.pid))
        assert find_notebook() == Place(str(notebook), editors.RUNNER)
        process.communicate(b"\n")


def test_program_that_executes_several_is_compared(notebook, monkeypatch, kernel):
    """The notebook is the one that has the cells that this kernel ran."""
    other = write_notebook(notebook.parent / "other.ipynb", code("import other\nln.track()"))
    (notebook.parent / "broken.ipynb").write_text("{")
    waiting = [sys.executable, "-c", "input()", "broken.ipynb", "analysis.ipynb", "other.ipynb", "no-such.ipynb"]
    kernel.shell.history_manager = SimpleNamespace(input_hist_raw=["", "import other\nln.track()\n"])
    with subprocess.Popen(waiting, cwd=notebook.parent, stdin=subprocess.PIPE) as process:
        monkeypatch.setenv("JPY_PARENT_PID", str(process.pid))
        assert find_notebook() == Place(str(other), editors.RUNNER)
        process.communicate(b"\n")


@pytest.mark.parametrize("process", ["", "0", "-1", "x", "99999999"])
def test_parent_that_is_gone_tells_nothing(monkeypatch, process):
    """And is no trouble."""
    monkeypatch.setenv("JPY_PARENT_PID", process)
    assert find_notebook() is None


@pytest.mark.parametrize(("key", "editor"), [("root_dir", editors.LAB), ("notebook_dir", editors.NOTEBOOK)])
def test_server_tells(notebook, kernel, server, key, editor):
    """By the id of the kernel, also after a notebook was renamed; the token is shown to it."""
    server.answers += [session("other.ipynb", "another-kernel"), session("analysis.ipynb")]
    facts = {"url": server.url, "token": "secret", key: str(notebook.parent)}
    (kernel.runtime / "jpserver-1.json").write_text(json.dumps(facts))
    assert find_notebook() == Place(str(notebook), editor)
    assert server.tokens == ["token secret"]


def test_server_that_is_gone_tells_nothing(notebook, kernel, server):
    """Servers that crashed leave files behind; so do others that answer something else."""
    server.answers.append(session("analysis.ipynb"))
    facts = {"url": server.url, "token": "", "root_dir": str(notebook.parent)}
    files = {
        "jpserver-1.json": json.dumps({"url": "http://127.0.0.1:9/", "root_dir": "/"}),
        "jpserver-2.json": "{broken",
        "jpserver-3.json": json.dumps({"url": server.url + "elsewhere/", "root_dir": "/"}),
        "jpserver-4.json": json.dumps({"url": "file:///etc/", "root_dir": "/"}),
        "nbserver-5.json": json.dumps(facts),
    }
    for name, text in files.items():
        (kernel.runtime / name).write_text(text)
    assert find_notebook() == Place(str(notebook), editors.LAB)


def test_colab_tells_its_document(monkeypatch):
    """By the server of its runtime, which knows no files."""
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    monkeypatch.setattr(servers, "_ask", lambda address, token: [session("fileId=1abc") | {"name": "My.ipynb"}])
    assert find_notebook() == Place("/fileId=1abc", "colab")
    assert servers.colab_session().name == "My.ipynb"


def test_elsewhere_nobody_asks_for_colab(monkeypatch):
    """No connection is made."""
    monkeypatch.setattr(servers, "_ask", lambda *_: pytest.fail("asked"))
    assert servers.colab_session() is None
