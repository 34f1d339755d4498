"""The objects of a database that keep the search index of a registry, as SQL.

Both databases have a B-tree index of the keys of names. For trigrams, Postgres has a GIN index. SQLite has

- a table of texts with a number for each, filled by triggers on the registry: a row that changes gets a new number;
- an FTS5 table of the trigrams, by number. A trigger on the table of texts adds 512 at a time, since that costs a thirtieth of
  adding each by itself. Texts behind the last multiple of 512 are not in it yet, and few enough to be read.

Nothing is ever taken out of the FTS5 table: numbers without a row mean nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lnschema_core.search_index import keys

if TYPE_CHECKING:
    from lnschema_core.search_index.layout import Layout

BATCH = 512
"""So many texts are added to the FTS5 table at a time."""


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
    """The index of the keys of names, which compares by bytes."""
    if layout.name is None:
        return []
    name = layout.object_name("turned")
    sql = f"CREATE INDEX {quoted(name)} ON {quoted(layout.table)} (({key(layout.name, vendor)}))"
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
    """The tables of texts and trigrams, and the triggers that fill them."""
    table, texts, grams = quoted(layout.table), quoted(layout.object_name("text")), quoted(layout.object_name("gram"))
    key = quoted(layout.key)
    remove = f"DELETE FROM {texts} WHERE key = old.{key};"  # noqa: S608 - our names
    add = f"INSERT OR REPLACE INTO {texts} (key, text) VALUES (new.{key}, {text(layout, 'new.')});"  # noqa: S608 - our names
    changed = " OR ".join(f"old.{quoted(column)} IS NOT new.{quoted(column)}" for column in (layout.key, *layout.texts))
    batch = f"entry > new.entry - {BATCH} AND entry <= new.entry"
    bodies = {
        "insert": f"AFTER INSERT ON {table} BEGIN {add} END",
        "delete": f"AFTER DELETE ON {table} BEGIN {remove} END",
        "update": f"AFTER UPDATE ON {table} WHEN {changed} BEGIN {remove} {add} END",
        "flush": f"AFTER INSERT ON {texts} WHEN new.entry % {BATCH} = 0 BEGIN "  # noqa: S608 - our names
        f"INSERT INTO {grams} (rowid, text) SELECT entry, text FROM {texts} WHERE {batch}; END",
    }
    triggers = [
        Definition("TRIGGER", layout.object_name(what), f"CREATE TRIGGER {quoted(layout.object_name(what))} {body}")
        for what, body in bodies.items()
    ]
    options = "content='', columnsize=0, detail=none, tokenize='trigram'"
    columns = "entry INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, text TEXT NOT NULL"
    return [
        Definition("TABLE", layout.object_name("text"), f"CREATE TABLE {texts} ({columns})"),
        Definition("TABLE", layout.object_name("gram"), f"CREATE VIRTUAL TABLE {grams} USING fts5(text, {options})"),
        *triggers,
    ]


def sqlite_fill(layout: Layout) -> list[str]:
    """The statements that index the rows which are there already."""
    texts, grams = quoted(layout.object_name("text")), quoted(layout.object_name("gram"))
    rows = f"SELECT {quoted(layout.key)}, {text(layout)} FROM {quoted(layout.table)}"  # noqa: S608 - our names
    complete = f"entry <= (SELECT max(entry) / {BATCH} * {BATCH} FROM {texts})"  # noqa: S608 - our names
    return [
        f"INSERT INTO {texts} (key, text) {rows}",
        f"INSERT INTO {grams} (rowid, text) SELECT entry, text FROM {texts} WHERE {complete}",  # noqa: S608 - our names
    ]
