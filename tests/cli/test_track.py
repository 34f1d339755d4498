"""track: a notebook gets what identifies it, through the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox


def write_notebook(path: Path) -> Path:
    """A notebook with a title and an import."""
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Title"]},
        {
            "cell_type": "code", "id": "b", "metadata": {}, "execution_count": None, "outputs": [],
            "source": ["import click"],
        },
    ]  # fmt: skip
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def metadata_of(path: Path) -> dict[str, Any]:
    """What identifies a notebook."""
    return json.loads(path.read_text())["metadata"]["nbproject"]


def test_notebook_gets_metadata(sandbox: Sandbox) -> None:
    """An id and a version are written, without an instance and without a login."""
    path = write_notebook(sandbox.home / "analysis.ipynb")
    assert sandbox.lamin("track", "analysis.ipynb").stdout == "✅ attached metadata to notebook\n"
    assert len(metadata_of(path)["id"]) == 12
    assert metadata_of(path)["version"] == "0"


def test_packages_are_recorded(sandbox: Sandbox) -> None:
    """``--pypackage`` records packages with their versions, those that the notebook imports included."""
    path = write_notebook(sandbox.home / "analysis.ipynb")
    sandbox.lamin("track", "analysis.ipynb", "--pypackage", "pytest")
    assert {"pytest", "click"} <= set(metadata_of(path)["pypackage"])


def test_tracked_notebook_stays_as_it_is(sandbox: Sandbox) -> None:
    """A second call changes nothing if nobody answers."""
    path = write_notebook(sandbox.home / "analysis.ipynb")
    sandbox.lamin("track", "analysis.ipynb")
    before = path.read_bytes()
    assert "💡 the notebook analysis.ipynb is already tracked" in sandbox.lamin("track", "analysis.ipynb").stdout
    assert path.read_bytes() == before


def test_answers_come_through_a_pipe(sandbox: Sandbox) -> None:
    """A script can answer: a new id, and the version it has."""
    path = write_notebook(sandbox.home / "analysis.ipynb")
    sandbox.lamin("track", "analysis.ipynb")
    before = metadata_of(path)
    done = sandbox.lamin("track", "analysis.ipynb", answers="y\ny\nn\n")
    assert "Do you want to assign a new id or version? (y/n) " in done.stdout
    assert "The current version is '0' - do you want to set a new version? (y/n) " in done.stdout
    assert "✅ updated notebook metadata" in done.stdout
    after = metadata_of(path)
    assert after["id"] != before["id"]
    assert after == {**before, "id": after["id"]}


@pytest.mark.parametrize(
    ("name", "content"), [("nosuch.ipynb", None), ("none.ipynb", "no notebook"), ("list.ipynb", "[]")]
)
def test_what_is_no_notebook(sandbox: Sandbox, name: str, content: str | None) -> None:
    """A missing file and a file that is no notebook are named in one sentence, with status 1."""
    if content is not None:
        (sandbox.home / name).write_text(content)
    done = sandbox.lamin("track", name, check=False)
    assert done.returncode == 1
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "to see the traceback" not in done.stderr
