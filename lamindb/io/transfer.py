"""Moving bytes: store, fetch, move, remove.

Everything that arrives is written under a temporary name, compared with the digest that was announced, made durable,
and only then given its final name: at every instant there are all bytes under the final name, or nothing.
"""

from __future__ import annotations

import errno
import os
import secrets
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from lamindb.errors import DigestMismatch, SourceChanged, StorageError
from lamindb.io import hashing, paths
from lamindb.io.faults import point
from lamindb.io.hashing import FileHash, Fingerprint, FolderHasher
from lamindb.io.listing import content_of, fresh_facts, has_object, size_of
from lamindb.io.multipart import PartsUpload
from lamindb.io.paths import address_segments, as_local, is_local, location_of, name_of, protocol_of, to_path
from lamindb.io.placing import (
    discard,
    exists_message,
    explaining,
    make_folder,
    place,
    place_tree,
    prepare,
    sync_file,
    sync_folder,
    temporary,
)
from lamindb.io.progress import continued
from lamindb.io.storage import infer_filesystem

if TYPE_CHECKING:
    from collections.abc import Callable

    from fsspec import AbstractFileSystem
    from fsspec.callbacks import Callback
    from upath import UPath

    from lamindb.io.progress import Update
    from lamindb.types import PathLike

TEMPORARY_FOLDER = paths.TEMPORARY_FOLDER

_CHUNK = 4 * 1024 * 1024
_COMMITTED_UPLOADS = frozenset({"s3", "gs"})
_CLOUD_BLOCK = 16 * 1024 * 1024
_GROUP = 200  # objects that are copied at once
_DESCRIBES_STORE = frozenset({".zarray", ".zattrs", ".zgroup", ".zmetadata", "zarr.json"})


# -- store a file -----------------------------------------------------------------------------------------------------


def store_file(
    source: Path,
    target: PathLike,
    *,
    expected: FileHash | None = None,
    overwrite: bool = True,
    root: PathLike | None = None,
    notes: Path | None = None,
    progress: Update | None = None,
) -> FileHash:
    """Copy a local file to its place in a storage location.

    Args:
        source: The file.
        target: Its final path, local or in the cloud.
        expected: The digest that was computed before; what is stored must have it.
        overwrite: Whether an object at the target may be replaced.
        root: The storage root, if the temporary file shall be in its ``.lamindb/tmp/`` instead of beside the target.
        notes: A folder for what lets a later process go on with an upload that is killed.
        progress: Told the bytes that were copied; by default a bar appears when it takes long.

    Returns:
        The digest of what was stored.

    Raises:
        SourceChanged: The file differs from what was expected, or was modified meanwhile; nothing was stored.
        StorageError: The target exists and must not be replaced, or can't be written.
    """
    point("store.start")
    if _is_same_file(source, target):
        return expected or hashing.digest_file(source, progress=progress)
    place_of_root = None if root is None else as_local(root)
    with hashing.open_regular(source) as file:
        copying = _Copying(file, source, expected)
        with explaining(target), continued(progress, copying.size, f"storing {source.name}") as update:
            if (local := as_local(target)) is not None:
                _put_local(copying, local, place_of_root, overwrite=overwrite, update=update)
            else:
                _put_cloud(copying, to_path(target), overwrite=overwrite, update=update, notes=notes)
    point("store.done")
    return copying.digest()


class _Copying:
    """A file on its way: reads, digests, and says at the end whether all is as announced."""

    def __init__(self, file: BinaryIO, source: Path, expected: FileHash | None = None, kind: str | None = None) -> None:
        self._file = file
        self._source = source
        self._before = Fingerprint.of(os.fstat(file.fileno()))
        self._expected = expected if expected and expected.type in {hashing.MD5, hashing.BLAKE3} else None
        self._type = kind or (self._expected.type if self._expected else hashing.type_for_size(self.size))
        self._hasher = hashing.hasher(self._type)

    @property
    def size(self) -> int:
        """The size of the file in bytes when it was opened."""
        return self._before.size

    def copy_to(self, write: Callable[[memoryview], object], update: Update) -> None:
        """Write all bytes."""
        buffer = memoryview(bytearray(min(_CHUNK, self.size + 1)))
        remaining = self.size
        while size := self._file.readinto(buffer):  # type: ignore[attr-defined]
            remaining -= size
            if remaining < 0:  # something appends, maybe without end
                raise SourceChanged(hashing.changed_message(self._source))
            self._hasher.update(buffer[:size])
            write(buffer[:size])
            update(size)
            point("store.half-copied")

    @property
    def expected(self) -> FileHash | None:
        """The digest that was announced, if it covers all bytes."""
        return self._expected

    def raw_digest(self) -> bytes:
        """The digest of the bytes so far, not encoded."""
        return self._hasher.digest()

    def digest(self) -> FileHash:
        """The digest of the bytes so far."""
        return FileHash(hashing.to_b64_str(self.raw_digest()), self._type)

    def check(self) -> None:
        """Check that what was read is what was announced.

        Raises:
            SourceChanged: It isn't.
        """
        self._before.require_same(self._source)
        if self._expected and self.digest() != self._expected:
            raise SourceChanged(_changed_message(self._source))


