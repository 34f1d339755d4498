"""Making, replacing and dropping the search indexes of a database, and telling which of them are there."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import Error, connection, transaction

from lamindb import log
from lamindb.setup.postgres.patience import take_time
from lamindb.setup.postgres.waiting import naming_holders
from lnschema_core.search_index import definitions
from lnschema_core.search_index.definitions import quoted
from lnschema_core.search_index.layout import PREFIX, layout_of, object_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnschema_core.search_index.definitions import Definition
    from lnschema_core.search_index.layout import Layout

_PARTS = ("data", "idx", "content", "docsize", "config")  # https://www.sqlite.org/fts5.html#fts5_data_structures
_FIRST_WITH_TRIGRAM = (3, 34)  # https://www.sqlite.org/fts5.html#the_trigram_tokenizer
_NO_TRIGRAMS = {
    "sqlite": "this Python's SQLite has no FTS5 with trigrams: searches read whole registries, which takes longer",
    "postgresql": "the database has no pg_trgm, so searches read whole registries, which takes longer: ask its administrator "
    "for `CREATE EXTENSION pg_trgm`, or for `ALTER EXTENSION pg_trgm SET SCHEMA public` where it is in the schema of another instance, "
    "then run `lamin migrate deploy`",
}
_LIKE = PREFIX.replace("_", "\\_") + "%"


def ensure() -> None:
    """Make the search indexes that are missing or not as this release defines them, and drop those of former registries.

    Those of packages that others mount stay as they are.
    """
    with transaction.atomic():
        take_time(connection)
        there = _of_this_instance(_existing())
        capable = _has_trigrams()
        wanted = {layout: _definitions(layout, capable) for layout in layouts()}
        complete = {layout for layout, objects in wanted.items() if _is_complete(objects, there)}
        outdated = [layout for layout in wanted if layout not in complete or (capable and has_moved(layout))]
        ours = {one.name for layout, objects in wanted.items() if layout not in outdated for one in objects}
        _drop({name: found for name, found in there.items() if not _belongs(name, ours)})
        tables = connection.introspection.table_names()
        for layout in outdated:
            if layout.table in tables and _has_columns(layout):
                _make(layout, wanted[layout], capable=capable is not None)
    if capable is None:
        log.important(_NO_TRIGRAMS[connection.vendor])


def rebuild() -> None:
    """Make all search indexes anew."""
    with naming_holders(connection), transaction.atomic():
        drop()
        ensure()


def drop() -> None:
    """Drop the search indexes of this instance's packages; searches read whole registries until they are made again."""
    with transaction.atomic():
        _drop(_of_this_instance(_existing()))


def stop_unusable() -> None:
    """Keep a database writable whose trigrams this SQLite doesn't know: they are not kept any more, until they are rebuilt."""
    if connection.vendor != "sqlite" or _has_trigrams() is not None:
        return
    triggers = [name for name in _existing() if name.startswith(f"{PREFIX}flush_")]
    with connection.cursor() as cursor:
        for name in triggers:
            cursor.execute(f"DROP TRIGGER IF EXISTS {quoted(name)}")
    if triggers:
        log.important(_NO_TRIGRAMS["sqlite"])


def layouts() -> list[Layout]:
    """What is indexed of each registry of this instance."""
    registries = [model for model in apps.get_models() if hasattr(model, "search")]
    found = [layout_of(one) for one in registries if one._meta.managed and not one._meta.proxy]
    return [layout for layout in found if layout is not None]


def usable() -> dict[str, set[str]]:
    """Which indexes are there and as this release defines them: per table ``"keys"`` and ``"trigrams"``. One query."""
    there = _existing()
    found: dict[str, set[str]] = {}
    for layout in layouts():
        kinds = found.setdefault(layout.table, set())
        if layout.name is not None and _is_complete(definitions.key_indexes(layout, connection.vendor), there):
            kinds.add("keys")
        if connection.vendor == "sqlite":
            complete = _is_complete(definitions.sqlite_trigrams(layout), there)
        else:
            complete = layout.object_name("gram") in there
        if complete:
            kinds.add("trigrams")
    return found


def has_moved(layout: Layout) -> bool:
    """Whether rows of SQLite have other numbers than in their complete index, which is of no use then. One query."""
    return connection.vendor == "sqlite" and bool(_first(definitions.sqlite_moved(layout)))


# -- one registry -----------------------------------------------------------------------------------------------------


