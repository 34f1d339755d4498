"""``lamin track``: giving a notebook metadata on the command line."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from lamindb import log
from lamindb.errors import TrackingError
from lamindb.provenance import notebooks
from lamindb.provenance.notebooks import attach_metadata
from tests.provenance.notebook_makers import METADATA, metadata_of, write_notebook


@pytest.fixture
def answers(monkeypatch):
    """Answer questions by the first letters of each; the questions are collected."""
    asked = []

    def answer(*texts):
        remaining = list(texts)
        monkeypatch.setattr(notebooks, "ask", lambda question: asked.append(question) or remaining.pop(0))
        return asked

    return answer


@pytest.fixture(autouse=True)
def _as_on_the_command_line():
    with log.at_verbosity(3):
        yield


def test_fresh_notebook_gets_metadata(tmp_path, capsys):
    """An id, version 0, and the time."""
    path = write_notebook(tmp_path / "a.ipynb")
    attach_metadata(path)
    metadata = metadata_of(path)
    assert metadata.keys() == METADATA.keys()
    assert len(metadata["id"]) == 12
    assert metadata["version"] == "0"
    assert metadata["pypackage"] is None
    assert capsys.readouterr().out == "✅ attached metadata to notebook\n"


def test_notebook_gets_the_id_by_which_it_is_recognised_without_metadata(tmp_path):
    """An editor may overwrite them; then ``ln.track()`` takes it for the same notebook. A new id that is asked for is another one."""
    path = write_notebook(tmp_path / "a.ipynb")
    attach_metadata(path)
    first = metadata_of(path)["id"]
    write_notebook(path)
    assert notebooks.running_notebook(path, editor="lab").code.stem == first
    attach_metadata(path)
    assert metadata_of(path)["id"] == first
    assert notebooks.renewed(metadata_of(path))["id"] != first


def test_packages_are_recorded(tmp_path):
    """Those that are named and those that the notebook imports."""
    path = write_notebook(tmp_path / "a.ipynb")
    attach_metadata(str(path), pypackage="pandas, no-such-package")
    assert metadata_of(path)["pypackage"] == {
        "django": version("django"), "lamindb": metadata_of(path)["pypackage"]["lamindb"], "no-such-package": "",
        "pandas": version("pandas"),
    }  # fmt: skip


@pytest.mark.parametrize("answer", ["n", "", None])
def test_tracked_notebook_stays_unless_the_user_agrees(tmp_path, capsys, answers, answer):
    """Anything but y ends; without a terminal nobody answers."""
    path = write_notebook(tmp_path / "a.ipynb", metadata=METADATA)
    before = path.read_bytes()
    asked = answers(answer)
    attach_metadata(path)
    assert path.read_bytes() == before
    assert asked == ["Do you want to assign a new id or version? (y/n) "]
    assert capsys.readouterr().out == f"💡 the notebook {path} is already tracked\n"


def test_tracked_notebook_can_get_a_new_id(tmp_path, capsys, answers):
    """Everything else stays, including keys of others."""
    path = write_notebook(tmp_path / "a.ipynb", metadata={**METADATA, "extra": [1]})
    answers("y", "y", "n")
    attach_metadata(path)
    changed = metadata_of(path)
    assert changed["id"] != METADATA["id"]
    assert {**changed, "id": METADATA["id"]} == {**METADATA, "extra": [1]}
    assert "✅ updated notebook metadata" in capsys.readouterr().out


def test_tracked_notebook_can_get_a_new_version(tmp_path, answers):
    """With the id it has."""
    path = write_notebook(tmp_path / "a.ipynb", metadata=METADATA)
    asked = answers("y", "n", "y", "1")
    attach_metadata(path)
    assert metadata_of(path) == {**METADATA, "version": "1"}
    assert asked[1:] == [
        "Do you want to generate a new id? (y/n) ",
        "The current version is '0' - do you want to set a new version? (y/n) ",
        "Please type the version: ",
    ]


def test_notebook_needs_no_title(tmp_path):
    """That may come later."""
    path = write_notebook(tmp_path / "a.ipynb", {"cell_type": "code", "source": []})
    attach_metadata(path)
    assert metadata_of(path) is not None


def test_missing_file_is_missing(tmp_path):
    """With the error of Python."""
    with pytest.raises(FileNotFoundError):
        attach_metadata(tmp_path / "a.ipynb")


def test_notebook_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    """One sentence, and the way out."""
    path = write_notebook(tmp_path / "a.ipynb")

    def fail(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lamindb.provenance.notebook_file.NotebookFile.write_metadata", fail)
    with pytest.raises(TrackingError, match=r"a\.ipynb can't be written \(Permission denied\)"):
        attach_metadata(path)


def test_command_needs_no_instance(sandbox):
    """``lamin track`` works in an empty home, and leaves no settings there."""
    path = write_notebook(sandbox.home / "a.ipynb")
    done = sandbox.lamin("track", str(path))
    assert done.stdout == "✅ attached metadata to notebook\n"
    assert len(metadata_of(path)["id"]) == 12
    assert [one.name for one in sandbox.home.iterdir()] == ["a.ipynb"]
    again = sandbox.lamin("track", str(path))
    assert "already tracked" in again.stdout


def test_command_names_a_file_that_is_no_notebook(sandbox):
    """In one sentence, without a traceback."""
    (sandbox.home / "a.ipynb").write_text("text")
    done = sandbox.lamin("track", "a.ipynb", check=False)
    assert done.returncode != 0
    assert "is not a notebook" in done.stderr
    assert "Traceback" not in done.stderr
