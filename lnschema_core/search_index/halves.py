"""Whether a large vocabulary may have a name similar to another one, told without asking the database. Knows no Django.

Of a name with one mistake in it, the first or the second half is as it should be (see :mod:`~lnschema_core.search_index.keys`). So there
is a set of the halves of all names, in which those of another name are looked up. Names that begin or contain others are not similar
by halves: the former are neighbours in the order of names, the latter are looked up word by word.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lamindb.text.ranking import rank
from lamindb.text.screening import SIMILAR
from lnschema_core.search_index import keys

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST = 8
"""Letters of a name whose halves say something; shorter ones are those of too many others."""


class Halves:
    """The names of a vocabulary, ready to be asked whether there may be a similar one.

    Args:
        names: All names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._in_order = sorted(names)
        self._names = frozenset(self._in_order)
        self._halves: set[str] = set()
        for name in self._in_order:
            text = _letters(name)
            middle = len(text) // 2
            self._halves.add(text[: min(middle, keys.HEAD)])
            self._halves.add(text[middle : middle + keys.TAIL])

    def __len__(self) -> int:
        """The number of names."""
        return len(self._in_order)

    def __contains__(self, name: object) -> bool:
        """Whether this is exactly one of the names."""
        return name in self._names

    def similar(self, name: str, *, most: int | None = None) -> list[Any] | None:  # noqa: ARG002 - as a screen is asked
        """No entries if no name is similar.

        Returns:
            ``None`` if there may be one, which the database has to be asked for.
        """
        return None if self._may_have_similar(name) else []

    def _may_have_similar(self, name: str) -> bool:
        text = _letters(name)
        return (
            len(text) < _SHORTEST
            or not self._halves.isdisjoint(map(text.__getitem__, _places(len(text))))
            or (" " in name and not self._names.isdisjoint(keys.parts(name)))
            or any(self._has_similar_neighbour(name, start) for start in keys.starts(name))
        )

    def _has_similar_neighbour(self, name: str, start: str) -> bool:
        """Whether one of the names around a place in their order, of those that begin like it, is similar."""
        place, beginning = bisect_left(self._in_order, start), keys.beginning(start)
        if not any(other.startswith(beginning) for other in self._in_order[max(place - 1, 0) : place + 1]):
            return False
        around = self._in_order[max(place - keys.NEIGHBOURS, 0) : place + keys.NEIGHBOURS]
        entries = [(other, other, None) for other in around if other.startswith(beginning)]
        return bool(rank(name, entries, limit=1, min_score=SIMILAR))


def _letters(name: str) -> str:
    return name.lower().replace(" ", "")


@lru_cache(maxsize=256)
def _places(length: int) -> list[slice]:
    """Where the halves of names of about this length are in a name of this length: first halves at its start, second ones at its end."""
    halves = [divmod(length + difference, 2) for difference in keys.LENGTHS]
    first = {min(half, keys.HEAD) for half, _ in halves}
    second = {length - half - odd for half, odd in halves}
    return [slice(stop) for stop in first] + [slice(start, start + keys.TAIL) for start in second]
