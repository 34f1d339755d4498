"""What lies in a folder, local or in the cloud.

Folders that are one object, such as zarr stores, are one entry; incomplete objects are none.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.io.paths import (
    TEMPORARY_FOLDER,
    TEMPORARY_PREFIX,
    address_segments,
    as_local,
    is_store,
    protocol_of,
    server_of,
    to_path,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

    from lamindb.types import PathLike


def files_below(folder: PathLike) -> list[str]:
    """The relative posix names of all files below a folder, sorted; a zarr store is one file.

    Raises:
        FileNotFoundError: There is no such folder.
    """
    local = as_local(folder)
    if local is not None:
        return sorted(_walk(os.fspath(local)))
    path = to_path(folder)
    depth = len(address_segments(path.path))
    keys = ("/".join(address_segments(name)[depth:]) for name in path.fs.find(path.path))
    return sorted({_store_of(key) or key for key in keys if key and not _is_incomplete(key)})


def facts_below(folder: UPath) -> dict[str, dict[str, Any]]:
    """What an object store says of all files below a folder, by their relative names; a zarr store is one file.

    Takes one listing, however many folders there are.

    Raises:
        FileNotFoundError: There is nothing.
    """
    depth = len(address_segments(folder.path))
    listed = folder.fs.find(folder.path, detail=True)
    if not listed:
        raise FileNotFoundError(str(folder))
    facts: dict[str, dict[str, Any]] = {}
    for name, information in sorted(listed.items()):
        key = "/".join(address_segments(name)[depth:])
        store = _store_of(key)
        if store:
            size = facts.get(store, {}).get("size", 0) + int(information["size"])
            facts[store] = {"size": size, "type": "directory"}
        elif key and not _is_incomplete(key):
            facts[key] = information
    return facts


def fresh_facts(path: UPath) -> dict[str, Any]:
    """What an object store says of an object now, whatever was listed before.

    Raises:
        FileNotFoundError: There is nothing at the path.
    """
    # file systems of servers keep listings of folders, by names of their own
    path.fs.invalidate_cache(None if server_of(path) else path.path)
    facts: dict[str, Any] = path.fs.info(path.path)
    return facts


def has_object(path: PathLike) -> bool:
    """Whether there is an object: a file, or a folder if the path is named like a store.

    What lies below a prefix of the same name is something else.
    """
    local = as_local(path)
    if local is not None:
        return local.is_file() or (is_store(local) and local.is_dir())
    cloud = to_path(path)
    try:
        if protocol_of(cloud) == "s3" and not is_store(cloud):
            _ask_for_object(cloud)
            return True
        facts = fresh_facts(cloud)
    except FileNotFoundError:
        return False
    return facts["type"] != "directory" or is_store(path)


def _ask_for_object(path: UPath) -> None:
    """Ask S3 for an object of this very name: its file system would also list what is below the name.

    Raises:
        FileNotFoundError: There is none.
    """
    bucket, key, _ = path.fs.split_path(path.path)
    path.fs.call_s3("head_object", Bucket=bucket, Key=key)


def content_of(folder: Path) -> list[str]:
    """The relative posix names of all files below a local folder, sorted, stores entered."""
    return sorted(_walk(os.fspath(folder), enter_stores=True))


def size_of(path: PathLike) -> int:
    """The size in bytes of a file, or of all files below a folder.

    Raises:
        FileNotFoundError: There is nothing at the path.
    """
    local = as_local(path)
    if local is None:
        return _cloud_size(to_path(path))
    if not local.is_dir():
        return local.stat().st_size
    return sum((local / name).stat().st_size for name in content_of(local))


def _cloud_size(path: UPath) -> int:
    information = fresh_facts(path)
    if information["type"] != "directory":
        return int(information["size"])
    return sum(int(entry["size"]) for entry in path.fs.find(path.path, detail=True).values())


def _walk(
    folder: str, prefix: str = "", above: tuple[tuple[int, int], ...] = (), *, enter_stores: bool = False
) -> Iterator[str]:
    # links to folders are followed, unless they lead back to where one is
    status = Path(folder).stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if _is_incomplete(name):
                continue
            if entry.is_dir() and (enter_stores or not is_store(entry.name)):
                yield from _walk(entry.path, f"{name}/", (*above, here), enter_stores=enter_stores)
            else:
                yield name


def _is_incomplete(key: str) -> bool:
    return f"/{TEMPORARY_FOLDER}/" in f"/{key}/" or f"/{TEMPORARY_PREFIX}" in f"/{key}"


def _store_of(key: str) -> str | None:
    segments = key.split("/")
    for depth, segment in enumerate(segments, start=1):
        if is_store(segment):
            return "/".join(segments[:depth])
    return None