def _put_local(copying: _Copying, target: Path, root: Path | None, *, overwrite: bool, update: Update) -> None:
    prepare(target, root)
    with temporary(target, root) as path:
        with path.open("xb", buffering=0) as file:
            point("store.temporary-open")
            copying.copy_to(lambda chunk: _write_all(file, chunk), update)
            point("store.copied")
            copying.check()
            point("store.checked")
            os.fsync(file.fileno())
            point("store.synced")
        place(path, target, overwrite=overwrite)
    point("store.placed")
    sync_folder(target.parent)


def _put_cloud(copying: _Copying, target: UPath, *, overwrite: bool, update: Update, notes: Path | None = None) -> None:
    if not overwrite and target.fs.exists(target.path):
        raise StorageError(exists_message(target))
    if copying.size <= hashing.THRESHOLD:
        _put_at_once(copying, target, update)
    elif protocol_of(target) in _COMMITTED_UPLOADS:
        _put_committed(copying, target, update, notes)
    else:
        _put_aside(copying, target, update)
    point("store.placed")
    _require_size(target, copying.size)


def _put_at_once(copying: _Copying, target: UPath, update: Update) -> None:
    # one request: the object is there or not, and the store knows its md5
    content = bytearray()
    point("store.temporary-open")
    copying.copy_to(content.extend, update)
    point("store.copied")
    copying.check()
    point("store.checked")
    target.fs.pipe_file(target.path, bytes(content))
    point("store.synced")


def _put_committed(copying: _Copying, target: UPath, update: Update, notes: Path | None) -> None:
    # nobody sees an upload in parts before it is committed, so it is its own temporary object
    upload = Upload(target, copying.size, expected=copying.expected, notes=notes)
    upload.send(copying, update)
    upload.commit()


class Upload:
    """A large file that is sent to an object store in parts: no object before it is committed, and no copy then.

    Args:
        target: Where it shall be.
        size: Its size in bytes.
        expected: The digest of all its bytes.
        notes: A folder for what lets a later process go on where this one was killed.
    """

    def __init__(
        self, target: UPath, size: int, *, expected: FileHash | None = None, notes: Path | None = None
    ) -> None:
        self._target = target
        self._size = size
        is_s3 = protocol_of(target) == "s3"
        self._parts = PartsUpload(target, size, expected, notes) if is_s3 else _OpenUpload(target)

    def send(self, copying: _Copying, update: Update) -> None:
        """Send all parts. If that fails, those that have arrived are kept for the next try, unless the source changed."""
        try:
            _write_to(self._parts.write, self._parts.finish, copying, update)
        except SourceChanged:
            self.discard()
            raise
        except BaseException:
            self._parts.let_go(forget=False)
            raise

    def commit(self) -> None:
        """Make it the object at the target.

        Raises:
            StorageError: It can't be done.
        """
        with explaining(self._target):
            self._parts.commit()
            _require_size(self._target, self._size)

    def discard(self) -> None:
        """Forget the parts."""
        with explaining(self._target, "deleted"):
            self._parts.discard()


class _OpenUpload:
    """An upload that can't go on in another process."""

    def __init__(self, target: UPath) -> None:
        self._file = target.fs.open(target.path, "wb", block_size=_CLOUD_BLOCK, autocommit=False)
        target.fs.transaction.files.remove(self._file)  # which would keep its last part in memory

    def write(self, chunk: memoryview) -> None:
        self._file.write(bytes(chunk))

    def finish(self) -> None:
        self._file.close()

    def commit(self) -> None:
        self._file.commit()

    def discard(self) -> None:
        self._file.discard()
        self._file.closed = True  # a discarded file that isn't closed begins another upload when it is collected

    def let_go(self, *, forget: bool) -> None:  # noqa: ARG002 - it can't be kept
        self.discard()


