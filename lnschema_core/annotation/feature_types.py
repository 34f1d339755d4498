"""What the values of a column are, as the ``type`` of a feature says it. Knows pandas and no registry."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

CATEGORY = "category"
NUMBER = "number"

_SHOWN = 3
_NUMBERS_AND_TIMES = "iufcbmM"
"""Kinds of data types, as numpy calls them, that say what values are."""
_DIGITS = re.compile(r"\d")


def feature_type(column: pd.Series[Any]) -> str:
    """What the values of a column are.

    Returns:
        ``"category"`` for categoricals and for strings of which one is repeated or missing, ``"number"`` for floats and
        signed integers, else the name of the data type without digits, such as ``"bool"`` or ``"datetime[ns]"``.
    """
    from pandas import CategoricalDtype
    from pandas.api.types import is_string_dtype

    if isinstance(column.dtype, CategoricalDtype):
        return CATEGORY
    if is_string_dtype(column) and column.nunique() < len(column):
        return CATEGORY
    return type_of_dtype(column.dtype)


def feature_types(df: pd.DataFrame, columns: Sequence[str]) -> dict[str, str]:
    """What the values of some columns of a frame are; looks at the values of those only whose data type doesn't tell."""
    dtypes = dict(zip(df.columns, df.dtypes, strict=True))
    return {
        name: type_of_dtype(dtypes[name]) if dtypes[name].kind in _NUMBERS_AND_TIMES else feature_type(df[name])
        for name in columns
    }


@lru_cache(maxsize=256)
def type_of_dtype(dtype: Any) -> str:
    """What values of a numpy or pandas data type are, or of one given by its name."""
    name = dtype if isinstance(dtype, str) else dtype.name
    return common_type(_DIGITS.sub("", name))


def common_type(name: str) -> str:
    """``"number"`` for ``"int"`` and ``"float"``, every other type as it is."""
    return NUMBER if name in {"int", "float"} else name


def checked_columns(df: pd.DataFrame) -> list[str]:
    """The column names of a frame, as far as they can be names of features.

    Raises:
        TypeError: It is no frame.
        ValueError: A name is no string, or several columns have the same.
    """
    if not hasattr(df, "columns"):
        msg = f"features are made of the columns of a data frame, not of {type(df).__name__} objects"
        raise TypeError(msg)
    columns = list(df.columns)
    strangers = [name for name in columns if not isinstance(name, str)]
    if strangers:
        msg = (
            f"names of columns need to be strings to become features, but {_listed(strangers)}: rename the columns, for "
            "instance with df.columns = df.columns.astype(str)"
        )
        raise ValueError(msg)
    if len(set(columns)) < len(columns):
        repeated = [name for name, count in Counter(columns).items() if count > 1]
        msg = f"every column needs a name of its own, but several columns are called {_quoted(repeated)}"
        raise ValueError(msg)
    return columns


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(f"{name!r:.80}" for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown}, and {len(names) - _SHOWN} more names are taken twice"


def _listed(names: Sequence[Any]) -> str:
    shown = ", ".join(f"{name!r:.80} is of type {type(name).__name__}" for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown}, and {len(names) - _SHOWN} more aren't either"
