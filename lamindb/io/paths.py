"""Paths and keys: a path says where bytes are, a key is the name within a storage location.

Local paths are compared with all symbolic links resolved, addresses of object stores by protocol, bucket and whole
segments. Knows no file formats beyond their suffixes.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from lamindb.errors import InvalidKey
from lamindb.io import clients

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import PathLike

AUTO_KEY_PREFIX = ".lamindb/"
"""Below it, every storage location has the objects that were given no key."""

TEMPORARY_FOLDER = f"{AUTO_KEY_PREFIX}tmp"
"""Where, below a storage root, objects are that aren't complete."""

TEMPORARY_PREFIX = ".lamindb-tmp-"
"""How the names of incomplete objects start: what a killed process leaves is garbage that may be deleted."""

MAX_KEY_LENGTH = 255
"""The width of the key column."""

# fmt: off
KNOWN_SUFFIXES = frozenset({
    ".csv", ".fasta", ".fastq", ".fcs", ".h5ad", ".jpg", ".json", ".jsonl", ".mtx", ".obo", ".parquet", ".pdf", ".png",
    ".tar", ".tiff", ".tsv", ".txt", ".xlsx", ".xml", ".xslx", ".zarr", ".zip", ".zrad",
})
# fmt: on
"""Suffixes that stay together with one that follows them, as in ``.csv.gz``."""

STORE_SUFFIXES = frozenset({".zarr", ".zrad", ".tiledbsoma"})
"""Suffixes of folders that are one object."""

_LOCAL_PROTOCOLS = frozenset({"", "file", "local"})
_SAME_PROTOCOL = {"gcs": "gs", "s3a": "s3"}
_PARTS_OF_ADDRESSES = frozenset({"host", "port"})  # which upath has among the options
_PROTOCOL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_DRIVE = re.compile(r"[A-Za-z]:")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/|data:|.*::", re.DOTALL)  # what file systems take for a protocol
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, lone surrogates, line separators


# -- paths ------------------------------------------------------------------------------------------------------------


def is_path(data: Any) -> bool:
    """Whether data is given by its path."""
    return isinstance(data, str | Path) or hasattr(data, "__fspath__") or hasattr(data, "storage_options")


def to_path(data: PathLike) -> UPath:
    """Turn text or a path into a path object, local or in the cloud.

    ``file://`` addresses become local paths; ``~`` is not expanded. An address without options of its own gets those that its
    storage location has in this process.

    Raises:
        InvalidKey: The address of a cloud object can't be understood, has ``..`` segments or control characters.
    """
    from lamindb.io.path_class import UPath

    local = as_local(data)
    if local is not None:
        return cast("UPath", data) if hasattr(data, "protocol") and isinstance(data, Path) else UPath(local)
    try:
        path = _with_options(cast("UPath", data) if hasattr(data, "protocol") else UPath(data))
    except ValueError as error:
        msg = f"The address {data!r} can't be understood ({error}): pass a local path, or one such as s3://bucket/key"
        raise InvalidKey(msg) from error
    _check_address(path)
    return path


def _with_options(path: UPath) -> UPath:
    from lamindb.io.path_class import UPath

    protocol = protocol_of(path)
    clients.prepare(protocol)
    options = {} if has_options(path) else clients.options_of((protocol, *_place_of(path)))
    return UPath(str(path), **options) if options else path


def has_options(path: UPath) -> bool:
    """Whether a path comes with options of its own, apart from what its address says."""
    return bool(path.storage_options.keys() - _PARTS_OF_ADDRESSES)


def _place_of(path: UPath) -> tuple[str, ...]:
    """The server or the bucket, and the segments of the address below it."""
    server = server_of(path)
    return (*([server] if server else []), *address_segments(path.path))


def server_of(path: UPath) -> str:
    """The name and the port of the server that a path is on, ``""`` where the address has a bucket instead."""
    host, port = (path.storage_options.get(name) for name in ("host", "port"))
    return f"{host}:{port}" if host and port else str(host or "")