def begin_upload(
    source: Path, target: PathLike, *, expected: FileHash | None = None, notes: Path | None = None
) -> Upload | None:
    """Send a file to its place in an object store without making it an object yet.

    Args:
        source: The file.
        target: Its final path.
        expected: The digest that was computed before; what is stored must have it.
        notes: A folder for what lets a later process go on where this one was killed.

    Returns:
        What makes it one, ``None`` if the file is small or the place isn't one where that can be done.

    Raises:
        SourceChanged: The file differs from what was expected, or was modified meanwhile; nothing was stored.
        StorageError: The target can't be written.
    """
    if is_local(target) or protocol_of(target) not in _COMMITTED_UPLOADS or source.is_dir():
        return None
    if source.stat().st_size <= hashing.THRESHOLD:
        return None
    point("store.start")
    with hashing.open_regular(source) as file:
        copying = _Copying(file, source, expected)
        with explaining(target), continued(None, copying.size, f"storing {source.name}") as update:
            upload = Upload(to_path(target), copying.size, expected=copying.expected, notes=notes)
            upload.send(copying, update)
    point("store.done")
    return upload


def _put_aside(copying: _Copying, target: UPath, update: Update) -> None:
    aside = f"{target.parent.path}/{paths.TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    file = target.fs.open(aside, "wb", block_size=_CLOUD_BLOCK)
    try:
        _write_to(lambda chunk: file.write(bytes(chunk)), file.close, copying, update)
        target.fs.mv(aside, target.path)
    except BaseException:
        file.close()
        target.fs.rm_file(aside)
        raise


def _write_to(
    write: Callable[[memoryview], object], finish: Callable[[], object], copying: _Copying, update: Update
) -> None:
    point("store.temporary-open")
    copying.copy_to(write, update)
    point("store.copied")
    copying.check()
    point("store.checked")
    finish()
    point("store.synced")


def _require_size(target: UPath, size: int) -> None:
    stored = fresh_facts(target)["size"]
    if stored != size:
        msg = f"{target} has {stored} bytes instead of {size}: the upload was incomplete, save again"
        raise DigestMismatch(msg)


def _write_all(file: BinaryIO, chunk: memoryview) -> None:
    # an unbuffered file may take fewer bytes than it is given
    while chunk:
        chunk = chunk[file.write(chunk) :]


def _is_same_file(source: Path, target: PathLike) -> bool:
    local = as_local(target)
    return local is not None and local.exists() and source.samefile(local)


def _changed_message(source: Path) -> str:
    return f"{source} changed since it was registered: register it again, then save"


# -- store a folder ---------------------------------------------------------------------------------------------------


def store_tree(
    source: Path,
    target: PathLike,
    *,
    expected: FileHash | None = None,
    root: PathLike | None = None,
    progress: Update | None = None,
) -> FileHash:
    """Copy a local folder, such as a zarr store, to its place in a storage location; one that is there is replaced.

    Locally the copy gets its name in one step. Object stores have no folders, so there the objects appear one by one,
    those that describe the store last.

    Args:
        source: The folder.
        target: Its final path, local or in the cloud.
        expected: The digest that was computed before; what is stored must have it.
        root: As for :func:`store_file`.
        progress: As for :func:`store_file`.

    Returns:
        The digest of what was stored.

    Raises:
        SourceChanged: The folder differs from what was expected, or was modified meanwhile.
        StorageError: The target can't be written.
    """
    point("store-tree.start")
    if _is_same_file(source, target):
        return expected or hashing.digest_folder(source, progress=progress)
    place_of_root = None if root is None else as_local(root)
    with explaining(target), continued(progress, size_of(source), f"storing {source.name}") as update:
        if (local := as_local(target)) is not None:
            digest = _put_tree_local(source, local, place_of_root, expected, update)
        else:
            digest = _put_tree_cloud(source, to_path(target), expected, update)
    point("store-tree.done")
    return digest


def _put_tree_local(
    source: Path, target: Path, root: Path | None, expected: FileHash | None, update: Update
) -> FileHash:
    names = content_of(source)
    prepare(target, root)
    with temporary(target, root) as folder:
        folder.mkdir()
        digest = _copy_members(source, names, folder, update)
        point("store-tree.copied")
        _check_tree(source, names, digest, expected)
        _sync_tree(folder)
        point("store-tree.checked")
        place_tree(folder, target, root)
    point("store-tree.placed")
    sync_folder(target.parent)
    return digest


def _copy_members(source: Path, names: list[str], folder: Path, update: Update) -> FileHash:
    hasher = FolderHasher()
    for name in names:
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with hashing.open_regular(source / name) as original, copy.open("xb", buffering=0) as file:
            copying = _Copying(original, source / name, kind=hashing.BLAKE3)
            copying.copy_to(lambda chunk, file=file: _write_all(file, chunk), update)  # type: ignore[misc]
            copying.check()
        hasher.add(name, copying.size, copying.raw_digest())
        point("store-tree.half-copied")
    return hasher.digest()


