"""Fetching an object: a copy under a temporary name, the digest checked, then the final name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lamindb.errors import DigestMismatch
from lamindb.io import hashing
from lamindb.io.faults import point
from lamindb.io.listing import size_of
from lamindb.io.paths import name_of
from lamindb.io.placing import explaining, make_folder, place, sync_file, temporary
from lamindb.io.progress import continued, unseen
from lamindb.io.storage import infer_filesystem

if TYPE_CHECKING:
    from pathlib import Path

    from fsspec.callbacks import Callback

    from lamindb.io.hashing import FileHash
    from lamindb.io.progress import Update
    from lamindb.types import PathLike


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
    digest = hashing.digest_file(path, progress=unseen)
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
