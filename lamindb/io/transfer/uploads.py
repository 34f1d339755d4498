"""Sending a large file to an object store in parts, where it is no object before it is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.errors import DigestMismatch, SourceChanged
from lamindb.io import hashing
from lamindb.io.faults import point
from lamindb.io.listing import fresh_facts
from lamindb.io.multipart import PartsUpload
from lamindb.io.paths import is_local, protocol_of, to_path
from lamindb.io.placing import explaining
from lamindb.io.progress import continued
from lamindb.io.sessions import SessionUpload
from lamindb.io.transfer.copying import Copying

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from upath import UPath

    from lamindb.io.hashing import FileHash
    from lamindb.io.progress import Update
    from lamindb.types import PathLike

COMMITTED_UPLOADS = frozenset({"s3", "gs"})
"""Protocols whose stores take a file in parts and commit them at once."""
CLOUD_BLOCK = 16 * 1024 * 1024
"""Bytes per part."""


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
        self._parts = _kind_of(target)(target, size, expected, notes)

    def send(self, copying: Copying, update: Update) -> None:
        """Send all parts. If that fails, those that have arrived are kept for the next try, unless the source changed."""
        try:
            write_to(self._parts.write, self._parts.finish, copying, update)
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
            require_size(self._target, self._size)

    def discard(self) -> None:
        """Forget the parts."""
        with explaining(self._target, "deleted"):
            self._parts.discard()


def _kind_of(target: UPath) -> type[PartsUpload | SessionUpload | _OpenUpload]:
    if protocol_of(target) == "s3":
        return PartsUpload
    speaks_grpc = hasattr(target.fs, "_is_zonal_bucket")  # as the user chose; sessions belong to the JSON API
    return _OpenUpload if speaks_grpc else SessionUpload


class _OpenUpload:
    """An upload that can't go on in another process."""

    def __init__(self, target: UPath, *_: object) -> None:
        self._file = target.fs.open(target.path, "wb", block_size=CLOUD_BLOCK, autocommit=False)
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
    if is_local(target) or protocol_of(target) not in COMMITTED_UPLOADS or source.is_dir():
        return None
    if source.stat().st_size <= hashing.THRESHOLD:
        return None
    point("store.start")
    with hashing.open_regular(source) as file:
        copying = Copying(file, source, expected)
        with explaining(target), continued(None, copying.size, f"storing {source.name}") as update:
            upload = Upload(to_path(target), copying.size, expected=copying.expected, notes=notes)
            upload.send(copying, update)
    point("store.done")
    return upload


def write_to(
    write: Callable[[memoryview], object], finish: Callable[[], object], copying: Copying, update: Update
) -> None:
    """Copy a file to where it is to be stored, and check it before that is finished."""
    point("store.temporary-open")
    copying.copy_to(write, update)
    point("store.copied")
    copying.check()
    point("store.checked")
    finish()
    point("store.synced")


def require_size(target: UPath, size: int) -> None:
    """Check that an object is as large as what was sent.

    Raises:
        DigestMismatch: It isn't.
    """
    stored = fresh_facts(target)["size"]
    if stored != size:
        msg = f"{target} has {stored} bytes instead of {size}: the upload was incomplete, save again"
        raise DigestMismatch(msg)
