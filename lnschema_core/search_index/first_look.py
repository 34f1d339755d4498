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


def _may_have_similar(database: sqlite3.Connection, layout: Layout, name: str) -> bool:
    """Whether there may be a name, or one like it. The connection itself is asked: Django's cursor takes as long as all look-ups."""
    middle = len(name) // 2
    half, other_half = name[:middle], name[:1].swapcase() + name[1:middle]
    parameters = [part for part in keys.parts(name) if part != name]
    parts, has_other_case = len(parameters), other_half != half
    if has_other_case:
        parameters += other_half, other_half + keys.HIGHEST
    ends = keys.ends(name, "sqlite", most_more=1)
    for end in ends:
        parameters += end, keys.behind(end)
    parameters += name, name
    statement = _statement(layout, parts, has_other_case, len(ends))
    found, behind, before = database.execute(statement, parameters).fetchone()
    if found:
        return True
    beginning = keys.beginning(name)
    neighbours = [one for one in (behind, before) if one is not None and one.startswith(beginning)]
    return any(_are_alike(name, half, one) for one in neighbours)


def _are_alike(name: str, half: str, neighbour: str) -> bool:
    """Whether a neighbour begins with half of the name or is its beginning, or begins with less of it and has more in common."""
    if neighbour.startswith(half) or name.startswith(neighbour):
        return True
    from rapidfuzz.fuzz import ratio

    return ratio(name.lower(), neighbour.lower(), score_cutoff=_ALIKE) > 0


@cache
def _statement(layout: Layout, parts: int, has_other_case: bool, ends: int) -> str:  # noqa: FBT001 - it is a shape
    """Whether anything is found, and the names behind and before the place of the name."""
    assert layout.name is not None
    table, column, key = quoted(layout.table), quoted(layout.name), definitions.key(layout.name, "sqlite")
    conditions = [f"{column} = ?"] * parts  # each by itself, since SQLite makes a table of a list
    conditions += [f"{column} >= ? AND {column} < ?"] if has_other_case else []
    conditions += [f"{key} >= ? AND {key} < ?"] * ends
    found = " OR ".join([f"EXISTS(SELECT 1 FROM {table} WHERE {condition})" for condition in conditions])  # noqa: S608 - our names
    behind = f"SELECT {column} FROM {table} WHERE {column} >= ? ORDER BY {column} LIMIT 1"  # noqa: S608 - likewise
    before = f"SELECT {column} FROM {table} WHERE {column} < ? ORDER BY {column} DESC LIMIT 1"  # noqa: S608 - likewise
    return f"SELECT {found or 0}, ({behind}), ({before})"
