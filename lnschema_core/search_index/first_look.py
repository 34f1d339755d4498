"""Whether a large registry may have a name like a new one, told by a few look-ups in one statement; for SQLite.

Most of the names that are made in a row are like no other. Telling so takes a tenth of what it takes to find those that are similar. What
indexes find of a name with one mistake is never missed. Some names with two mistakes are, and some that are a part of the new one and no
whole word of it: those that are neighbours in the order of names, but not the next ones.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import TYPE_CHECKING

from lnschema_core.search_index import definitions, keys, known
from lnschema_core.search_index.definitions import quoted

if TYPE_CHECKING:
    from lnschema_core.search_index.layout import Layout

_ALIKE = 70.0
"""The ratio, from 0 to 100, from which on it is worth looking further, of neighbours that only begin alike."""


def is_unlike_all(layout: Layout, name: str) -> bool:
    """Whether a large registry has neither a name nor one like it.

    Args:
        layout: What is indexed of the registry, whose name is.
        name: The name.

    Returns:
        ``False`` also where that can't be told: of registries that aren't known to be large, have synonyms, or lack an index, and of
        Postgres.
    """
    if layout.synonyms is not None:
        return False
    try:
        database = known.database_of_large(layout)
        return database is not None and not _may_have_similar(database, layout, name)
    except sqlite3.OperationalError:  # the statement that is executed instead waits, or tells what is wrong
        return False


def has(layout: Layout, name: str) -> bool | None:
    """Whether a large registry has a name, whatever is similar to it; ``None`` where that can't be told here, as above."""
    try:
        database = known.database_of_large(layout)
        return None if database is None else database.execute(_any_of(layout, 1), [name]).fetchone()[0] == 1
    except sqlite3.OperationalError:  # likewise
        return None


def _may_have_similar(database: sqlite3.Connection, layout: Layout, name: str) -> bool:
    """Whether there may be a name, or one like it. The connection itself is asked: Django's cursor takes as long as all look-ups."""
    words, half, other = name.split(), name[: len(name) // 2], name[:1].swapcase()
    is_plain = " ".join(words) == name
    parameters = keys.parts_behind_first(words) if is_plain else [part for part in keys.parts(name) if part != name]
    parts = len(parameters)
    has_other_case = other != half[:1] != ""
    if has_other_case:
        start = other + half[1:]
        parameters += start, start + keys.HIGHEST
    ends = keys.ends(name, "sqlite", most_more=1)
    for end in ends:
        parameters += end, keys.behind(end)
    parameters += name, name
    statement = _statement(layout, parts, has_other_case, len(ends))
    found, behind, before = database.execute(statement, parameters).fetchone()
    if found:
        return True
    beginning = keys.beginning(name)
    for neighbour in (behind, before):
        if neighbour is not None and neighbour.startswith(beginning) and _is_alike(name, half, neighbour):
            return True
    if not is_plain or before is None or not before.startswith(words[0]):
        return False
    return _has_first_words(database, layout, words, before)


def _is_alike(name: str, half: str, neighbour: str) -> bool:
    """Whether a neighbour begins with half of the name or is its beginning, or begins with less of it and has more in common."""
    if neighbour.startswith(half) or name.startswith(neighbour):
        return True
    from rapidfuzz.fuzz import ratio

    return ratio(name.lower(), neighbour.lower(), score_cutoff=_ALIKE) > 0


def _has_first_words(database: sqlite3.Connection, layout: Layout, words: list[str], before: str) -> bool:
    """Whether the first words of a name are one: then all names between both, also the one next to it, begin with these words."""
    beginnings = [beginning for beginning in keys.beginnings(words) if before.startswith(beginning)]
    return bool(beginnings) and database.execute(_any_of(layout, len(beginnings)), beginnings).fetchone()[0] == 1


@cache
def _any_of(layout: Layout, number: int) -> str:
    """Whether any of so many names is there."""
    assert layout.name is not None
    return f"SELECT {_found(layout, [f'{quoted(layout.name)} = ?'] * number)}"  # each by itself, since SQLite makes a table of a list


@cache
def _statement(layout: Layout, parts: int, has_other_case: bool, ends: int) -> str:  # noqa: FBT001 - it is a shape
    """Whether anything is found, and the names behind and before the place of the name."""
    assert layout.name is not None
    table, column, key = quoted(layout.table), quoted(layout.name), definitions.key(layout.name, "sqlite")
    conditions = [f"{column} = ?"] * parts
    conditions += [f"{column} >= ? AND {column} < ?"] if has_other_case else []
    conditions += [f"{key} >= ? AND {key} < ?"] * ends
    behind = f"SELECT {column} FROM {table} WHERE {column} >= ? ORDER BY {column} LIMIT 1"  # noqa: S608 - our names
    before = f"SELECT {column} FROM {table} WHERE {column} < ? ORDER BY {column} DESC LIMIT 1"  # noqa: S608 - likewise
    return f"SELECT {_found(layout, conditions)}, ({behind}), ({before})"


def _found(layout: Layout, conditions: list[str]) -> str:
    exist = [f"EXISTS(SELECT 1 FROM {quoted(layout.table)} WHERE {condition})" for condition in conditions]  # noqa: S608 - our names
    return " OR ".join(exist) or "0"
