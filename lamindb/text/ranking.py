"""How well the entries of a vocabulary match a string that somebody typed. Knows no Django.

Scores are those of ``rapidfuzz.fuzz.WRatio`` (0 to 100, https://rapidfuzz.github.io/RapidFuzz/Usage/fuzz.html#wratio).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lamindb.arguments import check_amount
from lamindb.text.joined import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST_QUERY = 1_000
"""Characters of a query that count; scoring takes time in proportion to them, per candidate."""

_ABOVE_ZERO = 1e-6


class Entry(NamedTuple):
    """One entry of a vocabulary."""

    key: Any
    """Identifies the entry, for instance a primary key."""
    value: str | None
    """The name under which it is found."""
    synonyms: str | None = None
    """Further names, joined by a bar."""


AnyEntry = tuple[Any, "str | None", "str | None"]
"""What there is of an :class:`Entry`, for those who have many."""


class Hit(NamedTuple):
    """One entry that matches, with its score."""

    key: Any
    value: str | None
    score: float


def rank(
    string: str,
    entries: Iterable[AnyEntry],
    *,
    limit: int | None = 20,
    case_sensitive: bool = False,
    min_score: float = 0,
) -> list[Hit]:
    """Rank the entries of a vocabulary by how well they match a string.

    An entry scores as the best of its name and its synonyms do, and so does every other entry of the same name.
    Entries that score 0 are left out.

    Args:
        string: What to look for.
        entries: The vocabulary, see :class:`Entry`; plain tuples of the same three things will do.
        limit: How many entries to return at most; all with ``None``.
        case_sensitive: Compare the strings as they are. Otherwise as lower case, with blanks for everything that is
            neither a letter nor a digit.
        min_score: Leave out entries that score less.

    Returns:
        The hits, best first. Equal scores are in the order: names that equal the string, then by name, then by key.

    Raises:
        TypeError: The query is no string, or the limit no number.
        ValueError: The limit is negative.
    """
    ranked = rank_entries(string, entries, limit=limit, case_sensitive=case_sensitive, min_score=min_score)
    return [Hit(key, value, score) for (key, value, _), score in ranked]


def rank_entries(
    string: str,
    entries: Iterable[AnyEntry],
    *,
    limit: int | None = 20,
    case_sensitive: bool = False,
    min_score: float = 0,
) -> list[tuple[AnyEntry, float]]:
    """The entries that :func:`rank` tells, as they are, each with its score."""
    check_query(string, limit)
    vocabulary = entries if isinstance(entries, list | tuple) else list(entries)
    if not string or not vocabulary or limit == 0:
        return []
    texts, positions = all_texts(vocabulary)
    scored = _score(string[:LONGEST_QUERY], texts, case_sensitive=case_sensitive, min_score=min_score)
    names = [position if text is None else text for position, text in enumerate(texts[: len(vocabulary)])]
    best = _best_names(names, ((positions[index], score) for index, score in scored), limit)
    ranked = [(vocabulary[position], best[name]) for position, name in enumerate(names) if name in best]
    ranked.sort(key=lambda pair: (-pair[1], pair[0][1] != string, str(pair[0][1]), str(pair[0][0])))
    return ranked[:limit]


def check_query(string: object, limit: object) -> None:
    """Refuse what can't be searched for.

    Raises:
        TypeError: The query is no string, or the limit no number.
        ValueError: The limit is negative.
    """
    if not isinstance(string, str):
        msg = "sentence must be a String"
        raise TypeError(msg)
    if limit is not None:
        check_amount("limit", limit)


def _score(
    string: str, texts: list[str | None], *, case_sensitive: bool, min_score: float
) -> Iterator[tuple[int, float]]:
    """Yield the position of a text and its score, best first."""
    from rapidfuzz import fuzz, process, utils

    matches = process.extract(
        string,
        texts,
        scorer=fuzz.WRatio,
        processor=None if case_sensitive else utils.default_process,
        limit=None,
        score_cutoff=max(min_score, _ABOVE_ZERO),
    )
    return ((index, score) for _, score, index in matches)


def all_texts(vocabulary: Sequence[AnyEntry]) -> tuple[list[str | None], Sequence[int]]:
    """All names of a vocabulary and then all synonyms, which strings are compared with, and the position of the entry of each."""
    texts = [value if isinstance(value, str) else _text(value) for _, value, _ in vocabulary]
    positions = list(range(len(texts)))
    for position, (_, value, joined) in enumerate(vocabulary):
        if joined:
            synonyms = [synonym for synonym in split(joined) if synonym != value]
            texts += synonyms
            positions += [position] * len(synonyms)
    return texts, positions


def _text(value: Any) -> str | None:
    """A value that is no string as a candidate: nulls don't take part, dates and numbers do as their text."""
    return None if value is None or value != value else str(value)  # noqa: PLR0124 - only NaN differs from itself


def _best_names(
    names: Sequence[str | int], scored: Iterable[tuple[int, float]], limit: int | None
) -> dict[str | int, float]:
    """The names of the entries that may be among the first ``limit``, with their scores: that many and those on par.

    Args:
        names: The name of each entry, which namesakes share; something of its own for an entry without a name.
        scored: The position of an entry and the score of one of its texts, best first.
        limit: How many are wanted.
    """
    best: dict[str | int, float] = {}
    last = 0.0
    for position, score in scored:
        if limit is not None and len(best) >= limit and score < last:
            break
        best.setdefault(names[position], score)
        last = score
    return best
