"""Which standard name a value stands for, by casing or by synonym. Knows no Django.

The standard of a value is, in this order: the name that equals it, a name that differs in casing only, the name with a
synonym that equals it, the name with a synonym that differs in casing only. All functions take time in proportion to
the number of values plus the number of terms, and memory in proportion to the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from lamindb.text.joined import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Keep: TypeAlias = Literal["first", "last", False]


def fold(text: str) -> str:
    """The text without differences in casing, character by character."""
    return text.casefold()


def find_standards(
    values: Iterable[str], terms: Iterable[tuple[str | None, str | None]], *, case_sensitive: bool = False
) -> dict[str, list[str]]:
    """Find the names that values stand for, for values that aren't names themselves.

    Args:
        values: Non-empty strings.
        terms: Pairs of a name and its synonyms, joined by a bar; read once, in a stream.
        case_sensitive: Match names and synonyms as they are.

    Returns:
        Per value its standard names in the order of the terms, mostly one. Values without any are left out.
    """
    matches = _Matches(values, case_sensitive=case_sensitive)
    for name, synonyms in terms:
        if name:
            matches.add(name, synonyms or "")
    return matches.standards()


class _Matches:
    """Names found so far, per value."""

    def __init__(self, values: Iterable[str], *, case_sensitive: bool) -> None:
        self._fold = str if case_sensitive else fold
        self._values = dict.fromkeys(values)
        self._folded = {self._fold(value) for value in self._values}
        self._names: set[str] = set()
        self._by_casing: dict[str, dict[str, None]] = {}
        self._by_synonym: dict[str, dict[str, None]] = {}
        self._by_synonym_casing: dict[str, dict[str, None]] = {}

    def add(self, name: str, synonyms: str) -> None:
        """Note which values the term is the standard of."""
        folded = self._fold(name)
        if folded in self._folded:
            self._by_casing.setdefault(folded, {})[name] = None
            if name in self._values:
                self._names.add(name)
        if synonyms and not self._folded.isdisjoint(self._fold(synonyms).split("|")):
            self._add_synonyms(name, split(synonyms))

    def _add_synonyms(self, name: str, synonyms: list[str]) -> None:
        for synonym in synonyms:
            folded = self._fold(synonym)
            if folded in self._folded:
                self._by_synonym_casing.setdefault(folded, {})[name] = None
                if synonym in self._values:
                    self._by_synonym.setdefault(synonym, {})[name] = None

    def standards(self) -> dict[str, list[str]]:
        """Per value that isn't a name, the names of the strongest kind of match."""
        found = {value: self._standards_of(value) for value in self._values if value not in self._names}
        return {value: list(names) for value, names in found.items() if names}

    def _standards_of(self, value: str) -> Iterable[str]:
        folded = self._fold(value)
        return self._by_casing.get(folded) or self._by_synonym.get(value) or self._by_synonym_casing.get(folded) or ()


def pick(standards: Mapping[str, list[str]], keep: Keep = "first") -> dict[str, Any]:
    """Choose one standard per value, or with ``keep=False`` a list where there are several.

    Raises:
        ValueError: ``keep`` is none of "first", "last" and False.
    """
    if keep not in ("first", "last", False):
        msg = f"keep must be 'first', 'last' or False, but is {keep!r}"
        raise ValueError(msg)
    if keep is False:
        return {value: names if len(names) > 1 else names[0] for value, names in standards.items()}
    position = 0 if keep == "first" else -1
    return {value: names[position] for value, names in standards.items()}


def replace(values: Iterable[Any], mapper: Mapping[str, Any]) -> list[Any]:
    """The values with their standards in place; values that aren't in the mapper stay as they are."""
    return [mapper.get(value, value) if isinstance(value, str) else value for value in values]


def is_casing_only(value: str, standard: str | list[str]) -> bool:
    """Whether value and standard differ in casing only."""
    return isinstance(standard, str) and fold(value) == fold(standard)
