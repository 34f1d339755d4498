"""Storing a file: a copy under a temporary name, the digest checked, then the final name."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from lamindb.errors import StorageError
from lamindb.io import hashing, paths
from lamindb.io.faults import point
from lamindb.io.paths import as_local, protocol_of, server_of, to_path
from lamindb.io.placing import exists_message, explaining, make_folders_above, place, prepare, sync_folder, temporary
from lamindb.io.progress import continued, unseen
from lamindb.io.transfer.copying import Copying, is_same_file, write_all
from lamindb.io.transfer.uploads import CLOUD_BLOCK, COMMITTED_UPLOADS, Upload, require_size, write_to

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

    from lamindb.io.hashing import FileHash
    from lamindb.io.progress import Update
    from lamindb.types import PathLike


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
    if is_same_file(source, target):
        return expected or hashing.digest_file(source, progress=progress)
    place_of_root = None if root is None else as_local(root)
    with hashing.open_regular(source) as file:
        copying = Copying(file, source, expected)
        with explaining(target), continued(progress, copying.size, f"storing {source.name}") as update:
            if (local := as_local(target)) is not None:
                _put_local(copying, local, place_of_root, overwrite=overwrite, update=update)
            else:
                _put_cloud(copying, to_path(target), overwrite=overwrite, update=update, notes=notes)
    point("store.done")
    return copying.digest()


def store_as_worker(source: Path, target: PathLike, expected: FileHash | None, notes: Path | None = None) -> None:
    """Copy a local file as :func:`store_file` does, in a process whose progress nobody sees.

    An upload that is killed goes on where the folder of notes is, that is, not on other machines.
    """
    known = notes if notes is not None and notes.is_dir() else None
    store_file(source, target, expected=expected, notes=known, progress=unseen)


def _put_local(copying: Copying, target: Path, root: Path | None, *, overwrite: bool, update: Update) -> None:
    prepare(target, root)
    with temporary(target, root) as path:
        with path.open("xb", buffering=0) as file:
            point("store.temporary-open")
            copying.copy_to(lambda chunk: write_all(file, chunk), update)
            point("store.copied")
            copying.check()
            point("store.checked")
            os.fsync(file.fileno())
            point("store.synced")
        place(path, target, overwrite=overwrite)
    point("store.placed")
    sync_folder(target.parent)


def _put_cloud(copying: Copying, target: UPath, *, overwrite: bool, update: Update, notes: Path | None = None) -> None:
    if not overwrite and target.fs.exists(target.path):
        raise StorageError(exists_message(target))
    make_folders_above(target)
    if copying.size <= hashing.THRESHOLD and not server_of(target):  # which show a file while it grows
        _put_at_once(copying, target, update)
    elif protocol_of(target) in COMMITTED_UPLOADS:
        _put_committed(copying, target, update, notes)
    else:
        _put_aside(copying, target, update)
    point("store.placed")
    require_size(target, copying.size)


def _put_at_once(copying: Copying, target: UPath, update: Update) -> None:
    # one request: the object is there or not, and the store knows its md5
    content = bytearray()
    point("store.temporary-open")
    copying.copy_to(content.extend, update)
    point("store.copied")
    copying.check()
    point("store.checked")
    target.fs.pipe_file(target.path, bytes(content))
    point("store.synced")


def _put_committed(copying: Copying, target: UPath, update: Update, notes: Path | None) -> None:
    # nobody sees an upload in parts before it is committed, so it is its own temporary object
    upload = Upload(target, copying.size, expected=copying.expected, notes=notes)
    upload.send(copying, update)
    upload.commit()


def _put_aside(copying: Copying, target: UPath, update: Update) -> None:
    aside = f"{target.parent.path}/{paths.TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    file = target.fs.open(aside, "wb", block_size=CLOUD_BLOCK)
    try:
        write_to(lambda chunk: file.write(bytes(chunk)), file.close, copying, update)
        target.fs.mv(aside, target.path)
    except BaseException:
        file.close()
        target.fs.rm_file(aside)
        raise
