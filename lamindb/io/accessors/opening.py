"""Opening HDF5 files and zarr stores for reading, local or in the cloud. Nothing is ever written to them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from lamindb.errors import UnreadableData
from lamindb.io.accessors.annotated import AnnDataAccessor
from lamindb.io.formats.zarr import open_group
from lamindb.io.paths import as_local, name_of, to_path

if TYPE_CHECKING:
    from lamindb.types import PathLike

HDF5_SUFFIXES = frozenset({".h5", ".hdf5", ".h5ad"})
ZARR_SUFFIXES = frozenset({".zarr", ".zrad"})
_ALWAYS_ANNDATA = frozenset({".h5ad", ".zrad"})


@dataclass
class BackedAccessor:
    """An open file or store of any content."""

    connection: Any
    """What is open of an HDF5 file: the object in the cloud, or the local file itself; None of a zarr store."""
    storage: Any
    """The ``h5py.File`` or ``zarr.Group``."""


def open_backed(path: PathLike) -> AnnDataAccessor | BackedAccessor:
    """Open a file or store for reading parts of it.

    Args:
        path: A path that ends in ``.h5``, ``.hdf5``, ``.h5ad``, ``.zarr`` or ``.zrad``.

    Returns:
        An accessor with the attributes of an AnnData if there is one in the file, else the open file or group.

    Raises:
        ValueError: The path ends in something else.
        FileNotFoundError: There is nothing at the path.
    """
    suffix = PurePosixPath(name_of(path)).suffix
    if suffix not in HDF5_SUFFIXES | ZARR_SUFFIXES:
        msg = f"file should have .h5, .hdf5, .h5ad, .zarr or .zrad suffix, not {suffix}."
        raise ValueError(msg)
    connection, storage = _open_hdf5(path) if suffix in HDF5_SUFFIXES else (None, open_group(to_path(path)))
    if suffix in _ALWAYS_ANNDATA or storage.attrs.get("encoding-type") == "anndata":
        return AnnDataAccessor(connection, storage, name_of(path))
    return BackedAccessor(storage if connection is None and suffix in HDF5_SUFFIXES else connection, storage)


def open_annotated(path: PathLike) -> AnnDataAccessor:
    """Open an AnnData for reading parts of it.

    Raises:
        UnreadableData: Something else is in the file or store.
    """
    accessor = open_backed(path)
    if isinstance(accessor, AnnDataAccessor):
        return accessor
    msg = f"There is no AnnData in {path}"
    raise UnreadableData(msg)


def _open_hdf5(path: PathLike) -> tuple[Any, Any]:
    import h5py

    local = as_local(path)
    if local is not None:
        return None, h5py.File(os.fspath(local), mode="r")
    cloud = to_path(path)
    connection = cloud.fs.open(cloud.path, mode="rb")
    return connection, h5py.File(connection, mode="r")
