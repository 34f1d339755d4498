"""Reading and writing the file of a notebook."""

from __future__ import annotations

import json
import stat

import pytest

from lamindb.errors import TrackingError
from lamindb.provenance.notebook_file import NotebookFile
from tests.provenance.notebook_makers import METADATA, TITLE, TRACK, code, markdown, metadata_of, write_notebook


def read(path):
    """The notebook at a path."""
    return NotebookFile.read(path)


# -- title ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# My analysis", "My analysis"),
        ("# My analysis.\n\nmore", "My analysis"),
        ("#   Blanks   ", "Blanks"),
        ("An introduction\n\n# Later", "Later"),
        ("# C# and more", "C# and more"),
        ("## Only a section", None),
        ("#hashtag", None),
        ("", None),
    ],
)
def test_title_is_the_first_heading(tmp_path, text, title):
    """A line that starts with one ``#``, without blanks and dots at its ends."""
    assert read(write_notebook(tmp_path / "a.ipynb", markdown(text))).title == title


def test_title_is_looked_for_in_all_markdown_cells(tmp_path):
    """Comments in code are no headings, and empty cells are no trouble."""
    cells = [code("# a comment"), markdown(""), markdown("no heading"), markdown("# Here"), markdown("# There")]
    assert read(write_notebook(tmp_path / "a.ipynb", *cells)).title == "Here"


def test_source_may_be_one_string(tmp_path):
    """Both forms that the notebook format allows are read."""
    cells = [{**TITLE, "source": "# One string\nmore"}, {**TRACK, "source": "ln.track()"}]
    notebook = read(write_notebook(tmp_path / "a.ipynb", *cells))
    assert notebook.title == "One string"
    assert notebook.is_saved


# -- metadata ---------------------------------------------------------------------------------------------------------


def test_writing_changes_the_metadata_and_nothing_else(tmp_path):
    """Cells, outputs, other metadata, the order of keys and the indentation stay."""
    path = write_notebook(tmp_path / "a.ipynb", markdown("# Übersicht 🧬"), TRACK)
    before = path.read_text()
    read(path).write_metadata(METADATA)
    after = json.loads(path.read_text())
    assert after["metadata"].pop("nbproject") == METADATA
    assert json.dumps(after, indent=1, ensure_ascii=False) + "\n" == before
    assert read(path).metadata == METADATA


@pytest.mark.parametrize("indent", [None, 1, 2, 4])
def test_indentation_is_kept(tmp_path, indent):
    """The file stays as its editor writes it, so that it does not change in version control."""
    path = write_notebook(tmp_path / "a.ipynb", metadata=METADATA, indent=indent)
    before = path.read_text()
    read(path).write_metadata(METADATA)
    assert path.read_text() == before


def test_link_to_a_notebook_stays_a_link(tmp_path):
    """What is written is the file that the link leads to, with its permissions."""
    path = write_notebook(tmp_path / "a.ipynb")
    path.chmod(0o640)
    link = tmp_path / "link.ipynb"
    link.symlink_to(path)
    read(link).write_metadata(METADATA)
    assert link.is_symlink()
    assert metadata_of(path) == METADATA
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_failed_writing_leaves_the_notebook_whole(tmp_path):
    """What can't be written as JSON destroys nothing, and leaves no temporary file."""
    path = write_notebook(tmp_path / "a.ipynb")
    before = path.read_text()
    with pytest.raises(UnicodeEncodeError):
        read(path).write_metadata({"id": "\ud800"})
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("metadata", [{}, [], "x"])
def test_empty_metadata_are_none(tmp_path, metadata):
    """Only a mapping with content identifies a notebook."""
    assert read(write_notebook(tmp_path / "a.ipynb", metadata=metadata)).metadata is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"worksheets": []}', "\x89PNG"])
def test_other_files_are_no_notebooks(tmp_path, text):
    """The error names the file."""
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(TrackingError, match=r"a\.ipynb is not a notebook"):
        read(path)
