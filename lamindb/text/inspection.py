"""The result of inspecting a batch of values against a vocabulary. Knows no Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import compress
from typing import TYPE_CHECKING, Any

from lamindb.text.batch import as_list, find_known, unique

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

_MOST_ROWS = 20

_BRACKETS = {
    "validated": "validated",
    "non_validated": "non_validated",
    "mapped": "validated",
    "not_mapped": "non_validated",
}


@dataclass(frozen=True, eq=False)
class InspectResult:
    """What is known about a batch of values."""

    values: list[Any]
    """The values as they were passed, with nulls and duplicates."""
    validated: list[Any]
    """Values that the vocabulary has, each once, in order."""
    non_validated: list[Any]
    """Values that it doesn't have, each once, in order."""
    synonyms_mapper: dict[str, str] = field(default_factory=dict)
    """For non-validated values the standard name that they stand for, by synonym or casing."""

    @property
    def n_unique(self) -> int:
        """Number of different values that aren't empty."""
        return len(self.validated) + len(self.non_validated)

    @property
    def n_empty(self) -> int:
        """Number of values that are empty or repeat another."""
        return len(self.values) - self.n_unique

    @property
    def frac_validated(self) -> float:
        """Validated values in percent of the different values, to one decimal; 0 if there is none."""
        return round(self.percentage(len(self.validated)), 1)

    def percentage(self, number: int) -> float:
        """A number of values in percent of the different values."""
        return 100 * number / self.n_unique if self.n_unique else 0.0

    @cached_property
    def is_validated(self) -> npt.NDArray[np.bool_]:
        """One boolean per value as passed."""
        if not self.non_validated and not self.n_empty:
            import numpy as np

            return np.ones(len(self.values), dtype=bool)
        return find_known(self.values, set(self.validated))

    @cached_property
    def df(self) -> pd.DataFrame:
        """A frame with the values as its index and the column ``__validated__``."""
        import pandas as pd

        return pd.DataFrame({"__validated__": self.is_validated}, index=pd.Index(self.values, dtype=object))

    def __getitem__(self, key: str) -> list[Any]:
        if key not in _BRACKETS:
            msg = "invalid key"
            raise KeyError(msg)
        found: list[Any] = getattr(self, _BRACKETS[key])
        return found

    def __repr__(self) -> str:
        counts = f"{len(self.validated)} of {self.n_unique} values validated ({self.frac_validated}%)"
        return f"InspectResult({counts}, {len(self.synonyms_mapper)} stand for another name)"

    def _repr_html_(self) -> str:
        """A table of the values that aren't validated, each with the name it stands for."""
        summary = f"<p>{len(self.validated)} of {self.n_unique} values validated ({self.frac_validated}%)</p>"
        if not self.non_validated:
            return summary
        rows = "".join(self._html_row(value) for value in self.non_validated[:_MOST_ROWS])
        more = f"<p>and {len(self.non_validated) - _MOST_ROWS} more</p>" if len(self.non_validated) > _MOST_ROWS else ""
        head = "<tr><th>not validated</th><th>stands for</th></tr>"
        return f"{summary}<table>{head}{rows}</table>{more}"

    def _html_row(self, value: Any) -> str:
        standard = self.synonyms_mapper.get(value, "")
        return f"<tr><td>{escape(str(value))}</td><td>{escape(str(standard))}</td></tr>"


def compare(values: Any, find: Callable[[list[Any]], Collection[Any]]) -> InspectResult:
    """Compare values with a vocabulary, exactly.

    Args:
        values: One value or several, with or without nulls and duplicates.
        find: Tells which values the vocabulary has, for instance ``names.intersection`` of a set of names; may tell more.
    """
    as_passed = as_list(values)
    distinct = unique(as_passed)
    is_known = find_known(distinct, find(distinct))
    return InspectResult(as_passed, [*compress(distinct, is_known)], [*compress(distinct, ~is_known)])
