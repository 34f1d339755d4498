"""Rows and columns of compressed sparse matrices in storage, read without the rest of the matrix.

A matrix is three arrays (https://anndata.readthedocs.io/en/stable/fileformat-prose.html#sparse-arrays); which stretches of
two of them belong to a row, the third says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lamindb.io.accessors.runs import blocks_of, length_of_chunks, merged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamindb.io.accessors.selections import Selection

BLOCK = 1 << 23
"""How many stored values are looked at at once, where a part of them is wanted."""


class SparseReader:
    """A compressed sparse matrix in an open file or store.

    Attributes:
        shape: The numbers of rows and columns.
        is_by_row: Whether it is compressed by rows, rather than by columns.
    """

    def __init__(self, group: Any, shape: tuple[int, int] | None = None) -> None:
        attributes = group.attrs
        encoding = str(attributes.get("encoding-type") or attributes.get("h5sparse_format") or "csr")
        stored = attributes["shape"] if "shape" in attributes else attributes.get("h5sparse_shape", shape)
        self.is_by_row = encoding.startswith("csr")
        self._data, self._indices = group["data"], group["indices"]
        self._reads_positions = hasattr(self._data, "oindex")
        self._limits = np.asarray(group["indptr"][:]).astype(np.int64, copy=False)
        n_major = len(self._limits) - 1
        n_minor = int(stored[int(self.is_by_row)]) if stored is not None else -1
        self.shape = (n_major, n_minor) if self.is_by_row else (n_minor, n_major)

    def select(self, rows: Selection, columns: Selection | None = None) -> Any:
        """Read what is at selected rows and columns, in their order, as a sparse matrix of scipy."""
        from scipy.sparse import csc_matrix, csr_matrix

        columns = range(self.shape[1]) if columns is None else columns
        major, minor = (rows, columns) if self.is_by_row else (columns, rows)
        wanted, back = _distinct(major)
        few, back_minor = (None, None) if _is_all(minor, self._n_minor) else _distinct(minor)
        data, indices, counts = self._read(wanted, few)
        limits = np.concatenate([[0], np.cumsum(counts)])
        n_minor = self._n_minor if few is None else len(few)
        shape = (len(wanted), n_minor) if self.is_by_row else (n_minor, len(wanted))
        matrix = (csr_matrix if self.is_by_row else csc_matrix)((data, indices, limits), shape=shape)
        matrix = matrix if back is None else _take(matrix, back, axis=int(not self.is_by_row))
        return matrix if back_minor is None else _take(matrix, back_minor, axis=int(self.is_by_row))

    @property
    def _n_minor(self) -> int:
        return self.shape[int(self.is_by_row)]

    def _read(self, wanted: np.ndarray[Any, Any], few: np.ndarray[Any, Any] | None) -> tuple[Any, Any, Any]:
        """Data and indices of the wanted stretches, and how many values each has."""
        starts, stops = self._limits[wanted], self._limits[wanted + 1]
        places = None if few is None else _places(few, self._n_minor)
        is_filled = stops > starts
        blocks = self._blocks(starts[is_filled], stops[is_filled], is_filtered=places is not None)
        found = [self._within(*block, stops, places) for block in blocks]
        data, indices, owners = ([part[axis] for part in found] for axis in range(3))
        if not found:
            return self._data[:0], self._indices[:0], np.zeros(len(wanted), dtype=np.int64)
        counts = stops - starts if places is None else np.bincount(np.concatenate(owners), minlength=len(wanted))
        return np.concatenate(data), np.concatenate(indices), counts

    def _blocks(
        self, starts: np.ndarray[Any, Any], stops: np.ndarray[Any, Any], *, is_filtered: bool
    ) -> Iterator[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
        """The wanted stretches, those of the same chunks together, those that are long in several blocks."""
        chunk = length_of_chunks(self._data)
        groups = [(starts, stops)] if self._reads_positions and len(starts) else merged(starts, stops, chunk)
        # of positions, an array reads each chunk once, and hands out no more than what is at them
        most = BLOCK if is_filtered or not self._reads_positions else int(self._limits[-1])
        for some_starts, some_stops in groups:
            for lower, upper in blocks_of(int(some_starts[0]), int(some_stops[-1]), chunk, most):
                first = np.searchsorted(some_stops, lower, side="right")
                last = np.searchsorted(some_starts, upper, side="left")
                if first < last:
                    yield np.maximum(some_starts[first:last], lower), np.minimum(some_stops[first:last], upper)

    def _within(
        self,
        starts: np.ndarray[Any, Any],
        stops: np.ndarray[Any, Any],
        all_stops: np.ndarray[Any, Any],
        places: np.ndarray[Any, Any] | None,
    ) -> tuple[Any, Any, Any]:
        """Data, indices and owners of the wanted values in a block; the owners only if some of the indices are wanted."""
        lower, upper = int(starts[0]), int(stops[-1])
        kept = None if np.array_equal(starts[1:], stops[:-1]) else _positions(starts - lower, stops - lower)
        if kept is not None and self._reads_positions:
            indices, data = self._indices.oindex[lower + kept], self._data.oindex[lower + kept]
        else:
            indices, data = _stretch(self._indices, lower, upper, kept), _stretch(self._data, lower, upper, kept)
        if places is None:
            return data, indices, None
        new = places[indices]
        is_wanted = np.flatnonzero(new >= 0)
        position = lower + (is_wanted if kept is None else kept[is_wanted])
        return data[is_wanted], new[is_wanted], np.searchsorted(all_stops, position, side="right")


def _stretch(array: Any, lower: int, upper: int, kept: np.ndarray[Any, Any] | None) -> Any:
    """A stretch of an array, or what is kept of it."""
    values = np.asarray(array[lower:upper])
    return values if kept is None else values[kept]


def _positions(starts: np.ndarray[Any, Any], stops: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The positions in several stretches."""
    lengths = stops - starts
    offsets = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    positions: np.ndarray[Any, Any] = np.arange(int(lengths.sum())) + offsets
    return positions


def _places(few: np.ndarray[Any, Any], length: int) -> np.ndarray[Any, Any]:
    """For each index its new one, or -1 if it isn't wanted."""
    places = np.full(length, -1, dtype=np.int32)
    places[few] = np.arange(len(few), dtype=np.int32)
    return places


def _distinct(selection: Selection) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None]:
    """The positions, ascending and distinct, and where the selected ones are among them; ``None`` if they are the same."""
    if isinstance(selection, range) and selection.step > 0:
        return np.asarray(selection, dtype=np.int64), None
    positions = np.asarray(selection, dtype=np.int64)
    if np.all(np.diff(positions) > 0):
        return positions, None
    wanted, back = np.unique(positions, return_inverse=True)
    return wanted, back


def _take(matrix: Any, positions: np.ndarray[Any, Any], *, axis: int) -> Any:
    return matrix[positions] if axis == 0 else matrix[:, positions]


def _is_all(selection: Selection, length: int) -> bool:
    return isinstance(selection, range) and selection == range(length)
