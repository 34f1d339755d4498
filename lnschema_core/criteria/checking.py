"""One column against its criterion, part by part. Knows no registry: which values are registered is asked for later.

Everything is decided for different values rather than for cells, and for whole arrays where the data type allows it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from lnschema_core.criteria.kinds import cast, fits, has_only, is_integral, kind_of_dtype
from lnschema_core.criteria.tally import Tally, Values, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from lamindb.io.streams.table import Part, Table
    from lnschema_core.criteria.criterion import Criterion
    from lnschema_core.criteria.kinds import Kind
    from lnschema_core.criteria.reasons import Reason

    Mask = npt.NDArray[np.bool_]

MOST_DIFFERENT = 2_000_000
"""How many different values a column of a registry can have; more are no categories. Also of failing values that are kept."""


class Finding(NamedTuple):
    """Values of one type that fail for one reason."""

    reason: Reason
    values: Values
    n_others: int = 0
    """How many cells fail whose values were too many to keep."""


class ColumnCheck:
    """One column and what is expected of it.

    Args:
        criterion: What is expected.
        is_text: Whether values are given as they are written, so that numbers are texts.
    """

    def __init__(self, criterion: Criterion, *, is_text: bool = False) -> None:
        self.criterion = criterion
        self.candidates: dict[type, Tally] = {}
        """Values that have to be in a registry."""
        self.failing: dict[tuple[Reason, type], Tally] = {}
        """Values that fail for a reason."""
        self.hashes: list[npt.NDArray[np.uint64]] = []
        """One number per value, equal for equal values, if they have to be unique."""
        self._reads_text = is_text and criterion.type not in ("category", "text", "any")
        self._has_words = bool(criterion.registry or criterion.allowed is not None or criterion.pattern)

    @property
    def has_too_many(self) -> bool:
        """Whether there are too many different values to be categories."""
        return any(len(tally) > MOST_DIFFERENT for tally in self.candidates.values())

    def add(self, part: Part) -> None:
        """Check a part of the column."""
        column = part.data
        if self.criterion.unique:
            self.hashes.append(hashes_of(column))
        meant = self._as_array(column)
        if meant is not None:
            self._add_array(column, meant, part.start)
            return
        pieces = split(column, part.start)
        self._add_missing(pieces.missing)
        for group in pieces.groups:
            self._add_values(group.distinct())

    def take_in(self, other: ColumnCheck, start: int) -> None:
        """Add what was found in the same column of a table that follows.

        Args:
            other: What was found there; it isn't needed any more.
            start: The position of the first row of that table.
        """
        self.hashes += other.hashes
        for values, tally in other.candidates.items():
            self.candidates.setdefault(values, Tally(values, limit=MOST_DIFFERENT)).take_in(tally, start)
        for key, tally in other.failing.items():
            self.failing.setdefault(key, Tally(tally.type, limit=MOST_DIFFERENT)).take_in(tally, start)

    def findings(self) -> list[Finding]:
        """What failed, apart from values that aren't in a registry or not unique."""
        return [Finding(reason, tally.total(), tally.n_others) for (reason, _), tally in self.failing.items()]

    def to_look_up(self) -> list[Values]:
        """The values that have to be in a registry, unless there are too many."""
        return [] if self.has_too_many else [tally.total() for tally in self.candidates.values()]

    def note(self, reason: Reason, values: Values) -> None:
        """Remember values that fail for a reason."""
        if len(values):
            key = (reason, values.type)
            self.failing.setdefault(key, Tally(values.type, limit=MOST_DIFFERENT)).add(values)

    # -- arrays -------------------------------------------------------------------------------------------------------

    def _as_array(self, column: pd.Series[Any]) -> pd.Series[Any] | None:
        """The column with what its values mean, if the data type alone says that all are of the right kind."""
        kind = self.criterion.type
        if kind == "category" or self._has_words:
            return None
        if has_only(column, kind):
            return column
        return meaning_of_texts(column, kind) if self._reads_text else None

    def _add_array(self, column: pd.Series[Any], meant: pd.Series[Any], start: int) -> None:
        """Check a column by an array of what its values mean."""
        import numpy as np

        if not self.criterion.nullable:
            self._add_missing(np.flatnonzero(_is_missing(column)) + start)
        if self.criterion.type == "integer" and kind_of_dtype(meant.dtype) == "number":
            self._note_rows("type", column, meant.notna() & (meant % 1 != 0), start)
        for reason, fails in _range_checks(self.criterion):
            self._note_rows(reason, column, fails(meant), start)

    def _note_rows(self, reason: Reason, column: pd.Series[Any], fails: pd.Series[Any], start: int) -> None:
        import numpy as np

        rows = np.flatnonzero(np.asarray(fails.fillna(value=False), dtype=bool))
        if len(rows):
            for group in split(column.iloc[rows]).groups:
                values = group.distinct()
                self.note(reason, Values(values.type, values.different, values.counts, rows[values.first] + start))

    def _add_missing(self, positions: npt.NDArray[np.intp]) -> None:
        import numpy as np

        if len(positions) and not self.criterion.nullable:
            nothing = np.array([None], dtype=object)
            self.note("missing-value", Values(type(None), nothing, np.array([len(positions)]), positions[:1]))

    # -- different values ---------------------------------------------------------------------------------------------

    def _add_values(self, values: Values) -> None:
        """Check different values of one type, those of another type than expected by what they can be cast to."""
        import numpy as np

        kind = self.criterion.type
        reads_text = self._reads_text and values.type is str
        is_expected = reads_text or fits(values.type, kind)
        meant = values.different
        if reads_text or not is_expected:
            meant = np.fromiter((cast(value, kind) for value in values.different), dtype=object, count=len(values))
        is_meant = np.fromiter((value is not None for value in meant), dtype=bool, count=len(values))
        if is_expected and kind == "integer":
            is_meant &= np.fromiter(
                (value is None or is_integral(value) for value in meant), dtype=bool, count=len(values)
            )
        self.note("type", values.where(~is_meant) if is_expected else values)
        self._check_values(values.where(is_meant), meant[is_meant])
        if is_expected and self.criterion.registry is not None and len(values):
            tally = self.candidates.setdefault(values.type, Tally(values.type, limit=MOST_DIFFERENT))
            tally.add(values.where(is_meant))

    def _check_values(self, values: Values, meant: Iterable[Any]) -> None:
        """Check values by what they mean."""
        import numpy as np

        for reason, fails in self._value_checks():
            some_fail = fails if self.criterion.separator is None else self._for_members(fails)
            self.note(reason, values.where(np.fromiter(map(some_fail, meant), dtype=bool, count=len(values))))

    def _for_members(self, fails: Callable[[Any], bool]) -> Callable[[Any], bool]:
        """Whether one of the values in a cell fails."""
        return lambda value: any(map(fails, self.criterion.members(value)))

    def _value_checks(self) -> Iterable[tuple[Reason, Callable[[Any], bool]]]:
        criterion = self.criterion
        if criterion.allowed is not None:
            allowed = {(_family(value), value) for value in criterion.allowed}
            yield "not-allowed", lambda value: (_family(value), value) not in allowed
        if criterion.pattern is not None:
            pattern = re.compile(criterion.pattern)
            yield "pattern", lambda value: pattern.fullmatch(str(value)) is None
        if criterion.minimum is not None:
            yield "below-minimum", lambda value: _aligned(value, criterion.minimum) < criterion.minimum
        if criterion.maximum is not None:
            yield "above-maximum", lambda value: _aligned(value, criterion.maximum) > criterion.maximum


