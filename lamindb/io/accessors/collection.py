"""Several stored AnnData as one: rows one after the other, looked at without loading them."""

from __future__ import annotations

from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lamindb.errors import MissingData
from lamindb.io.accessors.handing_over import require_extra
from lamindb.io.accessors.joining import load_joined
from lamindb.io.accessors.members import is_group
from lamindb.io.accessors.opening import open_annotated
from lamindb.io.accessors.selections import as_indexer, normalise
from lamindb.io.accessors.tables import matching, split_conditions
from lamindb.io.streams.hdf5 import column_of_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anndata import AnnData

    from lamindb.io.accessors.annotated import AnnDataAccessor
    from lamindb.io.accessors.joining import Join
    from lamindb.io.accessors.selections import Selection
    from lamindb.io.accessors.tables import TablePart

_ROWS_OF_A_BLOCK = 10_000


class AnnDataCollection:
    """AnnData objects of several files, in their order; a file is opened when something of it is wanted.

    Index it like an AnnData to get a part, and call :meth:`to_memory` to load it. What is known of whole files, such as their
    labels, are columns of ``obs``.

    Args:
        parts: The files, with the labels of each; the label ``file_id`` names it.
        join: Whether variables of all files are kept, or of any.
        rows: Which rows of each file, by its position; by default all.
        columns: The names of variables; by default those that are kept.

    Raises:
        ValueError: There is no such way to join.
    """

    def __init__(
        self,
        parts: Sequence[TablePart],
        *,
        join: Join = "inner",
        rows: dict[int, Selection] | None = None,
        columns: pd.Index[Any] | None = None,
        accessors: dict[int, AnnDataAccessor] | None = None,
    ) -> None:
        if join not in ("inner", "outer"):
            msg = f"join has to be 'inner' or 'outer', not {join!r:.80}"
            raise ValueError(msg)
        self.parts = tuple(parts)
        self.join = join
        self._rows = rows or {}
        self._columns = columns
        self._accessors = {} if accessors is None else accessors

    def __getstate__(self) -> dict[str, Any]:
        return {
            "parts": self.parts,
            "join": self.join,
            "_rows": self._rows,
            "_columns": self._columns,
            "_accessors": {},
        }

    # -- what it is ---------------------------------------------------------------------------------------------------

    @cached_property
    def var_names(self) -> pd.Index[Any]:
        """The names of variables."""
        if self._columns is not None:
            return self._columns
        names = [self._accessor(position).var_names for position in range(len(self.parts))]
        if self.join == "inner":
            return reduce(lambda one, other: one[one.isin(other)], names)
        return reduce(lambda one, other: one.append(other[~other.isin(one)]), names)

    @cached_property
    def _lengths(self) -> list[int]:
        return [len(self.rows_of(position)) for position in range(len(self.parts))]

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return sum(self._lengths), len(self.var_names)

    @property
    def obs(self) -> pd.DataFrame:
        """The annotations of rows, and the labels of their files."""
        frames = []
        for position, part in enumerate(self.parts):
            frame = self._accessor(position)[as_indexer(self.rows_of(position))].obs
            labels = {name: values[0] for name, values in part.labels.items() if len(values) == 1 and name not in frame}
            frames.append(frame.assign(**labels))
        return pd.concat(frames)

    @property
    def obs_names(self) -> pd.Index[Any]:
        """The names of rows."""
        names = [
            self._accessor(position)[as_indexer(self.rows_of(position))].obs_names
            for position in range(len(self.parts))
        ]
        return reduce(lambda one, other: one.append(other), names)

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        n_obs, n_vars = self.shape
        return f"{type(self).__name__} of {len(self.parts)} files with n_obs × n_vars = {n_obs} × {n_vars}"  # noqa: RUF001 - as in AnnData

    # -- parts of it --------------------------------------------------------------------------------------------------

    def where(self, **conditions: Any) -> AnnDataCollection:
        """The rows with some labels or annotations; files without the labels aren't opened.

        Args:
            **conditions: What is wanted, one value or several, by the feature of a label of files or by the name of a column of
                ``obs``, of which only that column is read.

        Raises:
            MissingData: There is no such label or column, or no file has the labels.
            TypeError: A wanted value is ``None``.
        """
        of_files, of_rows = split_conditions(self.parts, conditions)
        kept = matching(self.parts, of_files)
        positions = [position for position, part in enumerate(self.parts) if any(part is one for one in kept)]
        rows = {position: self._where(position, of_rows) for position in positions} if of_rows else self._rows
        return self._only({position: rows.get(position) for position in positions}, self._columns)

    def _where(self, position: int, conditions: dict[str, list[Any]]) -> Selection:
        chosen = np.asarray(self.rows_of(position))
        for name, values in conditions.items():
            chosen = chosen[self.column(position, name).isin(values).to_numpy()[chosen]]
        return chosen

    def column(self, position: int, name: str) -> pd.Series[Any]:
        """A column of the annotations of a file, read without the others.

        Raises:
            MissingData: There is no such column.
        """
        accessor = self._accessor(position)
        group = accessor.storage["obs"]
        if is_group(group) and name in group:
            return column_of_group(group, name)
        if is_group(group) or name not in accessor.obs:
            msg = f"{self.parts[position].path} has no column {name!r} in obs, and there is no such label"
            raise MissingData(msg)
        return accessor.obs[name]

    def __getitem__(self, index: Any) -> AnnDataCollection:
        rows, columns = index if isinstance(index, tuple) else (index, slice(None))
        chosen = normalise(rows, len(self), lambda: self.obs_names)
        names = self.var_names[as_indexer(normalise(columns, len(self.var_names), lambda: self.var_names))]
        ends = np.cumsum(self._lengths)
        if np.any(np.diff(np.asarray(chosen)) < 0):
            msg = "rows of several files are taken in their order: sort the positions"
            raise IndexError(msg)
        parts = {}
        for position, (end, length) in enumerate(zip(ends, self._lengths, strict=True)):
            within = np.asarray(chosen)[(np.asarray(chosen) >= end - length) & (np.asarray(chosen) < end)] - (
                end - length
            )
            if len(within):
                parts[position] = np.asarray(self.rows_of(position))[within]
        nothing = {0: np.empty(0, dtype=np.intp)}  # of one file, so that there still are columns
        return self._only(parts or nothing, names)

    def _only(self, rows: dict[int, Any], columns: pd.Index[Any] | None) -> AnnDataCollection:
        order = {old: new for new, old in enumerate(rows)}
        return AnnDataCollection(
            [self.parts[position] for position in rows],
            join=self.join,
            rows={order[position]: chosen for position, chosen in rows.items() if chosen is not None},
            columns=columns,
            accessors={order[old]: one for old, one in self._accessors.items() if old in order},
        )

    # -- into memory --------------------------------------------------------------------------------------------------

    def to_memory(self) -> AnnData:
        """Load into one AnnData, as ``anndata.concat`` joins them; ``obs["file_id"]`` tells the file."""
        import anndata as ad

        keys = [part.labels["file_id"][0] for part in self.parts]
        if not self._rows and self._columns is None:
            joined = load_joined([part.path for part in self.parts], keys, join=self.join)
        else:
            parts = [self._part(position) for position in range(len(self.parts))]
            joined = ad.concat(parts, join=self.join, label="file_id", keys=keys)
        return joined if joined.var_names.equals(self.var_names) else joined[:, self.var_names].copy()

    def _part(self, position: int) -> AnnData:
        accessor = self._accessor(position)
        wanted = self.var_names[self.var_names.isin(accessor.var_names)]
        return accessor[as_indexer(self.rows_of(position)), wanted].to_memory()

    def to_dask(self, *, rows_per_block: int = _ROWS_OF_A_BLOCK) -> Any:
        """``X`` as a dense array of Dask, in blocks of rows that the workers read.

        Raises:
            MissingExtra: dask is not installed.
        """
        require_extra("dask", "dask")
        import dask.array as da
        from dask import delayed

        blocks = []
        kind = self._accessor(0)[:0].X.dtype
        for position in range(len(self.parts)):
            chosen = self.rows_of(position)
            alone = self._only({position: chosen}, self.var_names)
            for start in range(0, len(chosen), rows_per_block):
                length = min(rows_per_block, len(chosen) - start)
                block = delayed(_dense_block)(alone, start, start + length)
                blocks.append(da.from_delayed(block, shape=(length, len(self.var_names)), dtype=kind))
        return da.concatenate(blocks)

    def close(self) -> None:
        """Close the files."""
        for accessor in self._accessors.values():
            accessor.close()
        self._accessors.clear()

    def _accessor(self, position: int) -> AnnDataAccessor:
        if position not in self._accessors:
            self._accessors[position] = open_annotated(self.parts[position].path)
        return self._accessors[position]

    def rows_of(self, position: int) -> Selection:
        """Which rows of a file there are."""
        chosen = self._rows.get(position)
        return range(self._accessor(position).shape[0]) if chosen is None else chosen


def _dense_block(part: AnnDataCollection, start: int, stop: int) -> np.ndarray[Any, Any]:
    """Read a block of one file; runs in a worker, which needs no instance."""
    accessor = open_annotated(part.parts[0].path)
    names = part.var_names
    positions = accessor.var_names.get_indexer(names)
    known = positions >= 0
    rows = np.asarray(part.rows_of(0))[start:stop]
    found = accessor[rows, positions[known]].X
    accessor.close()
    block = np.zeros((len(rows), len(names)), dtype=found.dtype)
    block[:, known] = found.toarray() if hasattr(found, "toarray") else found
    return block
