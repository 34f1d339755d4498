"""Moving and removing what is stored, files and folders alike."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from lamindb.errors import StorageError
from lamindb.io.faults import point
from lamindb.io.listing import fresh_facts, has_object, size_of
from lamindb.io.paths import address_segments, as_local, is_store, location_of, server_of, to_path
from lamindb.io.placing import (
    discard,
    explaining,
    make_folder,
    make_folders_above,
    place,
    place_tree,
    sync_folder,
    temporary,
)
from lamindb.io.transfer.fetching import fetch
from lamindb.io.transfer.files import store_file
from lamindb.io.transfer.folders import store_tree
from lamindb.io.transfer.groups import describing_last, groups, remove_objects

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

    from lamindb.io.hashing import FileHash
    from lamindb.types import PathLike


def move(path: PathLike, target: PathLike) -> None:
    """Move a file or folder; one that is at the target is replaced.

    Raises:
        FileNotFoundError: There is nothing at the path.
        StorageError: It can't be moved.
    """
    point("move.start")
    source, destination = as_local(path), as_local(target)
    if source is not None:
        source.stat()
    if source is not None and destination is not None:
        _move_local(source, destination)
    elif source is not None:
        _store(source, target)
        remove(source)
    elif destination is not None:
        fetch(path, destination)
        remove(path)
    else:
        _move_cloud(to_path(path), to_path(target))
    point("move.done")


def _move_local(source: Path, target: Path) -> None:
    with explaining(target):
        make_folder(target.parent)
        try:
            place_tree(source, target) if source.is_dir() else place(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _store(source, target)
            discard(source)
        sync_folder(target.parent)


def _move_cloud(source: UPath, target: UPath) -> None:
    if source.fs != target.fs:
        msg = f"{source} and {target} are in different file systems: fetch the object, then store it"
        raise StorageError(msg)
    if server_of(target):
        fresh_facts(source)
        with explaining(target):  # where to move is to rename
            make_folders_above(target)
            source.fs.mv(source.path, target.path)
    elif is_store(source) and fresh_facts(source)["type"] == "directory":
        with explaining(target):
            _move_objects(source, target)
    else:
        _move_object(source, target)


def _move_object(source: UPath, target: UPath) -> None:
    """Move an object; whether it is there, copying asks by itself."""
    is_there = True
    with explaining(target):
        source.fs.invalidate_cache(source.path)
        try:
            # not `mv`, which takes brackets and stars in names for patterns
            source.fs.cp_file(source.path, target.path)
        except FileNotFoundError:
            is_there = False
    if not is_there:
        raise FileNotFoundError(str(source))
    with explaining(source, "deleted"):
        source.fs.rm_file(source.path)


def _move_objects(source: UPath, target: UPath) -> None:
    names = sorted(_names_below(source), key=describing_last)
    for group in groups(names):
        source.fs.copy(_joined(source, group), _joined(target, group))
    remove_objects(source.fs, _joined(source, names[::-1]))


def _names_below(folder: UPath) -> list[str]:
    depth = len(address_segments(folder.path))
    names = ["/".join(address_segments(name)[depth:]) for name in folder.fs.find(folder.path)]
    return [name for name in names if name]


def _joined(folder: UPath, names: list[str]) -> list[str]:
    return [f"{folder.path}/{name}" for name in names]


def _store(source: Path, target: PathLike) -> FileHash:
    return store_tree(source, target) if source.is_dir() else store_file(source, target)


def remove(path: PathLike) -> bool:
    """Delete a file, or a folder with all that is in it.

    Returns:
        Whether there was something.

    Raises:
        StorageError: It can't be deleted.
    """
    if len(location_of(path).segments) <= 1:
        msg = f"{path} is a whole disk or bucket, which is never deleted"
        raise StorageError(msg)
    point("remove.start")
    local = as_local(path)
    with explaining(path, "deleted"):
        was_there = _remove_cloud(to_path(path)) if local is None else _remove_local(local)
    point("remove.done")
    return was_there


def _remove_local(path: Path) -> bool:
    if path.is_symlink() or not path.is_dir():
        return discard(path)
    # a folder vanishes in one step, too
    with temporary(path) as aside:
        path.rename(aside)
        point("remove.moved-aside")
    return True


def _remove_cloud(path: UPath) -> bool:
    filesystem = path.fs
    try:
        kind = fresh_facts(path)["type"]
    except FileNotFoundError:
        return False
    if kind == "directory":
        names = sorted(_names_below(path), key=describing_last, reverse=True)
        remove_objects(filesystem, _joined(path, names))
    else:
        filesystem.rm_file(path.path)  # what lies below a prefix of the same name is something else
    return True


def remove_object(path: PathLike) -> bool:
    """Delete an object, but no folder that is none: other objects may be in it.

    Returns:
        Whether there was one.

    Raises:
        StorageError: It can't be deleted.
    """
    with explaining(path, "deleted"):
        is_there = has_object(path)
    return is_there and remove(path)


# -- names of the developer API ---------------------------------------------------------------------------------------


def store_object(localpath: PathLike, target: PathLike) -> float:
    """Copy a local file or folder to its place in a storage location.

    Returns:
        The size in bytes.

    Raises:
        StorageError: The source is not local, or can't be stored.
    """
    source = as_local(localpath)
    if source is None:
        msg = f"{localpath} is not a local path: fetch the object, then store it"
        raise StorageError(msg)
    _store(source, target)
    return float(size_of(source))


def delete_storage(path: PathLike) -> None:
    """Delete a file or folder.

    Raises:
        FileNotFoundError: There is nothing at the path.
    """
    if not remove(path):
        msg = f"{path} is not an existing path!"
        raise FileNotFoundError(msg)
