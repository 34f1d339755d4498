"""Why values fail: a word for machines and a sentence for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

    from lnschema_core.criteria.criterion import Criterion

Reason: TypeAlias = Literal[
    # of values
    "missing-value",
    "type",
    "not-allowed",
    "unregistered",
    "pattern",
    "below-minimum",
    "above-maximum",
    "duplicate",
    "not-finite",
    "not-integer",
    "too-many-values",
    # of columns and tables
    "missing-column",
    "unexpected-column",
    "duplicate-column",
    "column-name",
    "empty",
]

REASONS: tuple[Reason, ...] = get_args(Reason)


def sentence(reason: Reason, criterion: Criterion | None = None, type_of_values: type | None = None) -> str:
    """What is wrong, to be read behind the value or the name of the column."""
    text = _SENTENCES.get(reason)
    if criterion is not None and reason in _OF_CRITERION:
        text = _OF_CRITERION[reason](criterion, type_of_values)
    is_of_member = criterion is not None and criterion.separator is not None and reason in _OF_MEMBERS
    return f"has a value that {text}" if is_of_member else str(text)


def _type(criterion: Criterion, type_of_values: type | None) -> str:
    if criterion.type == "integer" and type_of_values is not None and type_of_values.__name__.startswith("float"):
        return "has a fraction, but is expected to be of type integer"
    name = type_of_values.__name__ if type_of_values is not None else "another type"
    return f"is of type {name}, but is expected to be of type {criterion.type}"


def _unregistered(criterion: Criterion, _: type | None) -> str:
    names = criterion.registries
    return f"is not in {names[0]}" if len(names) == 1 else f"is in none of {', '.join(names)}"


_OF_CRITERION: dict[Reason, Callable[[Criterion, type | None], str]] = {
    "type": _type,
    "unregistered": _unregistered,
    "pattern": lambda criterion, _: f"doesn't match the pattern {criterion.pattern}",
    "below-minimum": lambda criterion, _: f"is below the minimum of {criterion.minimum}",
    "above-maximum": lambda criterion, _: f"is above the maximum of {criterion.maximum}",
}

_OF_MEMBERS = ("unregistered", "not-allowed", "pattern")
"""What can fail for one of several values in a cell."""

_SENTENCES: dict[Reason, str] = {
    "missing-value": "is missing",
    "type": "is of another type",
    "not-allowed": "is none of the allowed values",
    "duplicate": "occurs several times, but has to be unique",
    "not-finite": "is not finite",
    "not-integer": "is no whole number",
    "too-many-values": "has too many different values to be categories of a registry",
    "missing-column": "is missing among the columns",
    "unexpected-column": "is not expected among the columns",
    "duplicate-column": "is the name of several columns",
    "column-name": "is no text, but names of columns have to be texts",
    "empty": "has no rows",
}
