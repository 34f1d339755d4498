"""The objects of a database that keep the search index of a registry, as SQL.

Both databases have a B-tree index of the keys of names. For trigrams, Postgres has a GIN index. SQLite has

- an FTS5 table of the trigrams of each row, by the number of the row (https://www.sqlite.org/rowidtable.html);
- a table of the rows that are not in it yet, filled by triggers on the registry. Another trigger adds 512 rows at a time, since that
  costs a thirtieth of adding each by itself. The rest are few enough to be read.
- a table of marks: of some rows, number and key. Whoever writes a database anew, such as from what ``.dump`` of SQLite's shell prints, may
  number rows anew; then marks and rows differ, and the index is of no use.

Nothing is ever taken out of the FTS5 table: who reads it looks at the rows.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from lnschema_core.search_index import keys

if TYPE_CHECKING:
    from lnschema_core.search_index.layout import Layout

BATCH = 512
"""So many rows are added to the FTS5 table at a time."""
_LOOKED_AT = 32  # marks


class Definition(NamedTuple):
    """One object of a database."""

    kind: str
    name: str
    sql: str


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(layout: Layout, row: str = "") -> str:
    """All that is searched in a row as one text, with a bar before and behind each part, so that whole parts can be found."""
    parts = " || '|' || ".join(f"coalesce({row}{quoted(column)}, '')" for column in layout.texts)
    return f"'|' || {parts} || '|'"


def key_indexes(layout: Layout, vendor: str) -> list[Definition]:
    """The index of the keys of names, which compares by bytes. Its name tells what keys are, since Postgres tells that in its own words."""
    if layout.name is None:
        return []
    expression = key(layout.name, vendor)
    name = layout.object_name(f"key{hashlib.sha256(expression.encode()).hexdigest()[:4]}")
    sql = f"CREATE INDEX {quoted(name)} ON {quoted(layout.table)} (({expression}))"
    return [Definition("INDEX", name, sql)]


def key(column: str, vendor: str) -> str:
    """The key of a name, as it is compared with others."""
    expression = keys.expression(quoted(column))
    return expression if vendor == "sqlite" else f'({expression}) COLLATE "C"'


def postgres_trigrams(layout: Layout, schema: str) -> list[Definition]:
    """The index of trigrams; ``schema`` is the one that has the extension."""
    name = layout.object_name("gram")
    operators = f"{quoted(schema)}.gin_trgm_ops"
    sql = f"CREATE INDEX {quoted(name)} ON {quoted(layout.table)} USING gin (({text(layout)}) {operators})"
    return [Definition("INDEX", name, sql)]


def sqlite_trigrams(layout: Layout) -> list[Definition]:
    """The tables of trigrams, of rows that are not in it yet, and of marks; and the triggers that fill them."""
    table = quoted(layout.table)
    grams, rest, marks = (quoted(layout.object_name(what)) for what in ("gram", "rest", "mark"))
    columns = ("rowid", *map(quoted, (layout.key, *layout.texts)))
    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
    add = f"INSERT INTO {rest} (row) VALUES (new.rowid);"  # noqa: S608 - our names
    unmark = f"DELETE FROM {marks} WHERE row = old.rowid;"  # noqa: S608 - our names
    flush = f"{_index(layout, f'rowid IN (SELECT row FROM {rest})')}; {_mark(layout, 'rowid = new.row')}; DELETE FROM {rest};"  # noqa: S608 - our names
    bodies = {
        "insert": f"AFTER INSERT ON {table} BEGIN {add} END",
        "delete": f"AFTER DELETE ON {table} BEGIN {unmark} END",
        "update": f"AFTER UPDATE ON {table} WHEN {changed} BEGIN {add} {unmark} END",
        "flush": f"AFTER INSERT ON {rest} WHEN new.entry >= {BATCH} BEGIN {flush} END",
    }
    triggers = [
        Definition("TRIGGER", layout.object_name(what), f"CREATE TRIGGER {quoted(layout.object_name(what))} {body}")
        for what, body in bodies.items()
    ]
    options = "content='', columnsize=0, detail=none, tokenize='trigram'"
    tables = {
        "gram": f"CREATE VIRTUAL TABLE {grams} USING fts5(text, {options})",
        "rest": f"CREATE TABLE {rest} (entry INTEGER PRIMARY KEY, row INTEGER NOT NULL)",
        "mark": f"CREATE TABLE {marks} (row INTEGER PRIMARY KEY, key NOT NULL)",
    }
    return [*(Definition("TABLE", layout.object_name(what), sql) for what, sql in tables.items()), *triggers]


def sqlite_fill(layout: Layout) -> list[str]:
    """The statements that index the rows which are there already."""
    return [_index(layout, "true"), _mark(layout, f"rowid % {BATCH} = 0")]


def sqlite_moved(layout: Layout) -> str:
    """What tells whether rows have other numbers than when they were marked, by the last ones."""
    table, key, marks = quoted(layout.table), quoted(layout.key), quoted(layout.object_name("mark"))
    some = f"SELECT row, key FROM {marks} ORDER BY row DESC LIMIT {_LOOKED_AT}"  # noqa: S608 - our names
    differ = f"FROM ({some}) AS mark LEFT JOIN {table} ON {table}.rowid = mark.row WHERE {table}.{key} IS NOT mark.key"
    return f"SELECT EXISTS(SELECT 1 {differ})"


def _index(layout: Layout, condition: str) -> str:
    grams = quoted(layout.object_name("gram"))
    return (
        f"INSERT INTO {grams} (rowid, text) SELECT rowid, {text(layout)} FROM {quoted(layout.table)} WHERE {condition}"  # noqa: S608 - our names
    )


def _mark(layout: Layout, condition: str) -> str:
    marks, key = quoted(layout.object_name("mark")), quoted(layout.key)
    return (
        f"INSERT OR REPLACE INTO {marks} (row, key) SELECT rowid, {key} FROM {quoted(layout.table)} WHERE {condition}"  # noqa: S608 - our names
    )
