"""The key under which a name is found although it is misspelt: the name turned, so that its end comes first. Knows no Django.

A name is cut behind three fifths of it. Of a name with mistakes before the cut, the end is as it should be, and of those with this end,
the one that was meant begins like it up to the first mistake: in the order of keys, it is a neighbour. Where the mistakes are behind the
cut, it is one in the order of names. Blanks and case don't count. The key is an expression that databases can index, so that both
cost a few look-ups, however many names there are.

The other ways to a similar name need no key: its spellings, its parts, and if it is short, what a slip may have made it of.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NEIGHBOURS = 40
"""So many names before a name, and behind it, are its neighbours, in either order."""

HIGHEST = chr(0x10FFFF)
"""What is behind all that begins with something if it is added to that."""

_HEAD = 12  # characters of the beginning in a key; few, since entries get to random places of an index, whose pages have to be written
_TAIL = 12  # characters of the end
_BAR, _BEHIND_BAR = "|", "}"  # what is between both, and the next character of ASCII
_MOST_MORE = 2  # characters that a name may have more than the other one
_COMMON = 4  # a new name has at least this part of its letters in common with a similar neighbour: one in so many
_MOST_PARTS = 30
_SHORT = 16  # characters of names that may have too many neighbours, since so little of them is alike


@cache
def expression(column: str) -> str:
    """The key of a column as SQL.

    Args:
        column: The quoted name of the column.
    """
    turned = f"substr({column}, length({column}) * 3 / 5 + 1, {_TAIL}) || '{_BAR}' || substr({column}, 1, {_HEAD})"
    return f"replace(lower({turned}), ' ', '')"


def ends(name: str, vendor: str, *, most_more: int = _MOST_MORE) -> list[str]:
    """What the keys of similar names begin with.

    Args:
        name: The name.
        vendor: The database, as Django calls it; they differ in what is lower case.
        most_more: So many characters may one of both names have more than the other.
    """
    cuts = _cuts(len(name), most_more)
    if vendor == "sqlite":
        name = _lower_ascii(name)
        return [name[cut : cut + _TAIL].replace(" ", "") + _BAR for cut in cuts]
    return [name[cut : cut + _TAIL].lower().replace(" ", "") + _BAR for cut in cuts]


def behind(end: str) -> str:
    """What is behind all keys that begin with an end."""
    return end[:-1] + _BEHIND_BAR


def head(name: str, vendor: str) -> str:
    """What the key of a name has behind its end."""
    lower = _lower_ascii if vendor == "sqlite" else str.lower
    return lower(name[:_HEAD]).replace(" ", "")


def spellings(name: str) -> list[str]:
    """The name in other cases, the names that are whole words of it, and those that a slip made it of if it is short."""
    cases = [name, name.lower(), name.upper(), name.capitalize(), name.title()]
    return list(dict.fromkeys([*cases, *parts(name), *_before_a_slip(name)]))


def parts(name: str) -> list[str]:
    """The whole words of a name, and stretches of them, the name itself among these."""
    words = name.split()
    return [" ".join(words[stretch]) for stretch in _stretches(len(words))]


def _before_a_slip(name: str) -> list[str]:
    """A short name without one of its characters, and with two of them exchanged."""
    if len(name) > _SHORT:
        return []
    halves = [(name[:i], name[i:]) for i in range(len(name))]
    return [a + b[1:] for a, b in halves] + [a + b[1] + b[0] + b[2:] for a, b in halves[:-1]]


def parts_behind_first(words: Sequence[str]) -> list[str]:
    """The words of a name, and stretches of them, without those that the name begins with."""
    return [" ".join(words[stretch]) for stretch in _stretches(len(words), 1)]


def beginnings(words: Sequence[str]) -> list[str]:
    """The stretches of its words that a name begins with, but the name itself."""
    return [" ".join(words[:end]) for end in range(1, len(words))]


def starts(name: str) -> tuple[str, ...]:
    """Where in the order of names the neighbours of a name are: it may begin with a capital, or not."""
    other = name[:1].swapcase() + name[1:]
    return (name,) if other == name else (name, other)


def beginning(name: str) -> str:
    """What the neighbours of a new name begin with if they are similar."""
    return name[: len(name) // _COMMON]


def _lower_ascii(text: str) -> str:
    return text.lower() if text.isascii() else "".join([c.lower() if c.isascii() else c for c in text])


@lru_cache(maxsize=256)
def _cuts(length: int, most_more: int) -> list[int]:
    """Where the ends begin of names of this length, if they are those of names of about this length."""
    others = range(max(1, length - most_more), length + most_more + 1)
    starts = {length - other + other * 3 // 5 for other in others}
    return sorted(start for start in starts if start >= 0)


@lru_cache(maxsize=256)
def _stretches(words: int, first: int = 0) -> list[slice]:
    """Some words after each other, out of so many, from one of them on."""
    stretches = (slice(i, j) for i in range(first, words) for j in range(words, i, -1))
    return list(islice(stretches, _MOST_PARTS))
