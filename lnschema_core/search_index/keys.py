"""Keys under which a name is found although it is misspelt: the name with a hole where the mistake may be. Knows no Django.

A name is cut into quarters, and each key leaves one of the first three out; two names that differ in that quarter only have it
in common. The last quarter needs no key: such names are neighbours in the order of names. One more key leaves out the first
word. Blanks and case don't count. Every key is an expression that databases can index, so that each costs one look-up,
however many names there are.

The other ways to a similar name need no key either: its spellings, its parts, and its neighbours.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import islice

HEAD = 20
"""Characters of a key before the hole; index entries have to be short."""
TAIL = 16
"""Characters of a key behind the hole."""
_SHORTEST = 2
"""Characters of a key at least."""
LENGTHS = (0, -1, 1, -2, 2)
"""By how many characters the names may differ in length."""
NEIGHBOURS = 20
"""So many names before a name, and behind it, are its neighbours."""

_COMMON = 4  # a new name has at least this part of its letters in common with a similar neighbour: one in so many
_MOST_PARTS = 30


@cache
def expressions(column: str, vendor: str) -> list[str]:
    """The keys of a column as SQL.

    Args:
        column: The quoted name of the column.
        vendor: The database, as Django calls it.
    """
    text = f"replace(lower({column}), ' ', '')"
    length = f"length(replace({column}, ' ', ''))" if vendor == "sqlite" else f"length({text})"  # lower case is as long
    find = "instr" if vendor == "sqlite" else "strpos"

    def head(end: str) -> str:
        return f"substr(substr({text}, 1, {end}), 1, {HEAD})"

    def tail(start: str) -> str:
        return f"substr({text}, {start} + 1, {TAIL})"

    return [
        tail(f"{length} / 4"),
        f"{head(f'{length} / 4')} || '|' || {tail(f'{length} / 2')}",
        f"{head(f'{length} / 2')} || '|' || {tail(f'{length} - {length} / 4')}",
        f"substr(lower({column}), {find}({column}, ' ') + 1, {HEAD})",
    ]


def keys(name: str, vendor: str) -> list[list[str]]:
    """The keys under which names similar to this one may be, a list per expression.

    Args:
        name: The name.
        vendor: The database, as Django calls it; they differ in what is lower case.
    """
    lower = _lower_ascii(name) if vendor == "sqlite" else name.lower()
    text = lower.replace(" ", "")
    _, blank, rest = lower.partition(" ")
    first, *others = _holes(len(text))
    found = [[text[start:end] for _, start, end in first]]
    found += [[f"{text[:stop]}|{text[start:end]}" for stop, start, end in holes] for holes in others]
    return [*(list(dict.fromkeys(some)) for some in found), [rest[:HEAD]] if blank and rest else []]


def spellings(name: str) -> list[str]:
    """The name in other cases, and the names that are whole words of it."""
    cases = [name, name.lower(), name.upper(), name.capitalize(), name.title()]
    return list(dict.fromkeys([*cases, *parts(name)]))


def parts(name: str) -> list[str]:
    """The whole words of a name, and stretches of them, the name itself among these."""
    words = name.split()
    stretches = (" ".join(words[i:j]) for i in range(len(words)) for j in range(len(words), i, -1))
    return list(islice(stretches, _MOST_PARTS))


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
def _holes(length: int) -> list[list[tuple[int, int, int]]]:
    """Where the part before each hole stops, and where the part behind it starts and ends, in names of about this length."""
    names = [length + difference for difference in LENGTHS if length + difference > 0]
    quarters = [
        [(0, name - name // 4) for name in names],
        [(name // 4, name - name // 2) for name in names],
        [(name // 2, name // 4) for name in names],
    ]
    return [
        [
            (min(before, HEAD), length - behind, length - behind + TAIL)
            for before, behind in dict.fromkeys(quarter)
            if _SHORTEST <= before + behind <= length
        ]
        for quarter in quarters
    ]