def as_local(data: PathLike) -> Path | None:
    """The path in the local file system that a text or path means, or None if it is in the cloud."""
    if isinstance(data, str):
        text = _without_file_scheme(data)
        return None if _PROTOCOL.match(text) else Path(text)
    if isinstance(data, Path):
        return data
    if protocol_of(data):
        return None
    address: Any = getattr(data, "path", data)
    return Path(address)


def is_local(path: PathLike) -> bool:
    """Whether the bytes of a path are in the local file system."""
    return as_local(path) is not None


def protocol_of(path: PathLike) -> str:
    """The protocol of a path: ``"s3"``, ``"gs"``, …, and ``""`` for local paths."""
    protocol = path.partition("://")[0] if isinstance(path, str) else getattr(path, "protocol", "")
    if isinstance(path, str) and as_local(path) is not None:
        return ""
    return "" if protocol in _LOCAL_PROTOCOLS else _SAME_PROTOCOL.get(protocol, protocol)


def _without_file_scheme(text: str) -> str:
    # as Path.as_uri() writes it: percent-encoded, the host empty or this one
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in _LOCAL_PROTOCOLS:
        return text
    return unquote(rest.removeprefix("localhost"))


def _check_address(path: UPath) -> None:
    segments = address_segments(path.path)
    if ".." in segments or "." in segments:
        msg = f"The address {str(path)!r} has '.' or '..' segments: pass the address that it leads to"
        raise InvalidKey(msg)
    if any(_forbidden_character(segment) for segment in segments):
        msg = f"The address {str(path)!r} contains a control character"
        raise InvalidKey(msg)


# -- locations --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Location:
    """A resolved place: what two paths are compared by."""

    protocol: str
    segments: tuple[str, ...]
    """Of a local path its parts, else the server or the bucket, and what is below it."""

    def key_below(self, root: Location) -> str | None:
        """The key of this place within a root, or None if it isn't below the root."""
        depth = len(root.segments)
        is_below = 0 < depth < len(self.segments) and self.segments[:depth] == root.segments
        return "/".join(self.segments[depth:]) if is_below and self.protocol == root.protocol else None


def location_of(path: PathLike) -> Location:
    """Resolve a path: symbolic links of local paths are followed, object stores are taken by their word."""
    local = as_local(path)
    if local is not None:
        return Location("", PurePath(os.path.realpath(local)).parts)
    cloud = to_path(path)
    return Location(protocol_of(cloud), _place_of(cloud))


def relative_key(path: PathLike, root: PathLike) -> str | None:
    """The key of a path within a storage root, or None if the path isn't below the root."""
    return location_of(path).key_below(location_of(root))


def address_segments(address: str) -> tuple[str, ...]:
    """The bucket and the segments of an address in the words of its file system; none of the root of a server."""
    without_protocol = address.partition("://")[2] or address  # http file systems keep the protocol
    stripped = without_protocol.strip("/")
    return tuple(stripped.split("/")) if stripped else ()


# -- keys -------------------------------------------------------------------------------------------------------------


def check_key(key: str, *, max_length: int = MAX_KEY_LENGTH) -> str:
    """Return a key if it names an object within a storage location.

    Any characters of any script may occur, except what would leave the location or can't be part of a name everywhere.

    Raises:
        InvalidKey: The key is empty, absolute, too long, or has ``..``, ``.`` or empty segments, a backslash, a drive
            letter, or control characters.
    """
    problem = _problem_of_key(key, max_length)
    if problem:
        shown = key if len(key) <= MAX_KEY_LENGTH else f"{key[:40]}…"
        msg = f"The key {shown!r} {problem}: pass a relative path such as 'folder/name.csv'"
        raise InvalidKey(msg)
    return key


def check_user_key(key: str) -> str:
    """Return a key if it names an object within a storage location and isn't reserved for objects without key.

    Raises:
        InvalidKey: As for :func:`check_key`, and for keys below ``.lamindb/``.
    """
    if f"{key}/".startswith(AUTO_KEY_PREFIX):
        msg = f"Key cannot start with {AUTO_KEY_PREFIX}"
        raise InvalidKey(msg)
    return check_key(key)