def check_table(
    table: Table,
    criteria: Mapping[str, Criterion],
    is_text: bool,  # noqa: FBT001 - called by workers, which pass no names
) -> tuple[Table, int, dict[str, ColumnCheck]]:
    """Check columns of a table, each by its criterion; workers do so, too.

    Returns:
        The table, which now knows its number of rows, that number, and what was found in each column.
    """
    checks = {name: ColumnCheck(criterion, is_text=is_text) for name, criterion in criteria.items()}
    for part in table.scan(list(checks)):
        checks[part.column].add(part)
    return table, table.n_rows, checks


def meaning_of_texts(column: pd.Series[Any], kind: Kind) -> pd.Series[Any] | None:
    """The numbers or times that the texts of a categorical are, None if one is none."""
    import pandas as pd

    if not isinstance(column.dtype, pd.CategoricalDtype):
        return None
    texts = pd.Series(column.cat.categories, dtype=object)
    if kind in ("number", "integer"):
        meant = pd.to_numeric(texts, errors="coerce")
    elif kind == "datetime":
        meant = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)  # of several time zones, too
    else:
        return None
    if meant.isna().any():
        return None
    # row by row; the code -1 of a missing value takes the missing one at the front
    return meant.reindex(range(-1, len(meant))).take(column.cat.codes.to_numpy() + 1).reset_index(drop=True)


