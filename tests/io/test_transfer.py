"""Moving bytes on the local disk: under the final name there are all bytes, or nothing."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lamindb.errors import DigestMismatch, SourceChanged, StorageError, StorageNotWritable
from lamindb.io import faults, transfer
from lamindb.io.hashing import FileHash, Fingerprint, digest_bytes, digest_file, digest_folder, digest_path
from lamindb.io.listing import content_of
from lamindb.io.transfer import fetch, move, remove, store_file, store_tree
from tests.sandbox import isolated_environment

MIB = 1024 * 1024


@pytest.fixture
def root(tmp_path):
    """An empty storage location."""
    path = tmp_path / "root"
    path.mkdir()
    return path


@pytest.fixture
def source(tmp_path):
    """A file of several chunks."""
    path = tmp_path / "source.bin"
    path.write_bytes(os.urandom(9 * MIB))
    return path


@pytest.fixture
def store(tmp_path):
    """A folder that is one object."""
    path = tmp_path / "store.zarr"
    for name in (".zgroup", "X/.zarray", "X/0.0", "X/0.1", "obs/.zgroup"):
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name * 10)
    return path


def files_in(folder):
    """All files below a folder, garbage included."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


# -- store ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 4 * MIB, 9 * MIB + 7])
@pytest.mark.parametrize("with_root", [True, False])
def test_stored_file_equals_its_source(tmp_path, root, size, with_root):
    """Bytes and digest are those of the source, folders are made, and nothing else is left."""
    source = tmp_path / "source"
    source.write_bytes(os.urandom(size))
    target = root / "a" / "b" / "c.bin"
    digest = store_file(source, target, expected=digest_file(source), root=root if with_root else None)
    assert target.read_bytes() == source.read_bytes()
    assert digest == digest_file(source) == digest_file(target)
    assert files_in(root) == ["a/b/c.bin"]
    assert source.exists()


def test_large_file_is_stored_with_the_digest_of_all_its_bytes(tmp_path, root):
    """A file above the threshold gets the same digest from copying and from hashing."""
    source = tmp_path / "source"
    with source.open("wb") as file:
        file.truncate(60 * MIB)
    assert store_file(source, root / "x") == digest_file(source)
    assert digest_file(root / "x").type == "blake3"


def test_stored_file_has_the_permissions_of_a_new_file(source, root):
    """Others can read what they may read of any new file here, whatever the source's permissions."""
    source.chmod(0o600)
    store_file(source, root / "x")
    (root / "y").write_text("")
    assert (root / "x").stat().st_mode == (root / "y").stat().st_mode


def test_existing_object_is_replaced_or_kept(source, root):
    """An object at the target is replaced by default, and kept if it must not be."""
    target = root / "x"
    target.write_text("old")
    with pytest.raises(StorageError, match="exists already"):
        store_file(source, target, overwrite=False)
    assert target.read_text() == "old"
    store_file(source, target)
    assert target.read_bytes() == source.read_bytes()
    store_file(source, root / "y", overwrite=False)
    assert files_in(root) == ["x", "y"]


def test_one_of_many_at_once_wins(tmp_path, root):
    """Of many that store under one name without replacing, exactly one succeeds; with replacing, all do, one stays."""
    sources = [tmp_path / f"source{i}" for i in range(16)]
    for i, path in enumerate(sources):
        path.write_bytes(bytes([i]) * MIB)

    def store(path, overwrite):
        try:
            return store_file(path, root / "new" / f"{overwrite}", overwrite=overwrite, root=root)
        except StorageError:
            return None

    for overwrite, winners in ((False, 1), (True, len(sources))):
        with ThreadPoolExecutor(len(sources)) as executor:
            digests = list(executor.map(lambda path, overwrite=overwrite: store(path, overwrite), sources))
        assert len(sources) - digests.count(None) == winners
        assert digest_file(root / "new" / f"{overwrite}") in digests
    assert files_in(root) == ["new/False", "new/True"]


def test_copy_onto_itself_changes_nothing(source):
    """A file that is its own target is left alone."""
    before = Fingerprint.of(source.stat())
    assert store_file(source, source) == digest_file(source)
    assert before.matches(source)


