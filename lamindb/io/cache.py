"""Where a cloud object lives locally. A cached object was compared with its digest and is not writable."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.errors import InvalidKey
from lamindb.io import hashing
from lamindb.io.hashing import FileHash, Fingerprint
from lamindb.io.paths import (
    AUTO_KEY_PREFIX,
    TEMPORARY_PREFIX,
    as_local,
    auto_key,
    check_key,
    join_contained,
    location_of,
    protocol_of,
    to_path,
)
from lamindb.io.placing import discard, explaining, make_folder, place, temporary
from lamindb.io.transfer import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

    from lamindb.types import PathLike

_STAMPS = ".lamindb/stamps"
_MAX_LENGTH = 4096
_BESIDE, _FOLDER, _FILE = "@beside", "d@", "f@"  # before the name, so that suffixes stay


def cached_path(cache_dir: Path, path: UPath) -> Path:
    """The local path of a cloud object: ``{cache}/{protocol}/{bucket}/{key}``.

    Buckets of equal name at another endpoint get a folder of their own, and so do objects whose place is taken: a bucket can
    have an object ``a`` and an object ``a/b``, a folder can't.

    Raises:
        InvalidKey: The address has segments that would lead out of the cache.
    """
    plain = folder_of(cache_dir, path)
    beside = _beside(cache_dir, plain)
    is_below_file = any(folder.is_file() for folder in _folders_above(cache_dir, plain))
    is_behind_folder = beside.is_file() and plain.is_dir()
    return beside if is_below_file or is_behind_folder else plain


def folder_of(cache_dir: Path, path: UPath) -> Path:
    """The folder in which copies are of the objects below a path, as far as nothing else is there.

    Raises:
        InvalidKey: The address has segments that would lead out of the cache.
    """
    bucket, *segments = location_of(path).segments or ("",)
    name = "/".join([protocol_of(path), f"{bucket}{_endpoint_mark(path)}", *segments])
    join_contained(to_path(cache_dir), check_key(name, max_length=_MAX_LENGTH))
    return cache_dir / name


def _folders_above(cache_dir: Path, plain: Path) -> Iterator[Path]:
    """The folders of a copy within that of its bucket."""
    top = len(cache_dir.parts) + 2  # protocol and bucket
    return (folder for folder in plain.parents if len(folder.parts) > top)


def _beside(cache_dir: Path, plain: Path) -> Path:
    """Where a copy is whose place is taken: there, folders have other names than files."""
    protocol, bucket, *segments = plain.relative_to(cache_dir).parts
    if not segments:
        return plain
    *folders, name = segments
    return cache_dir.joinpath(protocol, f"{bucket}{_BESIDE}", *(f"{_FOLDER}{one}" for one in folders), f"{_FILE}{name}")


def _endpoint_mark(path: UPath) -> str:
    options = path.storage_options
    endpoint = options.get("endpoint_url") or options.get("client_kwargs", {}).get("endpoint_url")
    return f"@{hashlib.blake2b(endpoint.encode(), digest_size=4).hexdigest()}" if endpoint else ""


def ensure_cached(path: PathLike, cache_dir: Path, *, expected: FileHash | None = None) -> Path:
    """The local path of an object, fetched if it isn't there, not whole, or not the expected one.

    Local objects are their own cache.

    Raises:
        FileNotFoundError: There is no such object.
        DigestMismatch: The object isn't the expected one.
    """
    local = as_local(path)
    if local is not None:
        return local
    cloud = to_path(path)
    local = cached_path(cache_dir, cloud)
    if local.is_dir():
        local = _beside(cache_dir, local)
    if not _is_valid(local, cache_dir, cloud, expected):
        digest = fetch(cloud, local, expected=expected)
        local.chmod(0o444)
        _Stamp.of(local, expected or digest, cloud).write(_stamp_path(local, cache_dir))
    return local


def known_copy(path: UPath, cache_dir: Path, *, expected: FileHash) -> Path | None:
    """The copy of a cloud object in the cache, if it was compared with the digest and nobody touched it since."""
    local = cached_path(cache_dir, path)
    stamp = _Stamp.read(_stamp_path(local, cache_dir))
    is_good = stamp is not None and stamp.digest == expected and local.is_file() and stamp.fingerprint.matches(local)
    return local if is_good else None


def new_file(cache_dir: Path, id: str, suffix: str) -> Path:  # noqa: A002 - the word users know
    """The path for an in-memory object on its way to storage; its folder exists.

    Raises:
        InvalidKey: Id and suffix don't make a file name.
    """
    name = auto_key(id, suffix).removeprefix(AUTO_KEY_PREFIX)
    if "/" in name:
        msg = f"The id {id!r} and the suffix {suffix!r} don't make a file name"
        raise InvalidKey(msg)
    make_folder(cache_dir)
    return cache_dir / name


# -- what is in the cache ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Copy:
    """A file in the cache that may be a copy of a cloud object.

    Attributes:
        path: Where it is.
        key: Its posix path within the cache.
        cache_dir: The cache.
    """

    path: Path
    key: str
    cache_dir: Path

    @property
    def plain(self) -> Path:
        """Where it would be if nothing else were there, from which the address of its object is known."""
        protocol, bucket, *segments = self.path.relative_to(self.cache_dir).parts
        if not bucket.endswith(_BESIDE):
            return self.path
        names = (segment[len(_FILE) :] for segment in segments)
        return self.cache_dir.joinpath(protocol, bucket.removesuffix(_BESIDE), *names)

    @property
    def is_known(self) -> bool:
        """Whether it was compared with its digest when it was fetched."""
        return self._stamp is not None

    def is_good(self, *, read_data: bool) -> bool:
        """Whether it is as it was then.

        Args:
            read_data: Compare the digest of all bytes; by default it is asked whether anybody has touched the file.
        """
        stamp = self._stamp
        if stamp is None:
            return False
        return hashing.matches(self.path, stamp.digest) if read_data else stamp.fingerprint.matches(self.path)

    def is_of(self, path: UPath) -> bool:
        """Whether a cloud object is there, and is the one that was copied.

        Raises:
            StorageError: It can't be looked at.
        """
        stamp = self._stamp
        with explaining(path, "read"):
            try:
                return stamp is not None and stamp.remote == _remote_state(path)
            except FileNotFoundError:
                return False

    def remove(self) -> None:
        """Delete it."""
        discard(self.path)
        discard(_stamp_path(self.path, self.cache_dir))

    @property
    def _stamp(self) -> _Stamp | None:
        return _Stamp.read(_stamp_path(self.path, self.cache_dir))


def copies(cache_dir: Path) -> Iterator[Copy]:
    """The files in a cache at places where copies of cloud objects are, in a fixed order.

    What lies in the cache itself rather than in the folder of a protocol is no copy: it may be on its way to storage.
    """
    for folder in sorted(cache_dir.iterdir()):
        if not folder.is_dir() or folder.is_symlink() or folder.name.startswith("."):
            continue
        for parent, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                path = Path(parent, name)
                if not name.startswith(TEMPORARY_PREFIX) and path.is_file():
                    yield Copy(path, path.relative_to(cache_dir).as_posix(), cache_dir)


# -- is a copy still good? --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stamp:
    """What was known about a copy when it was compared with its digest."""

    hash: str
    hash_type: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    remote: str

    @classmethod
    def of(cls, local: Path, digest: FileHash, path: UPath) -> _Stamp:
        """Describe a copy that has just been compared."""
        fingerprint = Fingerprint.of(local.stat())
        return cls(digest.value, digest.type, **fingerprint._asdict(), remote=_remote_state(path))

    @classmethod
    def read(cls, path: Path) -> _Stamp | None:
        """The stamp in a file, or None if there is none that can be understood."""
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Write the stamp to a file."""
        make_folder(path.parent)
        with temporary(path) as new:
            new.write_text(json.dumps(asdict(self)))
            place(new, path)

    @property
    def digest(self) -> FileHash:
        """The digest of the copy."""
        return FileHash(self.hash, self.hash_type)

    @property
    def fingerprint(self) -> Fingerprint:
        """The fingerprint of the copy."""
        return Fingerprint(self.size, self.mtime_ns, self.ctime_ns, self.inode)


def _is_valid(local: Path, cache_dir: Path, path: UPath, expected: FileHash | None) -> bool:
    if not local.is_file():
        return False
    stamp_path = _stamp_path(local, cache_dir)
    stamp = _Stamp.read(stamp_path)
    is_untouched = stamp is not None and stamp.fingerprint.matches(local)
    if expected is None:
        return is_untouched and stamp is not None and stamp.remote == _remote_state(path)
    if is_untouched and stamp is not None and stamp.digest == expected:
        return True
    if not expected.covers_all or not hashing.matches(local, expected):
        return False
    _Stamp.of(local, expected, path).write(stamp_path)
    return True


def _stamp_path(local: Path, cache_dir: Path) -> Path:
    name = os.fsencode(local.relative_to(cache_dir))
    return cache_dir / _STAMPS / f"{hashlib.blake2b(name, digest_size=16).hexdigest()}.json"


def _remote_state(path: UPath) -> str:
    """What tells that an object was written anew, as its file system reports it."""
    path.fs.invalidate_cache(path.parent.path)
    information = path.fs.info(path.path)
    told = [
        information.get(name) for name in ("size", "ETag", "etag", "generation", "LastModified", "mtime", "created")
    ]
    return "|".join(str(value) for value in told if value is not None)
