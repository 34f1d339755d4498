"""A notebook in the front ends of Jupyter, in a real browser: ``nox -s frontends`` installs what this needs."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from tests.provenance.notebook_makers import TITLE, code, metadata_of, write_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_MISSING = [name for name in ("jupyterlab", "notebook", "playwright") if find_spec(name) is None]
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_PATIENCE = 30.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(_MISSING), reason=f"pip install {' '.join(_MISSING)}, or run `nox -s frontends`"),
    pytest.mark.skipif(_BROWSER is None, reason="install the browser: apt-get install chromium"),
]


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass(frozen=True)
class FrontEnd:
    """What serves notebooks, as a Python module, and where it shows them."""

    module: str
    place: str


JUPYTERLAB = FrontEnd("jupyterlab", "lab/tree")
JUPYTER_NOTEBOOK = FrontEnd("notebook", "notebooks")


@contextmanager
def serving(front_end: FrontEnd, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """A server of the notebooks in a folder; the address below which it shows them."""
    port = free_port()
    command = [sys.executable, "-m", front_end.module, "--no-browser", f"--port={port}", "--allow-root"]
    command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    with (folder.parent / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://localhost:{port}"
            wait_until(lambda: answers(f"{address}/api/status"))
            yield f"{address}/{front_end.place}"
        finally:
            server.terminate()
            server.wait()


def answers(address):
    """Whether a server is there."""
    try:
        with urlopen(address) as response:
            return response.status == 200
    except OSError:
        return False


def wait_until(condition):
    """Wait until something is so."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < _PATIENCE
        time.sleep(0.1)


@contextmanager
def browser(profile: Path):
    """A page in a browser that nobody has used."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(profile, executable_path=_BROWSER, args=_FLAGS)
        page = context.pages[0]
        page.set_default_timeout(_PATIENCE * 1000)
        yield page
        context.close()


def open_notebook(page, address, name):
    """Open a notebook and wait for its kernel."""
    page.goto(f"{address}/{name}")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()


def run_cell(page, number, shows):
    """Run a cell and wait until it shows something."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    cell.locator(".jp-OutputArea-output", has_text=shows).first.wait_for()


def save(page, *, answer):
    """Save the notebook, and answer what is asked when the file has changed on disk."""
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    dialog = page.locator(".jp-Dialog")
    dialog.locator("button", has_text=answer).click()
    dialog.wait_for(state="detached")


@pytest.fixture
def user(fresh_instance, monkeypatch):
    """A user with an instance, and a notebook that has not been tracked."""
    user = fresh_instance()
    folder = user.home / "notebooks"
    folder.mkdir()
    track = code("import lamindb as ln\nln.track()\nprint('tracked', ln.run_context.transform.id)")
    write_notebook(folder / "analysis.ipynb", TITLE, track, code("ln.finish()\nprint('ended')"))
    return user


@pytest.mark.parametrize("answer", ["Overwrite", "Revert"])
@pytest.mark.parametrize("front_end", [JUPYTERLAB, JUPYTER_NOTEBOOK], ids=lambda one: one.module)
def test_notebook_is_recognised_whatever_the_user_answers(user, front_end, answer):
    """The front end has the file open when the metadata are written, and asks about that when the user saves."""
    notebook = user.home / "notebooks" / "analysis.ipynb"
    with serving(front_end, notebook.parent, user.environment) as address, browser(user.home / "profile") as page:
        open_notebook(page, address, notebook.name)
        run_cell(page, 0, "tracked")
        metadata = metadata_of(notebook)
        save(page, answer=answer)
        run_cell(page, 0, f"tracked {metadata['id']}z8")
        assert metadata_of(notebook)["id"] == metadata["id"]
        run_cell(page, 1, "ended")
    found = user.python(
        "import lamindb as ln; [run] = ln.Run.filter(); print(run.transform.name, run.status, run.report.suffix)"
    )
    assert found.stdout.split("\n")[-2] == "My analysis completed .html"
