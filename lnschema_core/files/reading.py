"""Reading files: into memory, to a local path, or piece by piece."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb import setup
from lamindb.io import cache, formats, hashing, paths
from lnschema_core import runs
from lnschema_core.files import places

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import PathLike
    from lnschema_core.models import File

BACKED_SUFFIXES = (".h5", ".hdf5", ".h5ad", ".zrad", ".zarr")


def load(
    file: File, *, is_run_input: bool | None = None, stream: bool = False, track: bool = True, **kwargs: Any
) -> Any:
    """Load a file into memory; see ``File.load``."""
    if track:
        runs.track_input(file, is_run_input=is_run_input)
    if file.memory is not None and (not kwargs or file.pending is not None):
        return file.memory
    return formats.load(path_to_read(file, stream=stream), file.suffix, **kwargs)


def path_to_read(file: File, *, stream: bool = False) -> Any:
    """Where to read the whole of a file: a local path, or the storage of what is streamed."""
    path = places.path_of_file(file)
    return path if paths.is_store(path) or (stream and file.suffix == ".h5ad") else local_path(file)


def stage(file: File, *, is_run_input: bool | None = None) -> Path:
    """Make a file available locally; see ``File.stage``."""
    if file.suffix in paths.STORE_SUFFIXES:
        kind = "zarr" if file.suffix == ".zrad" else file.suffix.removeprefix(".")
        msg = f"{kind} object can't be staged, please use load() or stream()"
        raise RuntimeError(msg)
    runs.track_input(file, is_run_input=is_run_input)
    path = local_path(file)
    if not file._state.adding and not path.exists():
        raise FileNotFoundError(errno.ENOENT, f"the object of file {file.id} isn't there any more", str(path))
    return path


def local_path(file: File) -> Path:
    """Where the content is locally: in local storage itself, or in the cache, fetched there if need be."""
    path = places.path_of_file(file)
    if paths.is_local(path):
        return Path(str(path))
    expected = None if file.hash is None else hashing.FileHash(file.hash, file.hash_type or "")
    folder = setup.settings.storage.cache_dir
    for name in formats.companions(path.name, file.suffix):
        if (path.parent / name).exists():
            cache.ensure_cached(path.parent / name, folder)
    return cache.ensure_cached(path, folder, expected=expected)


def local_copy(file: File, folder: Path) -> Path:
    """Where all of the content is locally: as :func:`local_path`, and of a store in the cloud a copy in the folder."""
    path = places.path_of_file(file)
    if paths.is_local(path) or not paths.is_store(path):
        return local_path(file)
    target = folder / f"{file.pk}{file.suffix}"
    if not target.exists():
        path.fs.get(f"{path.path.rstrip('/')}/", f"{target}/", recursive=True)
    return target


def cached_copy(path: PathLike) -> PathLike:
    """Where the content of a path is locally: there, or in the cache, fetched if need be; stores of many objects stay."""
    if paths.is_local(path) or paths.is_store(path):
        return path
    return cache.ensure_cached(path, setup.settings.storage.cache_dir)


def backed(file: File, *, is_run_input: bool | None = None) -> Any:
    """Open a file for reading parts of it; see ``File.backed``."""
    from lamindb.io.accessors import TABLE_SUFFIXES, open_backed, open_table

    suffix = file.suffix.lower()
    if suffix not in (*BACKED_SUFFIXES, *TABLE_SUFFIXES):
        msg = (
            "File should have a zarr or h5 object as the underlying data, please use one of the following suffixes "
            f"for the object name: {', '.join(BACKED_SUFFIXES)}. Tables are opened from {', '.join(TABLE_SUFFIXES)}."
        )
        raise ValueError(msg)
    runs.track_input(file, is_run_input=is_run_input)
    path = path_for_parts(file)
    return open_table(path, suffix) if suffix in TABLE_SUFFIXES else open_backed(path)


def path_for_parts(file: File) -> UPath:
    """Where to read parts of a file: its copy in the cache if that is as it was when it was compared, else its storage."""
    path = places.path_of_file(file)
    if file.hash is None or paths.is_local(path) or paths.is_store(path):
        return path
    expected = hashing.FileHash(file.hash, file.hash_type or "")
    copy = cache.known_copy(path, setup.settings.storage.cache_dir, expected=expected)
    return path if copy is None else paths.to_path(copy)
