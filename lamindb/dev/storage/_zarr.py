"""AnnData objects in zarr stores, under the names and signatures that they have had since 0.50."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.io.formats import zarr
from lamindb.io.formats.zarr import read_zarr as read_adata_zarr

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from anndata import AnnData

__all__ = ["read_adata_zarr", "write_adata_zarr"]


def write_adata_zarr(
    adata: AnnData,
    path: str | os.PathLike[str],
    callback: Callable[[int, int], None] | None = None,
    chunks: tuple[int, int] | None = None,
    **kwargs: Any,
) -> None:
    """Write an AnnData as zarr version 2; see ``lamindb.io.formats.zarr.write_zarr``."""
    zarr.write_zarr(adata, Path(path), callback=callback, chunks=chunks, **kwargs)
