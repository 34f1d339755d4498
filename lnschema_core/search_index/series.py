"""How a misspelt name of a series is spelt, told by other names of it. Knows no Django.

Of a misspelt name of a series, such as `smple 37 of liver`, the neighbours in any order may be all but the one that was meant, since there are
too many between. But they tell how the others are spelt: which words most of them have, and which form, that is what they have but for their
numbers. The name itself tells its numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, zip_longest
from string import digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOK_UPS = 8
"""So many spellings are worth looking up."""

_NUMBER = re.compile("[0-9]+")
_NO_DIGITS = dict.fromkeys(map(ord, digits))
_BETWEEN_WORDS = re.compile(r"([\s_-]+)")
_BLANKS = str.maketrans("_-", "  ")
_ENOUGH = 40  # names, to tell which words are common
_COMMON = 5  # a word is one of the series if at least one in so many names has it
_ALIKE, _WORDS_ALIKE = 75.0, 65.0  # the ratio, from 0 to 100, of what is misspelt and what was meant, at least


def spellings(name: str, others: Sequence[str]) -> list[str]:
    """What a name may be if it is spelt as other names are.

    Args:
        name: The name, which may be misspelt.
        others: Names like it.

    Returns:
        At most :data:`LOOK_UPS`; none for a name that is spelt as the others are, or nearly one of them.
    """
    if _is_one_character_off(name, others):
        return []
    found = dict.fromkeys([*_in_their_words(name, others), *_in_their_form(name, others)])
    found.pop(name, None)
    return list(found)[:LOOK_UPS]


def _is_one_character_off(name: str, others: Sequence[str]) -> bool:
    """Whether one of the others is the name in another case, or has a single character more or less: none is nearer."""
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    lower = [other.lower() for other in others]
    return process.extractOne(name.lower(), lower, scorer=Indel.distance, score_cutoff=1) is not None


def _in_their_words(name: str, others: Sequence[str]) -> list[str]:
    """The name with common words of the others in place of similar ones, and with each of these alone."""
    from rapidfuzz import fuzz, process

    some = others[:: len(others) // _ENOUGH + 1]
    counts = Counter(" ".join(some).translate(_BLANKS).split())
    common = [word for word, count in counts.items() if count * _COMMON >= len(some)]
    pieces = _BETWEEN_WORDS.split(name)
    mended: dict[int, str] = {}
    for place, word in list(enumerate(pieces))[::2]:
        if word not in common and not word.isdigit():
            nearest = process.extractOne(word, common, scorer=fuzz.ratio, score_cutoff=_WORDS_ALIKE)
            mended |= {place: nearest[0]} if nearest else {}
    each = [{place: word} for place, word in mended.items()]
    choices = [mended, *each] if len(mended) > 1 else each
    return ["".join([chosen.get(place, piece) for place, piece in enumerate(pieces)]) for chosen in choices]


def _in_their_form(name: str, others: Sequence[str]) -> list[str]:
    """The most similar form of the others with the numbers of the name, if that has some, and a form of its own."""
    numbers = _NUMBER.findall(name)
    if not numbers:
        return []
    from rapidfuzz import fuzz, process

    all_at_once = _without_numbers("\n".join(others))
    one_of_form = dict(zip(all_at_once.split("\n"), others, strict=False))  # names of several lines are not told apart
    form = _without_numbers(name)
    nearest = process.extractOne(form, one_of_form.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    if nearest is None:
        return []
    parts = _NUMBER.split(one_of_form[nearest[0]])
    fillings = _fillings(numbers, len(parts) - 1)
    return ["".join(chain.from_iterable(zip_longest(parts, filling, fillvalue=""))) for filling in fillings]


def _without_numbers(text: str) -> str:
    return text.translate(_NO_DIGITS)


def _fillings(numbers: list[str], holes: int) -> list[list[str]]:
    """The numbers for so many holes. A stray character may have cut one of them in two, or be one."""
    if len(numbers) == holes:
        return [numbers]
    if len(numbers) != holes + 1 or not holes:
        return []
    joined = [[*numbers[:i], numbers[i] + numbers[i + 1], *numbers[i + 2 :]] for i in range(holes)]
    return joined + [numbers[:i] + numbers[i + 1 :] for i in range(holes + 1)]
