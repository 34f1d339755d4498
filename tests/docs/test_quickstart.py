"""The quickstart does the main job on real input, as a script and as a notebook."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.docs import notebook

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

RUN = f"import runpy; runpy.run_path({str(notebook.SCRIPT)!r}, run_name='__main__')"


@pytest.mark.slow
def test_script_runs_and_draws_the_data_flow(sandbox: Sandbox) -> None:
    """The script goes through all steps and leaves a picture that names what went in and what came out."""
    assert shutil.which("dot"), "install graphviz, which draws the picture"
    printed = sandbox.python(RUN, timeout=300).stdout
    assert "9/9" in printed
    assert "Dendritic" in printed
    picture = ET.parse(sandbox.home / "lamin-quickstart" / "data-flow.svg")
    texts = " ".join(picture.getroot().itertext())
    assert "10x PBMC 68k, 700 cells" in texts
    assert "Monocytes of PBMC 68k" in texts
    assert "Keep the monocytes" in texts


@pytest.mark.slow
def test_script_runs_twice(sandbox: Sandbox) -> None:
    """A second run registers nothing twice."""
    count = (
        "import lamindb as ln; print(ln.File.filter().count(), ln.Dataset.filter().count(), ln.ULabel.filter().count())"
    )
    sandbox.python(RUN, timeout=300)
    before = sandbox.python(count).stdout.splitlines()[-1]
    sandbox.python(RUN, timeout=300)
    assert sandbox.python(count).stdout.splitlines()[-1] == before


def test_notebook_is_the_script() -> None:
    """The notebook is what ``python -m tests.docs.notebook`` makes of the script."""
    expected = notebook.from_script(notebook.SCRIPT.read_text(encoding="utf-8"))
    assert notebook.NOTEBOOK.read_text(encoding="utf-8") == expected


@pytest.mark.slow
def test_notebook_runs(sandbox: Sandbox) -> None:
    """The notebook runs under a kernel, and tracks itself as a notebook by its title."""
    copy = sandbox.home / "quickstart.ipynb"
    shutil.copy(notebook.NOTEBOOK, copy)
    run = f"""
import os, nbformat
from nbclient import NotebookClient
notebook = nbformat.read({str(copy)!r}, as_version=4)
NotebookClient(notebook, timeout=300).execute(env={{**os.environ, "JPY_SESSION_NAME": {str(copy)!r}}})
"""
    sandbox.python(run, timeout=300)
    query = "import lamindb as ln; print(ln.Transform.filter(type='notebook').one().name)"
    assert sandbox.python(query).stdout.splitlines()[-1] == "Quickstart"
