"""What ``ln.fsck`` finds, restores and collects, and that it raises no false alarm."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal

import pytest
from django.db import connections

from lamindb.errors import NoResultFound
from lamindb.io import hashing
from lnschema_core.integrity import journal

pytestmark = pytest.mark.usefixtures("instance")

OBJECTS = 1000
FAULTS = 50
LONG_AGO = 1_000_000_000


@pytest.fixture
def files(ln, root):
    """Register small files in storage and return their paths."""

    def make(number):
        folder = root / "objects"
        folder.mkdir()
        for i in range(number):
            (folder / f"{i:04d}.bin").write_bytes(f"content {i:04d} ".encode() * 8)
        ln.save(ln.File.from_dir(folder))
        return sorted(folder.iterdir())

    return make


def check(ln, **arguments):
    """The report as pairs of kind and key."""
    return {(one.kind, one.key) for one in ln.fsck(progress=False, resume=False, **arguments).findings}


def damage(path, kind, other):
    """Damage an object."""
    content = bytearray(path.read_bytes())
    if kind == "flipped":
        content[random.Random(path.name).randrange(len(content))] ^= 1
    elif kind == "truncated":
        del content[len(content) // 2 :]
    elif kind == "zeroed":
        content[:] = bytes(len(content))
    elif kind == "swapped":
        swapped = other.read_bytes()
        other.write_bytes(content)
        content[:] = swapped
    elif kind == "deleted":
        path.unlink()
        return
    path.write_bytes(content)


# -- finding ----------------------------------------------------------------------------------------------------------


def test_fifty_faults_in_a_thousand_objects_are_found_exactly(ln, root, files, count_queries):
    """Right kind, right key, no false alarm; without reading, those that show in the size; few queries."""
    paths = files(OBJECTS)
    assert check(ln, read_data=True) == set()
    chosen = random.Random(0).sample(paths, FAULTS)
    expected = set()
    kinds = {"truncated": "size-mismatch", "deleted": "missing"}
    for kind, start in (("flipped", 0), ("truncated", 10), ("zeroed", 20), ("deleted", 30), ("swapped", 40)):
        for i in range(start, start + 8):
            if kind != "swapped" or i % 2 == 0:
                damage(chosen[i], kind, chosen[i + 1])
            expected.add((kinds.get(kind, "digest-mismatch"), f"objects/{chosen[i].name}"))
    (root / ".lamindb").mkdir(exist_ok=True)
    for i in range(10):
        name = f"{i:020d}.bin" if i < 5 else f".lamindb-tmp-{i}"
        (root / ".lamindb" / name).write_bytes(b"extra")
        expected.add(("orphan" if i < 5 else "temporary", f".lamindb/{name}"))
    assert len(expected) == FAULTS
    assert check(ln, read_data=True) == expected
    with count_queries() as queries:
        shallow = check(ln)
    assert shallow == {(kind, key) for kind, key in expected if kind != "digest-mismatch"}
    assert len(queries) < 20


def test_what_users_put_into_storage_is_not_garbage(ln, root):
    """Other objects are told of on request only, and never collected."""
    (root / "mine").mkdir()
    (root / "mine" / "notes.txt").write_text("mine")
    (root / ".lamindb").mkdir(exist_ok=True)
    (root / ".lamindb" / "notes.txt").write_text("also mine")
    assert check(ln, collect=True, grace=-1) == set()
    assert check(ln, unregistered=True, collect=True, grace=-1) == {
        ("unregistered", "mine/notes.txt"),
        ("unregistered", ".lamindb/notes.txt"),
    }
    assert (root / "mine" / "notes.txt").exists()


def test_objects_of_another_instance_are_not_garbage(ln, root):
    """Where another instance has its database, objects without a row may be its own."""
    (root / ".lamindb").mkdir(exist_ok=True)
    orphan = root / ".lamindb" / "a1234567890123456789.txt"
    orphan.write_text("whose?")
    assert check(ln) == {("orphan", ".lamindb/a1234567890123456789.txt")}
    (root / "another.lndb").touch()
    assert check(ln, collect=True, grace=-1) == set()
    assert orphan.exists()


def test_objects_in_a_place_that_is_only_read_are_not_garbage(ln, tmp_path):
    """Files registered in place don't make a storage location ours."""
    folder = tmp_path / "theirs"
    (folder / ".lamindb").mkdir(parents=True)
    (folder / ".lamindb" / "a1234567890123456789.txt").write_text("theirs")
    (folder / "data.txt").write_text("data")
    ln.Storage(root=str(folder), type="local").save()
    ln.File(folder / "data.txt").save()
    assert check(ln, collect=True, grace=-1) == set()
    (folder / "data.txt").unlink()
    assert check(ln, storage=folder) == {("missing", "data.txt")}


