"""Records that a string may mean, found by indexes: a bounded number of them, whatever the size of the registry.

They are candidates: ranking tells which of them are similar, and how much. Small registries need none, and a database without
our indexes has none; then the whole registry is ranked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from lamindb import log
from lnschema_core.search_index import definitions, keys, objects, trigrams
from lnschema_core.search_index.definitions import BATCH, quoted
from lnschema_core.search_index.layout import layout_of
from lnschema_core.values import storable

if TYPE_CHECKING:
    from django.db import models

    from lnschema_core.search_index.layout import Layout

SMALL = 1_000
"""Registries of up to so many records are ranked as a whole; that takes a few milliseconds."""

_NEIGHBOURS = 20
_PER_KEY = 40
_PER_TEXT = 500
_ENOUGH = 20
_FEW = 2  # pieces that may be missing where any hit is enough
_STEPS = 3  # on Postgres, each of which reads more than the one before
_MOST_PARTS = 30
_LONGEST = 200  # characters that find candidates


class Knowledge(NamedTuple):
    """What one statement tells about a name and the registry it is asked of."""

    is_known: bool
    is_empty: bool
    is_large: bool


def knowledge(registry: type[models.Model], name: str) -> Knowledge:
    """Whether the registry has exactly this name, and how large it is. One statement."""
    field = registry._meta.get_field("name")
    table, column = quoted(field.model._meta.db_table), quoted(str(field.column))  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS(SELECT 1 FROM {table} WHERE {column} = %s), EXISTS(SELECT 1 FROM {table}), "  # noqa: S608 - our names
            f"(SELECT 1 FROM {table} LIMIT 1 OFFSET {SMALL})",
            [name],
        )
        is_known, has_rows, beyond = cursor.fetchone()
    return Knowledge(bool(is_known), not has_rows, beyond is not None)


def is_large(registry: type[models.Model]) -> bool:
    """Whether the registry has so many records that candidates are worth looking up. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {quoted(registry._meta.db_table)} LIMIT 1 OFFSET {SMALL}")  # noqa: S608 - our name
        return cursor.fetchone() is not None


def namesakes(registry: type[models.Model], name: str) -> list[tuple[Any, str | None, str | None]] | None:
    """Records of a large registry whose name, or one of whose synonyms, may be similar to a new name.

    One statement, and another one where there are synonyms.

    Returns:
        Key, name and synonyms of each; ``None`` if the indexes for that are missing.
    """
    layout = layout_of(registry)
    if layout is None or layout.name is None or "keys" not in usable(layout) or not storable([name]):
        return None
    statement = _Statement(layout)
    _by_name(statement, layout.name, name[:_LONGEST])
    found = statement.rows()
    if layout.synonyms is not None and "trigrams" in usable(layout):
        statement = _Statement(layout)
        _by_text(statement, name[:_LONGEST], missing=0, limit=_ENOUGH)
        if connection.vendor == "sqlite":
            _of_unfinished_batch(statement)
        found |= statement.rows()
    return list(found.values())


def matches(registry: type[models.Model], string: str, fields: set[str]) -> list[Any] | None:
    """Keys of those records of a large registry that may be what a search is after.

    Returns:
        At most some hundred keys; ``None`` if the indexes for that are missing, or fields are not indexed.
    """
    layout = layout_of(registry)
    if layout is None or not fields <= layout.fields or "trigrams" not in usable(layout) or not storable([string]):
        return None
    string = string[:_LONGEST]
    statement = _Statement(layout)
    if layout.name is not None and "keys" in usable(layout):
        _by_name(statement, layout.name, string)
    if connection.vendor == "sqlite":
        _of_unfinished_batch(statement)
    found = statement.rows()
    is_sqlite = connection.vendor == "sqlite"
    for missing in range(max(1, len(trigrams.pieces(string))) if is_sqlite else _STEPS):
        statement = _Statement(layout)
        _by_text(statement, string, missing=missing, limit=_PER_TEXT)
        more = statement.rows()
        found |= more
        if len(more) >= (_ENOUGH if is_sqlite and missing < _FEW else 1):
            break
    return list(found)


# -- which indexes there are ------------------------------------------------------------------------------------------


class _Known:
    """Which indexes the database of one connection has, asked once per connection."""

    connection: Any = None
    tables: dict[str, set[str]] = {}  # noqa: RUF012 - replaced, never changed


def forget() -> None:
    """Ask the database again which indexes it has."""
    _Known.connection = None


