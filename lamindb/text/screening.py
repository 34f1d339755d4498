"""Which entries of a vocabulary may be very similar to a string, told of all at once. Ranking tells which are. Knows no Django.

Texts that :func:`~lamindb.text.ranking.rank` scores at 90 or more have most pairs of neighbouring characters in common. A set of texts
is an integer here, with a place for each, and there is one per pair: the texts that have it. Counting how many pairs of a string each text
has takes a few operations on such integers per pair, whatever the number of texts. Of few texts, each place has as many bits as a count
needs, so that the sum of the integers has all the counts: 5 µs among a hundred, 8 among a thousand. Of many, it is one bit, and the
digits of the counts are integers of their own: 15 µs among ten thousand.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from operator import add
from typing import TYPE_CHECKING

from lamindb.text.ranking import LONGEST_QUERY, all_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lamindb.text.ranking import AnyEntry

SIMILAR = 90.0
"""The score, from 0 to 100, that all texts pass a screen with which have it."""

_FEW = 1_000  # texts whose places have several bits
_BLOCK = 512  # texts whose bits are set at a time, since that is quicker in a short integer
_GAP = "  "  # words may have any number of blanks between them
_ASCII, _OTHERS = 0x80, 0x40  # characters that are told apart; the fewer, the fewer pairs there are


class Screen:
    """The names and synonyms of a vocabulary, ready to be asked which may be similar to a string.

    Args:
        entries: Key, name and synonyms of each entry; see :class:`~lamindb.text.ranking.Entry`.
    """

    def __init__(self, entries: Sequence[AnyEntry]) -> None:
        from rapidfuzz import utils

        self._as_compared = utils.default_process
        self._entries = entries
        self._namesakes: dict[str | None, list[AnyEntry]] = defaultdict(list)
        for entry in entries:
            self._namesakes[entry[1]].append(entry)
        texts, self._positions = all_texts(entries)
        self._width, self._top = 1, 0
        measured: Iterable[tuple[tuple[int, int], set[str]]] = map(self._size_and_pairs, texts)
        if len(texts) <= _FEW:
            measured = list(measured)
            most = max((len(pairs) for _, pairs in measured), default=0)
            self._width, self._top = most.bit_length() + 1, 1 << most.bit_length()
        self._with_pair: dict[str, int] = defaultdict(int)
        self._with_size: dict[tuple[int, int], int] = defaultdict(int)
        rest = iter(measured)
        for start in range(0, len(texts), _BLOCK):
            self._add(islice(rest, _BLOCK), start)
        self._tops = sum(self._with_size.values()) * self._top
        self._starts: dict[tuple[int, int], list[int]] = {}
        self.vain = 0
        """How many questions more entries passed than were wanted."""

    def __len__(self) -> int:
        """The number of entries."""
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        """Whether an entry has exactly this name."""
        return name in self._namesakes

    def similar(self, string: str, *, most: int | None = None) -> list[AnyEntry] | None:
        """The entries that score :data:`SIMILAR` or more for a string, whatever its case, possibly among others.

        Args:
            string: The string.
            most: So many names and synonyms may be similar.

        Returns:
            The entries, ``None`` if there are more.
        """
        texts = self._passing(*self._size_and_pairs(string[:LONGEST_QUERY])) if self._entries else 0
        if not texts:
            return []
        if most is not None and texts.bit_count() > most:
            self.vain += 1
            return None
        names = {self._entries[self._positions[bit // self._width]][1] for bit in _bits(texts)}
        return [entry for name in names for entry in self._namesakes[name]]

    def _add(self, measured: Iterable[tuple[tuple[int, int], set[str]]], start: int) -> None:
        """Take texts up, given by their sizes and pairs, whose places begin at ``start``."""
        with_pair: dict[str, int] = defaultdict(int)
        bit = 1
        for size, pairs in measured:
            for pair in pairs:
                with_pair[pair] |= bit
            self._with_size[size] |= bit << start * self._width
            bit <<= self._width
        for pair, bits in with_pair.items():
            self._with_pair[pair] |= bits << start * self._width

    def _size_and_pairs(self, text: str | None) -> tuple[tuple[int, int], set[str]]:
        """The length of a text as it is compared with others, the number of its pairs, and these; blanks are around each word."""
        compared = self._as_compared(text or "")
        if not compared.isascii():
            compared = compared.translate(_folded)
        pairs = set(map(add, f" {compared}", f"{compared} "))
        pairs.discard(_GAP)
        return (len(compared), len(pairs)), pairs

    def _passing(self, size: tuple[int, int], pairs: Iterable[str]) -> int:
        """The texts that have enough of the pairs of a string.

        Each of its pairs that a text has adds one to the number that the text starts with, and those that get to the highest bit pass.
        """
        start = self._starts.get(size)
        if start is None:
            start = self._starts[size] = self._start_of_sums(size) if self._top else self._start_of_digits(size)
        get = self._with_pair.get
        added = [texts for pair in pairs if (texts := get(pair))]
        if self._top:
            return sum(added, start[0]) & self._tops
        passing = 0
        for bits in start:
            passing, added = _sum(bits, added)
        return passing

    def _start_of_sums(self, size: tuple[int, int]) -> list[int]:
        """The number that each text starts with: the highest bit of its place less what is enough."""
        start = 0
        for other, texts in self._with_size.items():
            enough = _enough(size, other)
            start += 0 if enough is None else texts * (self._top - enough)
        return [start]

    def _start_of_digits(self, size: tuple[int, int]) -> list[int]:
        """The number that each text starts with, by weight: the highest one less what is enough."""
        highest = size[1].bit_length()
        weights = [0] * (highest + 1)
        for other, texts in self._with_size.items():
            enough = _enough(size, other)
            number = 0 if enough is None else (1 << highest) - enough
            for weight in range(highest + 1):
                if number >> weight & 1:
                    weights[weight] |= texts
        return weights


def _enough(one: tuple[int, int], other: tuple[int, int]) -> int | None:
    """How many pairs two similar texts of these lengths and numbers of pairs have in common, at least.

    In texts of about one length, at most a tenth of all characters has no counterpart. Each of these spoils two pairs of the text that
    it is in and one of the other text: of the text which has fewer of them, 1.5 each. Fewer are without counterpart where the same holds
    for the words in another order, and none of the shorter text where its words are some of the other's. Otherwise the shorter text is a
    part of the longer one, and only the pairs at its ends may be others.

    Returns:
        ``None`` if such texts are never similar.
    """
    (shorter, longer), fewer = sorted((one[0], other[0])), min(one[1], other[1])
    if longer > 8 * shorter:
        return None
    spoilt = 3 * ((shorter + longer) // 10) // 2 if 2 * longer < 3 * shorter else 2
    return max(fewer - spoilt, 0)


def _sum(bits: int, added: list[int]) -> tuple[int, list[int]]:
    """Add bits of one weight, for all texts at once; takes up those that are added.

    Returns:
        The bits of this weight, and those of the next one.
    """
    carried = []
    while added:
        one = added.pop()
        two = added.pop() if added else 0
        odd = bits ^ one
        carried.append(bits & one | odd & two)
        bits = odd ^ two
    return bits, carried


def _bits(number: int) -> Iterator[int]:
    """The positions of the bits of a number that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


class _Folded(dict[int, int]):
    """What characters are told apart as, by their code: all of ASCII, and some groups of the others."""

    def __missing__(self, code: int) -> int:
        self[code] = code if code < _ASCII else _ASCII + code % _OTHERS
        return self[code]


_folded = _Folded()
