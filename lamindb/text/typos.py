"""Which name of a vocabulary a misspelt value was meant to be. Knows no Django.

Two texts are near if few edits lead from one to the other: insertions, deletions, substitutions, and swaps of neighbours
(optimal string alignment, https://rapidfuzz.github.io/RapidFuzz/Usage/distance/OSA.html). How few depends on the length.
Casing, kinds of white space, and underscores in their place don't count; a name that differs in separators only is nearest. What tells names apart in biology is never taken for a typo: numbers and codes
(CD4 and CD8, IL2RA and IL2RB), signs (CD25+ and CD25-), Greek letters, Roman numerals, and single letters (T cell and
B cell).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_COMPARISONS = 60_000_000
"""How many pairs of a value and a name are compared at most; takes some three seconds on one core."""

LONGEST = 200
"""Longer values are no misspelt names."""

_MOST_EDITS = ((16, 3), (9, 2), (5, 1))
"""From which length on how many edits are taken for typos."""

_NAMES_AT_ONCE = 10_000
_VALUES_AT_ONCE = 1_000

_MARKS = re.compile(r"\w*\d\w*|\+|(?<=\w)-(?!\w)|[\u03b1-\u03c9]|\b[ivx]+\b")
_SINGLE_LETTERS = re.compile(r"\b[^\W\d_]\b")
_SEPARATORS = re.compile(r"[\s_-]+")


def find_typos(
    values: Sequence[str],
    names: Iterable[str | None],
    *,
    n_names: int,
    most_comparisons: int = MOST_COMPARISONS,
) -> dict[str, list[str]]:
    """Find the names that values may be misspellings of.

    Args:
        values: The values, those first that matter most.
        names: The vocabulary; read once, in a stream.
        n_names: How many names there are, about.
        most_comparisons: How many pairs to compare. If that is too few for all values, the last ones get no names.

    Returns:
        Per value the nearest names, mostly one; several if they are equally near. Values without any are left out.
    """
    nearest = _Nearest(values, limit=most_comparisons // max(1, n_names))
    stream = iter(names)
    while nearest.is_waiting and (some := [name for name in islice(stream, _NAMES_AT_ONCE) if name]):
        nearest.compare(some)
    return nearest.found()


def tidy(text: str) -> str:
    """The text in lower case, in one form of each character, with single blanks for white space and underscores."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().replace("_", " ").split())


def _marks(text: str) -> tuple[str, ...]:
    """What has to be equal in a tidy text and in what it is a typo of."""
    return tuple(_MARKS.findall(text))


def _differ_by_separators(value: str, name: str) -> bool:
    return _SEPARATORS.sub("", value) == _SEPARATORS.sub("", name)


def _have_equal_letters(value: str, name: str) -> bool:
    """Whether the single letters in two tidy texts are the same."""
    return _SINGLE_LETTERS.findall(value) == _SINGLE_LETTERS.findall(name)


def _most_edits(text: str) -> int:
    return next((edits for length, edits in _MOST_EDITS if len(text) >= length), 0)


class _Nearest:
    """The nearest names so far. Values are compared with names of the same marks only.

    Args:
        values: The values.
        limit: How many values of the same marks are compared at most.
    """

    def __init__(self, values: Sequence[str], *, limit: int) -> None:
        self._groups: dict[tuple[str, ...], dict[str, str]] = {}
        self._distances: dict[str, int] = {}
        self._names: dict[str, list[str]] = {}
        for value in values:
            form = tidy(value) if len(value) <= LONGEST else ""
            group = self._groups.setdefault(_marks(form), {}) if _most_edits(form) else None
            if group is not None and len(group) < limit:
                group[value] = form

    @property
    def is_waiting(self) -> bool:
        """Whether there are values to be compared."""
        return any(self._groups.values())

    def compare(self, names: Sequence[str]) -> None:
        """Compare the values with some names."""
        alike: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
        for name in names:
            form = tidy(name)
            marks = _marks(form)
            if marks in self._groups:
                own, forms = alike.setdefault(marks, ([], []))
                own.append(name)
                forms.append(form)
        for marks, (own, forms) in alike.items():
            values = iter(self._groups[marks].items())
            while some := dict(islice(values, _VALUES_AT_ONCE)):
                self._compare_forms(some, own, forms)

    def _compare_forms(self, values: Mapping[str, str], names: Sequence[str], forms: Sequence[str]) -> None:
        import numpy as np
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import cdist

        given = list(values.items())
        most = _MOST_EDITS[0][1]
        distances = cdist([form for _, form in given], forms, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)
        allowed = np.array([_most_edits(form) for _, form in given], dtype=np.uint8)
        for row, column in np.argwhere(distances <= allowed[:, None]).tolist():
            value, form = given[row]
            if _differ_by_separators(form, forms[column]):
                self._note(value, names[column], 0)
            elif _have_equal_letters(form, forms[column]):
                self._note(value, names[column], int(distances[row, column]))

    def _note(self, value: str, name: str, distance: int) -> None:
        best = self._distances.get(value)
        if best is None or distance < best:
            self._distances[value], self._names[value] = distance, [name]
        elif distance == best and name not in self._names[value]:
            self._names[value].append(name)

    def found(self) -> dict[str, list[str]]:
        """The nearest names by value."""
        return self._names
