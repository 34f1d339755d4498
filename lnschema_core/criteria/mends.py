"""Mends: which values and names of columns are replaced by which, and columns with them in place. Knows no registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lnschema_core.criteria.tally import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from lnschema_core.criteria.kinds import Kind
    from lnschema_core.criteria.report import Failure

_NUMBERS = ("number", "integer", "complex")


@dataclass
class Mends:
    """What is to be mended in one table.

    Attributes:
        names: The names that columns have now, by those that they get.
        replacements: Per column what values are replaced by, each known by its type as well.
        casts: The columns in which values become values of another type.
    """

    names: dict[str, Any] = field(default_factory=dict)
    replacements: dict[str, dict[tuple[type, Any], Any]] = field(default_factory=dict)
    casts: set[str] = field(default_factory=set)

    def add(self, failure: Failure, meant: Any) -> None:
        """Replace a value that fails."""
        self.replacements.setdefault(failure.column, {})[type(failure.value), failure.value] = meant
        if failure.suggestion is not None and failure.suggestion.how == "cast":
            self.casts.add(failure.column)


def mends_for(failures: Iterable[Failure], *, typos: bool) -> dict[str, Mends]:
    """What is to be mended per slot.

    Args:
        failures: What failed.
        typos: Whether what is probably a typo is mended, too.
    """
    mends: dict[str, Mends] = {}
    unsafe: set[tuple[str, str]] = set()
    for failure in failures:
        meant = _mend_of(failure, typos=typos)
        of_slot = mends.setdefault(failure.slot, Mends())
        if failure.reason == "missing-column" and meant is None:
            unsafe.add((failure.slot, failure.column))  # values of a column that keeps its name stay as well
        elif failure.reason == "missing-column":
            of_slot.names[failure.column] = meant
        elif failure.reason == "column-name" and meant is not None:
            of_slot.names.setdefault(meant, failure.column)
        elif meant is not None and (failure.slot, failure.column) not in unsafe:
            of_slot.add(failure, meant)
    return {slot: some for slot, some in mends.items() if some.names or some.replacements}


def _mend_of(failure: Failure, *, typos: bool) -> Any:
    """What to put instead, ``None`` for nothing."""
    suggestion = failure.suggestion
    if suggestion is None or not (suggestion.is_safe or (typos and suggestion.how == "typo")):
        return None
    return suggestion.value


# -- columns ----------------------------------------------------------------------------------------------------------


def mended(
    column: pd.Series[Any], values: Mapping[tuple[type, Any], Any], kind: Kind, *, casts: bool
) -> pd.Series[Any]:
    """A copy of a column with values replaced.

    Args:
        column: The column.
        values: What values are replaced by, each with its type.
        kind: What the values are expected to be.
        casts: Whether the column is to get the data type of that kind, where all values allow it.
    """
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype) and not casts:
        return _mended_categories(column, values)
    result = column.astype(object).to_numpy(copy=True)
    for group in split(pd.Series(result, dtype=object)).groups:
        meant = [values.get((type(value), value), value) for value in group.different]
        result[group.positions] = np.fromiter(meant, dtype=object, count=len(meant))[group.codes]
    objects = pd.Series(result, index=column.index, name=column.name, dtype=object)
    return _typed(objects, kind) if casts else _as_before(objects, column.dtype)


def _mended_categories(column: pd.Series[Any], values: Mapping[tuple[type, Any], Any]) -> pd.Series[Any]:
    """A categorical with some categories replaced; those that become equal become one."""
    import numpy as np
    import pandas as pd

    meant = [values.get((type(value), value), value) for value in column.cat.categories]
    codes, categories = pd.factorize(np.fromiter(meant, dtype=object, count=len(meant)))
    new = np.append(codes, -1)[column.cat.codes.to_numpy()]  # the code of missing values, -1, takes the last one
    index = _as_before(pd.Series(categories, dtype=object), column.cat.categories.dtype)
    dtype = pd.CategoricalDtype(pd.Index(index), ordered=column.cat.ordered)
    return pd.Series(pd.Categorical.from_codes(new, dtype=dtype), index=column.index, name=column.name)


def _as_before(objects: pd.Series[Any], dtype: Any) -> pd.Series[Any]:
    try:
        before: pd.Series[Any] = objects.astype(dtype)
    except (TypeError, ValueError):  # the mended values need another data type
        return objects
    return before


def _typed(objects: pd.Series[Any], kind: Kind) -> pd.Series[Any]:
    """Objects as values of a kind, unless some can't be any."""
    import pandas as pd

    has_gaps = bool(objects.isna().any())
    try:
        if kind in _NUMBERS:
            numbers = pd.to_numeric(objects.where(objects.notna(), float("nan")))
            return numbers.astype("Int64") if kind == "integer" and has_gaps else numbers
        if kind == "bool":
            return objects.astype("boolean" if has_gaps else "bool") if _are_truths(objects) else objects
        if kind == "datetime":
            return pd.to_datetime(objects)
        return pd.to_timedelta(objects) if kind == "timedelta" else objects
    except (TypeError, ValueError):
        return objects


def _are_truths(objects: pd.Series[Any]) -> bool:
    return all(isinstance(value, bool) for value in objects.dropna().unique())