def test_source_that_changed_since_it_was_registered_is_refused(source, root):
    """Bytes that differ from the announced digest never get the final name, and an old object stays."""
    expected = digest_file(source)
    target = root / "x"
    target.write_text("old")
    source.write_bytes(b"new")
    with pytest.raises(SourceChanged, match=r"source\.bin changed since it was registered"):
        store_file(source, target, expected=expected)
    assert target.read_text() == "old"
    assert files_in(root) == ["x"]


@pytest.mark.parametrize("at", ["store.temporary-open", "store.half-copied", "store.copied"])
def test_source_that_changes_while_it_is_copied_is_refused(source, root, at):
    """A file that is modified meanwhile isn't stored, also when nothing was announced."""
    os.utime(source, (1, 1))

    def interfere(name):
        if name == at:
            with source.open("r+b") as file:
                file.write(b"changed")

    with faults.hooked(interfere), pytest.raises(SourceChanged):
        store_file(source, root / "x")
    assert files_in(root) == []


def test_source_that_grows_without_end_is_refused(source, root):
    """A file that is appended to faster than it is copied doesn't keep the copy going."""

    def append(name):
        if name == "store.half-copied":
            with source.open("ab") as file:
                file.write(bytes(8 * MIB))

    with faults.hooked(append), pytest.raises(SourceChanged):
        store_file(source, root / "x")
    assert source.stat().st_size < 40 * MIB
    assert files_in(root) == []


def test_digest_of_an_old_release_is_no_obstacle(source, root):
    """A digest that doesn't cover all bytes can't be compared, so the file is stored."""
    store_file(source, root / "x", expected=FileHash("whatever", "sha1-fl"))
    assert (root / "x").exists()


def test_missing_source_and_folder_as_target_are_errors(tmp_path, source, root):
    """A missing source is what Python users expect; a folder is never replaced by a file."""
    with pytest.raises(FileNotFoundError):
        store_file(tmp_path / "none", root / "x")
    (root / "folder").mkdir()
    (root / "folder" / "precious").write_text("1")
    with pytest.raises(StorageError, match="folder can't be written"):
        store_file(source, root / "folder")
    assert files_in(root) == ["folder/precious"]


def test_root_that_is_gone_is_not_made_anew(tmp_path, source):
    """An unmounted storage location isn't replaced by a folder on another disk."""
    gone = tmp_path / "gone"
    with pytest.raises(StorageError, match="mount the disk"):
        store_file(source, gone / "x", root=gone)
    assert not (gone / "x").exists()


# -- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", [name for name in faults.POINTS if name.startswith("store.")])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EACCES])
def test_error_at_any_step_leaves_the_old_or_the_new_object(source, root, point, number):
    """Whatever step fails, there is the old object or the whole new one, no garbage, and one class of error."""
    target = root / "x"
    target.write_text("old")

    def fail(name):
        if name == point:
            raise OSError(number, os.strerror(number), str(target))

    with faults.hooked(fail), pytest.raises((StorageError, OSError)):
        store_file(source, target, root=root)
    assert target.read_bytes() in {b"old", source.read_bytes()}
    assert files_in(root) == ["x"]


@pytest.mark.parametrize("point", [name for name in faults.POINTS if name.startswith("store.")])
def test_interrupt_at_any_step_leaves_the_old_or_the_new_object(source, root, point):
    """Ctrl-C is passed on and leaves no garbage."""
    target = root / "x"
    target.write_text("old")

    def interrupt(name):
        if name == point:
            raise KeyboardInterrupt

    with faults.hooked(interrupt), pytest.raises(KeyboardInterrupt):
        store_file(source, target, root=root)
    assert target.read_bytes() in {b"old", source.read_bytes()}
    assert files_in(root) == ["x"]


@pytest.mark.parametrize(
    ("number", "kind", "sentence"),
    [
        (errno.ENOSPC, StorageError, "No space is left for .*: free some, or choose another storage location"),
        (errno.EDQUOT, StorageError, "No space is left"),
        (errno.EACCES, StorageNotWritable, "can't be written .*: ask for the permission"),
        (errno.EROFS, StorageNotWritable, "Read-only file system"),
        (errno.EIO, StorageError, "can't be written: Input/output error"),
    ],
)
def test_refusal_of_the_disk_is_one_sentence(source, root, number, kind, sentence):
    """The error names the path and the way out, and keeps its cause."""

    def refuse(name):
        if name == "store.half-copied":
            raise OSError(number, os.strerror(number))

    with faults.hooked(refuse), pytest.raises(kind, match=sentence) as caught:
        store_file(source, root / "target.bin")
    assert "target.bin" in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert "\n" not in str(caught.value)


