"""How a misspelt name of a series is spelt, told by other names of it. Knows no Django.

A series is what has one form: names that are alike but for their numbers, as `sample 37 of liver` is. Of a misspelt one, its neighbours in
any order may be all but the one that was meant, which there are too many between. But they tell the form, and the name tells its numbers.
"""

from __future__ import annotations

import re
from itertools import chain, zip_longest
from string import digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LOOK_UPS = 8
"""So many spellings are worth looking up."""

_NUMBER = re.compile("[0-9]+")
_NO_DIGITS = dict.fromkeys(map(ord, digits))
_FORMS = 2  # that are tried, of which one may be that of the name itself
_ALIKE = 75.0  # the ratio, from 0 to 100, of the form of a misspelt name and that of the name that was meant, at least


def spellings(name: str, others: Collection[str]) -> list[str]:
    """What a name may be in the forms that other names have.

    Args:
        name: The name, which may be misspelt.
        others: Names like it.

    Returns:
        At most :data:`LOOK_UPS`, those of the most similar form first; none for a name without numbers.
    """
    numbers = _NUMBER.findall(name)
    if not numbers:
        return []
    from rapidfuzz import fuzz, process

    all_at_once = _without_numbers("\n".join(others))
    one_of_form = dict(zip(all_at_once.split("\n"), others, strict=False))  # names of several lines are not told apart
    forms = process.extract(
        _without_numbers(name), one_of_form.keys(), scorer=fuzz.ratio, limit=_FORMS, score_cutoff=_ALIKE
    )
    found: dict[str, None] = {}
    for form, *_ in forms:
        parts = _NUMBER.split(one_of_form[form])
        for filling in _fillings(numbers, len(parts) - 1):
            found["".join(chain.from_iterable(zip_longest(parts, filling, fillvalue="")))] = None
    found.pop(name, None)
    return list(found)[:LOOK_UPS]


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
