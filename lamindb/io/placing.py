"""Local files that get their name in one step, when all bytes are there and durable.

What a killed process leaves behind is in ``.lamindb/tmp/`` of the storage location or has a name that starts with
``.lamindb-tmp-``: garbage that may be deleted.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lamindb.errors import LaminError, StorageError, StorageNotWritable
from lamindb.io.clients import require_client
from lamindb.io.faults import point
from lamindb.io.paths import TEMPORARY_FOLDER, TEMPORARY_PREFIX, is_local, protocol_of, server_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from upath import UPath

    from lamindb.types import PathLike

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS}
_NOT_SUPPORTED = {errno.EINVAL, errno.ENOTSUP}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK}


# -- names ------------------------------------------------------------------------------------------------------------


@contextmanager
def temporary(target: Path, root: Path | None = None) -> Iterator[Path]:
    """A name on the same disk as the target; whatever is there when the block ends is deleted.

    Args:
        target: The final path; its folder exists.
        root: The storage root, if there is one.
    """
    path = _temporary_folder(target, root) / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        yield path
    finally:
        discard(path)


def _temporary_folder(target: Path, root: Path | None) -> Path:
    if root is None:
        return target.parent
    folder = root / TEMPORARY_FOLDER
    make_folder(folder)
    is_same_disk = folder.stat().st_dev == target.parent.stat().st_dev
    return folder if is_same_disk else target.parent


def place(path: Path, target: Path, *, overwrite: bool = True) -> None:
    """Give a complete file its final name.

    Raises:
        StorageError: There is something at the target that must not be replaced.
    """
    if overwrite:
        path.replace(target)
        return
    try:
        os.link(path, target)
    except FileExistsError as error:
        raise StorageError(exists_message(target)) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _place_without_links(path, target)


def _place_without_links(path: Path, target: Path) -> None:
    if os.path.lexists(target):
        raise StorageError(exists_message(target))
    path.rename(target)


def place_tree(path: Path, target: Path, root: Path | None = None) -> None:
    """Give a complete folder its final name; what was there is deleted afterwards."""
    if not os.path.lexists(target):
        path.rename(target)
        return
    with temporary(target, root) as old:
        target.rename(old)
        try:
            point("store-tree.old-moved")
            path.rename(target)
        except BaseException:
            old.rename(target)
            raise


def discard(path: Path) -> bool:
    """Delete a file or a folder with all that is in it, if it exists.

    Returns:
        Whether there was something.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except (IsADirectoryError, PermissionError):
        if not path.is_dir() or path.is_symlink():
            raise
        shutil.rmtree(path)
    return True


def prepare(target: Path, root: Path | None = None) -> None:
    """Make the folder of a target, below a storage root that exists.

    Raises:
        StorageError: The root doesn't exist; it isn't made anew, since its disk may not be mounted.
    """
    if root is not None and not root.is_dir():
        msg = f"The storage location {root} doesn't exist: mount the disk, or create the folder"
        raise StorageError(msg)
    make_folder(target.parent)


def make_folders_above(target: UPath) -> None:
    """Make the folders above a target that is on a server; those of buckets are nothing but names."""
    if server_of(target):
        target.fs.makedirs(target.parent.path, exist_ok=True)


def private(path: str, flags: int) -> int:
    """Open a file that nobody but its owner may read: an opener for ``open``."""
    return os.open(path, flags, 0o600)


# -- durability -------------------------------------------------------------------------------------------------------


def make_folder(path: Path) -> None:
    """Create a folder and those above it, durably."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_file(path: Path) -> None:
    """Make the content of a file durable."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable, where the file system knows how."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_SUPPORTED:
            raise
    finally:
        os.close(descriptor)


# -- what went wrong --------------------------------------------------------------------------------------------------


@contextmanager
def explaining(path: PathLike, doing: str = "written") -> Iterator[None]:
    """Turn what goes wrong within the block into one sentence that names the path and the way out.

    A local file, or an object to be read, that isn't there stays a ``FileNotFoundError``.

    Raises:
        StorageNotWritable: The path refuses.
        StorageError: Anything else that the file system says.
        MissingExtra: What talks to the object store isn't installed.
    """
    require_client(protocol_of(path))
    # clients of object stores raise whatever they like, not only OSError
    expected = OSError if is_local(path) else Exception
    passing = (LaminError, FileNotFoundError) if is_local(path) or doing == "read" else LaminError
    try:
        yield
    except passing:
        raise
    except expected as error:
        raise _explanation(error, path, doing) from error


def _explanation(error: Exception, path: PathLike, doing: str) -> StorageError:
    number = getattr(error, "errno", None)
    if number in _NO_SPACE:
        return StorageError(f"No space is left for {path}: free some, or choose another storage location")
    if number in _NOT_WRITABLE or isinstance(error, PermissionError):
        return StorageNotWritable(
            f"{path} can't be {doing} ({_reason(error)}): ask for the permission, or choose another storage location"
        )
    return StorageError(f"{path} can't be {doing}: {_reason(error)}")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def exists_message(path: PathLike) -> str:
    """What to tell when something must not be replaced."""
    return f"{path} exists already: choose another key, or replace the object"
