"""``dump``, ``restore`` and ``move``: all rows of an instance into a file, out of one, or to another database.

Everything is read at one moment, written in one transaction, read again and compared before it is committed.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb import __version__, log
from lamindb.errors import DatabaseAhead, DatabaseBehind, InstanceNotFound, NotMoved
from lamindb.io.progress import progress
from lamindb.setup import (
    connection,
    current,
    database_url,
    describing,
    identity,
    instances,
    loading,
    locations,
    sqlite_files,
    storages,
)
from lamindb.setup.instances import InstanceSettings
from lamindb.setup.moving import dump_file
from lamindb.setup.moving.dump_file import Header
from lamindb.setup.moving.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from lamindb.setup.moving.dump_file import DumpedTable
    from lamindb.setup.moving.rows import Table
    from lamindb.types import PathLike

_SQLITE = "sqlite"
_LINE = 100_000  # rows of a table from which on it is worth a line


def dump(path: PathLike) -> None:
    """Write all rows of the current instance into one compressed file, from which ``restore`` makes the instance again.

    The file has the rows as they are at one moment, whoever writes meanwhile. Content of files in storage is not in it.

    Args:
        path: The file, which must not exist yet, such as ``2024-05-01.lamindump``.

    Raises:
        DatabaseBehind: The database misses migrations.
        InstanceNotLoaded: No instance is loaded.
        NotMoved: The file exists, or can't be written.
    """
    instance = _connected()
    from django.apps import apps

    from lamindb.setup.moving import databases, rows

    found = rows.tables(apps)
    with databases.source(instance, locked=False) as alias, dump_file.writing(Path(str(path))) as file:
        databases.refuse_unknown_tables(alias)
        total = sum(table.count(alias) for table in found)
        dump_file.write_header(file, _header(instance, found[0], alias, total))
        with progress(total, "dump", unit="rows") as update:
            for table in found:
                facts = {"table": table.name, "columns": list(table.columns), "last_key": table.last_key(alias)}
                dump_file.write_line(file, facts)
                tally = Tally()
                for row in table.rows(alias):
                    line = rows.encoded(row)
                    tally.add(line)
                    file.write(line + b"\n")
                    update(1)
                dump_file.write_line(file, {"rows": tally.rows, "digest": tally.digest})
    log.success(f"dumped {total:,} rows of {instance.identifier} to {path}")


def move(db: str) -> None:
    """Move the rows of the current instance to another database, and use that one from now on.

    Storage stays where it is. Who else uses the instance has to ``init`` it again with the new address. The old database is
    kept: an SQLite file under another name, a Postgres database as it was.

    Args:
        db: The address of an empty Postgres database, or ``"sqlite"`` for a file in the storage folder.

    Raises:
        DatabaseBehind: The database misses migrations.
        InstanceNotLoaded: No instance is loaded.
        InvalidDatabaseUrl: The address can't be used.
        NotMoved: The new database isn't empty, or can't store a row.
    """
    if db != _SQLITE:
        db = database_url.checked(db)
    locations.check_settings_dir()
    old = _connected()
    connection.check_writable()
    new = InstanceSettings(
        old.owner,
        old.name,
        old.storage.root_as_str,
        old.storage.region,
        None if db == _SQLITE else db,
        old.schema_str,
        old.id,
    )
    _refuse_bucket(new)
    if new.db == old.db:
        msg = f"{old.identifier} is in {database_url.mask(new.db)} already."
        raise NotMoved(msg)
    with connection.switching():
        _copy(old, new)
        connection.open_instance(new)
        describing.remove(old)
        describing.write(new)
        instances.write_instance(new)
    log.success(f"moved {new.identifier} to {database_url.mask(new.db)}")


def restore(path: PathLike, *, storage: PathLike | None = None, name: str | None = None, db: str | None = None) -> None:
    """Make an instance of a file that ``dump`` has written, and load it.

    Args:
        path: The file.
        storage: Where the storage folder or bucket of the instance is now, if it was moved or copied.
        name: Another name for the instance.
        db: The address of an empty Postgres database; by default there is an SQLite file in the storage folder.

    Raises:
        DatabaseAhead: The file was written by a release with migrations that this one doesn't know.
        NotMoved: The file is damaged, or there is such an instance or database already.
        SchemaNotInstalled: A schema package of the instance can't be imported.
    """
    from lamindb.setup.moving import databases

    locations.check_settings_dir()
    with dump_file.reading(Path(str(path))) as (header, dumped), ExitStack() as stack:
        instance = _planned(header, storage=storage, name=name, db=db)
        stack.enter_context(connection.switching())
        with databases.target(instance) as filled:
            is_complete = _check_migrations(header)
            with filled(None if is_complete else {(app, name) for app, name in header.migrations}) as found:
                _fill(header, dumped, found)
                _follow_storage(header, instance)
        connection.open_instance(instance)
        if is_complete:
            connection.announce_ready(instance)
        instances.write_instance(instance)
    log.success(f"restored {header.rows:,} rows of {instance.identifier}")
    log.important(f"loaded instance: {instance.identifier}")
    loading.warn_if_another_is_chosen(instance)


# -- look before ------------------------------------------------------------------------------------------------------


def _connected() -> InstanceSettings:
    """The current instance, whose database has exactly the migrations of this release."""
    with log.muted():
        connection.connect()
    from lamindb.setup import migration_state

    instance = current.settings.instance
    state = migration_state.compare()
    if state.unknown:
        raise connection.ahead_error(instance, state.unknown)
    if state.missing:
        msg = f"The database of {instance.identifier} misses migrations; deploy them first: lamin migrate deploy"
        raise DatabaseBehind(msg)
    return instance


def _header(instance: InstanceSettings, history: Table, alias: str, total: int) -> Header:
    migrations = history.model._base_manager.using(alias).order_by("app", "name").values_list("app", "name")
    facts = {"owner": instance.owner, "name": instance.name, "schema": instance.schema_str or ""}
    place = {"storage_root": instance.storage.root_as_str, "storage_region": instance.storage.region}
    return Header(
        lamindb=__version__,
        instance={**facts, **place},
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        dialect=instance.dialect,
        migrations=[[*one] for one in migrations],
        rows=total,
    )


def _refuse_bucket(instance: InstanceSettings) -> None:
    """Refuse an SQLite database in a bucket: rows are written to a database that is here, or on a server."""
    if instance.is_cloud_sqlite:
        msg = (
            f"The database of {instance.identifier} would be an SQLite file in {instance.storage.root_as_str}, where rows can't be "
            "moved or restored to: pass `--db postgresql://…`, or restore with `--storage` and a folder of this machine."
        )
        raise NotMoved(msg)


def _planned(header: Header, *, storage: PathLike | None, name: str | None, db: str | None) -> InstanceSettings:
    """The instance that is to be made, of which there must be nothing yet."""
    facts = header.instance
    root = storages.root_as_str(storage if storage is not None else str(facts["storage_root"]))
    region = facts["storage_region"] if storage is None else None
    if db is not None:
        db = database_url.checked(db)
    chosen = identity.check_name(name if name is not None else str(facts["name"]))
    instance = InstanceSettings(current.settings.owner, chosen, root, region, db, facts["schema"])
    _refuse_bucket(instance)
    if not instance.storage.is_cloud:
        storages.make_folder(Path(instance.storage.root_as_str))
    try:
        _, existing = instances.find_instance(instance.identifier, owner=instance.owner)
    except InstanceNotFound:
        return instance
    if existing.dialect == "postgresql" or existing.sqlite_file.exists():
        msg = f"There is an instance {existing.identifier} already: choose another name, or delete it."
        raise NotMoved(msg)
    return instance


# -- act --------------------------------------------------------------------------------------------------------------


def _copy(old: InstanceSettings, new: InstanceSettings) -> None:
    """Copy all rows to the new database, and put an old SQLite file aside."""
    from django.db import connection as database

    from lamindb.setup.moving import databases, rows

    with databases.target(new) as filled, databases.source(old, locked=True) as alias:
        databases.refuse_unknown_tables(alias)
        with filled() as found:
            total = sum(table.count(alias) for table in found)
            with progress(2 * total, "move", unit="rows") as update:
                tallies = [_write(table, table.rows(alias), update) for table in found]
                _verify(found, tallies, update)
            rows.restart_keys(found, [table.last_key(alias) for table in found], database.alias)
            databases.freeze(alias)  # who may not, leaves no new database
    if old.dialect == _SQLITE:
        log.info(f"the database as it was is kept as {sqlite_files.put_aside(old.sqlite_file)}")
    else:
        log.info(f"the database as it was is kept at {database_url.mask(old.db)}")


def _fill(header: Header, dumped: Iterable[DumpedTable], found: list[Table]) -> None:
    from django.db import connection as database

    from lamindb.setup.moving import rows

    by_name = {table.name: table for table in found}
    with progress(2 * header.rows, "restore", unit="rows") as update:
        written = [(*_restored(one, by_name, update), one.last_key) for one in dumped]
        if by_name:
            msg = f"The dump lacks the tables {', '.join(by_name)}."
            raise NotMoved(msg)
        tables, tallies, last_keys = (list(column) for column in zip(*written, strict=True))
        _verify(tables, tallies, update)
    rows.restart_keys(tables, last_keys, database.alias)


def _restored(dumped: DumpedTable, by_name: dict[str, Table], update: Callable[[int], object]) -> tuple[Table, Tally]:
    """Write one table, which is then no longer awaited."""
    if dumped.name not in by_name:
        msg = f"The dump has a table {dumped.name} that no mounted package knows."
        raise NotMoved(msg)
    table = by_name.pop(dumped.name).with_columns(dumped.columns)
    return table, _write(table, dumped.rows, update)


def _write(table: Table, values: Generator[list[Any]], update: Callable[[int], object]) -> Tally:
    from django.db import connection as database

    from lamindb.setup.moving import rows

    tally = Tally()
    with closing(rows.counted(table, values, tally, update)) as counted:
        table.write(counted, database.alias)
    if tally.rows >= _LINE:
        log.info(f"{table.name}: {tally.rows:,} rows")
    return tally


def _verify(found: list[Table], expected: list[Tally], update: Callable[[int], object]) -> None:
    """Read everything again, and compare."""
    from django.db import connection as database

    from lamindb.setup.moving import rows

    for table, tally in zip(found, expected, strict=True):
        again = Tally()
        for _ in rows.counted(table, table.rows(database.alias), again, update):
            pass
        if (again.rows, again.digest) != (tally.rows, tally.digest):
            msg = f"The rows of {table.name} are not the same in the new database, so nothing was moved."
            raise NotMoved(msg)
    rows.check_references(found, database.alias)


def _check_migrations(header: Header) -> bool:
    """Whether the dumped database has had all migrations of this release.

    Raises:
        DatabaseAhead: It has had some that this release doesn't know.
    """
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    known = {one for key, migration in loader.disk_migrations.items() for one in (key, *migration.replaces)}
    had = {(app, name) for app, name in header.migrations}
    unknown = sorted(one for one in had - known if one[0] in loader.migrated_apps)
    if unknown:
        msg = (
            f"The dump was written by lamindb {header.lamindb}, whose migrations this release doesn't know "
            f"({'.'.join(unknown[-1])}): upgrade lamindb and the schema packages."
        )
        raise DatabaseAhead(msg)
    return all(
        key in had or (migration.replaces and {*migration.replaces} <= had)
        for key, migration in loader.disk_migrations.items()
        if key in loader.graph.nodes
    )


def _follow_storage(header: Header, instance: InstanceSettings) -> None:
    """Record where the default storage location is now."""
    old, new = str(header.instance["storage_root"]), instance.storage.root_as_str
    if old != new:
        from lamindb.setup import storage_rows

        storage_rows.move(old, new)
