"""Backed views: objects in storage that are read piece by piece. Heavy: imports numpy and pandas.

:func:`open_backed` opens HDF5 files and zarr stores, local or in the cloud, for reading only.
"""

from __future__ import annotations

from lamindb.io.accessors.annotated import AnnDataAccessor, AnnDataAccessorSubset, AnnDataRawAccessor
from lamindb.io.accessors.opening import BackedAccessor, open_backed

__all__ = ["AnnDataAccessor", "AnnDataAccessorSubset", "AnnDataRawAccessor", "BackedAccessor", "open_backed"]
