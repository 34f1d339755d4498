"""Which standard name a value stands for, by casing or by synonym. Knows no Django.

The standard of a value is, in this order: the name that equals it, a name that differs in casing only, the name with a
synonym that equals it, the name with a synonym that differs in casing only. All functions take time in proportion to
the number of values plus the number of terms, and memory in proportion to the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from lamindb.text.joined import BAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Keep: TypeAlias = Literal["first", "last", False]


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
    matches.read(terms)
    return matches.standards()


class _Matches:
    """Which terms match the values, by kind of match."""

    def __init__(self, values: Iterable[str], *, case_sensitive: bool) -> None:
        self._fold: Callable[[str], str] = str if case_sensitive else str.casefold
        self._folded = {value: self._fold(value) for value in values}
        self._names: set[str] = set()
        self._by_casing: dict[str, list[str]] = {}
        self._by_synonym: dict[str, tuple[str, str]] = {}
        """By folded synonym the first pair of a synonym and its name."""
        self._by_shared_synonym: dict[str, list[tuple[str, str]]] = {}
        """The same with all pairs, where there are several; there rarely are, and lists take time to make."""

    def read(self, terms: Iterable[tuple[str | None, str | None]]) -> None:
        """Note the terms that match. Most don't, so they are told apart before anything else."""
        fold, wanted = self._fold, set(self._folded.values())
        for name, synonyms in terms:
            if not name:
                continue
            folded = fold(name)
            if folded in wanted:
                self._by_casing.setdefault(folded, []).append(name)
                self._names.add(name)
            if synonyms:
                folded_synonyms = fold(synonyms)  # folding neither makes nor removes a bar
                if BAR not in folded_synonyms:
                    if folded_synonyms in wanted:
                        self._note(folded_synonyms, (synonyms, name))
                elif not wanted.isdisjoint(parts := folded_synonyms.split(BAR)):
                    for synonym, folded in zip(synonyms.split(BAR), parts, strict=True):
                        if folded in wanted:
                            self._note(folded, (synonym, name))

    def _note(self, folded: str, pair: tuple[str, str]) -> None:
        first = self._by_synonym.setdefault(folded, pair)
        if first is not pair and first != pair:
            self._by_shared_synonym.setdefault(folded, [first]).append(pair)

    def standards(self) -> dict[str, list[str]]:
        """Per value that isn't a name, the names of the strongest kind of match."""
        found = {}
        for value, folded in self._folded.items():
            if folded in self._by_casing:
                if value not in self._names:
                    found[value] = list(dict.fromkeys(self._by_casing[folded]))
            elif folded in self._by_shared_synonym:
                found[value] = _names_of(value, self._by_shared_synonym[folded])
            elif folded in self._by_synonym:
                found[value] = [self._by_synonym[folded][1]]
        return found


def _names_of(value: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The names with a synonym that equals the value, or else all names; each once."""
    exact = dict.fromkeys(name for synonym, name in pairs if synonym == value)
    return list(exact or dict.fromkeys(name for _, name in pairs))


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
    return isinstance(standard, str) and value.casefold() == standard.casefold()