CALLS = [
    (os, "fsync"),
    (os, "fstat"),
    (Path, "open"),
    (Path, "mkdir"),
    (Path, "replace"),
    (Path, "rename"),
    (Path, "stat"),
]


@pytest.mark.parametrize(("owner", "call"), CALLS, ids=[name for _, name in CALLS])
@pytest.mark.parametrize("verb", ["file", "tree"])
def test_any_failing_call_leaves_the_old_or_the_new_object(source, store, root, monkeypatch, owner, call, verb):
    """Whichever call to the system fails, the first, the second and so on: old or new, and never a wrong success."""
    original = getattr(owner, call)
    place = root / "folder"
    store_it, thing, old = (store_file, source, "x") if verb == "file" else (store_tree, store, "x.zarr")
    expected = digest_path(thing)
    for n in range(200):
        shutil.rmtree(place, ignore_errors=True)
        remaining = iter(range(n, -1, -1))

        def failing(*args, remaining=remaining, **kwargs):
            if next(remaining, None) == 0:
                raise OSError(errno.EIO, "Input/output error")
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, call, failing)
        try:
            store_it(thing, place / old, root=root)
        except (StorageError, OSError):
            has_failed = True
        else:
            has_failed = False
        monkeypatch.setattr(owner, call, original)
        assert not (place / old).exists() or digest_path(place / old) == expected
        if next(remaining, None) is not None or not has_failed:
            assert digest_path(place / old) == expected
            break
    assert {name.partition("/")[0] for name in files_in(root)} <= {"folder", ".lamindb"}


def test_full_disk_is_reported_and_recovered_from(tmp_path, source):
    """On a small disk that runs full nothing is left behind, and smaller files still fit."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this user can't mount a small disk")
    try:
        with pytest.raises(StorageError, match="No space is left"):
            store_file(source, disk / "a" / "x", root=disk)
        assert files_in(disk) == []
        (tmp_path / "small").write_text("small")
        store_file(tmp_path / "small", disk / "a" / "x", root=disk)
        assert files_in(disk) == ["a/x"]
    finally:
        subprocess.run(["umount", disk], check=True)


AS_NOBODY = """
import os, sys
from pathlib import Path
from lamindb.io.transfer import store_file
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    store_file(Path(sys.argv[1], "source"), Path(sys.argv[1], "closed", "x"))
except PermissionError as error:
    print(type(error).__name__, error)
"""


def test_folder_that_refuses_is_reported(source):
    """A storage location without write permission is named in an error that is also a PermissionError."""
    place = Path(tempfile.mkdtemp())  # not tmp_path: another user has to get there
    place.chmod(0o755)
    (place / "closed").mkdir(mode=0o555)
    shutil.copy(source, place / "source")
    environment = isolated_environment(place)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, place], env=environment, capture_output=True, text=True, check=False
    )
    shutil.rmtree(place)
    assert done.stdout.startswith("StorageNotWritable"), done.stderr
    assert "closed/x can't be written (Permission denied)" in done.stdout


# -- folders ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_root", [True, False])
def test_stored_folder_equals_its_source(store, root, with_root):
    """All files of a folder arrive, with the digest of the folder, and nothing else is left."""
    target = root / "a" / "b.zarr"
    digest = store_tree(store, target, expected=digest_folder(store), root=root if with_root else None)
    assert digest == digest_folder(target) == digest_folder(store)
    assert content_of(target) == content_of(store)
    assert len(files_in(root)) == len(content_of(store))


def test_existing_folder_is_replaced_as_a_whole(store, root):
    """Files of an old folder don't survive in the new one."""
    target = root / "b.zarr"
    target.mkdir()
    (target / "old").write_text("old")
    store_tree(store, target, root=root)
    assert content_of(target) == content_of(store)
    assert len(files_in(root)) == len(content_of(store))


def test_folder_that_changed_is_refused(store, root):
    """A folder that differs from the announced digest isn't stored, and an old one stays."""
    expected = digest_folder(store)
    target = root / "b.zarr"
    target.mkdir()
    (target / "old").write_text("old")
    (store / "X" / "0.2").write_text("new")
    with pytest.raises(SourceChanged):
        store_tree(store, target, expected=expected)
    assert files_in(root) == ["b.zarr/old"]


