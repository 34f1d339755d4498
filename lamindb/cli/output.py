"""Results on standard output: one JSON value, or text for people. Knows no command.

Results go past the masking of messages, which may take a part of a value for a secret; what has the shape of a secret is
masked value by value.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.cli.options import current
from lamindb.text.escaping import escaped
from lamindb.text.masking import mask_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

WIDEST = 60
"""Characters of a cell of a table."""


def print_json(value: Any) -> None:
    """Print the result of a command as one JSON value."""
    out = current().out
    out.write_data(json_text(value, ascii_only=not out.is_unicode) + "\n")


def json_text(
    value: Any, *, ascii_only: bool, indent: int | None = 2, mask: Callable[[str], str] = mask_patterns
) -> str:
    """The value as JSON: texts masked, times in ISO format, nothing that JSON doesn't know."""
    return json.dumps(_plain(value, mask), ensure_ascii=ascii_only, allow_nan=False, indent=indent)


def _plain(value: Any, mask: Callable[[str], str]) -> Any:
    """The value made of what JSON knows."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(member, mask) for key, member in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(member, mask) for member in value]
    return mask(_text(value))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text."""
    for line in lines:
        current().out.write_data(f"{mask_patterns(line)}\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, widest: int | None = WIDEST) -> None:
    """Print rows below their columns, aligned; longer texts are cut at ``widest`` characters."""
    cells = [[_cell(value, widest) for value in row] for row in rows]
    widths = [max(len(row[index]) for row in [list(columns), *cells]) for index in range(len(columns))]
    for row in [list(columns), *cells]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        current().out.write_data(f"{line.rstrip()}\n")


def tell(text: str) -> None:
    """Say on standard error what a result on standard output doesn't show, such as that there is nothing."""
    with log.redirect(sys.stderr):
        log.info(text)


def print_pairs(pairs: Iterable[tuple[str, Any]]) -> None:
    """Print names and values, one pair a line."""
    print_lines(f"- {name}: {escaped(_text(value))}" for name, value in pairs)


def _cell(value: Any, widest: int | None) -> str:
    text = escaped(mask_patterns(_text(value)))
    return text if widest is None or len(text) <= widest else f"{text[: widest - 1]}…"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, (dt.datetime, dt.date)) else str(value)