def _sync_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            sync_file(Path(parent, name))
        sync_folder(Path(parent))


def _check_tree(source: Path, names: list[str], digest: FileHash, expected: FileHash | None) -> None:
    is_announced = expected is None or expected.type != hashing.BLAKE3_FOLDER or digest == expected
    if not is_announced or content_of(source) != names:
        raise SourceChanged(_changed_message(source))


def _put_tree_cloud(source: Path, target: UPath, expected: FileHash | None, update: Update) -> FileHash:
    filesystem = target.fs
    names = sorted(content_of(source), key=_describing_last)
    before = {name: Fingerprint.of((source / name).stat()) for name in names}
    digest = hashing.digest_folder(source, progress=lambda _: None)
    _check_tree(source, sorted(names), digest, expected)
    point("store-tree.checked")
    for group in _groups(names):
        places = [os.fspath(source / name) for name in group]
        filesystem.put(places, [f"{target.path}/{name}" for name in group])
        update(sum(before[name].size for name in group))
        changed = [name for name in group if not before[name].matches(source / name)]
        if changed:
            raise SourceChanged(hashing.changed_message(source / changed[0]))
        point("store-tree.half-copied")
    point("store-tree.placed")
    _remove_others(target, names)
    return digest


def _describing_last(name: str) -> tuple[bool, int, str]:
    # the root's description is what makes a store readable, so it comes at the very end
    return name.rpartition("/")[2] in _DESCRIBES_STORE, -name.count("/"), name


def _groups(names: list[str]) -> list[list[str]]:
    """The names in their order, in groups that may be copied at once: what describes a store is not among its content."""
    groups: list[list[str]] = []
    for name in names:
        is_continued = groups and len(groups[-1]) < _GROUP and _kind_of_member(groups[-1][0]) == _kind_of_member(name)
        if not is_continued:
            groups.append([])
        groups[-1].append(name)
    return groups


def _kind_of_member(name: str) -> tuple[bool, int]:
    return _describing_last(name)[:2] if name.rpartition("/")[2] in _DESCRIBES_STORE else (False, 0)


def _remove_others(target: UPath, names: list[str]) -> None:
    target.fs.invalidate_cache()
    ours = {location_of(target / name).segments for name in names}
    others = [
        path for path in target.fs.find(target.path) if location_of(f"{target.protocol}://{path}").segments not in ours
    ]
    _remove_objects(target.fs, others)


# -- fetch ------------------------------------------------------------------------------------------------------------


def fetch(
    source: PathLike, local: Path, *, expected: FileHash | None = None, progress: Update | None = None
) -> FileHash:
    """Copy an object from a storage location to a local path.

    Args:
        source: Where the object is, in the cloud or local.
        local: Where it shall be; a file that is there is replaced.
        expected: The digest that the object must have.
        progress: Told the bytes that were copied; by default a bar appears when it takes long.

    Returns:
        The digest of what arrived.

    Raises:
        FileNotFoundError: There is no such object.
        DigestMismatch: What arrived isn't what was expected; nothing is left at the local path.
        StorageError: The object can't be read, or the local path can't be written.
    """
    point("fetch.start")
    with explaining(source, "read"):
        size = size_of(source)
    with explaining(local):
        make_folder(local.parent)
        with temporary(local) as path:
            with continued(progress, size, f"fetching {name_of(source)}") as update:
                _download(source, path, update)
            point("fetch.copied")
            digest = _require_digest(path, source, size, expected)
            point("fetch.checked")
            sync_file(path)
            place(path, local)
    point("fetch.done")
    return digest


def _download(source: PathLike, path: Path, update: Update) -> None:
    with explaining(source, "read"):
        filesystem, name = infer_filesystem(source)
        filesystem.get_file(name, os.fspath(path), callback=_callback(update))


def _require_digest(path: Path, source: PathLike, size: int, expected: FileHash | None) -> FileHash:
    digest = hashing.digest_file(path, progress=lambda _: None)
    is_expected = (
        expected is None or digest == expected or (digest.type != expected.type and hashing.matches(path, expected))
    )
    if not is_expected or path.stat().st_size != size:
        msg = f"{source} isn't what was registered: its content was modified or damaged, restore it or register it anew"
        raise DigestMismatch(msg)
    return digest


def _callback(update: Update) -> Callback:
    from fsspec.callbacks import Callback

    class Forwarding(Callback):  # type: ignore[misc]
        """Tells the bar what a file system reports."""

        def relative_update(self, inc: int = 1) -> None:
            update(inc)

    return Forwarding()


