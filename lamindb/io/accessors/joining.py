"""Several stored AnnData as one in memory: each matrix is read to its place in the result, so that none is there twice.

One file is open at a time, so that neither handles nor what is cached of files adds up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lamindb.io.accessors.members import is_sparse, loaded
from lamindb.io.accessors.opening import open_annotated
from lamindb.io.accessors.runs import blocks_of, length_of_chunks
from lamindb.io.formats.unpacking import refuse_bomb_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from anndata import AnnData

    from lamindb.io.accessors.annotated import AnnDataAccessor
    from lamindb.types import PathLike

    Join = Literal["inner", "outer"]

_RAW = "raw/X"
_VALUES = 1 << 20  # how many stored values are read at once where they can't be read to their place


def load_joined(paths: Sequence[PathLike], keys: Sequence[str], *, join: Join = "inner") -> AnnData:
    """Load several AnnData as one, as ``anndata.concat`` joins them.

    Args:
        paths: The files or stores, local or in the cloud.
        keys: What ``obs["file_id"]`` says of the rows of each.
        join: Whether variables of all of them are kept, or of any.

    Raises:
        UnreadableFile: One of them would unpack to far more than any data does.
    """
    import anndata as ad

    outlines = None if join == "outer" else _outlines(paths)
    if outlines is None:
        return ad.concat([_load(path) for path in paths], join=join, label="file_id", keys=keys)
    joined = ad.concat([outline.annotations() for outline in outlines], join=join, label="file_id", keys=keys)
    for place in outlines[0].matrices:
        if all(place in outline.matrices for outline in outlines):
            _add_matrix(joined, place, outlines)
    return joined


def _load(path: PathLike) -> AnnData:
    with open_annotated(path) as accessor:
        refuse_bomb_in(accessor.storage)
        return accessor.to_memory()


def _add_matrix(joined: AnnData, place: str, outlines: Sequence[_Outline]) -> None:
    import pandas as pd
    from anndata import AnnData

    names = reduce(lambda one, other: one.intersection(other), [one.matrices[place].var_names for one in outlines])
    matrix = _read_joined([_Part(outline, place, names) for outline in outlines], len(names))
    if place == "X":
        joined.X = matrix
    elif place == _RAW:
        joined.raw = AnnData(matrix, obs=joined.obs[[]], var=pd.DataFrame(index=names))
    else:
        joined.layers[place.removeprefix("layers/")] = matrix


# -- what there is ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Matrix:
    """What is known of a stored matrix before it is read."""

    kind: Literal["csr", "dense"]
    dtype: np.dtype[Any]
    n_values: int
    var_names: pd.Index[Any]


@dataclass(frozen=True)
class _Outline:
    """What is known of a stored AnnData before its matrices are read; these by the place where they are in it."""

    path: PathLike
    shape: tuple[int, int]
    var_names: pd.Index[Any]
    matrices: dict[str, _Matrix]

    def annotations(self) -> AnnData:
        """What is joined beside matrices; what ``anndata.concat`` leaves out isn't read."""
        import pandas as pd
        from anndata import AnnData

        with open_annotated(self.path) as accessor:
            obsm = accessor.obsm
            arrays = None if obsm is None else {key: loaded(obsm[key]) for key in obsm}
            return AnnData(obs=accessor.obs, var=pd.DataFrame(index=self.var_names), obsm=arrays, shape=self.shape)


def _outlines(paths: Sequence[PathLike]) -> list[_Outline] | None:
    """What is known of each; ``None`` if there are some that aren't joined matrix by matrix."""
    outlines: list[_Outline] = []
    names: list[pd.Index[Any]] = []
    for path in paths:
        with open_annotated(path) as accessor:
            refuse_bomb_in(accessor.storage)
            outline = _outline(path, accessor, names)
        if outline is None or not _are_alike(outlines[0] if outlines else outline, outline):
            return None
        outlines.append(outline)
    return outlines


def _outline(path: PathLike, accessor: AnnDataAccessor, names: list[pd.Index[Any]]) -> _Outline | None:
    storage, raw = accessor.storage, accessor.raw
    layers = [f"layers/{name}" for name in storage["layers"]] if "layers" in storage else []
    places = [place for place in ("X", _RAW, *layers) if place in storage]
    if (raw is None) == (_RAW in places):
        return None
    var_names = _shared(accessor.var_names, names)
    raw_names = var_names if raw is None else _shared(raw.var_names, names)
    matrices = {place: _look_at(storage[place], raw_names if place == _RAW else var_names) for place in places}
    known = {place: matrix for place, matrix in matrices.items() if matrix is not None}
    is_known = len(known) == len(places) and var_names.is_unique and raw_names.is_unique
    return _Outline(path, accessor.shape, var_names, known) if is_known else None


def _shared(names: pd.Index[Any], known: list[pd.Index[Any]]) -> pd.Index[Any]:
    """Names as an earlier file has them, so that those of many files are in memory once."""
    same = next((one for one in known if one.equals(names)), None)
    if same is None:
        known.append(names)
    return names if same is None else same


