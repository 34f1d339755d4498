"""Texts that share most of their trigrams with a string, as expressions of SQLite's FTS5. Knows no Django.

The string is cut into pieces that don't overlap; a mistake spoils one of them. Texts that have all pieces but a few are asked for.
"""

from __future__ import annotations

import re

_SIZE = 3
_MOST_PIECES = 6


def pieces(string: str, *, from_end: bool = False, common: frozenset[str] = frozenset()) -> list[list[str]]:
    """Cut the words of a string into pieces of three letters or more, and return the trigrams of each.

    Args:
        string: What is searched.
        from_end: Begin at the ends of words, so that the cuts are in other places.
        common: Trigrams to leave out, and the pieces that have no others.

    Returns:
        Up to six lists of trigrams; none for strings without a word of three letters.
    """
    cuts = [trigrams_of(part) for word in words(string) for part in _cut(word, from_end=from_end)]
    found = [rare for cut in cuts if (rare := [trigram for trigram in cut if trigram not in common])]
    while len(found) > _MOST_PIECES:
        at = min(range(len(found) - 1), key=lambda i: len(found[i]) + len(found[i + 1]))
        found[at : at + 2] = [list(dict.fromkeys(found[at] + found[at + 1]))]
    if len(found) == 1 and len(found[0]) > _SIZE - 1:
        return [found[0][:1], found[0][-1:]]
    return found


def parts(string: str, *, from_end: bool = False) -> list[str]:
    """Cut the words of a string into parts of three letters or more, of which a mistake spoils one; six at most, the first ones."""
    found = [part for word in words(string) for part in _cut(word, from_end=from_end)]
    return list(dict.fromkeys(found))[:_MOST_PIECES]


def words(string: str) -> list[str]:
    """The words of a string, of three letters or more, in lower case."""
    return [word for word in re.findall(r"[^\W_]+", string.lower()) if len(word) >= _SIZE]


def rare_stretches(string: str, common: frozenset[str]) -> list[str]:
    """The longest parts of a string that have no common trigram, of words if there are such; itself if all trigrams are common."""
    found: list[str] = []
    is_going_on = False
    for start in range(len(string) - _SIZE + 1):
        trigram = string[start : start + _SIZE]
        is_rare = trigram.lower() not in common
        if is_rare and is_going_on:
            found[-1] += trigram[-1]
        elif is_rare:
            found.append(trigram)
        is_going_on = is_rare
    return [word for stretch in found for word in words(stretch)] or found or [string]


def rare_parts(parts_: list[str], common: frozenset[str]) -> list[str]:
    """Those parts that have other than common trigrams; all of them if there are less than two of those."""
    rare = [part for part in parts_ if not common.issuperset(trigrams_of(part.lower()))]
    return rare if len(rare) > 1 else parts_


def expression(string: str, *, missing: int, common: frozenset[str] = frozenset()) -> str | None:
    """Texts that have all pieces of a string but at most ``missing``; None if the string has too few pieces for that."""
    if common and not missing:
        return all_of(string, common)
    alternatives: dict[str, None] = {}
    for from_end in (False, True):
        found = pieces(string, from_end=from_end, common=common)
        if missing >= max(len(found), 1) or not found:
            return None
        alternatives[_at_least(found, len(found) - missing)] = None
    return " OR ".join(alternatives)


def all_of(string: str, common: frozenset[str]) -> str | None:
    """Texts that have all trigrams of the words of a string but common ones; None if there are no others."""
    found = dict.fromkeys(trigram for word in words(string) for trigram in trigrams_of(word) if trigram not in common)
    return " AND ".join(f'"{trigram}"' for trigram in found) or None


def _cut(word: str, *, from_end: bool) -> list[str]:
    count = len(word) // _SIZE
    cuts = [_SIZE * i for i in range(count)]
    if from_end:
        cuts = [0, *(len(word) - _SIZE * i for i in range(count - 1, 0, -1))]
    return [word[start:end] for start, end in zip(cuts, [*cuts[1:], len(word)], strict=True)]


def trigrams_of(text: str) -> list[str]:
    """The different stretches of three characters, in their order."""
    return list(dict.fromkeys(text[i : i + _SIZE] for i in range(len(text) - _SIZE + 1)))


def _at_least(found: list[list[str]], number: int) -> str:
    """The condition that so many of the pieces are there; halved again and again, so that it stays short."""
    if number == len(found):
        return "(" + " AND ".join(f'"{trigram}"' for piece in found for trigram in piece) + ")"
    if number == 1:
        return "(" + " OR ".join(_at_least([piece], 1) for piece in found) + ")"
    half = len(found) // 2
    alternatives = []
    for left in range(max(0, number - (len(found) - half)), min(half, number) + 1):
        sides = [(found[:half], left), (found[half:], number - left)]
        alternatives.append(" AND ".join(_at_least(side, count) for side, count in sides if count))
    return "(" + " OR ".join(f"({alternative})" for alternative in alternatives) + ")"
