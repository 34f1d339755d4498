"""Which rows or columns: what users write between brackets, as positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

Positions: TypeAlias = "np.ndarray[Any, np.dtype[np.intp]]"
"""Positions in any order."""

Selection: TypeAlias = "range | Positions"
"""Positions, in the order in which they are wanted; a range where they are regular."""


def normalise(indexer: Any, length: int, names: Callable[[], pd.Index[Any]]) -> Selection:
    """Turn an indexer as AnnData takes it into positions.

    Args:
        indexer: A slice of positions or names (the last name included), a position, a name, a list or array of either,
            or a mask.
        length: The number of rows or columns.
        names: Gets the names of all rows or columns; called where the indexer has names.

    Raises:
        IndexError: A position is out of bounds, or a mask has another length.
        KeyError: A name doesn't exist.
    """
    if indexer is Ellipsis:
        return range(length)
    if isinstance(indexer, slice):
        return range(length)[_slice_of_positions(indexer, names)]
    values = np.atleast_1d(np.asarray(indexer))
    if values.size == 0:
        return np.zeros(0, dtype=np.intp)
    if values.dtype.kind == "b":
        return _positions_of_mask(values, length)
    return checked_positions(values, length) if values.dtype.kind in "iu" else _positions_of_names(values, names())


def compose(outer: Selection, inner: Selection) -> Selection:
    """The positions that a selection among selected positions has in the whole."""
    if isinstance(outer, range) and isinstance(inner, range):
        start, step = outer.start + inner.start * outer.step, outer.step * inner.step
        return range(start, start + len(inner) * step, step)
    within = np.asarray(inner, dtype=np.intp)
    chosen: Positions = outer.start + within * outer.step if isinstance(outer, range) else outer[within]
    return chosen


def as_indexer(selection: Selection) -> slice | Positions:
    """A selection as arrays take it: the slice that reads it in its order, or else the positions."""
    if isinstance(selection, range) and selection.step > 0:
        return slice(selection.start, selection.stop, selection.step)
    return np.asarray(selection)


def _slice_of_positions(indexer: slice, names: Callable[[], pd.Index[Any]]) -> slice:
    start, stop = (_position(bound, names) for bound in (indexer.start, indexer.stop))
    if isinstance(indexer.stop, str) and stop is not None:
        stop += 1
    return slice(start, stop, indexer.step)


def _position(bound: Any, names: Callable[[], pd.Index[Any]]) -> Any:
    return int(_positions_of_names(np.array([bound]), names())[0]) if isinstance(bound, str) else bound


def _positions_of_mask(mask: np.ndarray[Any, Any], length: int) -> Selection:
    if len(mask) != length:
        msg = f"The mask has {len(mask)} entries for {length} names"
        raise IndexError(msg)
    return np.flatnonzero(mask)


def checked_positions(positions: np.ndarray[Any, Any], length: int) -> Positions:
    """Positions from the start, of those that may count from the end.

    Raises:
        IndexError: One is out of bounds.
    """
    outside = positions[(positions < -length) | (positions >= length)]
    if len(outside):
        msg = f"Position {outside[0]} is out of bounds for {length} names"
        raise IndexError(msg)
    return np.where(positions < 0, positions + length, positions).astype(np.intp)


def _positions_of_names(wanted: np.ndarray[Any, Any], names: pd.Index[Any]) -> Positions:
    missing = wanted[~pd.Index(wanted).isin(names)]
    if len(missing):
        shown = ", ".join(repr(str(name)) for name in missing[:5])
        msg = f"{len(missing)} of the names don't exist: {shown}"
        raise KeyError(msg)
    return names.get_indexer_for(pd.Index(wanted.astype(object)))
