"""Folders that lie in a storage location are registered in place, whatever links and stores are in them."""

from __future__ import annotations

import os
import shutil

import anndata as ad
import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import lamindb as ln
from lamindb.errors import SourceChanged
from lamindb.io import hashing, remembered

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def folder():
    """A folder of five files, two of them below, in the storage location."""
    root = ln.setup.settings.storage.root / "plates"
    (root / "more").mkdir(parents=True)
    for number in range(5):
        (root / ("more" if number > 2 else "") / f"{number}.txt").write_text(f"content {number}")
    yield root
    for path in sorted(root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    root.rmdir()


def test_files_get_the_keys_of_their_places(folder):
    """Each key is the place, with the size and digest that the constructor would find."""
    files = ln.File.from_dir(folder)
    assert [file.key for file in files] == [f"plates/{n}.txt" for n in range(3)] + [
        f"plates/more/{n}.txt" for n in (3, 4)
    ]
    for file in files:
        alone = ln.File(folder / file.key.removeprefix("plates/"))
        assert (alone.key, alone.size, alone.hash, alone.suffix) == (file.key, file.size, file.hash, file.suffix)


@pytest.mark.parametrize("path", [".", "below/..", "../plate", "./"])
def test_folder_outside_is_named_whatever_leads_to_it(tmp_path, monkeypatch, path):
    """Also where it is the working directory, or the one above another: the name of the folder begins the keys."""
    (tmp_path / "plate" / "below").mkdir(parents=True)
    (tmp_path / "plate" / "a.txt").write_text("a")
    monkeypatch.chdir(tmp_path / "plate")
    assert [file.key for file in ln.File.from_dir(path)] == ["plate/a.txt"]


def test_link_leads_to_where_the_file_is(folder, tmp_path):
    """What a link leads to lies elsewhere, also behind a linked folder."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.txt").write_text("outside")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "same.txt").symlink_to(folder / "more")
    files = {file.key: file for file in ln.File.from_dir(folder)}
    assert not files["plates/link/a.txt"].path.is_relative_to(folder)


def test_store_in_a_folder_is_one_file(folder):
    """A zarr store isn't entered."""
    ad.AnnData(np.ones((2, 2))).write_zarr(folder / "cells.zarr")
    files = ln.File.from_dir(folder)
    assert [file.key for file in files if "zarr" in file.key] == ["plates/cells.zarr"]


def test_saving_again_writes_what_differs_only(folder):
    """A folder that is registered costs a few queries, however many files it has."""
    ln.save(ln.File.from_dir(folder))
    files = ln.File.from_dir(folder)
    files[0].description = "changed"
    with CaptureQueriesContext(connection) as queries:
        ln.save(files)
    assert len(queries) <= 6
    assert [file.description for file in ln.File.filter(key__startswith="plates/").order_by("key")] == ["changed"] + [
        None
    ] * 4


def test_saving_again_reads_nothing_that_was_just_read(folder):
    """As long as nobody has written to an SQLite database, the records are as their rows are."""
    ln.save(ln.File.from_dir(folder))
    files = ln.File.from_dir(folder)
    with CaptureQueriesContext(connection) as queries:
        ln.save(files)
    read = [query["sql"] for query in queries if "lnschema_core_file" in query["sql"]]
    assert len(read) == (0 if connection.vendor == "sqlite" else 1)


def test_record_that_was_changed_meanwhile_is_saved_as_it_is_here(folder):
    """Whoever saves last is right, also about what he has not changed."""
    ln.save(ln.File.from_dir(folder))
    files = ln.File.from_dir(folder)
    ln.File.objects.filter(key="plates/1.txt").update(description="changed meanwhile")
    ln.save(files)
    assert ln.File.filter(key="plates/1.txt").one().description is None


def test_record_that_was_deleted_meanwhile_is_saved_again(folder):
    """Somebody else's deletion doesn't make saving a silent failure."""
    ln.save(ln.File.from_dir(folder))
    files = ln.File.from_dir(folder)
    ln.File.objects.filter(key="plates/1.txt").delete()
    ln.save(files)
    assert ln.File.filter(key__startswith="plates/").count() == 5


# -- looking again ----------------------------------------------------------------------------------------------------


@pytest.fixture
def notes():
    """Where digests of folders are kept; empty."""
    notes = ln.setup.settings.storage.cache_dir / ".lamindb/digests/folders"
    shutil.rmtree(notes, ignore_errors=True)
    return notes


@pytest.fixture
def opened(monkeypatch):
    """The names of files whose content is read."""
    names = []

    def measure_file(path):
        names.append(path.rpartition("/")[2])
        return original(path)

    original = hashing.measure_file
    monkeypatch.setattr(hashing, "measure_file", measure_file)
    return names


def hashes_of(folder):
    """What ``from_dir`` finds, by name."""
    return {file.key.rpartition("/")[2]: file.hash for file in ln.File.from_dir(folder)}


@pytest.mark.usefixtures("an_hour_later", "notes")
def test_unchanged_folder_is_not_read_again(folder, opened):
    """Before and after its files are saved: no file is opened, and all are the same."""
    first = hashes_of(folder)
    assert sorted(opened) == sorted(first)
    opened.clear()
    ln.save(ln.File.from_dir(folder))
    assert hashes_of(folder) == first
    assert not any(file._state.adding for file in ln.File.from_dir(folder))
    assert opened == []
    assert first["1.txt"] == hashing.digest_bytes(b"content 1").value


def _overwrite(path):
    path.write_text("CONTENT 1")


def _overwrite_and_set_time_back(path):
    before = path.stat()
    path.write_text("CONTENT 1")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replace_by_other_of_the_same_time(path):
    before = path.stat()
    other = path.with_name("other")
    other.write_text("CONTENT 1")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.usefixtures("an_hour_later", "notes")
@pytest.mark.parametrize("change", [_overwrite, _overwrite_and_set_time_back, _replace_by_other_of_the_same_time])
def test_changed_file_of_an_unchanged_folder_is_read(folder, opened, change):
    """However the change is hidden: the size is the same, and so may be the time; the other files aren't read."""
    ln.save(ln.File.from_dir(folder))
    opened.clear()
    change(folder / "1.txt")
    assert hashing.digest_bytes(b"CONTENT 1").value in hashes_of(folder).values()
    assert opened == ["1.txt"]


@pytest.mark.usefixtures("an_hour_later", "notes")
def test_file_that_changes_while_it_is_looked_at_is_read_again(folder, opened, monkeypatch):
    """What was written after the look began may be written again within one step of the clock."""
    changed = max(path.stat().st_ctime for path in folder.rglob("*.txt"))
    monkeypatch.setattr(remembered.time, "time", lambda: changed + 0.05)
    names = sorted(hashes_of(folder))
    hashes_of(folder)
    assert sorted(opened) == sorted([*names, *names])


@pytest.mark.usefixtures("an_hour_later")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.write_bytes(note.read_bytes()[:-1]),
        lambda note: note.write_bytes(note.read_bytes().replace(b"1.txt", b"2.txt")),
        lambda note: note.write_text("{}"),
        lambda note: note.chmod(0o660),
    ],
)
def test_note_that_cannot_be_trusted_is_not_asked(folder, notes, opened, spoil):
    """Damaged, or open to others: all files are read, once."""
    first = hashes_of(folder)
    (note,) = notes.iterdir()
    spoil(note)
    opened.clear()
    assert hashes_of(folder) == first
    assert sorted(opened) == sorted(first)
    opened.clear()
    hashes_of(folder)
    assert opened == []


