"""Listings and trees."""

from __future__ import annotations

import pytest

from lamindb.io.listing import content_of, files_below, size_of
from lamindb.io.trees import render_tree


@pytest.fixture
def folder(tmp_path):
    """A folder with a store, a link, and garbage of a killed process."""
    for name in (
        "b.csv",
        "a/x.txt",
        "a/s.zarr/X/0",
        "a/s.zarr/.zgroup",
        ".lamindb/id.csv",
        ".lamindb/tmp/half",
        ".lamindb-tmp-1",
    ):
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("12")
    (tmp_path / "root" / "a" / "up").symlink_to(tmp_path / "root")
    return tmp_path / "root"


def test_store_is_one_file_and_garbage_is_none(folder):
    """Files are listed sorted, a zarr store as one, and what a killed process left isn't listed."""
    assert files_below(folder) == [".lamindb/id.csv", "a/s.zarr", "a/x.txt", "b.csv"]
    assert files_below(str(folder)) == files_below(folder)


def test_content_of_a_store_is_all_its_files(folder):
    """The files of a store are listed when it is asked for them, and its size is theirs."""
    assert content_of(folder / "a" / "s.zarr") == [".zgroup", "X/0"]
    assert size_of(folder / "a" / "s.zarr") == 4
    assert size_of(folder / "b.csv") == 2


def test_missing_folder_is_an_error(tmp_path):
    """What isn't there has neither files nor a size."""
    for ask in (files_below, size_of):
        with pytest.raises(FileNotFoundError):
            ask(tmp_path / "none")


def test_tree_has_a_line_per_name():
    """Folders and files are drawn below a header with counts."""
    assert render_tree(["b.csv", "a/c/x.txt", "a/y.txt", "plain"], name="root").splitlines() == [
        "root (2 sub-directories & 4 files with suffixes '.csv', '.txt'): ",
        "├── a",
        "│   ├── c",
        "│   │   └── x.txt",
        "│   └── y.txt",
        "├── b.csv",
        "└── plain",
    ]


def test_header_counts_one_folder_and_none():
    """The header is right for one folder, for none, and for nothing at all."""
    assert render_tree(["a/x"], name="r").splitlines()[0] == "r (1 sub-directory & 1 files): "
    assert render_tree([], name="r") == "r (0 sub-directories & 0 files): "


def test_many_files_of_a_suffix_are_abridged():
    """In each folder a suffix has six files, then dots; other suffixes are still shown."""
    keys = [f"d/{i}.csv" for i in range(9)] + ["d/z.txt"]
    assert [line[8:] for line in render_tree(keys, name="r").splitlines()[2:]] == [
        *(f"{i}.csv" for i in range(6)),
        "z.txt",
        "...",
    ]
    assert "..." not in render_tree(keys[3:], name="r")


def test_depth_files_and_length_can_be_limited():
    """A tree has as many levels and lines as asked for, and folders alone on request; the header counts all."""
    keys = ["a/b/c/x.csv", "a/y.csv", "z.csv"]
    assert render_tree(keys, name="r", level=1).splitlines()[1:] == ["├── a", "└── z.csv"]
    assert render_tree(keys, name="r", limit_to_directories=True).splitlines()[1:] == [
        "└── a",
        "    └── b",
        "        └── c",
    ]
    shortened = render_tree(keys, name="r", length_limit=2).splitlines()
    assert shortened[1:] == ["├── a", "│   ├── b", "... length_limit, 2, reached, counted:"]
    assert "length_limit" not in render_tree(keys, name="r", length_limit=6)
    assert "3 files" in shortened[0]


def test_names_are_never_hidden_by_the_root(tmp_path):
    """A tree of a listed folder has the names that are on disk."""
    (tmp_path / "ä ö").mkdir()
    (tmp_path / "ä ö" / "日本.csv").write_text("")
    drawn = render_tree(files_below(tmp_path), name=tmp_path.name)
    assert "ä ö" in drawn
    assert "日本.csv" in drawn
