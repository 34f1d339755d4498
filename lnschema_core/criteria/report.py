"""What was found when data were held to criteria: every failure, with the mend that suggests itself."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from lamindb.text.suggestions import Suggestion
    from lnschema_core.criteria.reasons import Reason

COLUMNS = ("slot", "column", "row", "position", "value", "n", "reason", "message", "suggestion", "how", "tolerated")

MOST_LINES = 20
"""How many failures are shown."""

_WIDEST = 60


@dataclass(frozen=True)
class Failure:
    """A value of a column that fails for one reason, however often it occurs.

    Attributes:
        slot: The table: ``columns`` of a frame, ``obs`` or ``var`` of AnnData objects, ``X``.
        column: The name of the column.
        reason: A word for what is wrong.
        message: The same as a sentence, to be read behind the value.
        value: The value.
        n: How often it occurs.
        position: The position of the first row that has it, from 0.
        row: What the index calls that row.
        suggestion: What it probably was meant to be.
        is_tolerated: Whether no more cells fail for this reason than the criterion tolerates.
    """

    slot: str
    column: Any
    reason: Reason
    message: str
    value: Any = None
    n: int = 1
    position: int | None = None
    row: Any = None
    suggestion: Suggestion | None = None
    is_tolerated: bool = False

    def at(self, position: int | None, row: Any, *, n: int) -> Failure:
        """The same failure in another place."""
        return replace(self, position=position, row=row, n=n)

    def as_tuple(self) -> tuple[Any, ...]:
        """The row of the failure in the frame of the report."""
        mend = None if self.suggestion is None else self.suggestion.value
        how = None if self.suggestion is None else self.suggestion.how
        what = (self.slot, self.column, self.row, self.position, self.value, self.n)
        return (*what, self.reason, self.message + self._options(), mend, how, self.is_tolerated)

    def _options(self) -> str:
        options = () if self.suggestion is None else self.suggestion.options
        return f"; it may stand for {' or '.join(map(repr, options))}" if options else ""

    def as_text(self) -> str:
        """The failure in a line."""
        place = ".".join(self._place_as_texts())
        if not self.has_row:
            return f"{place} {self.message}{self._options()}{self._mend()}"
        times = f"{self.n:,} times, first in row" if self.n > 1 else "in row"
        value = "a value" if self.reason == "missing-value" else _short(self.value)
        end = f"{self._options()}{self._mend()}{' (tolerated)' if self.is_tolerated else ''}"
        return f"{place}: {value} ({times} {_short(self.row)}) {self.message}{end}"

    @property
    def kind(self) -> tuple[Any, ...]:
        """What failures have in common of which not all have to be shown: the column, unless it is what fails, and the message."""
        return (self.slot, self.column if self.has_row else None, self.message)

    @property
    def has_row(self) -> bool:
        """Whether the failure is in a row, rather than in the columns of a table."""
        return self.position is not None

    def as_text_of_others(self, n_others: int) -> str:
        """Further failures of the same kind in a line."""
        if not self.has_row:
            return f"{n_others:,} more columns, each of which {self.message}"
        return f"{'.'.join(self._place_as_texts())}: {n_others:,} more, each of which {self.message}"

    def _place_as_texts(self) -> list[str]:
        return [_short(part, quoted=False) for part in self._place()]

    def _place(self) -> list[Any]:
        """Slot and column; of frames, which have one slot, the column only."""
        if self.column is None:
            return ["the table" if _is_frame(self.slot) else self.slot]
        return [self.column] if _is_frame(self.slot) else [self.slot, self.column]

    def _mend(self) -> str:
        if self.suggestion is None or self.suggestion.value is None:
            return ""
        return f" → {_short(self.suggestion.value)} ({self.suggestion.how})"


@dataclass(frozen=True, eq=False, repr=False)
class CriteriaReport:
    """What was found when data were held to criteria.

    Attributes:
        failures: What failed: one entry per different value, column and reason.
        n_rows: The number of rows that were checked, by slot.
        n_criteria: The number of criteria that were checked.

    Examples:
        >>> report = criteria.inspect(df)
        >>> report.ok
        >>> report.df
    """

    failures: Sequence[Failure]
    n_rows: Mapping[str, int]
    n_criteria: int
    cells: Callable[[], pd.DataFrame] = field(repr=False)
    """What gives one row per failing cell."""

    @property
    def ok(self) -> bool:
        """Whether nothing failed that isn't tolerated."""
        return all(failure.is_tolerated for failure in self.failures)

    @property
    def n_failures(self) -> int:
        """The number of failures, each different value counted once."""
        return len(self.failures)

    @cached_property
    def df(self) -> pd.DataFrame:
        """A frame of all failures, one row per different value, column and reason.

        Its columns are ``slot``, ``column``, ``row`` and ``position`` of the first cell, ``value``, ``n`` for how many cells
        have it, ``reason`` as a word and ``message`` as a sentence, ``suggestion``, ``how`` it was found, and ``tolerated``.
        """
        return frame_of([failure.as_tuple() for failure in self.failures])

    def rows(self) -> pd.DataFrame:
        """A frame with one row per failing cell, in the columns of :attr:`df`; the data are read once more."""
        return self.cells()

    def counts(self) -> dict[str, int]:
        """How many cells fail for each reason."""
        counts: dict[str, int] = {}
        for failure in self.failures:
            counts[failure.reason] = counts.get(failure.reason, 0) + failure.n
        return counts

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, such as JSON knows."""
        return {
            "ok": self.ok,
            "n_rows": dict(self.n_rows),
            "n_criteria": self.n_criteria,
            "counts": self.counts(),
            "failures": [
                {name: _plain(value) for name, value in zip(COLUMNS, failure.as_tuple(), strict=True)}
                for failure in self.failures
            ],
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """The report as JSON; infinite numbers and what JSON doesn't know are texts."""
        return json.dumps(self.as_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def summary(self) -> str:
        """The report in a sentence."""
        rows = ", ".join(_rows(slot, count) for slot, count in self.n_rows.items()) or "no rows"
        if self.ok:
            criteria = "the criterion is" if self.n_criteria == 1 else f"all {self.n_criteria} criteria are"
            return f"{criteria} met by {rows}{self._about_tolerated()}"
        columns = len({(failure.slot, failure.column) for failure in self.failures})
        return (
            f"{self.n_failures:,} different value{'' if self.n_failures == 1 else 's'} in {columns} "
            f"column{'' if columns == 1 else 's'} fail{'s' if self.n_failures == 1 else ''}, out of {rows}"
        )

    def _about_tolerated(self) -> str:
        n_cells = sum(failure.n for failure in self.failures)
        return f"; {n_cells:,} failing cell{'' if n_cells == 1 else 's'} tolerated" if n_cells else ""

    def lines(self, *, limit: int = MOST_LINES) -> list[str]:
        """The report as lines of text.

        Args:
            limit: How many failures are shown at most. If there are more, each column and reason has its share of them.
        """
        excerpt = self._excerpt(limit)
        lines = [self.summary()]
        for failures, n_others in excerpt:
            lines += [f"  {failure.as_text()}" for failure in failures]
            lines += [f"  {failures[0].as_text_of_others(n_others)}"] if n_others else []
        hidden = self.n_failures - sum(len(failures) + n_others for failures, n_others in excerpt)
        return [*lines, *([f"  and {hidden:,} more"] if hidden else [])]

    def _excerpt(self, limit: int) -> list[tuple[Sequence[Failure], int]]:
        """The first failures of each kind, and how many others there are of it. If the kinds are too many, some are left out."""
        kinds: dict[tuple[Any, ...], list[Failure]] = {}
        for failure in self.failures:
            kinds.setdefault(failure.kind, []).append(failure)
        sizes = [len(failures) for failures in kinds.values()]
        share = bisect_right(range(limit + 1), limit, key=lambda most: sum(min(most, size) for size in sizes)) - 1
        if share:
            return [(failures[:share], max(0, len(failures) - share)) for failures in kinds.values()]
        return [(failures[:1], 0) for failures in islice(kinds.values(), limit)]

    def __repr__(self) -> str:
        text = "\n".join(self.lines())
        return f"CriteriaReport: {text}"

    def _repr_html_(self) -> str:
        """A table of the failures, the first ones of each kind only if there are many."""
        head = "".join(f"<th>{name}</th>" for name in COLUMNS)
        shown = [failure for failures, _ in self._excerpt(MOST_LINES) for failure in failures]
        rows = "".join(map(_html_row, shown))
        hidden = self.n_failures - len(shown)
        more = f"<p>and {hidden:,} more, see <code>.df</code></p>" if hidden else ""
        table = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
        return f"<div><p><strong>CriteriaReport</strong>: {escape(self.summary())}</p>{table}{more}</div>"


def frame_of(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """A frame of the values of failures."""
    import pandas as pd

    columns = {name: [row[number] for row in rows] for number, name in enumerate(COLUMNS)}
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    return frame.astype({"n": "int64", "position": "Int64"})


def _rows(slot: str, count: int) -> str:
    rows = f"{count:,} row{'' if count == 1 else 's'}"
    return rows if _is_frame(slot) else f"{rows} of {slot}"


def _is_frame(slot: str) -> bool:
    """Whether data of this slot have no other."""
    return slot == "columns"


def _html_row(failure: Failure) -> str:
    cells = (_short(value, quoted=False) for value in failure.as_tuple())
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _short(value: Any, *, quoted: bool = True) -> str:
    """The value on one line, cut if it is long."""
    if value is None and not quoted:
        return ""
    if isinstance(value, str) and len(value) > _WIDEST:
        value = f"{value[: _WIDEST - 1]}…"
    text = repr(value) if quoted or not isinstance(value, str) else value
    return text if len(text) <= 2 * _WIDEST else f"{text[: 2 * _WIDEST - 1]}…"


def _plain(value: Any) -> Any:
    """The value made of what JSON knows."""
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
