"""Tracking in real notebooks, scripts and sessions: each in a process or kernel of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.provenance.notebook_makers import METADATA, TITLE, code, markdown, metadata_of, write_notebook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

WORK = """
import lamindb as ln
import pandas as pd

ln.track()
file = ln.File(pd.DataFrame({"value": [1, 2]}), description="result")
file.save()
"""

EXECUTE = """
import os, nbformat
from nbclient import NotebookClient
notebook = nbformat.read({path!r}, as_version=4)
NotebookClient(notebook, timeout=120).execute(env={{**os.environ, "JPY_SESSION_NAME": {path!r}}})
print("".join(output["text"] for cell in notebook.cells for output in cell.get("outputs", []) if "text" in output))
"""

REPORT = """
import json, lamindb as ln
ln.settings.verbosity = 0
print(json.dumps({
    "transforms": ln.Transform.filter().order_by("created_at").list("id"),
    "names": ln.Transform.filter().order_by("created_at").list("name"),
    "types": ln.Transform.filter().order_by("created_at").list("type"),
    "runs": ln.Run.filter().count(),
    "outputs": ln.File.filter(run__isnull=False).list("transform_id"),
}))
"""


@pytest.fixture
def user(fresh_instance):
    """Somebody with an instance."""
    return fresh_instance()


def execute(user: Sandbox, path: Path) -> str:
    """Execute a notebook as a Jupyter server would; returns what it printed."""
    return user.python(EXECUTE.format(path=str(path)), timeout=180).stdout


def report(user: Sandbox):
    """What is in the instance."""
    return json.loads(user.python(REPORT).stdout.splitlines()[-1])


def run(user: Sandbox, *command: str, **options) -> str:
    """Run Python with arguments; returns what it printed."""
    done = subprocess.run(
        [sys.executable, *command], cwd=user.home, env=user.environment, check=True, capture_output=True, text=True,
        timeout=180, **options,
    )  # fmt: skip
    return done.stdout


# -- notebooks --------------------------------------------------------------------------------------------------------


def test_notebook_of_the_reference_release_goes_on(user):
    """It keeps its id, and what it saves is its output."""
    path = write_notebook(user.home / "analysis.ipynb", TITLE, code(WORK), metadata=METADATA)
    before = path.read_text()
    printed = execute(user, path)
    assert "notebook imports: lamindb" in printed
    assert "pandas==" in printed
    assert path.read_text() == before
    assert report(user) == {
        "transforms": ["NJvdsWWbJlZSz8"], "names": ["My analysis"], "types": ["notebook"], "runs": 1,
        "outputs": ["NJvdsWWbJlZSz8"],
    }  # fmt: skip


def test_fresh_notebook_is_recognised_from_then_on(user):
    """The first execution leaves metadata in the file, the second one continues the run, a new title is taken over."""
    path = write_notebook(user.home / "fresh.ipynb", TITLE, code(WORK))
    execute(user, path)
    metadata = metadata_of(path)
    write_notebook(path, markdown("# A better title"), code(WORK), metadata=metadata)
    execute(user, path)
    found = report(user)
    assert found["transforms"] == [metadata["id"] + "z8"]
    assert found["names"] == ["A better title"]
    assert found["runs"] == 1


def test_notebook_is_found_on_the_command_line_that_executes_it(user):
    """Kernels started by ``jupyter execute`` and its like are told nothing."""
    path = write_notebook(user.home / "analysis.ipynb", TITLE, code(WORK))
    run(user, "-c", "from nbclient.cli import main; main()", path.name)
    assert report(user)["transforms"] == [metadata_of(path)["id"] + "z8"]


def test_notebook_that_is_executed_in_place_stays_one(user):
    """Who executes it writes an own copy over the file, which has none of our metadata; the report has what cells showed."""
    path = write_notebook(user.home / "analysis.ipynb", TITLE, code(WORK), code("print('seen', 6 * 7)\n1 + 1"))
    for _ in range(2):
        run(user, "-c", "from nbclient.cli import main; main()", "--inplace", path.name)
    assert metadata_of(path) is None
    assert len(report(user)["transforms"]) == 1
    text = user.python("import lamindb as ln; print(ln.Run.filter().one().report.path.read_text())").stdout
    cells = json.loads(text.splitlines()[-1])["cells"]
    assert [output.get("text") or output["data"]["text/plain"] for output in cells[2]["outputs"]] == ["seen 42\n", "2"]


def test_flow_is_a_picture_in_a_notebook(user):
    """The value of a cell appears as SVG, once, and tables of ``ln.view`` as HTML."""
    cells = [code(WORK), code("file.view_flow()"), code("ln.view(registries=['File'])")]
    path = write_notebook(user.home / "analysis.ipynb", TITLE, *cells, metadata=METADATA)
    show = (
        "print([sorted(output['data']) for cell in notebook.cells[2:] for output in cell.outputs if 'data' in output])"
    )
    printed = user.python(EXECUTE.format(path=str(path)) + show, timeout=180).stdout
    assert printed.splitlines()[-1] == "[['image/svg+xml', 'text/plain'], ['text/html', 'text/plain']]"


# -- scripts and sessions ---------------------------------------------------------------------------------------------


def test_script_is_recognised_wherever_it_is_started(user):
    """One transform, and one run per execution."""
    folder = user.home / "project"
    folder.mkdir()
    (folder / "make.py").write_text(f'"""Make things."""\n{WORK}')
    run(user, "project/make.py")
    run(user, str(folder / "make.py"))
    found = report(user)
    assert found["names"] == ["Make things."]
    assert found["types"] == ["pipeline"]
    assert found["runs"] == 2
    assert set(found["outputs"]) == set(found["transforms"])


def test_script_is_tracked_in_a_read_only_folder_without_home(user):
    """Nothing of the environment keeps it from working."""
    folder = user.home / "project"
    folder.mkdir()
    (folder / "make.py").write_text(WORK)
    folder.chmod(0o555)
    user.environment.pop("HOME")
    try:
        run(user, str(folder / "make.py"))
    finally:
        folder.chmod(0o755)
    assert report(user)["names"] == ["make.py"]


def test_standard_input_is_no_script(user):
    """It is said that there is nothing to recognise, and work goes on."""
    printed = run(user, "-", input=WORK)
    assert "no automatic metadata detection, consider passing transform" in printed
    assert report(user)["transforms"] == []


def test_ipython_in_a_terminal_has_no_notebook(user):
    """A script that it runs is recognised, what is typed isn't."""
    (user.home / "make.py").write_text(WORK)
    printed = run(user, "-m", "IPython", "--no-banner", "-c", WORK)
    assert "no automatic metadata detection" in printed
    run(user, "-m", "IPython", "make.py")
    assert report(user)["names"] == ["make.py"]
