"""Digests of large files that were read before."""

from __future__ import annotations

import os

import pytest

from lamindb.io import hashing, remembered


@pytest.fixture
def folder(tmp_path):
    """Where digests are kept."""
    return tmp_path / "digests"


@pytest.fixture
def path(tmp_path):
    """A file that nobody has touched for a while."""
    path = tmp_path / "large.bin"
    path.write_bytes(b"first content")
    return path


@pytest.fixture
def reads(monkeypatch):
    """The files that are read."""
    read = []

    def measured(path, **options):
        read.append(path)
        return measure(path, **options)

    measure = hashing.measure_file
    monkeypatch.setattr(hashing, "measure_file", measured)
    return read


@pytest.fixture
def later(monkeypatch):
    """A clock that is an hour ahead of the disk."""
    now = remembered.time.time
    monkeypatch.setattr(remembered.time, "time", lambda: now() + 3600)


@pytest.mark.usefixtures("later")
def test_unchanged_file_is_not_read_again(path, folder, reads):
    """Neither by its path nor by another path to it; the digest is the same."""
    first = remembered.measure_file(path, folder)
    link = path.with_name("link.bin")
    link.symlink_to(path)
    assert remembered.measure_file(path, folder) == remembered.measure_file(link, folder) == first
    assert first == (13, hashing.digest_bytes(b"first content"))
    assert len(reads) == 1


def _overwritten(path):
    path.write_bytes(b"other content")


def _with_former_time(path):
    before = path.stat()
    path.write_bytes(b"other content")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replaced(path):
    before = path.stat()
    other = path.with_name("other.bin")
    other.write_bytes(b"other content")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("change", [_overwritten, _with_former_time, _replaced])
def test_changed_file_is_read_again(path, folder, change):
    """Whatever hides the change: equal size, the former time, another file in the place of it."""
    remembered.measure_file(path, folder)
    change(path)
    assert remembered.measure_file(path, folder) == (13, hashing.digest_bytes(b"other content"))


def test_file_that_has_just_changed_is_read_again(path, folder, reads):
    """A further change could have the same time."""
    remembered.measure_file(path, folder)
    remembered.measure_file(path, folder)
    assert len(reads) == 2
    assert not folder.exists()


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"path": 1', b"\xff\xfe"])
def test_note_that_cannot_be_read_is_none(path, folder, reads, content):
    """The file is read, and noted again."""
    digest = remembered.measure_file(path, folder)
    note = next(folder.iterdir())
    note.write_bytes(content)
    assert remembered.measure_file(path, folder) == remembered.measure_file(path, folder) == digest
    assert len(reads) == 2


@pytest.mark.usefixtures("later")
def test_where_nothing_can_be_kept_all_is_read(path, tmp_path, reads):
    """A folder that can't be made is no error."""
    (tmp_path / "file").write_text("no folder")
    for _ in range(2):
        remembered.measure_file(path, tmp_path / "file" / "digests")
    assert len(reads) == 2