def test_storage_that_is_not_mounted_is_one_finding(ln, tmp_path):
    """A whole storage location that is gone is said once."""
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "data.txt").write_text("data")
    ln.Storage(root=str(folder), type="local").save()
    ln.File(folder / "data.txt").save()
    shutil.rmtree(folder)
    report = ln.fsck(progress=False)
    assert [(one.kind, one.storage) for one in report.findings] == [("unreachable", str(folder))]
    assert report.status == "damaged"


def test_digests_of_earlier_releases_are_compared(ln, root, monkeypatch):
    """Files with a digest of head and tail are checked with it; those of uploads in parts by their size."""
    monkeypatch.setattr(hashing, "THRESHOLD", 10)
    for name in ("old", "parts"):
        (root / f"{name}.bin").write_bytes(name.encode() * 100)
    old, parts = ln.File(root / "old.bin"), ln.File(root / "parts.bin")
    old.hash, old.hash_type = hashing.hash_file(root / "old.bin")
    parts.hash, parts.hash_type = "abc-2", "md5-n"
    ln.save([old, parts])
    assert check(ln, read_data=True) == set()
    damage(root / "old.bin", "zeroed", None)
    damage(root / "parts.bin", "truncated", None)
    assert check(ln, read_data=True) == {("digest-mismatch", "old.bin"), ("size-mismatch", "parts.bin")}


def test_folders_are_compared_as_a_whole(ln, root):
    """A zarr store with one flipped bit, and one with one chunk less."""
    for name in ("a", "b"):
        (root / f"{name}.zarr" / "x").mkdir(parents=True)
        for chunk in range(3):
            (root / f"{name}.zarr" / "x" / str(chunk)).write_bytes(name.encode() * 10 + bytes([chunk]))
    ln.save([ln.File(root / "a.zarr"), ln.File(root / "b.zarr")])
    assert check(ln, read_data=True) == set()
    damage(root / "a.zarr" / "x" / "1", "flipped", None)
    (root / "b.zarr" / "x" / "2").unlink()
    assert check(ln, read_data=True) == {("digest-mismatch", "a.zarr"), ("size-mismatch", "b.zarr")}


# -- in parts ---------------------------------------------------------------------------------------------------------


def test_pass_is_resumed_where_it_was_stopped(ln, root, files, monkeypatch):
    """Stopped after each step, and even killed: in total one full pass, each finding once."""
    paths = files(40)
    damage(paths[3], "flipped", None)
    damage(paths[30], "deleted", None)
    read = []
    original = hashing.matches
    monkeypatch.setattr(
        hashing, "matches", lambda path, *args, **kwargs: read.append(path) or original(path, *args, **kwargs)
    )
    calls = 1
    report = ln.fsck(read_data=True, progress=False, resume=False, time_limit=0)
    while not report.is_complete:
        assert report.status == "incomplete" or report.damaged
        report = ln.fsck(read_data=True, progress=False, time_limit=0)
        calls += 1
    assert calls > 40
    assert report.n_files == 40
    assert [read.count(path) for path in paths if path not in (paths[3], paths[30])] == [1] * 38
    assert {one.key for one in report.findings} == {f"objects/{paths[3].name}", f"objects/{paths[30].name}"}


def test_torn_journal_is_no_obstacle(ln, root, files, instance):
    """What a crash leaves of the journal is used as far as it is whole."""
    files(20)
    ln.fsck(progress=False, resume=False, time_limit=0)
    (written,) = (instance.storage.cache_dir / ".lamindb" / "fsck").glob("*.jsonl")
    with written.open("a") as file:
        file.write('{"position": {"stor')
    report = ln.fsck(progress=False)
    assert (report.n_files, report.status) == (20, "clean")
    assert not written.exists()


@pytest.mark.commits
def test_killed_pass_is_resumed_at_its_checkpoint(ln, root, files, monkeypatch):
    """A process is killed in the middle: the next one reads what was not noted, and the report is of the whole."""
    paths = files(40)
    damage(paths[3], "flipped", None)
    monkeypatch.setattr(journal, "EVERY_STEPS", 5)
    original, read = hashing.matches, []

    def die_at(n):
        def matches(path, *args, **kwargs):
            read.append(path)
            if len(read) == n:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(path, *args, **kwargs)

        monkeypatch.setattr(hashing, "matches", matches)

    connections.close_all()
    child = os.fork()
    if not child:
        die_at(23)
        ln.fsck(read_data=True, resume=False, progress=False)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    die_at(1000)
    report = ln.fsck(read_data=True, progress=False)
    assert report.n_files == 40
    assert len(read) <= 40 - 20 + 1  # the one that was found damaged is looked at again
    assert [one.key for one in report.findings] == [f"objects/{paths[3].name}"]


# -- repairing --------------------------------------------------------------------------------------------------------


