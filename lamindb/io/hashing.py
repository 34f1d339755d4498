"""Digests of content. What we store always covers every byte.

Small files have an md5, which equals the ETag of an object that was uploaded in one part; larger ones a BLAKE3
(https://github.com/BLAKE3-team/BLAKE3-specs), which uses all processors; folders a BLAKE3 over names and contents.
:func:`hash_file` computes what earlier releases stored, which for large files covers only the head and the tail: it
recognises such records and is never enough to call two files equal.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import mmap
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from lamindb.errors import SourceChanged, StorageError
from lamindb.io.listing import content_of
from lamindb.io.progress import continued

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Self

    from lamindb.io.progress import Update

THRESHOLD = 50 * 1024 * 1024
"""Up to this size, in bytes, a file has an md5."""

MD5 = "md5"
MD5_PARTS = "md5-n"
"""What object stores report for an upload in n parts."""
TAG = "etag"
"""What object stores report for an object that is encrypted with a key of its own: it changes with the object, but is no digest."""
REPORTED = frozenset({MD5_PARTS, TAG})
"""What only the store can tell."""
SHA1_ENDS = "sha1-fl"
"""The digest of head and tail that earlier releases stored."""
BLAKE3 = "blake3"
BLAKE3_FOLDER = "blake3-d"

_CHUNK = 4 * 1024 * 1024
_WINDOW = 16 * 1024 * 1024
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)  # which Windows has
_FORGETS = hasattr(mmap, "MADV_DONTNEED")  # else what was read counts as memory until the end of the file
_PROCESS = os.getpid()
_FOLDER_HEADER = b"lamindb folder 1\n"


@dataclass(frozen=True)
class FileHash:
    """The digest of a file or folder, and how it was computed."""

    value: str
    type: str

    @property
    def covers_all(self) -> bool:
        """Whether equal digests mean equal content."""
        return self.type in {MD5, BLAKE3, BLAKE3_FOLDER}


# -- encodings --------------------------------------------------------------------------------------------------------


def to_b64_str(digest: bytes) -> str:
    """Encode bytes as url-safe base64 without padding."""
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def b16_to_b64(digest: str) -> str:
    """Turn hexadecimal text, also in quotes as in ETags, into url-safe base64 without padding."""
    return to_b64_str(bytes.fromhex(digest.strip('"')))


def hash_set(values: Iterable[str]) -> str:
    """The hash of a set of strings, 20 characters long; their order doesn't matter."""
    return to_b64_str(hashlib.md5(":".join(sorted(values)).encode(), usedforsecurity=False).digest())[:20]


# -- what we store ----------------------------------------------------------------------------------------------------


class Hasher(Protocol):
    """What computes a digest piece by piece."""

    def update(self, data: Any, /) -> Any:
        """Take the next bytes."""

    def digest(self) -> bytes:
        """The digest of all bytes so far."""


def type_for_size(size: int) -> str:
    """The type of digest of a file of that many bytes."""
    return MD5 if size <= THRESHOLD else BLAKE3


def hasher(type: str) -> Hasher:  # noqa: A002 - as the field
    """What computes a digest of the type, ``"md5"`` or ``"blake3"``."""
    if type == MD5:
        return hashlib.md5(usedforsecurity=False)
    import blake3

    # a fork has none of the threads of its parent, and would wait for them for ever
    return blake3.blake3(max_threads=blake3.blake3.AUTO if os.getpid() == _PROCESS else 1)


def digest_bytes(data: bytes) -> FileHash:
    """The digest of bytes, equal to that of a file with this content."""
    kind = type_for_size(len(data))
    algorithm = hasher(kind)
    algorithm.update(data)
    return FileHash(to_b64_str(algorithm.digest()), kind)


def digest_file(path: Path, *, progress: Update | None = None) -> FileHash:
    """The digest of all bytes of a local file.

    Needs constant memory, whatever the size of the file.

    Args:
        path: A regular file.
        progress: Told the bytes that were read; by default a bar appears when it takes long.

    Raises:
        SourceChanged: The file was modified meanwhile.
        StorageError: It is no regular file.
    """
    return measure_file(path, progress=progress)[1]