def _are_alike(one: _Outline, other: _Outline) -> bool:
    """Whether matrices that both have are of one kind, and both or none have those that aren't layers."""
    shared = one.matrices.keys() & other.matrices.keys()
    has_same_kinds = all(one.matrices[place].kind == other.matrices[place].kind for place in shared)
    return has_same_kinds and one.matrices.keys() & {"X", _RAW} == other.matrices.keys() & {"X", _RAW}


def _look_at(member: Any, var_names: pd.Index[Any]) -> _Matrix | None:
    if is_sparse(member):
        is_by_row = member.attrs.get("encoding-type") == "csr_matrix"
        return _Matrix("csr", member["data"].dtype, member["data"].shape[0], var_names) if is_by_row else None
    is_dense = hasattr(member, "shape") and len(member.shape) == 2 and member.dtype.kind in "biuf"  # noqa: PLR2004 - rows and columns
    return _Matrix("dense", member.dtype, member.shape[0] * member.shape[1], var_names) if is_dense else None


# -- matrices ---------------------------------------------------------------------------------------------------------


class _Part:
    """The matrix of one AnnData, of which some columns are wanted in some order."""

    def __init__(self, outline: _Outline, place: str, names: pd.Index[Any]) -> None:
        self._path = outline.path
        self._place = place
        self.n_rows = outline.shape[0]
        self.matrix = outline.matrices[place]
        self._columns = None if self.matrix.var_names.equals(names) else self.matrix.var_names.get_indexer(names)

    def read_dense(self, values: np.ndarray[Any, Any]) -> None:
        """Read the matrix to its place."""
        with open_annotated(self._path) as accessor:
            if self._columns is None:
                _read_into(accessor.storage[self._place], values)
                return
            start = 0
            for block in self._blocks(accessor):
                values[start : start + len(block)] = block
                start += len(block)

    def read_sparse(self, data: np.ndarray[Any, Any], indices: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Read the values to the beginning of their place, and return how many each row has."""
        with open_annotated(self._path) as accessor:
            if self._columns is None:
                member = accessor.storage[self._place]
                _read_into(member["data"], data[: self.matrix.n_values])
                _read_into(member["indices"], indices[: self.matrix.n_values])
                return np.diff(np.asarray(member["indptr"][:]).astype(np.int64, copy=False))
            start, counts = 0, [np.zeros(0, dtype=np.int64)]
            for block in self._blocks(accessor):
                data[start : start + block.nnz], indices[start : start + block.nnz] = block.data, block.indices
                start += block.nnz
                counts.append(np.diff(block.indptr))
            return np.concatenate(counts)

    def _blocks(self, accessor: AnnDataAccessor) -> Iterator[Any]:
        """The wanted columns, some rows at a time."""
        raw = accessor.raw if self._place == _RAW else None
        step = max(1, self.n_rows * _VALUES // max(1, self.matrix.n_values))
        for start in range(0, self.n_rows, step):
            part = (slice(start, start + step), self._columns)
            yield accessor[part].matrix(self._place.removeprefix("layers/")) if raw is None else raw[part].X


def _read_joined(parts: Sequence[_Part], n_columns: int) -> Any:
    kind = np.result_type(*(part.matrix.dtype for part in parts))
    read = _read_sparse if parts[0].matrix.kind == "csr" else _read_dense
    return read(parts, n_columns, kind)


def _read_dense(parts: Sequence[_Part], n_columns: int, kind: np.dtype[Any]) -> np.ndarray[Any, Any]:
    joined = np.empty((sum(part.n_rows for part in parts), n_columns), dtype=kind)
    start = 0
    for part in parts:
        part.read_dense(joined[start : start + part.n_rows])
        start += part.n_rows
    return joined


def _read_sparse(parts: Sequence[_Part], n_columns: int, kind: np.dtype[Any]) -> Any:
    from scipy.sparse import csr_matrix

    most = sum(part.matrix.n_values for part in parts)  # memory that nothing is written to isn't taken
    is_small = max(most, n_columns) < np.iinfo(np.int32).max
    data, indices = np.empty(most, dtype=kind), np.empty(most, dtype=np.int32 if is_small else np.int64)
    limits = np.zeros(1 + sum(part.n_rows for part in parts), dtype=indices.dtype)
    row = start = 0
    for part in parts:
        counts = part.read_sparse(data[start:], indices[start:])
        limits[row + 1 : row + 1 + len(counts)] = start + np.cumsum(counts)
        row, start = row + len(counts), start + int(counts.sum())
    return csr_matrix((data[:start], indices[:start], limits), shape=(row, n_columns), copy=False)


def _read_into(array: Any, values: np.ndarray[Any, Any]) -> None:
    """Read an array to its place: as a whole where the library can, else some rows at a time."""
    if len(values) and hasattr(array, "read_direct") and array.dtype == values.dtype:
        array.read_direct(values)
        return
    most = max(1, _VALUES * len(values) // max(1, values.size))
    for lower, upper in blocks_of(0, len(values), length_of_chunks(array), most):
        values[lower:upper] = array[lower:upper]
