"""``init``: make an instance, whole or not at all.

Everything that can be wrong is looked at before anything is written. An SQLite database is built in memory and gets its name
once it is complete; settings files are written last.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.errors import InstanceNotFound, InstanceUnreachable, InvalidStorage, StorageNotWritable
from lamindb.setup import (
    cloud_sqlite,
    connection,
    current,
    database_url,
    describing,
    envfile,
    identity,
    instances,
    loading,
    locations,
    sqlite_files,
    storages,
)
from lamindb.setup.instances import InstanceSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamindb.types import PathLike


def init(
    *,
    storage: PathLike | None,
    name: str | None = None,
    db: str | None = None,
    schema: str | None = None,
    _test: bool = False,
) -> None:
    """Make an instance and load it; an instance that exists is loaded.

    Args:
        storage: A local folder, or the address of a bucket or of a place in it.
        name: The name; by default that of the database or of the storage.
        db: The address of a Postgres database; by default there is an SQLite file in the storage folder.
        schema: The names of schemas to mount beside core, separated by commas.
        _test: Make the settings only, and no database.

    Raises:
        InvalidInstanceName: The name can't be used.
        InvalidDatabaseUrl: The database address can't be used.
        InvalidSchemaName: A schema can't be called so.
        SchemaNotInstalled: A schema can't be imported.
        SettingsNotWritable: The settings folder can't be written.
        StorageNotWritable: The storage folder or bucket can't be written.
        StorageError: There is no such bucket, or it can't be reached.
        InvalidStorage: The storage is missing, or can't be one.
        TypeError: The name, the address of the database or the names of schemas are no text.
    """
    instance = _planned(storage=storage, name=name, db=db, schema=schema)
    locations.check_settings_dir()
    if _test:
        instance._persist()  # noqa: SLF001 - a name of 0.54, as the argument is
        return
    if _load_existing(instance):
        return
    if instance.storage.is_cloud:
        instance.storage.set_options(**getattr(storage, "storage_options", {}))
        instance.storage.check_writable()
        instance.storage.region = instance.storage.find_region()
    with connection.switching(), ExitStack() as undo:
        if not instance.storage.is_cloud:
            undo.enter_context(_folder(Path(instance.storage.root_as_str)))
        if instance.is_cloud_sqlite:
            connection.begin_cloud(instance)
            cloud_sqlite.refuse_locked(instance)
        undo.enter_context(_database(instance))
        describing.write(instance)
        if instance.is_cloud_sqlite:
            cloud_sqlite.send(instance)
        instances.write_instance(instance)
    log.important(f"loaded instance: {instance.identifier}")
    if not instance.is_remote:
        with log.at_verbosity(4 if log.verbosity() else 0):  # also where hints are off, but not where all is
            log.hint("did not register local instance on hub (if you want, call `lamin register`)")
    loading.warn_if_another_is_chosen(instance)
    log.settle()


# -- look before ------------------------------------------------------------------------------------------------------


def _planned(*, storage: PathLike | None, name: str | None, db: str | None, schema: str | None) -> InstanceSettings:
    """The instance that the arguments describe."""
    if storage is None or not str(storage):
        msg = "`storage` is missing: pass a local folder or the address of a bucket, as in `lamin init --storage ./mydata`."
        raise InvalidStorage(msg)
    root = storages.root_as_str(storage)
    if name is not None:
        identity.check_name(name)
    if db is not None:
        db = database_url.checked(db)
    name = identity.check_name(identity.infer_name(storage=str(storage), db=db) if name is None else name)
    schema_str = ",".join(instances.check_schemas(schema))
    instance = InstanceSettings(current.settings.owner, name, root, None, db, schema_str)
    envfile.render(instances.to_values(instance))  # refuses what can't be stored
    return instance


def _load_existing(instance: InstanceSettings) -> bool:
    """Load the instance of that name if there is one, and say which arguments are ignored."""
    try:
        _, existing = instances.find_instance(instance.identifier, owner=instance.owner)
    except InstanceNotFound:
        return False
    if existing.dialect == "sqlite" and not existing.is_cloud_sqlite and not _has_database(existing):
        log.warning("Instance metadata exists, but DB might have been corrupted or deleted. Re-initializing the DB.")
        return False
    _warn_about_differences(existing, instance)
    loading.load(instance.identifier)
    return True


def _warn_about_differences(existing: InstanceSettings, asked: InstanceSettings) -> None:
    pairs = {
        "storage": (existing.storage.root_as_str, asked.storage.root_as_str),
        "db": (database_url.mask(existing.db), database_url.mask(asked.db)),
        "schema": (existing.schema_str or "", asked.schema_str or ""),
    }
    differing = [f"{key} is {have!r}, not {want!r}" for key, (have, want) in pairs.items() if have != want]
    if differing:
        log.warning(f"{existing.identifier} exists already and is loaded as it is: {'; '.join(differing)}")
    missing = [schema for schema in asked.schemas if schema not in existing.schemas]
    if missing:
        log.warning(f"to mount {' and '.join(missing)}, call: lamin schema add {','.join(missing)}")


# -- make -------------------------------------------------------------------------------------------------------------


@contextmanager
def _database(instance: InstanceSettings) -> Iterator[None]:
    """Make the database with all tables and the rows that must exist, and stay connected to it if the block succeeds."""
    made = False
    try:
        if instance.dialect == "postgresql":
            _migrate_postgres(instance)
        else:
            made = _make_sqlite(instance)
            connection.open_instance(instance)
            if connection.is_writable():
                connection.announce_ready(instance)
        yield
    except BaseException:
        connection.disconnect()
        if made:
            sqlite_files.remove(instance.sqlite_file)
        raise


def _make_sqlite(instance: InstanceSettings) -> bool:
    """Make the database file unless there is one; whether it was made."""
    from lamindb.setup import django_start

    path = instance.sqlite_file
    if _has_database(instance):
        return False
    with connection.session(instance, django_start.memory_database(), strict=True):
        _fill(instance)
        return _publish(path)


def _migrate_postgres(instance: InstanceSettings) -> None:
    """Make or complete the tables; who may only read, or write rows, uses them as they are."""
    from lamindb.setup import django_start, migration_state
    from lamindb.setup.postgres import roles

    database = django_start.postgres_database(instance.db, writable=True)
    with connection.session(instance, database, strict=True), connection.reachable(instance):
        _refuse_if_ahead(instance)
        is_writable = roles.why_read_only() is None
        stranger = roles.who_may_not_make_tables()
        if is_writable and stranger is None:
            _fill(instance)
        elif not migration_state.has_core():
            raise _without_tables(instance, stranger)
    if is_writable and stranger is None:
        connection.announce_connected(instance)
        return
    connection.open_instance(instance)
    if is_writable:
        connection.announce_ready(instance)


def _without_tables(instance: InstanceSettings, role: str | None) -> InstanceUnreachable:
    reason = "it can only be read" if role is None else f"the role {role} may not make them"
    return InstanceUnreachable(
        f"The database {database_url.mask(instance.db)} has no tables of an instance, and {reason}: run `lamin init` with a "
        "role that may CREATE in its schema."
    )


def _refuse_if_ahead(instance: InstanceSettings) -> None:
    from lamindb.setup import migration_state

    unknown = migration_state.compare().unknown
    if unknown:
        raise connection.ahead_error(instance, unknown)


def _fill(instance: InstanceSettings) -> None:
    """Make all tables, and the rows that must exist."""
    from lamindb.setup import migrating

    if migrating.apply_all() == 0:
        log.success("database already up-to-date with migrations!")
    connection.announce_ready(instance)


def _has_database(instance: InstanceSettings) -> bool:
    """Whether the SQLite file is there and has content."""
    return instance.sqlite_file.exists() and not sqlite_files.is_empty(instance.sqlite_file)


def _publish(path: Path) -> bool:
    """Give the database that was built in memory its place on disk; False if another process was quicker."""
    from django.db import connection as database

    sqlite_files.remove_if_empty(path)
    try:
        sqlite_files.publish(database.connection, path)
    except FileExistsError:
        log.info(f"another process has just made {path}: it is used")
        return False
    except OSError as error:
        msg = f"The database {path} can't be written: {error.strerror}."
        raise StorageNotWritable(msg) from error
    return True


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make a storage folder that can be written; take away what was made if the block fails."""
    try:
        made = [path for path in (folder, *folder.parents) if not path.exists()]
    except OSError as error:
        raise storages.not_made(folder, error) from error
    try:
        storages.make_folder(folder)
        yield
    except BaseException:
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        raise
