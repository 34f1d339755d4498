"""Looking at objects in a storage location: what is there, how large it is, and when it was last touched.

Knows keys and places, no rows. Links are followed where a key leads through one, and never when folders are listed.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lamindb import setup
from lamindb.errors import StorageError
from lamindb.io import comparing, hashing, listing, paths, placing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from upath import UPath

    from lamindb.io.hashing import FileHash

SCRATCH = ".lamindb/fsck"
"""Where, below the cache of the instance, a check keeps what it needs."""


@dataclass(frozen=True)
class Place:
    """A storage location that is checked.

    Attributes:
        id: The id of its record.
        name: Its root as the record has it.
        root: Its root as a path.
        inner: Keys of folders that are storage locations themselves.
        is_ours: Whether only this instance keeps objects of its own there, so that those without a record are garbage.
    """

    id: str
    name: str
    root: UPath
    inner: frozenset[str]
    is_ours: bool

    @property
    def local(self) -> Path | None:
        """The root in the local file system, ``None`` in the cloud."""
        return paths.as_local(self.root)

    def path(self, key: str) -> UPath:
        """The path of an object.

        Raises:
            InvalidKey: The key leaves the storage location.
        """
        return paths.path_of_key(self.root, key)


@dataclass(frozen=True)
class Facts:
    """What is known of an object without reading it: its size, when it was touched, the digest that a store reports."""

    size: int
    touched: float
    digest: FileHash | None = None


# -- one object -------------------------------------------------------------------------------------------------------


def look_at(place: Place, key: str) -> Facts | None:
    """What is at a key, ``None`` if there is nothing.

    Raises:
        StorageError: It can't be told.
        InvalidKey: The key leaves the storage location.
    """
    path = place.path(key)
    with placing.explaining(path, "read"):
        try:
            local = paths.as_local(path)
            return _cloud_facts(path) if local is None else _local_facts(local)
        except (FileNotFoundError, NotADirectoryError):
            return None


def _local_facts(path: Path) -> Facts:
    status = path.stat()
    if not stat.S_ISDIR(status.st_mode):
        return Facts(status.st_size, _touched(status))
    members = [(path / name).stat() for name in listing.content_of(path)]
    return Facts(sum(one.st_size for one in members), max(map(_touched, [status, *members])))


def _touched(status: os.stat_result) -> float:
    # an object that is moved keeps the time when it was written
    return max(status.st_mtime, status.st_ctime)


def _cloud_facts(path: UPath) -> Facts:
    path.fs.invalidate_cache(path.parent.path)
    information = path.fs.info(path.path)
    if information["type"] != "directory":
        return _listed_facts(information)
    members = list(path.fs.find(path.path, detail=True).values())
    return Facts(sum(int(one["size"]) for one in members), max(map(_time_in, members), default=time.time()))


def _listed_facts(information: dict[str, Any]) -> Facts:
    return Facts(int(information["size"] or 0), _time_in(information), hashing.hash_of_listing(information))


def _time_in(information: dict[str, Any]) -> float:
    """When an object was written, now if its file system doesn't say: it is then never old."""
    told = [information.get(name) for name in ("LastModified", "mtime", "updated", "created")]
    found = next((one for one in told if one), None)
    if isinstance(found, str):
        found = datetime.fromisoformat(found)
    if isinstance(found, datetime):
        return found.timestamp()
    return time.time() if found is None else float(found)


def has_content(place: Place, key: str, expected: FileHash) -> bool:
    """Whether the bytes of an object have a digest; reads all of them.

    Raises:
        FileNotFoundError: There is no object.
        StorageError: It can't be read.
    """
    return comparing.has_content(place.path(key), expected, _scratch())


def local_copy(path: UPath) -> AbstractContextManager[Path]:
    """An object in the local file system within the block: itself, or a copy that goes away afterwards."""
    return comparing.local_copy(path, _scratch())


def _scratch() -> Path:
    return setup.settings.storage.cache_dir / SCRATCH


def is_there(place: Place) -> bool:
    """Whether a storage location can be reached at all."""
    try:
        with placing.explaining(place.root, "read"):
            return _is_in_store(place.root) if place.local is None else place.local.is_dir()
    except (StorageError, FileNotFoundError):
        return False


def _is_in_store(root: UPath) -> bool:
    """Whether there is anything below a root, or a bucket that something may be in."""
    return bool(root.fs.isdir(root.path) or root.fs.exists("/".join(paths.address_segments(root.path)[:1])))


# -- all objects ------------------------------------------------------------------------------------------------------


def walk(place: Place, *, prefix: str = "", after: str = "") -> Iterator[tuple[str, Facts]]:
    """All objects of a storage location in a fixed order, with their keys; folders that are one object are one entry.

    Needs memory for the names of the folders that it is in.

    Args:
        place: The storage location.
        prefix: A folder in it, with ``/`` at the end.
        after: The last object that is not wanted any more, by its path from there.
    """
    last, _, below = after.partition("/")
    entries = _cloud_entries(place, prefix) if place.local is None else _local_entries(place.local, prefix)
    for name, is_folder in sorted(entries):
        key = f"{prefix}{name}"
        if name < last or (name == last and not below) or key in place.inner:
            continue
        if is_folder and not paths.is_store(name) and not name.startswith(paths.TEMPORARY_PREFIX):
            yield from walk(place, prefix=f"{key}/", after=below if name == last else "")
        elif (facts := _looked_at(place, key)) is not None:
            yield key, facts


def _local_entries(root: Path, prefix: str) -> list[tuple[str, bool]]:
    try:
        with os.scandir(root / prefix) as entries:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries if not entry.is_symlink()]
    except FileNotFoundError:
        return []  # removed meanwhile


def _cloud_entries(place: Place, prefix: str) -> list[tuple[str, bool]]:
    folder = place.root / prefix if prefix else place.root
    depth = len(paths.address_segments(folder.path))
    folder.fs.invalidate_cache()
    try:
        found = folder.fs.ls(folder.path, detail=True)
    except FileNotFoundError:
        return []
    names = {(paths.address_segments(one["name"])[depth:], one["type"] == "directory") for one in found}
    return [(name[0], is_folder) for name, is_folder in names if len(name) == 1 and name[0]]


def _looked_at(place: Place, key: str) -> Facts | None:
    """The facts of an object that was listed, ``None`` if it has gone meanwhile."""
    local = place.local
    if local is None:
        return look_at(place, key)
    try:
        return _local_facts(local / key)
    except FileNotFoundError:
        return None


def names_in(place: Place, prefix: str = "") -> list[str]:
    """The names of what is in a folder of a storage location, by default at its top; none if it can't be reached.

    Args:
        place: The storage location.
        prefix: The folder, with ``/`` at the end.
    """
    if not is_there(place):
        return []
    entries = _cloud_entries(place, prefix) if place.local is None else _local_entries(place.local, prefix)
    return [name for name, _ in entries]
