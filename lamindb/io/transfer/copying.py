"""A file on its way: read once, digested as it is read, and compared with what was announced. Knows no destination."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from lamindb.errors import SourceChanged
from lamindb.io import hashing
from lamindb.io.faults import point
from lamindb.io.hashing import FileHash, Fingerprint
from lamindb.io.paths import as_local

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lamindb.io.progress import Update
    from lamindb.types import PathLike

_CHUNK = 4 * 1024 * 1024


class Copying:
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
        """Write all bytes.

        Raises:
            SourceChanged: The file was modified meanwhile.
        """
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
            raise SourceChanged(changed_message(self._source))


def write_all(file: BinaryIO, chunk: memoryview) -> None:
    """Write all bytes to an unbuffered file, which may take fewer than it is given."""
    while chunk:
        chunk = chunk[file.write(chunk) :]


def changed_message(source: Path) -> str:
    """What to tell of content that isn't what was announced."""
    return f"{source} changed since it was registered: register it again, then save"


def is_same_file(source: Path, target: PathLike) -> bool:
    """Whether what is to be stored is in its place already."""
    local = as_local(target)
    return local is not None and local.exists() and source.samefile(local)
