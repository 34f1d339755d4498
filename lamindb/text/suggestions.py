"""How values that a vocabulary doesn't have can be mended: by white space, casing, synonym, or as typos. Knows no Django."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from lamindb.text.synonyms import find_standards, is_casing_only
from lamindb.text.typos import find_typos

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

How: TypeAlias = Literal["strip", "casing", "synonym", "typo", "cast", "public"]
"""What kind of mend it is. All are safe but typos, which a person should look at; public names have to be registered."""


@dataclass(frozen=True)
class Suggestion:
    """What a value was probably meant to be.

    Attributes:
        value: The mended value; None if several are equally likely.
        how: What kind of mend it is.
        options: The equally likely values, if there are several.
    """

    value: Any
    how: How
    options: tuple[str, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether it can be applied without asking anybody."""
        return self.how not in ("typo", "public") and not self.options


def suggest(
    values: Sequence[str],
    terms: Callable[[], Iterable[tuple[str | None, str | None]]],
    find: Callable[[list[str]], Collection[str]],
    *,
    count: Callable[[], int],
    further: Callable[[list[str]], dict[str, Suggestion]] | None = None,
) -> dict[str, Suggestion]:
    """Suggest names for values that aren't names; see :mod:`lamindb.text.typos` for what a typo is.

    Args:
        values: Non-empty strings, none of them a name; those first that matter most.
        terms: Gives pairs of a name and its synonyms, joined by a bar; called at most twice.
        find: Tells which strings are names.
        count: Tells how many terms there are; called at most once.
        further: Another source of suggestions, asked before values are taken for typos.

    Returns:
        Per value its suggestion. Values without any are left out.
    """
    found: dict[str, Suggestion] = {}
    sources = (lambda left: _by_white_space(left, find), lambda left: _by_standard(left, terms), further)
    for source in sources:
        left = [value for value in values if value not in found]
        if source is not None and left:
            found |= source(left)
    left = [value for value in values if value not in found]
    return found | (suggest_typos(left, (name for name, _ in terms()), n_names=count()) if left else {})


def suggest_typos(values: Sequence[str], names: Iterable[str | None], *, n_names: int) -> dict[str, Suggestion]:
    """Suggest those names that values may be misspellings of; see :func:`lamindb.text.typos.find_typos`."""
    nearest = find_typos(values, names, n_names=n_names)
    return {value: _one_of(options, "typo") for value, options in nearest.items()}


def single_spaced(text: str) -> str:
    """The text without white space around it, with single blanks within, in composed characters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _by_white_space(values: Iterable[str], find: Callable[[list[str]], Collection[str]]) -> dict[str, Suggestion]:
    stripped = {value: single_spaced(value) for value in values}
    changed = {value: short for value, short in stripped.items() if short != value and short}
    names = find(list(dict.fromkeys(changed.values()))) if changed else ()
    return {value: Suggestion(short, "strip") for value, short in changed.items() if short in names}


def _by_standard(
    values: Iterable[str], terms: Callable[[], Iterable[tuple[str | None, str | None]]]
) -> dict[str, Suggestion]:
    stripped = {value: single_spaced(value) for value in values}
    wanted = {short for short in stripped.values() if short}
    standards = find_standards(wanted, terms()) if wanted else {}
    pairs = ((value, short, standards.get(short)) for value, short in stripped.items())
    return {value: _one_of(names, _casing_or_synonym(short, names)) for value, short, names in pairs if names}


def _casing_or_synonym(value: str, names: Sequence[str]) -> How:
    return "casing" if is_casing_only(value, names[0]) else "synonym"


def _one_of(options: Sequence[str], how: How) -> Suggestion:
    return Suggestion(options[0], how) if len(options) == 1 else Suggestion(None, how, tuple(options))
