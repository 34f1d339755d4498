"""Parts of stored objects: opened without reading, or read for selected rows and columns only.

Knows the layouts of all releases of anndata: encoded members, sparse groups and tables without encoding, and tables
that are one compound array.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lamindb.io.accessors.runs import blocks_of, length_of_chunks, runs_of
from lamindb.io.accessors.selections import as_indexer
from lamindb.io.formats.unpacking import refuse_bomb_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scipy.sparse import csr_matrix

    from lamindb.io.accessors.selections import Selection

_SPARSE = frozenset({"csr_matrix", "csc_matrix"})
_SPARSE_MEMBERS = frozenset({"data", "indices", "indptr"})
_INDEX_FIELDS = ("index", "_index")
_VALUES = 1 << 24  # how many values are read at once at most, where a part of them is wanted


# -- opening ----------------------------------------------------------------------------------------------------------


def is_group(member: Any) -> bool:
    """Whether a member has members of its own."""
    return hasattr(member, "keys")


def is_sparse(member: Any) -> bool:
    """Whether a group is a sparse matrix."""
    return is_group(member) and set(member.keys()) >= _SPARSE_MEMBERS


def opened(member: Any, *, shape: tuple[int, int] | None = None) -> Any:
    """A member that is read when it is indexed, where its layout allows that; else what is in it.

    Args:
        member: An array or group of an HDF5 file or a zarr store.
        shape: The shape of a sparse matrix that doesn't say it.
    """
    from anndata.io import sparse_dataset

    if not is_group(member):
        return member
    if not is_sparse(member):
        return _read(member)
    is_labelled = member.attrs.get("encoding-type") in _SPARSE or "h5sparse_format" in member.attrs
    return sparse_dataset(member) if is_labelled else _unlabelled_sparse(member, shape)


def _read(member: Any) -> Any:
    """What is in a member; that it was written long ago is no news to who reads it."""
    from anndata import OldFormatWarning
    from anndata.io import read_elem

    refuse_bomb_in(member)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OldFormatWarning)
        return read_elem(member)


def _unlabelled_sparse(group: Any, shape: tuple[int, int] | None) -> csr_matrix:
    from scipy.sparse import csr_matrix

    refuse_bomb_in(group)
    parts = (group["data"][:], group["indices"][:], group["indptr"][:])
    return csr_matrix(parts, shape=tuple(group.attrs["shape"]) if "shape" in group.attrs else shape)


def loaded(member: Any) -> Any:
    """All that is in an opened member, in memory.

    Raises:
        UnreadableFile: It would unpack to far more than any data does.
    """
    if hasattr(member, "to_memory"):
        refuse_bomb_in(member.group)
        return member.to_memory()
    if not hasattr(member, "chunks"):
        return member
    refuse_bomb_in(member)
    return member[()]


# -- tables -----------------------------------------------------------------------------------------------------------


def read_frame(member: Any, uns: Mapping[str, Any]) -> pd.DataFrame:
    """Read a table of annotations.

    Args:
        member: A group with a column per member, or a compound array.
        uns: The unstructured annotations, where early releases kept the categories of compound arrays.
    """
    if is_group(member):
        frame: pd.DataFrame = _read(member)
        return frame
    refuse_bomb_in(member)
    records = member[()]
    columns = {name: _decoded(records[name]) for name in records.dtype.names}
    for name in columns.keys() & {key.removesuffix("_categories") for key in uns if key.endswith("_categories")}:
        categories = pd.Index(np.atleast_1d(uns[f"{name}_categories"]))
        columns[name] = pd.Categorical.from_codes(columns[name], categories=categories)
    index = next((name for name in _INDEX_FIELDS if name in columns), None)
    frame = pd.DataFrame(columns)
    return frame if index is None else frame.set_index(index).rename_axis(None)


def read_names(member: Any) -> pd.Index[Any] | None:
    """Read only the names of the rows of a table, or None if its layout needs the whole."""
    if not is_group(member) or "_index" not in member.attrs:
        return None
    names: pd.Index[Any] = pd.Index(np.asarray(_read(member[member.attrs["_index"]])).astype(object))
    return names


def fields_of(member: Any) -> list[str]:
    """The names of the parts of a member."""
    if is_group(member):
        return [name for name in member.keys() if name != "__categories"]  # noqa: SIM118 - groups are no dictionaries
    return list(member.dtype.names or ())


def _decoded(values: np.ndarray[Any, Any]) -> Any:
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8").astype(object)
    if values.dtype.kind == "O":
        return np.array([value.decode() if isinstance(value, bytes) else value for value in values], dtype=object)
    return values


# -- selecting --------------------------------------------------------------------------------------------------------


def select(member: Any, *selections: Selection) -> Any:
    """Read what is at the selected positions of the first axes of an opened member."""
    if isinstance(member, Mapping):
        return member
    indexers = tuple(map(as_indexer, selections))
    if isinstance(member, pd.DataFrame):
        return member.iloc[indexers[0]]
    if hasattr(member, "oindex"):
        return member.oindex[indexers]
    return _select_hdf5(member, selections) if hasattr(member, "chunks") else _select_along(member, indexers)


def _select_along(member: Any, indexers: tuple[Any, ...]) -> Any:
    for axis, indexer in enumerate(indexers):
        member = member[(*(slice(None),) * axis, indexer)]
    return member


def _select_hdf5(dataset: Any, selections: tuple[Selection, ...]) -> np.ndarray[Any, Any]:
    rows, *others = selections
    if isinstance(as_indexer(rows), slice) and not any(
        _is_part(dataset, axis + 1, one) for axis, one in enumerate(others)
    ):
        return np.asarray(dataset[as_indexer(rows)])
    wanted, back = np.unique(np.asarray(rows, dtype=np.intp), return_inverse=True)
    hulls = tuple(_hull(selection) for selection in others)
    width = int(np.prod([hull.stop - hull.start for hull in hulls] + [1]))
    parts = [_read_block(dataset, block, others, hulls) for block in _row_blocks(dataset, wanted, width)]
    return np.concatenate([_nothing(dataset, selections), *parts])[back]


def _is_part(dataset: Any, axis: int, selection: Selection) -> bool:
    return selection != range(dataset.shape[axis]) if isinstance(selection, range) else True


def _nothing(dataset: Any, selections: tuple[Selection, ...]) -> np.ndarray[Any, Any]:
    shape = (0, *map(len, selections[1:]), *dataset.shape[len(selections) :])
    return np.empty(shape, dtype=dataset.dtype)


def _row_blocks(dataset: Any, wanted: np.ndarray[Any, Any], width: int) -> Iterator[np.ndarray[Any, Any]]:
    # each chunk is in one block, and blocks are small enough to hold the columns between the first and the last wanted
    chunk = length_of_chunks(dataset)
    for run in runs_of(wanted, chunk):
        for lower, upper in blocks_of(int(run[0]), int(run[-1]) + 1, chunk, max(1, _VALUES // max(1, width))):
            block = run[np.searchsorted(run, lower) : np.searchsorted(run, upper)]
            if len(block):
                yield block


def _read_block(
    dataset: Any, rows: np.ndarray[Any, Any], others: list[Selection], hulls: tuple[slice, ...]
) -> np.ndarray[Any, Any]:
    read = np.asarray(dataset[(slice(rows[0], rows[-1] + 1), *hulls)])
    read = read if len(rows) == len(read) else read[rows - rows[0]]
    for axis, (selection, hull) in enumerate(zip(others, hulls, strict=True), start=1):
        read = np.take(read, np.asarray(selection, dtype=np.intp) - hull.start, axis=axis)
    return read


def _hull(selection: Selection) -> slice:
    if len(selection) == 0:
        return slice(0, 0)
    return slice(int(min(selection)), int(max(selection)) + 1)
