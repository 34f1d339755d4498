"""Storing a folder that is one thing, such as a zarr store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.errors import SourceChanged
from lamindb.io import hashing
from lamindb.io.faults import point
from lamindb.io.hashing import Fingerprint, FolderHasher
from lamindb.io.listing import content_of, size_of
from lamindb.io.paths import address_segments, as_local, to_path
from lamindb.io.placing import explaining, make_folders_above, place_tree, prepare, sync_file, sync_folder, temporary
from lamindb.io.progress import continued, unseen
from lamindb.io.transfer.copying import Copying, changed_message, is_same_file, write_all
from lamindb.io.transfer.groups import describing_last, groups, remove_objects

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.io.hashing import FileHash
    from lamindb.io.progress import Update
    from lamindb.types import PathLike


def store_tree(
    source: Path,
    target: PathLike,
    *,
    expected: FileHash | None = None,
    root: PathLike | None = None,
    progress: Update | None = None,
) -> FileHash:
    """Copy a local folder, such as a zarr store, to its place in a storage location; one that is there is replaced.

    Locally the copy gets its name in one step. Object stores have no folders, so there the objects appear one by one,
    those that describe the store last.

    Args:
        source: The folder.
        target: Its final path, local or in the cloud.
        expected: The digest that was computed before; what is stored must have it.
        root: As for :func:`store_file`.
        progress: As for :func:`store_file`.

    Returns:
        The digest of what was stored.

    Raises:
        SourceChanged: The folder differs from what was expected, or was modified meanwhile.
        StorageError: The target can't be written.
    """
    point("store-tree.start")
    if is_same_file(source, target):
        return expected or hashing.digest_folder(source, progress=progress)
    place_of_root = None if root is None else as_local(root)
    with explaining(target), continued(progress, size_of(source), f"storing {source.name}") as update:
        if (local := as_local(target)) is not None:
            digest = _put_tree_local(source, local, place_of_root, expected, update)
        else:
            digest = _put_tree_cloud(source, to_path(target), expected, update)
    point("store-tree.done")
    return digest


def _put_tree_local(
    source: Path, target: Path, root: Path | None, expected: FileHash | None, update: Update
) -> FileHash:
    names = content_of(source)
    prepare(target, root)
    with temporary(target, root) as folder:
        folder.mkdir()
        digest = _copy_members(source, names, folder, update)
        point("store-tree.copied")
        _check_tree(source, names, digest, expected)
        _sync_tree(folder)
        point("store-tree.checked")
        place_tree(folder, target, root)
    point("store-tree.placed")
    sync_folder(target.parent)
    return digest


def _copy_members(source: Path, names: list[str], folder: Path, update: Update) -> FileHash:
    hasher = FolderHasher()
    for name in names:
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with hashing.open_regular(source / name) as original, copy.open("xb", buffering=0) as file:
            copying = Copying(original, source / name, kind=hashing.BLAKE3)
            copying.copy_to(lambda chunk, file=file: write_all(file, chunk), update)  # type: ignore[misc]
            copying.check()
        hasher.add(name, copying.size, copying.raw_digest())
        point("store-tree.half-copied")
    return hasher.digest()


def _sync_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            sync_file(Path(parent, name))
        sync_folder(Path(parent))


def _check_tree(source: Path, names: list[str], digest: FileHash, expected: FileHash | None) -> None:
    is_announced = expected is None or expected.type != hashing.BLAKE3_FOLDER or digest == expected
    if not is_announced or content_of(source) != names:
        raise SourceChanged(changed_message(source))


def _put_tree_cloud(source: Path, target: UPath, expected: FileHash | None, update: Update) -> FileHash:
    filesystem = target.fs
    names = sorted(content_of(source), key=describing_last)
    before = {name: Fingerprint.of((source / name).stat()) for name in names}
    digest = hashing.digest_folder(source, progress=unseen)
    _check_tree(source, sorted(names), digest, expected)
    point("store-tree.checked")
    for group in groups(names):
        places = [os.fspath(source / name) for name in group]
        for name in group:
            make_folders_above(target / name)
        filesystem.put(places, [f"{target.path}/{name}" for name in group])
        update(sum(before[name].size for name in group))
        changed = [name for name in group if not before[name].matches(source / name)]
        if changed:
            raise SourceChanged(hashing.changed_message(source / changed[0]))
        point("store-tree.half-copied")
    point("store-tree.placed")
    _remove_others(target, names)
    return digest


def _remove_others(target: UPath, names: list[str]) -> None:
    target.fs.invalidate_cache()
    ours = {address_segments((target / name).path) for name in names}
    others = [path for path in target.fs.find(target.path) if address_segments(path) not in ours]
    remove_objects(target.fs, others)