def measure_file(path: Path | str, *, progress: Update | None = None) -> tuple[os.stat_result, FileHash]:
    """The status of a local file when it was read, such as its size, and the digest of all its bytes; see :func:`digest_file`."""
    try:
        measured = _measure_small(path) if progress is None else None
        return _measure(Path(path), progress) if measured is None else measured
    except OSError as error:
        error.filename = error.filename or os.fspath(path)  # who reads by a descriptor isn't told
        raise


def _measure_small(path: Path | str) -> tuple[os.stat_result, FileHash] | None:
    """As :func:`measure_file`, by as few calls as there can be, since folders have thousands; None if it doesn't come at once."""
    found = os.stat(path)  # noqa: PTH116 - quicker than a path
    if not stat.S_ISREG(found.st_mode) or found.st_size > _CHUNK:
        return None
    descriptor = os.open(path, _READING)
    try:
        status = os.fstat(descriptor)
        content = _read_small(descriptor, status.st_size)
    finally:
        os.close(descriptor)
    Fingerprint.of(status).require_same(path)
    return (status, digest_bytes(content)) if len(content) == status.st_size else None


def _read_small(descriptor: int, size: int) -> bytes:
    return os.read(descriptor, size + 1)  # by the one byte it shows whether something was appended


def _measure(path: Path, progress: Update | None) -> tuple[os.stat_result, FileHash]:
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
        before = Fingerprint.of(status)
        kind = type_for_size(before.size)
        algorithm = hasher(kind)
        with continued(progress, before.size, f"hashing {path.name}") as update:
            _read_into(algorithm, file, path, before.size, update)
        before.require_same(path)
    return status, FileHash(to_b64_str(algorithm.digest()), kind)


def digest_folder(path: Path, *, progress: Update | None = None) -> FileHash:
    """The digest of all names and contents below a local folder; empty folders don't count.

    Raises:
        SourceChanged: A file was modified, added or removed meanwhile.
        StorageError: There is something that is no regular file.
    """
    names = content_of(path)
    folder = FolderHasher()
    with continued(progress, None, f"hashing {path.name}") as update:
        for name in names:
            folder.add(name, *_digest_member(path / name, update))
    if content_of(path) != names:
        raise SourceChanged(changed_message(path))
    return folder.digest()


def digest_path(path: Path, *, progress: Update | None = None) -> FileHash:
    """The digest of a local file or folder."""
    return digest_folder(path, progress=progress) if path.is_dir() else digest_file(path, progress=progress)


class FolderHasher:
    """Combines the digests of the files of a folder, added in the order of their names."""

    def __init__(self) -> None:
        self._hasher = hasher(BLAKE3)
        self._hasher.update(_FOLDER_HEADER)

    def add(self, name: str, size: int, digest: bytes) -> None:
        """Add a file by its relative posix name, size and BLAKE3 digest."""
        encoded = os.fsencode(name)
        self._hasher.update(len(encoded).to_bytes(8, "big") + encoded + size.to_bytes(8, "big") + digest)

    def digest(self) -> FileHash:
        """The digest of the folder."""
        return FileHash(to_b64_str(self._hasher.digest()), BLAKE3_FOLDER)


def _digest_member(path: Path, update: Update) -> tuple[int, bytes]:
    with open_regular(path) as file:
        before = Fingerprint.of(os.fstat(file.fileno()))
        algorithm = hasher(BLAKE3)
        _read_into(algorithm, file, path, before.size, update)
        before.require_same(path)
    return before.size, algorithm.digest()


def _read_into(algorithm: Hasher, file: BinaryIO, path: Path, size: int, update: Update) -> None:
    if size <= THRESHOLD:
        remaining = size
        while chunk := file.read(min(_CHUNK, remaining + 1)):  # no larger, since the memory is taken before it is read
            remaining -= len(chunk)
            if remaining < 0:  # something appends, maybe without end
                raise SourceChanged(changed_message(path))
            algorithm.update(chunk)
            update(len(chunk))
            if not remaining:
                break  # whether something was appended, its size tells
        return
    # mapped, since copying into a buffer would cost a third of the speed; touching pages behind the end of a file that
    # was truncated would kill the process, so each window is checked first
    with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
        for start in range(0, size, _WINDOW):
            if os.fstat(file.fileno()).st_size < size:
                raise SourceChanged(changed_message(path))
            with view[start : start + _WINDOW] as window:
                algorithm.update(window)
                update(len(window))
            if _FORGETS:
                mapped.madvise(mmap.MADV_DONTNEED, start, min(_WINDOW, size - start))


