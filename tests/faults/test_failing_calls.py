"""Any call to the system or to the database fails: never a wrong success, and afterwards the old state or the new one."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from lamindb.errors import LaminError
from lamindb.io.hashing import digest_file
from tests.faults.failing import fail_at_every_call

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def contents(ln):
    """What tells the content of all files by key; every file has the content that its row says."""

    def told():
        files = ln.File.filter().list()
        wrong = [file.key for file in files if digest_file(file.path).value != file.hash]
        assert wrong == []
        return {file.key: file.path.read_text() for file in files}

    return told


@pytest.fixture
def source(tmp_path):
    """A file to be saved."""
    path = tmp_path / "data.txt"
    path.write_text("new")
    return path


def check_error(error, root):
    """The error is one of ours, or of the system or database, and the former name what they are about."""
    if error is None or isinstance(error, DatabaseError):
        return
    assert isinstance(error, (LaminError, OSError)), error
    assert any(name in str(error) for name in (str(root), "data", "cache folder")), error


def test_saving(ln, root, empty, source, contents, monkeypatch):
    """A new file is there with its content, or not at all; saving again succeeds."""
    calls = []
    for call, error in fail_at_every_call(
        lambda file: file.save(), lambda: (empty(), ln.File(source, key="data.txt"))[1], monkeypatch
    ):
        calls.append(call)
        check_error(error, root)
        left = contents()
        assert left in ({}, {"data.txt": "new"}), call
        assert error or left, call
        if not left:
            ln.File(source, key="data.txt").save()
        assert contents() == {"data.txt": "new"}, call
    assert len(calls) > 20


def test_replacing(ln, root, empty, source, tmp_path, contents, monkeypatch):
    """The old content with the old row, or the new with the new."""
    old = tmp_path / "old.txt"
    old.write_text("old")

    def prepare():
        empty()
        ln.File(old, key="data.txt").save()
        file = ln.File.filter().one()
        file.replace(source)
        return file

    for call, error in fail_at_every_call(lambda file: file.save(), prepare, monkeypatch):
        check_error(error, root)
        left = contents()
        assert left in ({"data.txt": "old"}, {"data.txt": "new"}), call
        assert (error is None) == (left == {"data.txt": "new"}), call
        file = ln.File.filter().one()
        file.replace(source)
        file.save()
        assert contents() == {"data.txt": "new"}, call


def test_bulk_saving(ln, root, empty, source, tmp_path, contents, monkeypatch):
    """Each file is there with its content or not at all, and those that are not are named."""
    other = tmp_path / "data2.txt"
    other.write_text("other")
    wanted = {"data.txt": "new", "data2.txt": "other"}

    def files():
        return [ln.File(source, key="data.txt"), ln.File(other, key="data2.txt")]

    for call, error in fail_at_every_call(ln.save, lambda: (empty(), files())[1], monkeypatch):
        check_error(error, root)
        left = contents()
        assert left.items() <= wanted.items(), call
        assert error or left == wanted, call
        ln.save([file for file in files() if file.key not in left])
        assert contents() == wanted, call


def test_new_version(ln, root, empty, source, tmp_path, contents, monkeypatch):
    """One version or two."""
    first = tmp_path / "first.txt"
    first.write_text("first")

    def prepare():
        empty()
        ln.File(first, key="first.txt").save()
        return ln.File(source, key="data.txt", is_new_version_of=ln.File.filter().one())

    for call, error in fail_at_every_call(lambda file: file.save(), prepare, monkeypatch):
        check_error(error, root)
        versions = sorted(ln.File.filter().values_list("version", flat=True), key=str)
        assert versions in ([None], ["1", "2"]), call
        assert len(contents()) == len(versions)
        assert error or len(versions) == 2, call


def test_deleting(ln, root, empty, source, contents, monkeypatch):
    """The row with its content, or no row; if the content stays although it was to go, that is said."""

    def prepare():
        empty()
        ln.File(source, key="data.txt").save()
        return ln.File.filter().one()

    for call, error in fail_at_every_call(lambda file: file.delete(storage=True), prepare, monkeypatch):
        check_error(error, root)
        left = contents()
        assert error or not (left or (root / "data.txt").exists()), call


@pytest.mark.usefixtures("an_hour_later")
def test_looking_at_a_folder_again(ln, root, empty, monkeypatch):
    """Digests are those of the content, whether the note of the last look can be read and written or not."""
    folder = root / "data"

    def prepare():
        empty()
        folder.mkdir()
        for number in range(3):
            (folder / f"{number}.txt").write_text(f"content {number}")
        ln.File.from_dir(folder)
        (folder / "1.txt").write_text("changed")

    found = {}

    def look(_):
        found.clear()
        found.update({file.key.rpartition("/")[2]: file.hash for file in ln.File.from_dir(folder)})

    calls = []
    for call, error in fail_at_every_call(look, prepare, monkeypatch):
        calls.append(call)
        assert error is None or isinstance(error, (DatabaseError, LaminError)) or error.filename, call
        if error is not None:
            look(None)
        assert found == {path.name: digest_file(path).value for path in folder.iterdir()}, call
    assert any("digests" in call for call in calls)
