"""What users pass as values: lists, Series, categoricals, arrays, single strings; with nulls and duplicates.

A value is missing if it is ``None``, an empty string, NaN, NaT or NA. Knows no Django, and no pandas either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import numpy as np
    import numpy.typing as npt


def is_single(values: Any) -> bool:
    """Whether one value was passed instead of several."""
    return values is None or isinstance(values, str)


def as_list(values: Any) -> list[Any]:
    """The values as a list: of plain Python objects, in order, with nulls and duplicates.

    Raises:
        TypeError: It is neither a string nor something that has several values.
    """
    if is_single(values):
        return [values]
    if not (hasattr(values, "tolist") or hasattr(values, "__iter__") or hasattr(values, "__getitem__")):
        msg = f"pass one string or a list of values, but {values!r:.80} is of type {type(values).__name__}"
        raise TypeError(msg)
    listed = values.tolist() if hasattr(values, "tolist") else list(values)
    return listed if isinstance(listed, list) else [listed]


def is_missing(value: Any) -> bool:
    """Whether the value is ``None``, an empty string, NaN, NaT or NA."""
    if value is None or isinstance(value, str):
        return not value
    try:
        return bool(value != value)  # noqa: PLR0124 - only nulls differ from themselves
    except TypeError:  # the truth of pandas.NA is not defined
        return True


def unique(values: Iterable[Any]) -> list[Any]:
    """The values that aren't missing, each once, in order of first appearance.

    Raises:
        TypeError: A value can't be compared with a vocabulary because it is a list, a dictionary or the like.
    """
    try:
        distinct = dict.fromkeys(values)
    except TypeError as error:
        msg = f"values need to be strings, but one can't be compared with stored values: {error}"
        raise TypeError(msg) from error
    if set(map(type, distinct)) <= {str}:
        distinct.pop("", None)
        return list(distinct)
    return [value for value in distinct if not is_missing(value)]


def unique_strings(values: Iterable[Any]) -> list[str]:
    """The non-empty strings among the values, each once, in order of first appearance."""
    return list(dict.fromkeys(value for value in values if isinstance(value, str) and value))


def check_strings(values: Collection[Any], field: str) -> None:
    """Refuse values that aren't strings.

    Raises:
        TypeError: Names the first value that isn't a string.
    """
    for value in () if set(map(type, values)) <= {str} else values:
        if not isinstance(value, str):
            msg = f"values of {field} need to be strings, but {value!r} is of type {type(value).__name__}"
            raise TypeError(msg)


def find_known(values: Collection[Any], known: Collection[Any]) -> npt.NDArray[np.bool_]:
    """Tell for each value whether it is among the known ones.

    Args:
        values: Values in any number, hashable.
        known: The vocabulary, compared exactly.

    Returns:
        One boolean per value, in order.
    """
    import numpy as np

    vocabulary = known if isinstance(known, set | frozenset | dict) else set(known)
    return np.fromiter(map(vocabulary.__contains__, values), dtype=bool, count=len(values))
