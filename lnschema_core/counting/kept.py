"""The number of records that a registry shows, kept by the database for registries that may have millions.

It is exact in every transaction, since its changes are committed or rolled back with the records. Like search indexes, what keeps it is in
no migration; where it is missing, records are counted.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, transaction

from lnschema_core.counting import definitions
from lnschema_core.counting.definitions import TABLE, Counted
from lnschema_core.search_index.definitions import quoted

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper


def ensure() -> None:
    """Keep the numbers that are not kept yet; their records are counted once."""
    forget()
    tables = connection.introspection.table_names()
    for registry in _registries():
        if registry._meta.db_table in tables and number_of(registry) is None:
            _keep(counted_rows(registry))
    forget()


def drop() -> None:
    """Keep no numbers any more: some changes of a table fail while triggers mention it."""
    if TABLE in connection.introspection.table_names():
        with transaction.atomic(), connection.cursor() as cursor:
            for registry in _registries():
                _release(cursor, counted_rows(registry))
    forget()


def rebuild() -> None:
    """Count all records anew."""
    with transaction.atomic():
        drop()
        ensure()


def number_of(registry: type[Any]) -> int | None:
    """The number of records that a registry shows; ``None`` where it isn't kept. One statement, and another one per connection."""
    if not _is_kept(registry):
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(records) FROM {TABLE} WHERE registry = %s", [registry._meta.db_table])  # noqa: S608 - our name
        (number,) = cursor.fetchone()
    return None if number is None else int(number)


# -- what the database has --------------------------------------------------------------------------------------------


class _Known(threading.local):
    """Which numbers the database keeps that a thread is connected to, asked once per connection and registry."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.registries: dict[type[Any], bool] = {}


class _State:
    known = _Known()


def forget() -> None:
    """Ask the database again which numbers it keeps, in all threads."""
    _State.known = _Known()


def _is_kept(registry: type[Any]) -> bool:
    known = _State.known
    connection.ensure_connection()
    if known.connection is not connection.connection:
        known.connection, known.registries = connection.connection, {}
    if registry not in known.registries:
        known.registries[registry] = _is_complete(counted_rows(registry))
    return known.registries[registry]


def _is_complete(counted: Counted) -> bool:
    """Whether all triggers are there, and the number may be read."""
    wanted = definitions.triggers(counted, connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name LIKE %s",
                [counted.table, f"{TABLE}%"],
            )
            return {sql for (sql,) in cursor.fetchall()} == set(wanted.values())
        cursor.execute(
            "SELECT count(*), has_table_privilege(to_regclass(%s), 'SELECT') FROM pg_trigger "
            "WHERE tgrelid = to_regclass(%s) AND tgname = ANY(%s) AND tgenabled <> 'D'",
            [TABLE, quoted(counted.table), list(wanted)],
        )
        number, is_readable = cursor.fetchone()
        return number == len(wanted) and bool(is_readable)


# -- one registry -----------------------------------------------------------------------------------------------------


def _registries() -> list[type[Any]]:
    return [model for model in apps.get_models() if getattr(model, "keeps_count", False)]


def counted_rows(registry: type[Any]) -> Counted:
    """The rows of a registry that its own ``filter()`` shows, as SQL."""
    table, query = registry._meta.db_table, registry.filter().query
    if not query.where:
        return Counted(table, "1 = 1")
    sql, parameters = query.where.as_sql(query.get_compiler(connection=connection), connection)
    sql = sql.replace("{", "{{").replace("}", "}}").replace(f"{quoted(table)}.", "{row}")
    return Counted(table, sql % tuple(map(definitions.literal, parameters)))


def _keep(counted: Counted) -> None:
    """Begin to keep the number. On Postgres, triggers lock the table, so that nothing is written while its rows are counted."""
    vendor = connection.vendor
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in definitions.table(vendor):
            cursor.execute(statement)
        _release(cursor, counted)
        if vendor != "sqlite":
            cursor.execute("SELECT current_schema()")
            cursor.execute(definitions.postgres_function(counted, cursor.fetchone()[0]))
        for statement in definitions.triggers(counted, vendor).values():
            cursor.execute(statement)
        cursor.execute(
            f"INSERT INTO {TABLE} SELECT {definitions.literal(counted.table)}, count(*) "  # noqa: S608 - our names
            f"FROM {quoted(counted.table)} WHERE {counted.is_met()}"
        )


def _release(cursor: CursorWrapper, counted: Counted) -> None:
    place = "" if connection.vendor == "sqlite" else f" ON {quoted(counted.table)}"
    for name in definitions.triggers(counted, connection.vendor):
        cursor.execute(f"DROP TRIGGER IF EXISTS {quoted(name)}{place}")
    cursor.execute(f"DELETE FROM {TABLE} WHERE registry = %s", [counted.table])  # noqa: S608 - our name