def usable(layout: Layout) -> set[str]:
    """Which indexes of a registry the database has: ``"keys"``, ``"trigrams"``."""
    connection.ensure_connection()
    if _Known.connection is not connection.connection:
        _Known.tables, _Known.connection = objects.usable(), connection.connection
        if not any(_Known.tables.values()):
            log.hint(
                "this database has no search indexes, so names are compared with all others: `lamin migrate deploy`"
            )
    return _Known.tables.get(layout.table, set())


# -- statements -------------------------------------------------------------------------------------------------------


class _Statement:
    """Several bounded selections of keys, names and synonyms of one registry in one statement."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.parts: list[str] = []
        self.parameters: list[Any] = []
        columns = [layout.key, layout.name or layout.texts[0]]
        self.columns = ", ".join(quoted(column) for column in columns)
        self.columns += f", {quoted(layout.synonyms)}" if layout.synonyms else ", NULL"

    def add(self, condition: str, *parameters: Any, limit: int) -> None:
        """Add at most ``limit`` rows that meet a condition, which may end with an order."""
        table = quoted(self.layout.table)
        selection = f"SELECT {self.columns} FROM {table} WHERE {condition} LIMIT {limit}"  # noqa: S608 - our names
        self.parts.append(f"SELECT * FROM ({selection}) AS part{len(self.parts)}")  # noqa: S608 - likewise
        self.parameters += parameters

    def rows(self) -> dict[Any, tuple[Any, str | None, str | None]]:
        """The rows by key."""
        if not self.parts:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(self.parts), self.parameters)
            return {row[0]: row for row in cursor.fetchall()}


def _by_name(statement: _Statement, column: str, name: str) -> None:
    """The same name in another case, its parts, its neighbours in the order of names, and names with the same keys."""
    column_sql = quoted(column)
    spellings = _spellings(name)
    marks = ", ".join(["%s"] * len(spellings))
    statement.add(f"{column_sql} IN ({marks})", *spellings, limit=_PER_KEY)
    for start in dict.fromkeys([name, name[:1].swapcase() + name[1:]]):
        statement.add(f"{column_sql} >= %s ORDER BY {column_sql}", start, limit=_NEIGHBOURS)
        statement.add(f"{column_sql} < %s ORDER BY {column_sql} DESC", start, limit=_NEIGHBOURS)
    expressions = keys.expressions(column_sql, connection.vendor)
    for expression, values in zip(expressions, keys.keys(name, connection.vendor), strict=True):
        for value in values:
            statement.add(f"({expression}) = %s", value, limit=_PER_KEY)


def _spellings(name: str) -> list[str]:
    """The name in other cases, and the names that are whole words of it."""
    words = name.split()
    runs = (" ".join(words[i:j]) for i in range(len(words)) for j in range(len(words), i, -1))
    cases = [name, name.lower(), name.upper(), name.capitalize(), name.title()]
    return list(dict.fromkeys([*cases, *(run for run, _ in zip(runs, range(_MOST_PARTS), strict=False))]))


def _by_text(statement: _Statement, string: str, *, missing: int, limit: int) -> None:
    """Records whose texts have the trigrams of the string, all but those of so many pieces.

    Postgres knows texts that contain the string; where one piece may be missing, texts that have similar words; where more, texts that
    are similar as a whole.
    """
    layout = statement.layout
    if connection.vendor == "sqlite":
        expression = trigrams.expression(string, missing=missing)
        if expression is not None:
            grams = quoted(layout.object_name("gram"))
            selection = f"SELECT rowid FROM {grams} WHERE {grams} MATCH %s LIMIT {limit}"  # noqa: S608 - our names
            _of_entries(statement, f"entry IN ({selection})", expression)
        return
    text = f"({definitions.text(layout)})"
    pattern = "%" + string.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if not missing:
        statement.add(f"{text} ILIKE %s", pattern, limit=limit)
    elif missing == 1:
        statement.add(f"{text} %%> %s ORDER BY word_similarity(%s, {text}) DESC", string, string, limit=limit)
    else:
        statement.add(f"{text} %% %s ORDER BY similarity({text}, %s) DESC", string, string, limit=limit)


def _of_unfinished_batch(statement: _Statement) -> None:
    """Records that are not in the table of trigrams yet."""
    texts = quoted(statement.layout.object_name("text"))
    _of_entries(statement, f"entry > (SELECT max(entry) / {BATCH} * {BATCH} FROM {texts})")  # noqa: S608 - our names


def _of_entries(statement: _Statement, condition: str, *parameters: Any) -> None:
    layout = statement.layout
    texts = quoted(layout.object_name("text"))
    keys_ = f"SELECT key FROM {texts} WHERE {condition}"  # noqa: S608 - our names
    statement.add(f"{quoted(layout.key)} IN ({keys_})", *parameters, limit=_PER_TEXT + BATCH)
