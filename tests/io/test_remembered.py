"""Digests of files that were read before."""

from __future__ import annotations

import os

import pytest

from lamindb.io import file_systems, hashing, remembered


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


@pytest.mark.usefixtures("an_hour_later")
def test_unchanged_file_is_not_read_again(path, folder, reads):
    """Neither by its path nor by another path to it; the digest is the same."""
    link = path.with_name("link.bin")
    link.symlink_to(path)
    digests = [remembered.measure_file(one, folder)[1] for one in (path, path, link)]
    assert digests == [hashing.digest_bytes(b"first content")] * 3
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


@pytest.mark.usefixtures("an_hour_later")
@pytest.mark.parametrize("change", [_overwritten, _with_former_time, _replaced])
def test_changed_file_is_read_again(path, folder, change):
    """Whatever hides the change: equal size, the former time, another file in the place of it."""
    remembered.measure_file(path, folder)
    change(path)
    status, digest = remembered.measure_file(path, folder)
    assert (status.st_size, digest) == (13, hashing.digest_bytes(b"other content"))


@pytest.mark.parametrize(
    ("kind", "seconds", "is_noted"),
    [
        ("ext4", 0.05, False),
        ("ext4", 0.15, True),
        ("vfat", 0.15, False),
        ("vfat", 2.1, True),
        ("nfs4", 3600, False),
        ("tmpfs", 3600, False),
    ],
)
def test_file_is_noted_once_a_change_has_another_time(path, folder, reads, monkeypatch, kind, seconds, is_noted):
    """As exact as the clock of its file system is; never where other machines write, or where changes leave no time."""
    mounts = path.with_name("mounts")
    mounts.write_text(f"/dev/root / {kind} rw 0 0\n")
    monkeypatch.setattr(file_systems, "MOUNTS", mounts)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_ctime_ns))
    changed = path.stat().st_ctime_ns / 1e9
    monkeypatch.setattr(remembered.time, "time", lambda: changed + seconds)
    remembered.measure_file(path, folder)
    remembered.measure_file(path, folder)
    assert len(reads) == (1 if is_noted else 2)
    assert folder.exists() == is_noted


def _cut_off(note):
    note.write_bytes(note.read_bytes()[:-1])


def _with_other_digest(note):
    note.write_bytes(note.read_bytes().replace(b"md5", b"md4"))


def _of_other_place(note):
    other = note.with_name("other.bin")
    other.write_bytes(b"other content")
    remembered.measure_file(other, note.parent / "others")
    next((note.parent / "others").iterdir()).replace(note)


@pytest.mark.usefixtures("an_hour_later")
@pytest.mark.parametrize(
    "damage",
    [
        _cut_off,
        _with_other_digest,
        _of_other_place,
        lambda note: note.write_bytes(b""),
        lambda note: note.write_bytes(b"\xff\n\xfe"),
        lambda note: note.chmod(0o620),
        lambda note: note.chmod(0o602),
    ],
)
def test_note_that_cannot_be_trusted_is_none(path, folder, reads, damage):
    """Damaged, of another file, or open to others: the file is read, and noted again."""
    remembered.measure_file(path, folder)
    (note,) = folder.iterdir()
    assert note.stat().st_mode & 0o777 == 0o600
    damage(note)
    reads.clear()
    for _ in range(2):
        assert remembered.measure_file(path, folder)[1] == hashing.digest_bytes(b"first content")
    assert reads == [path]


@pytest.mark.usefixtures("an_hour_later")
def test_note_of_somebody_else_is_none(path, folder, reads, monkeypatch):
    """In a cache that several users share, nobody is told digests by another one."""
    remembered.measure_file(path, folder)
    us = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: us + 1)
    remembered.measure_file(path, folder)
    assert len(reads) == 2


@pytest.mark.usefixtures("an_hour_later")
def test_where_nothing_can_be_kept_all_is_read(path, tmp_path, reads):
    """A folder that can't be made is no error."""
    (tmp_path / "file").write_text("no folder")
    for _ in range(2):
        remembered.measure_file(path, tmp_path / "file" / "digests")
    assert len(reads) == 2


@pytest.mark.usefixtures("an_hour_later")
def test_notes_of_folders_make_room(tmp_path, folder, monkeypatch):
    """The oldest go when there are too many, or when they are too large together."""
    path = tmp_path / "some.txt"
    path.write_bytes(b"some")

    def note(place):
        with remembered.digests_below(place, folder) as digests:
            digests.learn("some.txt", path.stat(), hashing.digest_bytes(b"some"))

    def is_known(place):
        with remembered.digests_below(place, folder) as digests:
            return digests.find("some.txt", path.stat()) is not None

    monkeypatch.setattr(remembered, "_FOLDERS", 3)
    seen = set()
    for number in range(5):
        note(f"/{number}")
        (new,) = {*(folder / "folders").iterdir()} - seen
        os.utime(new, (number, number))
        seen.add(new)
    assert [is_known(f"/{number}") for number in range(5)] == [False, False, True, True, True]
    monkeypatch.setattr(remembered, "_BYTES", 1)
    note("/5")
    assert not any(is_known(f"/{number}") for number in range(6))


@pytest.mark.usefixtures("an_hour_later")
@pytest.mark.parametrize("name", ["a b/ü.txt", "line\nbreak", os.fsdecode(b"\xff")])
def test_names_are_what_file_systems_allow(tmp_path, folder, name):
    """Also what is no text."""
    path = tmp_path / "some.txt"
    path.write_bytes(b"some")
    digest = hashing.digest_bytes(b"some")
    with remembered.digests_below(str(tmp_path), folder) as digests:
        digests.learn(name, path.stat(), digest)
    with remembered.digests_below(str(tmp_path), folder) as digests:
        assert digests.find(name, path.stat()) == digest
