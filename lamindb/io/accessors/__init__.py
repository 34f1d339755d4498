"""Backed views: objects in storage that are read piece by piece. Heavy: imports numpy and pandas.

:func:`open_backed` opens HDF5 files and zarr stores, local or in the cloud, for reading only; :func:`open_table` tables. Of
several files, :class:`TableAccessor` and :class:`AnnDataCollection` make one, and :class:`MappedCollection` hands out cells.
"""

from __future__ import annotations

from lamindb.io.accessors.annotated import AnnDataAccessor, AnnDataAccessorSubset, AnnDataRawAccessor
from lamindb.io.accessors.collection import AnnDataCollection
from lamindb.io.accessors.joining import load_joined
from lamindb.io.accessors.mapped import MappedCollection
from lamindb.io.accessors.opening import BackedAccessor, open_backed
from lamindb.io.accessors.tables import TABLE_SUFFIXES, TableAccessor, TablePart, open_table

__all__ = [
    "TABLE_SUFFIXES",
    "AnnDataAccessor",
    "AnnDataAccessorSubset",
    "AnnDataCollection",
    "AnnDataRawAccessor",
    "BackedAccessor",
    "MappedCollection",
    "TableAccessor",
    "TablePart",
    "load_joined",
    "open_backed",
    "open_table",
]