def test_content_is_restored_from_a_file_with_equal_content(ln, root, tmp_path):
    """Another storage location has the same content; what was in the place of it is kept."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "copy.bin").write_bytes(b"precious")
    (root / "original.bin").write_bytes(b"precious")
    (root / "alone.bin").write_bytes(b"only here")
    ln.Storage(root=str(folder), type="local").save()
    ln.save([ln.File(folder / "copy.bin"), ln.File(root / "original.bin"), ln.File(root / "alone.bin")])
    (root / "original.bin").write_bytes(b"PRECIOUS")
    (root / "alone.bin").unlink()
    report = ln.fsck(read_data=True, repair=True, progress=False)
    assert {(one.key, one.outcome) for one in report.findings} == {
        ("original.bin", "repaired"),
        ("alone.bin", "impossible"),
    }
    assert report.status == "damaged"
    assert (root / "original.bin").read_bytes() == b"precious"
    assert [path.read_bytes() for path in (root / ".lamindb" / "damaged").iterdir()] == [b"PRECIOUS"]
    assert check(ln, read_data=True, collect=True, grace=-1) == {("missing", "alone.bin")}


def test_damaged_copies_are_not_restored_from(ln, root, tmp_path):
    """A copy counts only if its bytes have the registered digest."""
    for name in ("a", "b"):
        (root / f"{name}.bin").write_bytes(b"the same")
    ln.save([ln.File(root / "a.bin"), ln.File(root / "b.bin")])
    for name in ("a", "b"):
        damage(root / f"{name}.bin", "flipped", None)
    report = ln.fsck(read_data=True, repair=True, progress=False)
    assert [one.outcome for one in report.findings] == ["impossible", "impossible"]


# -- collecting -------------------------------------------------------------------------------------------------------


def test_garbage_is_collected_after_the_grace_period(ln, root, tmp_path):
    """Young garbage stays and is no reason to worry; content of files stays in any case."""
    source = tmp_path / "data.txt"
    source.write_text("content")
    file = ln.File(source, description="without key")
    file.save()
    orphan = root / ".lamindb" / "a1234567890123456789.txt"
    temporary = root / ".lamindb" / "tmp" / "abc.txt"
    temporary.parent.mkdir(exist_ok=True)
    for path in (orphan, temporary):
        path.write_text("garbage")
        os.utime(path, (LONG_AGO, LONG_AGO))
    report = ln.fsck(collect=True, progress=False)  # old by their content, but touched just now
    assert {one.outcome for one in report.findings} == {"kept"}
    assert report.status == "clean"
    report = ln.fsck(progress=False, grace=-1)
    assert report.status == "garbage"
    report = ln.fsck(collect=True, progress=False, grace=-1)
    assert {one.outcome for one in report.findings} == {"collected"}
    assert report.status == "clean"
    assert not orphan.exists()
    assert not temporary.exists()
    assert file.path.exists()


@pytest.mark.parametrize("with_hash", [True, False])
def test_last_copy_is_never_garbage(ln, root, with_hash):
    """Old content that a killed replacement moved aside is kept until it is restored, even if nobody knows its digest."""
    (root / "data.txt").write_text("old content")
    ln.settings.upon_file_create_skip_size_hash = not with_hash
    file = ln.File(root / "data.txt")
    file.save()
    spare = root / ".lamindb" / "tmp" / f"{file.id}.0123456789.txt"
    spare.parent.mkdir(parents=True, exist_ok=True)
    (root / "data.txt").rename(spare)
    (root / "data.txt").write_text("new content")
    report = ln.fsck(collect=True, progress=False, grace=-1)  # the sizes are equal
    assert spare.exists()
    assert report.status == ("damaged" if with_hash else "clean")
    report = ln.fsck(repair=True, collect=True, progress=False, grace=-1)
    assert (root / "data.txt").read_text() == ("old content" if with_hash else "new content")
    assert spare.exists() != with_hash
    assert report.status == "clean"


# -- the report -------------------------------------------------------------------------------------------------------


def test_report_is_text_table_and_json(ln, root):
    """Everything that was found, in each form; HTML is escaped."""
    (root / "<script>.bin").write_bytes(b"x")
    ln.File(root / "<script>.bin").save()
    (root / "<script>.bin").unlink()
    report = ln.fsck(progress=False)
    assert "missing: " in repr(report)
    assert report.df["key"].tolist() == ["<script>.bin"]
    assert "<script>" not in report._repr_html_()
    assert json.loads(report.as_json())["counts"] == {"missing": 1}
    assert not report.is_clean


def test_unknown_storage_is_refused(ln, tmp_path):
    """A place that is no storage location of the instance."""
    with pytest.raises(NoResultFound, match="is no storage location"):
        ln.fsck(storage=tmp_path)
    with pytest.raises(TypeError, match="storage has to be a storage location or its root, not 3"):
        ln.fsck(storage=3)