@pytest.mark.usefixtures("an_hour_later", "notes")
def test_what_was_read_before_an_error_is_not_read_again(folder, opened, monkeypatch):
    """A file that changes while it is read ends the look; the next one goes on from there."""
    read = hashing._read_small

    def write_meanwhile(descriptor, size):
        content = read(descriptor, size)
        if content == b"content 2":
            (folder / "2.txt").write_text("changed meanwhile")
        return content

    monkeypatch.setattr(hashing, "_read_small", write_meanwhile)
    with pytest.raises(SourceChanged, match=r"2\.txt"):
        ln.File.from_dir(folder)
    monkeypatch.setattr(hashing, "_read_small", read)
    opened.clear()
    hashes_of(folder)
    assert sorted(opened) == ["2.txt", "3.txt", "4.txt"]


@pytest.mark.usefixtures("an_hour_later")
def test_bytes_that_rot_are_found_by_the_check_that_reads(folder, notes):
    """They leave no trace for a look at the folder; ``fsck`` with ``read_data`` asks no note."""
    first = hashes_of(folder)
    ln.save(ln.File.from_dir(folder))
    (folder / "1.txt").write_text("CONTENT 1")
    with remembered.digests_below(os.path.realpath(folder), notes.parent) as digests:
        digests.learn("1.txt", (folder / "1.txt").stat(), hashing.digest_bytes(b"content 1"))
    assert hashes_of(folder) == first
    found = ln.fsck(read_data=True, progress=False).findings
    assert [one.key for one in found if one.kind == "digest-mismatch"] == ["plates/1.txt"]


def test_database_and_what_leads_to_it_are_no_files_of_the_storage_location(folder):
    """``from_dir`` of the whole location leaves them out, by whatever name."""
    root = ln.setup.settings.storage.root
    instance = ln.setup.settings.instance
    if instance.dialect == "sqlite":
        (root / "latest.lndb").symlink_to(instance.sqlite_file)
    keys = [file.key for file in ln.File.from_dir(root)]
    assert "plates/1.txt" in keys
    assert not [key for key in keys if "lndb" in key or key.startswith(".lamindb/")]