@pytest.mark.parametrize("point", [name for name in faults.POINTS if name.startswith("store-tree.")])
@pytest.mark.parametrize("failure", [OSError(errno.EIO, "I/O error"), KeyboardInterrupt()])
def test_failure_at_any_step_leaves_the_old_or_the_new_folder(store, root, point, failure):
    """Whatever step fails, there is the old folder or the whole new one, and no garbage."""
    target = root / "b.zarr"
    target.mkdir()
    (target / "old").write_text("old")

    def fail(name):
        if name == point:
            raise failure

    with faults.hooked(fail), pytest.raises((StorageError, OSError, KeyboardInterrupt)):
        store_tree(store, target, root=root)
    assert content_of(target) in (["old"], content_of(store))
    assert {name.partition("/")[0] for name in files_in(root)} == {"b.zarr"}


# -- fetch ------------------------------------------------------------------------------------------------------------


def test_fetched_file_is_the_expected_one(source, tmp_path):
    """What is fetched has the digest that was asked for; anything else isn't left behind."""
    digest = fetch(source, tmp_path / "cache" / "x", expected=digest_file(source))
    assert digest == digest_file(source)
    with pytest.raises(DigestMismatch, match="its content was modified or damaged"):
        fetch(source, tmp_path / "cache" / "y", expected=digest_bytes(b"other"))
    assert files_in(tmp_path / "cache") == ["x"]


def test_missing_object_can_not_be_fetched(tmp_path):
    """A missing object is what Python users expect."""
    with pytest.raises(FileNotFoundError):
        fetch(tmp_path / "none", tmp_path / "cache" / "x")
    assert not (tmp_path / "cache").exists() or files_in(tmp_path / "cache") == []


# -- move and remove --------------------------------------------------------------------------------------------------


def test_removed_objects_are_gone(source, store, tmp_path):
    """Files, folders and links are removed, what a link leads to stays, and a missing object is no error."""
    link = tmp_path / "link"
    link.symlink_to(store)
    assert remove(link)
    assert store.exists()
    assert remove(store)
    assert remove(str(source))
    assert not remove(source)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("path", ["/", "s3://bucket", "s3://bucket/"])
def test_whole_disks_and_buckets_are_never_removed(path):
    """A mistake in a path can't empty a bucket."""
    with pytest.raises(StorageError, match="never deleted"):
        remove(path)


def test_moved_objects_are_somewhere_else(source, store, root):
    """Files and folders are moved whole and replace what is at the target."""
    digests = digest_file(source), digest_folder(store)
    (root / "a").write_text("old")
    (root / "b.zarr").mkdir()
    (root / "b.zarr" / "old").write_text("old")
    move(source, root / "a")
    move(store, root / "b.zarr")
    assert (digest_file(root / "a"), digest_folder(root / "b.zarr")) == digests
    assert not source.exists()
    assert not store.exists()
    with pytest.raises(FileNotFoundError):
        move(source, root / "c")


@pytest.fixture
def other_disk(tmp_path):
    """A folder on another disk."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second disk")
    place = Path(tempfile.mkdtemp(dir=memory))
    yield place
    shutil.rmtree(place)


def test_moving_to_another_disk_copies(source, store, other_disk):
    """Where a name can't be given to another disk, bytes are copied and checked, then removed."""
    digests = digest_file(source), digest_folder(store)
    move(source, other_disk / "a")
    move(store, other_disk / "b.zarr")
    assert (digest_file(other_disk / "a"), digest_folder(other_disk / "b.zarr")) == digests
    assert not source.exists()
    assert not store.exists()


def test_folder_of_a_location_may_be_on_another_disk(source, root, other_disk):
    """The temporary file is where it can get its final name, also if the root is on another disk than the target."""
    store_file(source, other_disk / "x", root=root)
    assert digest_file(other_disk / "x") == digest_file(source)
    assert files_in(root) == []


def test_developer_api_names(source, root):
    """``store_object`` tells the size, ``delete_storage`` insists that there is something."""
    assert transfer.store_object(source, root / "x") == float(source.stat().st_size)
    transfer.delete_storage(root / "x")
    with pytest.raises(FileNotFoundError, match="x is not an existing path!"):
        transfer.delete_storage(root / "x")