def hashes_of(column: pd.Series[Any]) -> npt.NDArray[np.uint64]:
    """One number for each value that isn't missing, equal for equal values."""
    import numpy as np
    import pandas as pd

    present = column[~_is_missing(column)]
    try:
        hashes = pd.util.hash_pandas_object(present, index=False)
    except (TypeError, UnicodeError):  # lists and the like, halves of characters, bytes among texts
        hashes = pd.util.hash_pandas_object(present.astype(object).map(ascii), index=False)
    return np.asarray(hashes, dtype=np.uint64)


def repeated_hashes(hashes: list[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    """The numbers that occur several times. Parts are taken out of the list, so that all of them are there once only."""
    import numpy as np

    ordered = np.empty(sum(map(len, hashes)), dtype=np.uint64)
    stop = len(ordered)
    while hashes:
        part = hashes.pop()
        ordered[stop - len(part) : stop] = part
        stop -= len(part)
    ordered.sort()
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def repeated_values(table: Table, column: str, wanted: npt.NDArray[np.uint64]) -> dict[type, Tally]:
    """The values of a column of a table whose numbers are wanted, by type. Workers find them, too."""
    tallies: dict[type, Tally] = {}
    for part in table.scan([column]):
        for values in _with_hashes(part, wanted):
            tallies.setdefault(values.type, Tally(values.type, limit=MOST_DIFFERENT)).add(values)
    return tallies


def _with_hashes(part: Part, wanted: npt.NDArray[np.uint64]) -> Iterable[Values]:
    """The values of a part whose numbers are wanted."""
    import numpy as np

    present = np.flatnonzero(~_is_missing(part.data))
    rows = present[np.isin(hashes_of(part.data), wanted)]
    for group in split(part.data.iloc[rows]).groups:
        values = group.distinct()
        yield Values(values.type, values.different, values.counts, rows[values.first] + part.start)


# -- values -----------------------------------------------------------------------------------------------------------


def _is_missing(column: pd.Series[Any]) -> Mask:
    """Which rows of a part have no value or an empty text."""
    import numpy as np
    from pandas import CategoricalDtype
    from pandas.api import types

    missing = np.asarray(column.isna(), dtype=bool)
    has_texts = types.is_object_dtype(column.dtype) or types.is_string_dtype(column.dtype)
    if isinstance(column.dtype, CategoricalDtype) or has_texts:
        missing = missing | np.asarray((column == "").fillna(value=False), dtype=bool)
    return missing


def _range_checks(criterion: Criterion) -> Iterable[tuple[Reason, Callable[[pd.Series[Any]], pd.Series[Any]]]]:
    if criterion.minimum is not None:
        yield "below-minimum", lambda column: column < _bound_for(criterion.minimum, column.dtype)
    if criterion.maximum is not None:
        yield "above-maximum", lambda column: column > _bound_for(criterion.maximum, column.dtype)


def _bound_for(bound: Any, dtype: Any) -> Any:
    """The bound, of times with or without time zone as the data type has it; times without are in UTC."""
    has_zone = getattr(dtype, "tz", None) is not None
    if not hasattr(bound, "tzinfo") or has_zone == (bound.tzinfo is not None):
        return bound
    return bound.tz_localize("UTC") if has_zone else bound.tz_convert("UTC").tz_localize(None)


def _aligned(value: Any, bound: Any) -> Any:
    """The value as something that can be compared with the bound."""
    import pandas as pd

    if not isinstance(bound, pd.Timestamp):
        return value
    time = pd.Timestamp(value)
    if (time.tzinfo is None) == (bound.tzinfo is None):
        return time
    return time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC").tz_localize(None)


def _family(value: Any) -> str:
    """What tells ``True`` from ``1`` and ``"1"``, but not ``1`` from ``1.0``."""
    if isinstance(value, bool):
        return "bool"
    return "text" if isinstance(value, str) else "other"
