"""The different values of a column: how often each occurs, and where first. Works part by part; knows no registry.

Values that Python takes for equal but that aren't the same thing (``1``, ``1.0`` and ``True``) are told apart by their types.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Positions = npt.NDArray[np.intp]

_COMPACT_FROM = 100_000


@dataclass(frozen=True)
class Values:
    """Different values of one type in a part of a column.

    Attributes:
        type: The type of all of them.
        different: The values, each once, in order of appearance.
        counts: How often each occurs.
        first: The position of the row in which each occurs first.
    """

    type: type
    different: npt.NDArray[np.object_]
    counts: Positions
    first: Positions

    def where(self, mask: npt.NDArray[np.bool_] | slice) -> Values:
        """Some of the values."""
        return Values(self.type, self.different[mask], self.counts[mask], self.first[mask])

    def __len__(self) -> int:
        return len(self.different)


@dataclass(frozen=True)
class Coded:
    """The values of one type in a part of a column, each given by its number in a list of different values.

    Attributes:
        type: The type of all values; of values that can't be hashed, which are given by their texts, their own type.
        different: The different values.
        codes: Per row the number of its value.
        positions: Per row its position.
    """

    type: type
    different: npt.NDArray[np.object_]
    codes: Positions
    positions: Positions

    def distinct(self) -> Values:
        """The values that occur, with their counts and first positions."""
        import numpy as np

        counts = np.bincount(self.codes, minlength=len(self.different))
        first = np.zeros(len(self.different), dtype=np.intp)
        first[self.codes[::-1]] = self.positions[::-1]  # the last one written is the first one that occurs
        used = np.flatnonzero(counts)
        used = used[np.argsort(first[used], kind="stable")]
        return Values(self.type, self.different[used], counts[used], first[used])


@dataclass(frozen=True)
class Split:
    """A part of a column, taken to pieces.

    Attributes:
        missing: The positions of rows without a value: ``None``, NaN, NaT, NA, or an empty text.
        groups: The values of the other rows, type by type.
    """

    missing: Positions
    groups: list[Coded]


def split(column: pd.Series[Any], start: int = 0) -> Split:
    """Take a part of a column to pieces.

    Args:
        column: The part.
        start: The position of its first row.
    """
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, different = column.cat.codes.to_numpy().astype(np.intp), column.cat.categories
    elif column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) != "string":
        rows = np.flatnonzero(column.notna().to_numpy())
        return _without_empty(start, len(column), rows, list(_mixed(column.to_numpy()[rows], rows + start)))
    else:
        codes, different = pd.factorize(column)
    rows = np.flatnonzero(codes >= 0)
    codes = codes if len(rows) == len(codes) else codes[rows]
    values = np.asarray(different.astype(object), dtype=object)
    return _without_empty(start, len(column), rows, list(_by_type(values, codes, rows + start)))


def _without_empty(start: int, n_rows: int, rows: Positions, groups: list[Coded]) -> Split:
    """Count empty texts among the missing values."""
    import numpy as np

    missing = [] if len(rows) == n_rows else [np.delete(np.arange(start, start + n_rows), rows)]
    for number, group in enumerate(groups):
        if group.type is not str:
            continue
        is_empty = group.different == ""
        if is_empty.any():
            rows_with = ~is_empty[group.codes]
            missing.append(group.positions[~rows_with])
            codes = (np.cumsum(~is_empty) - 1)[group.codes[rows_with]]
            groups[number] = Coded(str, group.different[~is_empty], codes, group.positions[rows_with])
    absent = np.sort(np.concatenate(missing)) if missing else np.zeros(0, dtype=np.intp)
    return Split(absent, [group for group in groups if len(group.positions)])


def _mixed(values: npt.NDArray[np.object_], positions: Positions) -> Iterator[Coded]:
    """Objects of several types: told apart first, so that equal ones of different types stay different."""
    import numpy as np
    import pandas as pd

    types = np.fromiter(map(type, values), dtype=object, count=len(values))
    type_codes, different_types = pd.factorize(types)
    for number, kind in enumerate(different_types):
        rows = np.flatnonzero(type_codes == number)
        some = values[rows]
        try:
            codes, different = pd.factorize(some)
        except TypeError:  # lists and the like can't be hashed
            codes, different = pd.factorize(np.fromiter(map(repr, some), dtype=object, count=len(some)))
        yield Coded(kind, _objects(different), codes, positions[rows])


def _objects(values: Any) -> npt.NDArray[np.object_]:
    import numpy as np

    return np.fromiter(values, dtype=object, count=len(values))


def _by_type(different: npt.NDArray[np.object_], codes: Positions, positions: Positions) -> Iterator[Coded]:
    """One coded part, or several if the different values have several types."""
    import numpy as np

    types = list(map(type, different))
    kinds = list(dict.fromkeys(types))
    if len(kinds) == 1:
        yield Coded(kinds[0], different, codes, positions)
        return
    for kind in kinds:
        of_kind = np.fromiter((one is kind for one in types), dtype=bool, count=len(types))
        rows = np.flatnonzero(of_kind[codes])
        if len(rows):
            yield Coded(kind, different[of_kind], (np.cumsum(of_kind) - 1)[codes[rows]], positions[rows])


class Tally:
    """Different values of one type, gathered over the parts of a column.

    Args:
        kind: The type.
        limit: From how many different values on others are only counted.

    Attributes:
        n_others: How many cells have values that were only counted.
    """

    def __init__(self, kind: type, *, limit: int) -> None:
        self.type = kind
        self.n_others = 0
        self._limit = limit
        self._parts: list[Values] = []
        self._size = 0
        self._compact_size = 0

    def add(self, values: Values) -> None:
        """Add the different values of a part."""
        if len(self) > self._limit:
            self.n_others += int(values.counts.sum())
            return
        self._parts.append(values)
        self._size += len(values.different)
        if self._size > 2 * self._compact_size + _COMPACT_FROM or self._size > self._limit:
            self._compact()

    def take_in(self, other: Tally, start: int) -> None:
        """Add the different values of rows that follow, the first of which is at a position."""
        values = other.total()
        self.add(replace(values, first=values.first + start))
        self.n_others += other.n_others

    def __len__(self) -> int:
        """At most how many different values there are so far."""
        return self._size

    def total(self) -> Values:
        """All different values, in order of appearance."""
        self._compact()
        return self._parts[0]

    def _compact(self) -> None:
        import numpy as np
        import pandas as pd

        if len(self._parts) > 1:
            values = np.concatenate([part.different for part in self._parts])
            is_nothing = self.type is type(None)  # which pandas takes for missing, and would leave out
            codes, different = (np.zeros(len(values), np.intp), values[:1]) if is_nothing else pd.factorize(values)
            counts = np.zeros(len(different), dtype=np.intp)
            np.add.at(counts, codes, np.concatenate([part.counts for part in self._parts]))
            first = np.full(len(different), np.iinfo(np.intp).max)
            np.minimum.at(first, codes, np.concatenate([part.first for part in self._parts]))
            self._parts = [Values(self.type, _objects(different), counts, first)]
        self._size = self._compact_size = len(self._parts[0])
