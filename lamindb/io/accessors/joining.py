"""Several stored AnnData as one in memory: each matrix is read to its place in the result, so that none is there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lamindb.io.accessors.members import is_sparse
from lamindb.io.accessors.opening import open_annotated

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from anndata import AnnData

    from lamindb.io.accessors.annotated import AnnDataAccessor
    from lamindb.types import PathLike

    Join = Literal["inner", "outer"]

_ROWS = 1 << 14  # how many rows are read at once where columns have to be chosen


def load_joined(paths: Sequence[PathLike], keys: Sequence[str], *, join: Join = "inner") -> AnnData:
    """Load several AnnData as one, as ``anndata.concat`` joins them.

    Args:
        paths: The files or stores, local or in the cloud.
        keys: What ``obs["file_id"]`` says of the rows of each.
        join: Whether variables of all of them are kept, or of any.
    """
    import anndata as ad

    accessors = [open_annotated(path) for path in paths]
    try:
        readers = None if join == "outer" else _readers(accessors)
        if readers is None:
            return ad.concat([one.to_memory() for one in accessors], join=join, label="file_id", keys=keys)
        frames = [_without(one, readers) for one in accessors]
        joined = ad.concat(frames, join=join, label="file_id", keys=keys)
        del frames
        for name, read in readers.items():
            matrix = read(accessors, joined.var_names)
            if name == "X":
                joined.X = matrix
            else:
                joined.layers[name] = matrix
        return joined
    finally:
        for one in accessors:
            one.close()


def _readers(accessors: Sequence[AnnDataAccessor]) -> dict[str, _Reader] | None:
    """What reads each matrix that all have, by its name; ``None`` if some are of a kind that is joined otherwise."""
    if any(one.raw is not None or not one.var.index.is_unique for one in accessors):
        return None
    matrices = [_matrices(one) for one in accessors]
    readers: dict[str, _Reader] = {}
    for name in matrices[0]:
        members = [found[name] for found in matrices if name in found]
        if len(members) < len(matrices):
            continue
        kinds = {_kind(member) for member in members}
        if len(kinds) > 1 or None in kinds:
            return None
        readers[name] = _Reader(name, is_sparse=kinds == {"csr"})
    return readers if all(("X" in found) == ("X" in matrices[0]) for found in matrices) else None


def _matrices(accessor: AnnDataAccessor) -> dict[str, Any]:
    storage = accessor.storage
    layers = {name: storage["layers"][name] for name in storage["layers"]} if "layers" in storage else {}
    return ({"X": storage["X"]} if "X" in storage else {}) | layers


def _kind(member: Any) -> str | None:
    if is_sparse(member):
        return "csr" if member.attrs.get("encoding-type") == "csr_matrix" else None
    return "dense" if hasattr(member, "shape") and len(member.shape) == 2 and member.dtype.kind in "biuf" else None  # noqa: PLR2004 - rows and columns


def _without(accessor: AnnDataAccessor, names: Any) -> AnnData:
    """An AnnData in memory without some of its matrices."""
    from anndata import AnnData

    members = accessor.to_dict(without=set(names))
    return AnnData(**members, shape=accessor.shape)


class _Reader:
    """Reads a matrix of several AnnData into one."""

    def __init__(self, name: str, *, is_sparse: bool) -> None:
        self._name = name
        self._is_sparse = is_sparse

    def __call__(self, accessors: Sequence[AnnDataAccessor], var_names: pd.Index[Any]) -> Any:
        read = self._sparse if self._is_sparse else self._dense
        return read([_Part(one, self._name, var_names) for one in accessors], len(var_names))

    @staticmethod
    def _dense(parts: Sequence[_Part], n_columns: int) -> Any:
        kind = np.result_type(*(part.member.dtype for part in parts))
        joined = np.empty((sum(part.n_rows for part in parts), n_columns), dtype=kind)
        start = 0
        for part in parts:
            for matrix in part.blocks():
                joined[start : start + matrix.shape[0]] = matrix
                start += matrix.shape[0]
        return joined

    @staticmethod
    def _sparse(parts: Sequence[_Part], n_columns: int) -> Any:
        from scipy.sparse import csr_matrix

        counts = [part.counts() for part in parts]
        limits = np.concatenate([[0], *counts]).cumsum()
        data = np.empty(limits[-1], dtype=np.result_type(*(part.member["data"].dtype for part in parts)))
        is_small = max(int(limits[-1]), n_columns) < np.iinfo(np.int32).max
        indices = np.empty(limits[-1], dtype=np.int32 if is_small else np.int64)
        start = 0
        for part in parts:
            start = part.fill(data, indices, start)
        limits = limits.astype(indices.dtype)
        return csr_matrix((data, indices, limits), shape=(len(limits) - 1, n_columns), copy=False)


class _Part:
    """The matrix of one AnnData, of which some columns are wanted in some order."""

    def __init__(self, accessor: AnnDataAccessor, name: str, var_names: pd.Index[Any]) -> None:
        self._accessor = accessor
        self._name = name
        self.n_rows = accessor.shape[0]
        self.member = accessor.storage["X"] if name == "X" else accessor.storage["layers"][name]
        is_same = len(accessor.var_names) == len(var_names) and (accessor.var_names == var_names).all()
        self._columns = None if is_same else accessor.var_names.get_indexer(var_names)

    def blocks(self) -> Any:
        """The rows, a number at a time."""
        for start in range(0, self.n_rows, _ROWS):
            rows = slice(start, min(start + _ROWS, self.n_rows))
            part = self._accessor[rows] if self._columns is None else self._accessor[rows, self._columns]
            yield part.matrix(self._name)

    def counts(self) -> Any:
        """How many values each row has."""
        if self._columns is None:
            return np.diff(self.member["indptr"][:].astype(np.int64))
        wanted = np.zeros(self._accessor.shape[1], dtype=bool)
        wanted[self._columns] = True
        limits = self.member["indptr"][:].astype(np.int64)
        total = np.concatenate([[0], np.cumsum(wanted[self.member["indices"][:]], dtype=np.int64)])
        return np.diff(total[limits])

    def fill(self, data: np.ndarray[Any, Any], indices: np.ndarray[Any, Any], start: int) -> int:
        """Read the values to their places from a start on, and return where they end."""
        if self._columns is None:
            stop = start + int(self.member["data"].shape[0])
            _read_into(self.member["data"], data[start:stop])
            _read_into(self.member["indices"], indices[start:stop])
            return stop
        for block in self.blocks():
            stop = start + int(block.nnz)
            data[start:stop], indices[start:stop] = block.data, block.indices
            start = stop
        return start


def _read_into(array: Any, place: np.ndarray[Any, Any]) -> None:
    if len(place) and hasattr(array, "read_direct"):
        array.read_direct(place)
    else:
        place[:] = array[:]
