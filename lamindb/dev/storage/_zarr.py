"""AnnData objects in zarr stores, under the names and signatures that they have had since 0.50."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lamindb.io import paths, transfer
from lamindb.io.formats import zarr

if TYPE_CHECKING:
    from collections.abc import Callable

    from anndata import AnnData
    from upath import UPath

    from lamindb.types import PathLike

__all__ = ["read_adata_zarr", "write_adata_zarr"]


def read_adata_zarr(path: PathLike, **kwargs: Any) -> AnnData | Path | UPath:
    """Read an AnnData from a zarr store; return the path if something else is in the store."""
    return zarr.read_zarr(paths.to_path(path), **kwargs)


def write_adata_zarr(
    adata: AnnData,
    path: PathLike,
    callback: Callable[[int, int], None] | None = None,
    chunks: tuple[int, int] | None = None,
    **kwargs: Any,
) -> None:
    """Write an AnnData as zarr version 2, locally or, when it is whole, to a bucket; see ``lamindb.io.formats.zarr.write_zarr``."""
    local = paths.as_local(path)
    if local is not None:
        zarr.write_zarr(adata, local, callback=callback, chunks=chunks, **kwargs)
        return
    with TemporaryDirectory() as folder:
        store = Path(folder, paths.name_of(path))
        zarr.write_zarr(adata, store, callback=callback, chunks=chunks, **kwargs)
        transfer.store_object(store, path)
