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


class Hit(NamedTuple):
    """One entry that matches, with its score."""

    key: Any
    value: str | None
    score: float


def rank(
    string: str,
    entries: Iterable[tuple[Any, str | None, str | None]],
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
    check_query(string, limit)
    vocabulary = entries if isinstance(entries, list | tuple) else list(entries)
    if not string or not vocabulary or limit == 0:
        return []
    scored = _score(string[:LONGEST_QUERY], vocabulary, case_sensitive=case_sensitive, min_score=min_score)
    hits = [Hit(vocabulary[i][0], vocabulary[i][1], score) for i, score in _best_rows(scored, vocabulary, limit)]
    hits.sort(key=lambda hit: (-hit.score, hit.value != string, str(hit.value), str(hit.key)))
    return hits[:limit]


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
    string: str, vocabulary: Sequence[tuple[Any, str | None, str | None]], *, case_sensitive: bool, min_score: float
) -> Iterator[tuple[int, float]]:
    """Yield the position of an entry and the score of one of its names, best first."""
    from rapidfuzz import fuzz, process, utils

    names, positions = all_texts(vocabulary)
    matches = process.extract(
        string,
        names,
        scorer=fuzz.WRatio,
        processor=None if case_sensitive else utils.default_process,
        limit=None,
        score_cutoff=max(min_score, _ABOVE_ZERO),
    )
    return ((positions[index], score) for _, score, index in matches)


def all_texts(vocabulary: Sequence[tuple[Any, str | None, str | None]]) -> tuple[list[str | None], Sequence[int]]:
    """All names and synonyms of a vocabulary, which strings are compared with, and the position of the entry of each."""
    names: list[str | None] = [_text(entry[1]) for entry in vocabulary]
    positions = list(range(len(names)))
    for position, (_, value, joined) in enumerate(vocabulary):
        if joined:
            synonyms = [synonym for synonym in split(joined) if synonym != value]
            names += synonyms
            positions += [position] * len(synonyms)
    return names, positions


def _text(value: Any) -> str | None:
    """The value as a candidate: nulls don't take part, dates and numbers do as their text."""
    if isinstance(value, str):
        return value
    return None if value is None or value != value else str(value)  # noqa: PLR0124 - only NaN differs from itself


def _best_rows(
    scored: Iterable[tuple[int, float]], vocabulary: Sequence[tuple[Any, str | None, str | None]], limit: int | None
) -> list[tuple[int, float]]:
    """Positions and scores of the entries that may be among the first ``limit``: that many and those on par."""
    namesakes: dict[Any, list[int]] = {}
    for position, entry in enumerate(vocabulary):
        namesakes.setdefault(position if entry[1] is None else (entry[1],), []).append(position)
    rows: list[tuple[int, float]] = []
    for position, score in scored:
        if limit is not None and len(rows) >= limit and score < rows[-1][1]:
            break
        value = vocabulary[position][1]
        group = namesakes.pop(position if value is None else (value,), ())
        rows += [(member, score) for member in group]
    return rows
