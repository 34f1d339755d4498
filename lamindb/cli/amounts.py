"""Amounts as typed: how long (``90s``, ``12h``, ``30d``), how much (``1GB``), and filters on them (``size>1GB``)."""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING, Any

import click

from lamindb.cli.problems import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_BYTES = {"b": 1} | {
    f"{prefix}{unit}": base**power
    for power, prefix in enumerate("kmgt", start=1)
    for unit, base in (("b", 1000), ("ib", 1024), ("", 1000))
}
_AMOUNT = re.compile(r"(?P<number>\d+(\.\d*)?|\.\d+)\s*(?P<unit>[a-z]*)", re.IGNORECASE)
_FILTER = re.compile(r"(?P<name>\w+)\s*(?P<sign>>=|<=|>|<|=)\s*(?P<value>.+)")
_LARGEST = 1e15

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    "=": lambda left, right: left == right,
}


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """A time such as ``90s`` or ``1.5d``, in seconds.

    Args:
        unit: The unit of a number without one.
    """

    name = "duration"

    def __init__(self, unit: str) -> None:
        self._unit = unit

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The time in seconds."""
        if isinstance(value, float):
            return value
        found = _amount(str(value), _SECONDS, self._unit)
        if found is None:
            self.fail(f"{shortened(str(value))!r} is no time such as 90s, 15m, 12h or 30d", param, ctx)
        return found


class Size(click.ParamType):  # type: ignore[type-arg]  # as above
    """An amount of data such as ``10GB`` or ``500MiB``, in bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes."""
        if isinstance(value, int):
            return value
        found = _amount(str(value), _BYTES, "b")
        if found is None:
            self.fail(f"{shortened(str(value))!r} is no size such as 500MB, 10GB or 1TiB", param, ctx)
        return int(found)


class CopyFilter(click.ParamType):  # type: ignore[type-arg]  # as above
    """A condition on copies in the cache, such as ``size>1GB`` or ``accessed>30d``."""

    name = "filter"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Callable[[Any], bool]:
        """What tells whether a copy meets the condition."""
        if callable(value):
            return value  # type: ignore[no-any-return]
        match = _FILTER.fullmatch(str(value).strip())
        found = None if match is None else _condition(match["name"], match["sign"], match["value"])
        if found is None:
            msg = f"{shortened(str(value))!r} is no filter such as size>1GB, accessed>30d, modified>1w, state=damaged"
            self.fail(msg, param, ctx)
        return found


def _condition(name: str, sign: str, text: str) -> Callable[[Any], bool] | None:
    if name == "state" and sign == "=":
        return lambda copy: copy.state == text
    units = {"size": _BYTES, "accessed": _SECONDS, "modified": _SECONDS}.get(name)
    limit = None if units is None else _amount(text, units, "b" if name == "size" else "d")
    if limit is None:
        return None
    compare, now = _SIGNS[sign], time.time()
    if name == "size":
        return lambda copy: compare(copy.size, limit)
    return lambda copy: compare(now - getattr(copy, name), limit)


def _amount(text: str, units: dict[str, int], default: str) -> float | None:
    """The number times its unit, ``None`` if the text is no amount."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    factor = units.get(match["unit"].lower() or default)
    number = math.inf if len(match["number"]) > 30 else float(match["number"])  # noqa: PLR2004 - longer ones are typing errors
    return None if factor is None or number * factor > _LARGEST else number * factor
