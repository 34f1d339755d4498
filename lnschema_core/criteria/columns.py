"""The names of columns against those that are expected. Knows names and no values."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from lamindb.text.joined import split
from lamindb.text.suggestions import Suggestion, single_spaced, suggest_typos

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lamindb.io.streams.table import Table
    from lnschema_core.criteria.criterion import Criterion
    from lnschema_core.criteria.reasons import Reason

_SEPARATORS = re.compile(r"[\W_]+")


class ColumnFinding(NamedTuple):
    """A column that is missing, too many, or not well named."""

    column: Any
    reason: Reason
    suggestion: Suggestion | None = None


def compare(
    table: Table, criteria: Mapping[str, Criterion], *, allow_others: bool, synonyms: Mapping[str, str]
) -> list[ColumnFinding]:
    """Find what is wrong with the names of columns.

    Args:
        table: The table.
        criteria: What is expected, by name of the column.
        allow_others: Whether there may be other columns.
        synonyms: Synonyms of expected names, joined by a bar.
    """
    counts = Counter(table.columns)
    findings = [ColumnFinding(name, "duplicate-column") for name, count in counts.items() if count > 1]
    findings += [
        ColumnFinding(name, "column-name", _as_text(name, counts)) for name in counts if not isinstance(name, str)
    ]
    others = [name for name in counts if name not in criteria]
    missing = missing_columns(table, criteria)
    meant = _similar_columns(missing, others, synonyms)
    findings += [ColumnFinding(name, "missing-column", meant.get(name)) for name in missing]
    if not allow_others:
        taken = {suggestion.value for suggestion in meant.values()}
        findings += [ColumnFinding(name, "unexpected-column") for name in others if name not in taken]
    return findings


def missing_columns(table: Table, criteria: Mapping[str, Criterion]) -> list[str]:
    """The required columns that aren't there."""
    present = set(table.columns)
    return [
        name for name, one in criteria.items() if one.required and name not in present and not table.names_index(name)
    ]


def readable(table: Table, criteria: Mapping[str, Criterion]) -> list[str]:
    """The expected columns that are there once, or as the index."""
    counts = Counter(table.columns)
    return [name for name in criteria if counts[name] == 1 or table.names_index(name)]


def _similar_columns(
    missing: Sequence[str], others: Sequence[Any], synonyms: Mapping[str, str]
) -> dict[str, Suggestion]:
    """For missing columns the one among others that is meant, each for one of them at most."""
    if not missing:
        return {}
    found: dict[str, Suggestion] = {}
    named = _Others(others)
    for name in missing:
        suggestion = named.take(name, split(synonyms.get(name)))
        if suggestion is not None:
            found[name] = suggestion
    left = [name for name in missing if name not in found]
    near = suggest_typos(left, named.free(), n_names=len(others)) if left else {}
    for name, suggestion in near.items():
        if suggestion.value in named.free():
            found[name] = suggestion
            named.taken.add(suggestion.value)
    return found


class _Others:
    """Columns that aren't expected, each of which can be meant once."""

    def __init__(self, names: Sequence[Any]) -> None:
        self.names = names
        self.taken: set[Any] = set()
        texts = [name for name in names if isinstance(name, str)]
        self._texts = {str(name): name for name in names if not isinstance(name, str)}
        self._stripped = _first_of((single_spaced(name), name) for name in texts)
        self._forms = _first_of((_form(name), name) for name in texts)

    def free(self) -> list[str]:
        """The names that are texts and not taken yet."""
        return [name for name in self.names if isinstance(name, str) and name not in self.taken]

    def take(self, name: str, synonyms: Iterable[str]) -> Suggestion | None:
        """The column that is the name but for its type, white space, casing or separators, or one of its synonyms."""
        ways: list[tuple[Any, Any]] = [
            (self._texts.get(name), "cast"),
            (self._stripped.get(single_spaced(name)), "strip"),
            (self._forms.get(_form(name)), "casing"),
            *((self._forms.get(_form(synonym)), "synonym") for synonym in synonyms),
        ]
        for other, how in ways:
            if other is not None and other not in self.taken:
                self.taken.add(other)
                return Suggestion(other, how)
        return None


def _first_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    first: dict[str, str] = {}
    for key, name in pairs:
        first.setdefault(key, name)
    return first


def _form(name: str) -> str:
    return _SEPARATORS.sub("", name.casefold()) or name


def _as_text(name: Any, taken: Collection[Any]) -> Suggestion | None:
    """The name as a text, unless it is no number or another column has that name."""
    is_plain = isinstance(name, (int, float, bool)) or hasattr(name, "item")
    return Suggestion(str(name), "cast") if is_plain and str(name) not in taken else None
