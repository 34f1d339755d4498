"""AnnData objects in zarr stores."""

from lamindb.io.formats.zarr import read_zarr as read_adata_zarr
from lamindb.io.formats.zarr import write_zarr as write_adata_zarr

__all__ = ["read_adata_zarr", "write_adata_zarr"]