# -- move and remove --------------------------------------------------------------------------------------------------


def move(path: PathLike, target: PathLike) -> None:
    """Move a file or folder; one that is at the target is replaced.

    Raises:
        FileNotFoundError: There is nothing at the path.
        StorageError: It can't be moved.
    """
    point("move.start")
    source, destination = as_local(path), as_local(target)
    if source is not None:
        source.stat()
    if source is not None and destination is not None:
        _move_local(source, destination)
    elif source is not None:
        _store(source, target)
        remove(source)
    elif destination is not None:
        fetch(path, destination)
        remove(path)
    else:
        _move_cloud(to_path(path), to_path(target))
    point("move.done")


def _move_local(source: Path, target: Path) -> None:
    with explaining(target):
        make_folder(target.parent)
        try:
            place_tree(source, target) if source.is_dir() else place(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _store(source, target)
            discard(source)
        sync_folder(target.parent)


def _move_cloud(source: UPath, target: UPath) -> None:
    if source.fs != target.fs:
        msg = f"{source} and {target} are in different file systems: fetch the object, then store it"
        raise StorageError(msg)
    kind = fresh_facts(source)["type"]
    with explaining(target):
        # not `mv`, which takes brackets and stars in names for patterns
        filesystem = source.fs
        if kind != "directory":
            filesystem.cp_file(source.path, target.path)
            filesystem.rm_file(source.path)
            return
        names = sorted(_names_below(source), key=_describing_last)
        for group in _groups(names):
            filesystem.copy(_joined(source, group), _joined(target, group))
        _remove_objects(filesystem, _joined(source, names[::-1]))


def _names_below(folder: UPath) -> list[str]:
    depth = len(location_of(folder).segments)
    names = ["/".join(address_segments(name)[depth:]) for name in folder.fs.find(folder.path)]
    return [name for name in names if name]


def _joined(folder: UPath, names: list[str]) -> list[str]:
    return [f"{folder.path}/{name}" for name in names]


def _remove_objects(filesystem: AbstractFileSystem, names: list[str]) -> None:
    literal = [name for name in names if not has_magic(name)]
    if literal:
        filesystem.rm(literal)
    for name in names:
        if has_magic(name):  # would be taken for a pattern
            filesystem.rm_file(name)


def _store(source: Path, target: PathLike) -> FileHash:
    return store_tree(source, target) if source.is_dir() else store_file(source, target)


def remove(path: PathLike) -> bool:
    """Delete a file, or a folder with all that is in it.

    Returns:
        Whether there was something.

    Raises:
        StorageError: It can't be deleted.
    """
    if len(location_of(path).segments) <= 1:
        msg = f"{path} is a whole disk or bucket, which is never deleted"
        raise StorageError(msg)
    point("remove.start")
    local = as_local(path)
    with explaining(path, "deleted"):
        was_there = _remove_cloud(to_path(path)) if local is None else _remove_local(local)
    point("remove.done")
    return was_there


def _remove_local(path: Path) -> bool:
    if path.is_symlink() or not path.is_dir():
        return discard(path)
    # a folder vanishes in one step, too
    with temporary(path) as aside:
        path.rename(aside)
        point("remove.moved-aside")
    return True


def _remove_cloud(path: UPath) -> bool:
    filesystem = path.fs
    try:
        kind = fresh_facts(path)["type"]
    except FileNotFoundError:
        return False
    if kind == "directory":
        names = sorted(_names_below(path), key=_describing_last, reverse=True)
        _remove_objects(filesystem, _joined(path, names))
    else:
        filesystem.rm_file(path.path)  # what lies below a prefix of the same name is something else
    return True


def remove_object(path: PathLike) -> bool:
    """Delete an object, but no folder that is none: other objects may be in it.

    Returns:
        Whether there was one.

    Raises:
        StorageError: It can't be deleted.
    """
    with explaining(path, "deleted"):
        is_there = has_object(path)
    return is_there and remove(path)


# -- names of the developer API ---------------------------------------------------------------------------------------


def store_object(localpath: PathLike, target: PathLike) -> float:
    """Copy a local file or folder to its place in a storage location.

    Returns:
        The size in bytes.
    """
    source = as_local(localpath)
    if source is None:
        msg = f"{localpath} is not a local path: fetch the object, then store it"
        raise StorageError(msg)
    _store(source, target)
    return float(size_of(source))


def delete_storage(path: PathLike) -> None:
    """Delete a file or folder.

    Raises:
        FileNotFoundError: There is nothing at the path.
    """
    if not remove(path):
        msg = f"{path} is not an existing path!"
        raise FileNotFoundError(msg)
