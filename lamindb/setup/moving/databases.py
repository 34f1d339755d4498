"""The two ends of a move: the database that is read at one moment, and the empty one that is filled in one transaction."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import Error, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from lamindb import log
from lamindb.errors import InstanceUnreachable, NotMoved
from lamindb.setup import connection as connecting
from lamindb.setup import database_url, django_start, migrating, signals, sqlite_files
from lamindb.setup.moving import rows
from lamindb.setup.postgres.patience import take_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from django.db.migrations import Migration
    from django.db.migrations.graph import MigrationGraph

    from lamindb.setup.instances import InstanceSettings
    from lamindb.setup.moving.rows import Table

    Names = set[tuple[str, str]]

_SOURCE = "lamin_source"
_QUICK = "PRAGMA synchronous = OFF; PRAGMA cache_size = -65536"  # the file is flushed once it is complete
_OURS = "lnschema_"
_SHOWN = 3  # names in a message
_MOVED = "this instance was moved to another database: ask who moved it, and run lamin init with the new address"


@contextmanager
def source(instance: InstanceSettings, *, locked: bool) -> Iterator[str]:
    """Open the database of an instance a second time, as it is at one moment.

    Args:
        instance: The instance; its packages are mounted.
        locked: Let writers wait until the end of the block.

    Yields:
        The alias of the connection.
    """
    if instance.dialect == "postgresql":
        settings = django_start.postgres_database(instance.db, writable=True)
    else:
        settings = django_start.sqlite_database(instance.sqlite_file, writable=locked)
    django_start.add_database(_SOURCE, settings)
    try:
        with connecting.reachable(instance), transaction.atomic(using=_SOURCE), _unbroken(instance, _SOURCE):
            _begin(locked=locked)
            yield _SOURCE
    finally:
        django_start.remove_database(_SOURCE)


@contextmanager
def _unbroken(instance: InstanceSettings, alias: str) -> Iterator[None]:
    """Say that a server was lost in the middle of a transaction, and that it has left nothing.

    Raises:
        InstanceUnreachable: It was.
    """
    try:
        yield
    except Error as error:
        database: Any = connections[alias]
        if database.vendor != "postgresql" or not database.is_lost():
            raise
        msg = (
            f"The connection to the database {database_url.mask(instance.db)} of {instance.identifier} was lost "
            f"({str(error).partition(chr(10))[0]}), so nothing was changed: do it again when the server can be reached."
        )
        raise InstanceUnreachable(msg) from error


def _begin(*, locked: bool) -> None:
    """Read one state of the database; SQLite does so from the first read on, and its writers wait if it is written."""
    if connections[_SOURCE].vendor != "postgresql":
        return
    with connections[_SOURCE].cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ {'WRITE' if locked else 'ONLY'}")
        take_time(connections[_SOURCE])
        if locked:
            names = ", ".join(f'"{table.name}"' for table in rows.tables(apps))
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def freeze(alias: str) -> None:
    """Let everybody who goes on writing the database that was moved get an error, rather than lose what they write."""
    database = connections[alias]
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(
                f"CREATE FUNCTION lamin_moved() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION '{_MOVED}'; END$$"
            )
        for table in rows.tables(apps):
            if database.vendor == "postgresql":
                cursor.execute(
                    f'CREATE TRIGGER lamin_moved BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table.name}" '
                    "EXECUTE FUNCTION lamin_moved()"
                )
                continue
            for verb in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(
                    f'CREATE TRIGGER "lamin_moved_{verb.lower()}_{table.name}" BEFORE {verb} ON "{table.name}" '
                    f"BEGIN SELECT RAISE(ABORT, '{_MOVED}'); END"
                )


def refuse_unknown_tables(alias: str) -> None:
    """Refuse to leave rows behind of schema packages that aren't mounted.

    Raises:
        NotMoved: There are such tables.
    """
    known = {table.name for table in rows.tables(apps)}
    found = connections[alias].introspection.table_names()
    unknown = sorted(name for name in found if name.startswith(_OURS) and name not in known)
    if unknown:
        msg = (
            f"The database has tables that no mounted package knows: {', '.join(unknown[:_SHOWN])}"
            f"{f' and {len(unknown) - _SHOWN} others' if len(unknown) > _SHOWN else ''}. Install and mount the packages that "
            "they belong to, so that their rows go along."
        )
        raise NotMoved(msg)


@contextmanager
def target(instance: InstanceSettings) -> Iterator[Callable[..., AbstractContextManager[list[Table]]]]:
    """Mount an instance on a database that is to be made.

    Yields:
        Makes the database with all tables and no row for a block to fill; others see it when the block ends, or never. Takes
        the migrations that are to be applied, by default all.

    Raises:
        NotMoved: There is a database already.
    """
    if instance.dialect == "postgresql":
        settings = django_start.postgres_database(instance.db, writable=True)
        with connecting.session(instance, settings, strict=True):
            with connecting.reachable(instance):
                connection.ensure_connection()
            yield lambda migrations=None: _filled_postgres(instance, migrations)
        return
    path = instance.sqlite_file
    if path.exists():
        raise _taken(path)
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.{os.urandom(4).hex()}")
    settings = django_start.sqlite_database(temporary, writable=True)
    settings["OPTIONS"]["init_command"] = _QUICK
    try:
        with connecting.session(instance, settings, strict=True):
            yield lambda migrations=None: _filled_sqlite(temporary, path, migrations)
    finally:
        sqlite_files.remove(temporary)


@contextmanager
def _filled_postgres(instance: InstanceSettings, migrations: Names | None) -> Iterator[list[Table]]:
    if connection.introspection.table_names():
        msg = f"The database {connection.settings_dict['NAME']} is not empty: make a new one."
        raise NotMoved(msg)
    with transaction.atomic(), _unbroken(instance, connection.alias):
        take_time(connection)
        found = _make_tables(migrations)
        _clear(found)
        yield found
        signals.tables_ready.send(sender=None)


@contextmanager
def _filled_sqlite(temporary: Path, path: Path, migrations: Names | None) -> Iterator[list[Table]]:
    found = _make_tables(migrations)
    with transaction.atomic():
        _clear(found)
        yield found
        signals.tables_ready.send(sender=None)
    connection.close()
    try:
        sqlite_files.publish_file(temporary, path)
    except FileExistsError:
        raise _taken(path) from None


def _taken(path: Path) -> NotMoved:
    return NotMoved(f"There is a database {path} already: move it away first.")


def _make_tables(migrations: Names | None) -> list[Table]:
    """Make the tables, without search indexes, which are made when the rows are there.

    Args:
        migrations: Package and name of each migration that is to be applied, closed under what they depend on; all if None.

    Returns:
        The tables as they are after these migrations.
    """
    with log.muted():
        if migrations is None:
            migrating.apply_all()
            mounted = apps
        else:
            executor = MigrationExecutor(connection)
            last = _last_of(executor.loader.graph, migrations)
            mounted = executor.migrate(last, executor.migration_plan(last)).apps
    signals.tables_changing.send(sender=None)
    return rows.tables(mounted)


def _last_of(graph: MigrationGraph, names: Names) -> list[tuple[str, str]]:
    """The last ones of each package among migrations, those included that are several of them in one."""
    wanted = {node for node, one in graph.nodes.items() if node in names or _replaces(one, names)}
    return [
        node
        for node in sorted(wanted)
        if not any(child.key in wanted and child.key[0] == node[0] for child in graph.node_map[node].children)
    ]


def _replaces(migration: Migration | None, names: Names) -> bool:
    """Whether a migration is several of these in one."""
    return migration is not None and bool(migration.replaces) and {*migration.replaces} <= {*names}


def _clear(found: list[Table]) -> None:
    """Delete the rows that migrations have made; that others refer to them is checked at the end of the transaction."""
    for table in reversed(found):
        table.clear(connection.alias)
