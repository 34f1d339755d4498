"""Kinds of values: the words for them, which data types have them, and how other values can be cast. Knows no registry.

A value is cast only if nothing is lost by it.
"""

from __future__ import annotations

import datetime as dt
import math
import numbers
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    import pandas as pd

Kind: TypeAlias = Literal["number", "integer", "category", "text", "bool", "datetime", "timedelta", "complex", "any"]
"""What the values of a column are."""

KINDS: tuple[Kind, ...] = get_args(Kind)

WITH_RANGE = ("number", "integer", "datetime", "timedelta")
"""Kinds of values that can have a minimum and a maximum."""

_WORDS: dict[str, Kind] = {
    "float": "number",
    "int": "integer",
    "uint": "integer",
    "str": "text",
    "string": "text",
    "boolean": "bool",
    "date": "datetime",
    "object": "any",
    **{kind: kind for kind in KINDS},
}

_FEATURE_TYPES: dict[Kind, str] = {"integer": "number", "text": "str", "any": "object"}

_TYPES: dict[Kind, tuple[type, ...]] = {
    "number": (numbers.Real, Decimal),
    "integer": (numbers.Real, Decimal),
    "complex": (numbers.Complex, Decimal),
    "category": (str, numbers.Integral),
    "text": (str,),
    "datetime": (dt.date,),
    "timedelta": (dt.timedelta,),
}

_TRUTHS = {"true": True, "false": False}

_LONGEST_LITERAL = 400
"""Characters of a text that can be a number, a truth or a time."""


def kind_of_type(given: Any) -> Kind:
    """The kind of values that a word, a Python type, or a data type of numpy or pandas stands for.

    Args:
        given: One of :data:`KINDS`, the ``type`` of a feature, such as ``"datetime[ns]"``, or a type.

    Raises:
        ValueError: It stands for none.
    """
    if given is None:
        return "any"
    if isinstance(given, str):
        word = given.lower()
        if word in _WORDS:
            return _WORDS[word]
        if word.startswith(("datetime", "timedelta")):
            return "datetime" if word.startswith("datetime") else "timedelta"
    if isinstance(given, type) and issubclass(given, (dt.date, dt.timedelta)):
        return "datetime" if issubclass(given, dt.date) else "timedelta"
    from pandas.api.types import pandas_dtype

    try:
        return kind_of_dtype(pandas_dtype(given))
    except (TypeError, ValueError, AttributeError) as error:
        msg = f"{given!r:.80} is no type of values: use one of {', '.join(KINDS)}, or a type of Python, numpy or pandas"
        raise ValueError(msg) from error


def kind_of_feature(type_of_feature: str | None) -> Kind:
    """The kind of values of a feature; features can have any word for a type, and unknown ones say nothing."""
    try:
        return kind_of_type(type_of_feature)
    except ValueError:
        return "any"


def kind_of_dtype(dtype: Any) -> Kind:
    """The kind of values that columns of a data type have; ``"any"`` for objects."""
    from pandas import CategoricalDtype
    from pandas.api import types

    if isinstance(dtype, CategoricalDtype):
        return "category"
    tests = (
        ("bool", types.is_bool_dtype),
        ("integer", types.is_integer_dtype),
        ("number", types.is_float_dtype),
        ("complex", types.is_complex_dtype),
        ("datetime", types.is_datetime64_any_dtype),
        ("timedelta", types.is_timedelta64_dtype),
    )
    for kind, has_kind in tests:
        if has_kind(dtype):
            return kind  # type: ignore[return-value]
    return "text" if types.is_string_dtype(dtype) and not types.is_object_dtype(dtype) else "any"


def feature_type(kind: Kind) -> str:
    """The ``type`` of a feature whose values are of a kind."""
    return _FEATURE_TYPES.get(kind, kind)


def has_only(column: pd.Series[Any], kind: Kind) -> bool:
    """Whether the data type of a column says that it has nothing but values of a kind, and missing ones."""
    found = kind_of_dtype(column.dtype)
    return kind in ("any", found) or (found in ("integer", "number") and kind in ("integer", "number", "complex"))


def fits(type_of_value: type, kind: Kind) -> bool:
    """Whether values of a Python type are of a kind. Floats may be integers."""
    is_truth = issubclass(type_of_value, bool) or type_of_value.__name__ in ("bool_", "bool")
    if kind in ("any", "bool"):
        return kind == "any" or is_truth
    if is_truth:
        return kind == "category"
    return issubclass(type_of_value, _TYPES[kind])


def is_integral(value: Any) -> bool:
    """Whether a number has no fraction."""
    return isinstance(value, numbers.Integral) or (math.isfinite(value) and value == int(value))


# -- casting ----------------------------------------------------------------------------------------------------------


def cast(value: Any, kind: Kind) -> Any:
    """The value as one of a kind, ``None`` if it can't be one without loss."""
    if isinstance(value, str) and len(value) > _LONGEST_LITERAL:
        return None
    if kind in ("text", "category"):
        return _as_text(value)
    casts = {
        "number": _as_number,
        "integer": _as_integer,
        "complex": _as_complex,
        "bool": _as_bool,
        "datetime": _as_time,
        "timedelta": _as_duration,
    }
    return casts[kind](value) if kind in casts else None


def _as_text(value: Any) -> str | None:
    return str(value) if isinstance(value, (bool, numbers.Real)) else None


def _as_number(value: Any) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, str):
        return None
    text = value.strip()
    if "_" in text or text.lower().endswith("nan"):  # Python's way to group digits, and what is missing
        return None
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return None


def _as_integer(value: Any) -> int | None:
    number = _as_number(value) if isinstance(value, str) else None
    return int(number) if number is not None and is_integral(number) else None


def _as_complex(value: Any) -> complex | None:
    try:
        return complex(value.strip()) if isinstance(value, str) and "_" not in value else None
    except ValueError:
        return None


def _as_bool(value: Any) -> bool | None:
    if isinstance(value, str):
        return _TRUTHS.get(value.strip().lower())
    return bool(value) if isinstance(value, numbers.Real) and value in (0, 1) else None


def _as_time(value: Any) -> Any:
    """A text in ISO format as a time of pandas."""
    import pandas as pd

    if not isinstance(value, str):
        return None
    try:
        return pd.Timestamp(dt.datetime.fromisoformat(value.strip()))
    except ValueError:
        return None


def _as_duration(value: Any) -> Any:
    """A text such as ``1 days 02:00:00`` as a duration of pandas."""
    import pandas as pd

    if not isinstance(value, str) or value.strip().isdecimal():
        return None
    try:
        return pd.Timedelta(value.strip())
    except ValueError:
        return None
