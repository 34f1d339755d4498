"""Whether an object has a digest."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.io import hashing, paths, placing, transfer
from lamindb.io.progress import unseen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from upath import UPath

    from lamindb.io.hashing import FileHash


def has_content(path: UPath, expected: FileHash, folder: Path) -> bool:
    """Whether the bytes of an object have a digest; reads all of them.

    Args:
        path: Where the object is.
        expected: The digest.
        folder: Where copies of cloud objects may be meanwhile.

    Raises:
        FileNotFoundError: There is no object.
        StorageError: It can't be read.
    """
    with placing.explaining(path, "read"), local_copy(path, folder) as local:
        return hashing.matches(local, expected, progress=unseen)


def has_content_at(address: str, options: Mapping[str, Any], expected: FileHash) -> bool:
    """Whether the bytes of an object have a digest, for a process that knows of the object what is passed; see above."""
    from upath import UPath

    path = paths.to_path(UPath(address, **options) if options else address)
    with tempfile.TemporaryDirectory() as folder:
        return has_content(path, expected, Path(folder))


@contextmanager
def local_copy(path: UPath, folder: Path) -> Iterator[Path]:
    """An object in the local file system within the block: itself, or a copy in a folder that goes away afterwards."""
    local = paths.as_local(path)
    if local is not None:
        yield local
        return
    placing.make_folder(folder)
    copy = folder / f"{paths.TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        _fetch(path, copy)
        yield copy
    finally:
        placing.discard(copy)


def _fetch(path: UPath, copy: Path) -> None:
    if path.fs.info(path.path)["type"] != "directory":
        transfer.fetch(path, copy, progress=unseen)
        return
    depth = len(paths.address_segments(path.path))
    for name in path.fs.find(path.path):
        key = "/".join(paths.address_segments(name)[depth:])
        transfer.fetch(path / key, copy / key, progress=unseen)