def _has_columns(layout: Layout) -> bool:
    """Whether the table has what is indexed: the registries of a package under development may lack a migration."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quoted(layout.table)} LIMIT 0")  # noqa: S608 - our name
        columns = {column[0] for column in cursor.description}
    return {layout.key, *layout.texts} <= columns


def _definitions(layout: Layout, capable: str | None) -> list[Definition]:
    objects = definitions.key_indexes(layout, connection.vendor)
    if capable is None:
        return objects
    if connection.vendor == "sqlite":
        return [*objects, *definitions.sqlite_trigrams(layout)]
    return [*objects, *definitions.postgres_trigrams(layout, capable)]


def _make(layout: Layout, objects: Iterable[Definition], *, capable: bool) -> None:
    with connection.cursor() as cursor:
        for one in objects:
            cursor.execute(one.sql)
        if connection.vendor == "sqlite":
            for statement in definitions.sqlite_fill(layout) if capable else ():
                cursor.execute(statement)
        else:
            cursor.execute(f"ANALYZE {quoted(layout.table)}")


def _is_complete(objects: Iterable[Definition], there: dict[str, str]) -> bool:
    """Whether objects exist; SQLite tells how they were defined, too."""
    if connection.vendor == "sqlite":
        return all(there.get(one.name) == one.sql for one in objects)
    return all(one.name in there for one in objects)


def _belongs(name: str, ours: set[str]) -> bool:
    """Whether an object is one of ours, or a part of an FTS5 table of ours."""
    return name in ours or any(name == f"{table}_{part}" for table in ours for part in _PARTS)


# -- the database -----------------------------------------------------------------------------------------------------


def _existing() -> dict[str, str]:
    """The names of our objects, with their definitions."""
    if connection.vendor == "sqlite":
        statement = "SELECT name, sql FROM sqlite_master WHERE name LIKE %s ESCAPE '\\'"
    else:
        statement = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE %s"
        )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_LIKE])
        return {name: sql or "" for name, sql in cursor.fetchall()}


def _of_this_instance(objects: dict[str, str]) -> dict[str, str]:
    """The objects without those for tables of packages that only others mount."""
    mounted = {model._meta.db_table for model in apps.get_models()}
    ours = tuple(f"{config.label}_" for config in apps.get_app_configs())  # also a registry that is renamed or deleted
    others = {table for table in connection.introspection.table_names() if not table.startswith(ours)} - mounted
    kinds = {name.removeprefix(PREFIX).partition("_")[0] for name in objects}
    theirs = {object_name(kind, table) for kind in kinds for table in others}
    return {name: sql for name, sql in objects.items() if not _belongs(name, theirs)}


def _drop(objects: dict[str, str]) -> None:
    """Drop objects, triggers first; the parts of an FTS5 table go with it."""
    kinds: dict[str, list[str]] = {"TRIGGER": [], "INDEX": [], "TABLE": []}
    grams = [name for name, sql in objects.items() if sql.startswith("CREATE VIRTUAL TABLE")]
    for name, sql in objects.items():
        if not any(name == f"{table}_{part}" for table in grams for part in _PARTS):
            kinds[next(kind for kind in kinds if kind in sql.split("(")[0].split('"')[0])].append(name)
    with connection.cursor() as cursor:
        for kind, names in kinds.items():
            for name in names:
                cursor.execute(f"DROP {kind} IF EXISTS {quoted(name)}")


def _has_trigrams() -> str | None:
    """The schema with the functions for trigrams, ``None`` if this database has none and doesn't let us add them."""
    if connection.vendor == "sqlite":
        known = sqlite3.sqlite_version_info >= _FIRST_WITH_TRIGRAM
        return "main" if known and _succeeds("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'") else None
    find = (
        "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace "
        "WHERE extname = 'pg_trgm' AND nspname = ANY (current_schemas(true))"
    )
    return _first(find) or (_first(find) if _add_trigrams() else None)


def _add_trigrams() -> bool:
    """Add the functions to a Postgres database that has none, if the role may: to the last schema of the path, which instances share."""
    shared = _first("SELECT path[array_upper(path, 1)] FROM current_schemas(false) AS path")
    create = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
    return (shared is not None and _succeeds(f"{create} SCHEMA {quoted(shared)}")) or _succeeds(create)


def _first(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return None if row is None else row[0]


def _succeeds(statement: str) -> bool:
    """Whether a statement can be executed, and returns a row if it returns any."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.description is None or cursor.fetchone() is not None
    except Error:
        return False
