"""Rows as text, as ``pandas.DataFrame.to_string`` shows them. Knows no pandas, which takes milliseconds for a few rows.

Names are shown as they are, also where all begin with blanks, which pandas cuts off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.text.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DIGITS = 6


def as_text(index: Sequence[str], columns: Mapping[str, Sequence[Any]], *, index_name: str) -> str:
    """Rows as text, each with what it is found by in front.

    Args:
        index: What each row is found by.
        columns: The values of each column by its name: texts, whole numbers, or floats of ordinary size.
        index_name: What rows are found by.
    """
    labels = ["", index_name, *map(escaped, index)]
    width = max(map(len, labels))
    shown = [[label.ljust(width) for label in labels], *(_column(name, values) for name, values in columns.items())]
    return "\n".join(" ".join(row) for row in zip(*shown, strict=True))


def _column(name: str, values: Sequence[Any]) -> list[str]:
    """The cells of a column, right-justified, below its name and an empty cell; there is a blank before values, and names of numbers."""
    if all(isinstance(value, float) for value in values):
        cells = [name, "", *_without_zeros([f"{value:.{_DIGITS}f}" for value in values])]
    else:
        cells = [name, "", *(escaped(str(value)) for value in values)]
    is_text = any(isinstance(value, str) for value in values)
    cells = [*cells[:1], *(f" {cell}" for cell in cells[1:])] if is_text else [f" {cell}" for cell in cells]
    width = max(map(len, cells))
    return [cell.rjust(width) for cell in cells]


def _without_zeros(numbers: Sequence[str]) -> list[str]:
    """Numbers without the zeros that all of them end with; one digit stays behind the point."""
    zeros = min((len(number) - len(number.rstrip("0")) for number in numbers), default=0)
    cut = min(zeros, _DIGITS - 1)
    return [number[: len(number) - cut] for number in numbers]