# -- sources that change ----------------------------------------------------------------------------------------------


class Fingerprint(NamedTuple):
    """What tells, without reading it, that a file was modified or replaced."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The fingerprint in the answer of ``stat``."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    def require_same(self, path: Path | str) -> None:
        """Check that the file at the path is still the same, and so the one that was opened there.

        Raises:
            SourceChanged: It isn't.
        """
        if not self.matches(path):
            raise SourceChanged(changed_message(path))

    def matches(self, path: Path | str) -> bool:
        """Whether the file at the path is still the same."""
        try:
            return Fingerprint.of(os.stat(path)) == self  # noqa: PTH116 - quicker than a path
        except FileNotFoundError:
            return False


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading if it has content that stays: no pipe, socket or device.

    Raises:
        FileNotFoundError: There is no such file.
        StorageError: It is something else.
    """
    mode = path.stat().st_mode  # asked first, since opening a pipe waits for its other end
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not stat.S_ISREG(mode):
        msg = f"{path} is not a regular file, so its content can't be stored"
        raise StorageError(msg)
    return path.open("rb", buffering=0)


def changed_message(path: Path | str) -> str:
    """What to tell when a file changed while it was read."""
    return f"{path} changed while it was being read: wait until nothing writes to it, then try again"


# -- what others stored -----------------------------------------------------------------------------------------------


def hash_file(path: Path, chunk_size: int = THRESHOLD) -> tuple[str, str]:
    """The hash and hash type that earlier releases stored for a local file.

    Up to ``chunk_size`` bytes an ``md5``; above, ``sha1-fl``: a SHA-1 over the SHA-1s of the first and the last
    ``chunk_size`` bytes, cut to 22 characters.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size <= chunk_size:
            return to_b64_str(_digest_stream(file, hashlib.md5(usedforsecurity=False))), MD5
        head = _digest_stream(file, hashlib.sha1(usedforsecurity=False), chunk_size)
        file.seek(-chunk_size, os.SEEK_END)
        tail = _digest_stream(file, hashlib.sha1(usedforsecurity=False), chunk_size)
    return to_b64_str(hashlib.sha1(head + tail, usedforsecurity=False).digest())[:22], SHA1_ENDS


def _digest_stream(file: BinaryIO, algorithm: Hasher, size: int | None = None) -> bytes:
    remaining = THRESHOLD * 2**20 if size is None else size
    while remaining and (chunk := file.read(min(_CHUNK, remaining))):
        algorithm.update(chunk)
        remaining -= len(chunk)
    return algorithm.digest()


def hash_of_listing(information: Mapping[str, Any]) -> FileHash | None:
    """The hash that an object store reports for an object, or None if it reports none that is known.

    Args:
        information: What ``fsspec`` says about the object: of S3 the ``ETag``, of GCS the ``md5Hash``; and how it is encrypted,
            where that is known.
    """
    if md5 := information.get("md5Hash"):
        return FileHash(to_b64_str(base64.b64decode(md5)), MD5)
    digest, _, parts = str(information.get("ETag", "")).strip('"').partition("-")
    if len(digest) != hashlib.md5(usedforsecurity=False).digest_size * 2 or set(digest.lower()) - set(
        "0123456789abcdef"
    ):
        return None
    if parts:
        return FileHash(f"{b16_to_b64(digest)}-{parts}", MD5_PARTS)
    return FileHash(b16_to_b64(digest), TAG if information.get("has_own_key") else MD5)


def matches(path: Path, expected: FileHash, *, progress: Update | None = None) -> bool:
    """Whether a local file or folder has a digest, of whatever type it is.

    Digests that can't be recomputed, such as those of uploads in parts, match anything.
    """
    if expected.type == SHA1_ENDS:
        return hash_file(path) == (expected.value, expected.type)
    if expected.type == MD5 and path.is_file():
        with path.open("rb") as file:
            return to_b64_str(_digest_stream(file, hashlib.md5(usedforsecurity=False))) == expected.value
    return not expected.covers_all or digest_path(path, progress=progress) == expected
