"""Which name of a vocabulary a misspelt value was meant to be. Knows no Django.

Two texts are near if few edits lead from one to the other: insertions, deletions, substitutions, and swaps of neighbours
(optimal string alignment, https://rapidfuzz.github.io/RapidFuzz/Usage/distance/OSA.html). How few depends on the length.
Casing and kinds of white space don't count. What tells names apart in biology is never taken for a typo: numbers and codes
(CD4 and CD8, IL2RA and IL2RB), signs (CD25+ and CD25-), Greek letters, Roman numerals, and single letters (T cell and
B cell).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_COMPARISONS = 60_000_000
"""How many pairs of a value and a name are compared at most; takes about three seconds on one core."""

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
    values: Sequence[str], names: Iterable[str | None], *, most_comparisons: int = MOST_COMPARISONS
) -> dict[str, list[str]]:
    """Find the names that values may be misspellings of.

    Args:
        values: The values, those first that matter most.
        names: The vocabulary; read once, in a stream.
        most_comparisons: How many pairs to compare. If that is too few for all values, the last ones get no names.

    Returns:
        Per value the nearest names, mostly one; several if they are equally near. Values without any are left out.
    """
    nearest = _Nearest([value for value in values if _most_edits(tidy(value)) and len(value) <= LONGEST])
    stream = iter(names)
    while nearest.forms and (some := [name for name in islice(stream, _NAMES_AT_ONCE) if name]):
        most_comparisons -= nearest.limit(most_comparisons // len(some)) * len(some)
        nearest.compare(some)
    return nearest.found()


def tidy(text: str) -> str:
    """The text in lower case, in one form of each character, with single blanks for white space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def is_typo(value: str, name: str) -> bool:
    """Whether two near texts, both tidied, differ by mistake rather than in meaning."""
    if _MARKS.findall(value) != _MARKS.findall(name):
        return False
    if _SINGLE_LETTERS.findall(value) == _SINGLE_LETTERS.findall(name):
        return True
    return _SEPARATORS.sub("", value) == _SEPARATORS.sub("", name)


def _most_edits(text: str) -> int:
    return next((edits for length, edits in _MOST_EDITS if len(text) >= length), 0)


class _Nearest:
    """The nearest names so far, of values that are dropped from the end when there are too many comparisons."""

    def __init__(self, values: Sequence[str]) -> None:
        self.forms = {value: tidy(value) for value in values}
        self._distances: dict[str, int] = {}
        self._names: dict[str, list[str]] = {}

    def limit(self, number: int) -> int:
        """Keep at most this number of values, and tell how many there are."""
        if number < len(self.forms):
            self.forms = dict(islice(self.forms.items(), number))
        return len(self.forms)

    def compare(self, names: Sequence[str]) -> None:
        """Compare all values with some names."""
        forms = [tidy(name) for name in names]
        values = iter(self.forms)
        while some := list(islice(values, _VALUES_AT_ONCE)):
            for value, position, distance in self._near(some, forms):
                self._note(value, names[position], distance)

    def _near(self, values: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        import numpy as np
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import cdist

        forms = [self.forms[value] for value in values]
        most = _MOST_EDITS[0][1]
        distances = cdist(forms, names, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)
        allowed = np.array([_most_edits(form) for form in forms], dtype=np.uint8)
        for row, column in np.argwhere(distances <= allowed[:, None]).tolist():
            if is_typo(forms[row], names[column]):
                yield values[row], column, int(distances[row, column])

    def _note(self, value: str, name: str, distance: int) -> None:
        best = self._distances.get(value)
        if best is None or distance < best:
            self._distances[value], self._names[value] = distance, [name]
        elif distance == best and name not in self._names[value]:
            self._names[value].append(name)

    def found(self) -> dict[str, list[str]]:
        """The nearest names of the values that were compared with all names."""
        return {value: self._names[value] for value in self.forms if value in self._names}
