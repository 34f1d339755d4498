"""Data in files that are read piece by piece, opened: nothing of the content is read here. Knows no registry, as workers don't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lamindb.io import paths
from lamindb.io.streams import hdf5
from lamindb.io.streams.csv import TextTable
from lamindb.io.streams.matrix import Matrix
from lamindb.io.streams.parquet import ParquetTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from upath import UPath

    from lamindb.io.streams.table import Table

COLUMNS = "columns"
OBS = "obs"
VAR = "var"

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_STORES = (".h5ad", ".h5mu", ".zarr", ".zrad")


@dataclass(frozen=True)
class Source:
    """Data to be checked.

    Attributes:
        kind: What it is, for people.
        tables: The tables by slot: ``columns`` of a frame, ``obs`` and ``var`` of AnnData objects, and of MuData objects
            those of all modalities, such as ``rna/obs``.
        matrices: The matrices of AnnData objects, of several those that belong below each other.
    """

    kind: Literal["table", "AnnData", "MuData"]
    tables: Mapping[str, Table]
    matrices: Sequence[Matrix] = ()


def is_read_in_parts(path: UPath) -> bool:
    """Whether files of this name are read piece by piece."""
    suffix = paths.suffix_of(path).suffix
    return suffix in (*_STORES, ".parquet") or suffix[:4] in _DELIMITERS


def open_stored(path: UPath) -> Source:
    """Find out what a file is made of that is read piece by piece.

    Raises:
        FileNotFoundError: There is nothing at the path.
        UnreadableData: The file isn't what its suffix says.
    """
    if not path.exists():
        msg = f"there is nothing at {path}"
        raise FileNotFoundError(msg)
    suffix = paths.suffix_of(path).suffix
    if suffix in _STORES:
        return _source_of_store(path, suffix)
    table = ParquetTable(path) if suffix == ".parquet" else TextTable(path, delimiter=_DELIMITERS[suffix[:4]])
    return Source("table", {COLUMNS: table})


def _source_of_store(path: UPath, suffix: str) -> Source:
    """The frames and the matrix in an AnnData or MuData file, which stay there."""
    slots = (OBS, VAR)
    if suffix != ".h5mu":
        return Source("AnnData", {slot: hdf5.StoredFrame(path, slot) for slot in slots}, [Matrix(None, path=path)])
    modalities = hdf5.modalities_of(path)
    frames = {f"{name}/{slot}": hdf5.StoredFrame(path, f"mod/{name}/{slot}") for name in modalities for slot in slots}
    return Source("MuData", {**{slot: hdf5.StoredFrame(path, slot) for slot in slots}, **frames})