def _problem_of_key(key: str, max_length: int) -> str | None:
    segments = key.split("/")
    if not key:
        return "is empty"
    if len(key) > max_length:
        return f"has {len(key)} characters, more than {max_length}"
    if key.startswith("/") or _DRIVE.match(key):
        return "is absolute"
    if _ADDRESS.match(key):
        return "is an address"
    if ".." in segments or "." in segments:
        return "has '.' or '..' segments"
    if "" in segments:
        return "has an empty segment"
    if "\\" in key:
        return "has a backslash"
    return "contains a control character" if _forbidden_character(key) else None


def _forbidden_character(text: str) -> bool:
    return not text.isprintable() and any(
        unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in text
    )


def path_of_key(root: UPath, key: str) -> UPath:
    """The path of a key within a storage root.

    Raises:
        InvalidKey: The key is no valid key, or leads out of the root through a symbolic link.
    """
    return join_contained(root, check_key(key))


def join_contained(root: UPath, key: str) -> UPath:
    """Join a checked key to a root.

    Raises:
        InvalidKey: The key leads out of the root through a symbolic link.
    """
    local = as_local(root)
    if local is None:
        return root / key
    path = f"{local}/{key}"
    if not _is_inside(path, os.path.realpath(local)):
        msg = f"The key {key!r} leaves the storage location {str(root)!r} through a symbolic link"
        raise InvalidKey(msg)
    return to_path(Path(path))


def _is_inside(path: str, resolved_root: str) -> bool:
    return os.path.realpath(path).startswith(resolved_root.rstrip(os.sep) + os.sep)


def auto_key(id: str, suffix: str) -> str:  # noqa: A002 - the word users know
    """The key of an object that was given none, from the id and suffix of its record.

    Raises:
        InvalidKey: There is no id, or the result isn't a key.
    """
    if not id or not isinstance(id, str) or not isinstance(suffix, str):
        msg = f"An object without key needs an id and a suffix, not {id!r} and {suffix!r}"
        raise InvalidKey(msg)
    return check_key(f"{AUTO_KEY_PREFIX}{id}{suffix}")


# -- suffixes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SuffixFinding:
    """The suffix of a name, and what a user should know about how it was found."""

    suffix: str
    note: str | None = None


def suffix_of(name: PathLike, *, what: str = "file") -> SuffixFinding:
    """Find the suffix of a name or path: one, or two if the first is a known format as in ``.csv.gz``.

    Args:
        name: A file name, a key or a path; only the last component counts.
        what: How the note calls it, ``"file"`` or ``"key"``.
    """
    suffixes = _suffixes(name_of(name))
    if len(suffixes) <= 1:
        return SuffixFinding(suffixes[0] if suffixes else "")
    if suffixes[-2] in KNOWN_SUFFIXES:
        suffix = "".join(suffixes[-2:])
        return SuffixFinding(suffix, f"{what} has more than one suffix (path.suffixes), inferring: '{suffix}'")
    note = (
        f"{what} has more than one suffix (path.suffixes), using only last suffix: '{suffixes[-1]}' - if you want your"
        " file format to be recognized, make an issue: https://github.com/laminlabs/lamindb/issues/new"
    )
    return SuffixFinding(suffixes[-1], note)


def _suffixes(name: str) -> list[str]:
    """What `PurePath.suffixes` tells of a last component, without a path being made of it."""
    if name.endswith("."):
        return []
    return [f".{part}" for part in name.lstrip(".").split(".")[1:]]


def name_of(path: PathLike) -> str:
    """The last component of a name, key or path."""
    name: Any = getattr(path, "name", path)
    if isinstance(name, str) and name and "/" not in name and name != ".":
        return name
    return PurePosixPath(name).name


def last_suffix_of(path: PathLike) -> str:
    """The last suffix of a name, key or path, including the dot."""
    return "".join(_suffixes(name_of(path))[-1:])


def is_store(path: PathLike) -> bool:
    """Whether a path is named like a folder that is one object, as zarr stores are."""
    return last_suffix_of(path) in STORE_SUFFIXES
