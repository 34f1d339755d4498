"""Which stretches of stored arrays to read for wanted positions, so that each chunk is read and decoded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORTH_A_READ = 32  # positions between two that are wanted, up to which it is quicker to read them than to seek


def length_of_chunks(array: Any) -> int | None:
    """How many rows are decoded together; ``None`` if each can be read on its own."""
    if not array.chunks:
        return None
    is_raw = hasattr(array, "id") and array.id.get_create_plist().get_nfilters() == 0
    return None if is_raw else int(array.chunks[0])


def runs_of(wanted: np.ndarray[Any, Any], chunk: int | None) -> list[np.ndarray[Any, Any]]:
    """Group positions, ascending and distinct, so that those of a chunk are together.

    Args:
        wanted: The positions.
        chunk: The length of a chunk; ``None`` where none is decoded.
    """
    if len(wanted) == 0:
        return []
    is_apart = np.diff(wanted) > _WORTH_A_READ if chunk is None else np.diff(wanted // chunk) > 0
    return np.split(wanted, np.flatnonzero(is_apart) + 1)


def blocks_of(start: int, stop: int, chunk: int | None, most: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch into blocks of at most so many positions that begin and end where chunks do."""
    chunk = chunk or 1
    step = max(1, most // chunk) * chunk
    while start < stop:
        end = min((start // step + 1) * step, stop)
        yield start, end
        start = end


def merged(
    starts: np.ndarray[Any, Any], stops: np.ndarray[Any, Any], chunk: int | None
) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """Group stretches, ascending and none of them empty, so that those of a chunk are together."""
    if len(starts) == 0:
        return []
    size = chunk or _WORTH_A_READ * 32
    breaks = np.flatnonzero(starts[1:] // size - (stops[:-1] - 1) // size > 0) + 1
    return list(zip(np.split(starts, breaks), np.split(stops, breaks), strict=True))
