"""Connecting this process to an instance: once, at first use, or to another one by ``init`` and ``load``.

Knows Django only inside functions, so that what needs no database stays quick.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from lamindb import __version__, log
from lamindb.errors import (
    DatabaseAhead,
    InstanceNotLoaded,
    InstanceUnreachable,
    SchemaNotInstalled,
    SchemaNotUsable,
    StorageError,
    StorageNotWritable,
)
from lamindb.setup import cloud_sqlite, current, database_url, layers, sqlite_files
from lamindb.setup.postgres import errors as postgres_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lamindb.setup.instances import InstanceSettings
    from lamindb.setup.migration_state import MigrationState

    Refusal = Callable[[], Exception]


_SHOWN = 3  # names in a message
_NOT_REACHED = (
    "Current instance cannot be reached, close it: `lamin close`\n"
    "Alternatively, init or load a connectable instance on the command line: `lamin load <instance>` or `lamin init <...>`"
)


class _State:
    """What this process is connected to."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.instance: InstanceSettings | None = None
        self.connecting_thread: int | None = None
        self.refusal: Refusal | None = None
        """Makes the error that writing gets; None if the database may be written."""
        self.gated: list[str] = []
        """Packages whose ``__init__`` asked the gate before there was a connection."""


_state = _State()


def is_connected() -> bool:
    """Whether this process has connected to an instance."""
    return _state.instance is not None


def is_connecting() -> bool:
    """Whether this thread is just about to connect, so that registries are not complete yet."""
    return _state.connecting_thread == threading.get_ident()


def is_writable() -> bool:
    """Whether this process has connected to a database that it may write."""
    return _state.instance is not None and _state.refusal is None


def check_writable() -> None:
    """Raise the error that a writing statement would get.

    Raises:
        DatabaseAhead: The database has migrations that the installed library doesn't know.
        StorageNotWritable: The database file can't be written.
    """
    if _state.refusal is not None:
        raise _state.refusal()


def misses(package: str, migration: str) -> bool:
    """Whether the connected database misses a migration of a package, so that its tables can't be used yet."""
    from lamindb.setup import guards

    return guards.misses(package, migration)


def misses_any() -> bool:
    """Whether the connected database misses any migration, so that there are registries without a table."""
    from lamindb.setup import guards

    return guards.misses_any()


def check_mounted(package: str) -> None:
    """Refuse to go on with a schema package that the connected instance doesn't mount.

    Raises:
        SchemaNotInstalled: It doesn't.
    """
    if is_connecting() or _state.instance is None or package in _state.instance.packages:
        return
    schema = package.removeprefix("lnschema_")
    msg = (
        f"The instance {_state.instance.identifier} doesn't mount the schema '{schema}': mount it by "
        f"`lamin schema add {schema}`, or load an instance that does."
    )
    raise SchemaNotInstalled(msg, name=package)


def is_refused(package: str) -> bool:
    """Whether the connected instance was opened without a package that it mounts, because the package can't be used."""
    from lamindb.setup import mounting

    return package in mounting.problems()


def import_without_instance() -> None:
    """Let this thread import registries without connecting: for type checkers and other tools that set up Django themselves."""
    _state.connecting_thread = threading.get_ident()


def remember_gated(package: str | None) -> None:
    """Import a package again once this process has connected to an instance that mounts it."""
    if package is not None:
        _state.gated.append(package)


# -- connect ----------------------------------------------------------------------------------------------------------


def connect() -> None:
    """Connect to the current instance, unless this process has connected already.

    Raises:
        InstanceNotLoaded: There is no current instance.
        InstanceUnreachable: Its database can't be opened.
    """
    if _state.instance is not None:
        return
    with _state.lock:
        if _state.instance is not None or is_connecting():
            return
        log.settle()
        layers.apply_verbosity()
        instance = current.settings.instance
        try:
            open_instance(instance)
        except InstanceUnreachable as error:
            msg = f"{_NOT_REACHED}\n{error}"
            raise InstanceUnreachable(msg) from error
        log.important(f"loaded instance: {instance.identifier} (lamindb {__version__})")


def connect_for_registries() -> None:
    """Connect to the current instance because Python code asks for a registry.

    Raises:
        InstanceNotLoaded: There is no current instance; says what to call in Python.
        InstanceUnreachable: Its database can't be opened.
    """
    try:
        connect()
    except InstanceNotLoaded:  # said again for Python; twice the same error would bury the sentence
        msg = f"{current.NOT_SET_UP}, or run `lamin init` or `lamin load` on the command line"
        raise InstanceNotLoaded(msg) from None


def open_instance(instance: InstanceSettings) -> None:
    """Connect to an instance, whichever this process was connected to before.

    Raises:
        InstanceUnreachable: Its database can't be opened.
    """
    database, refusal = _database(instance, None)
    with session(instance, database, refusal, strict=False):
        from lamindb.setup import django_start, guards, migration_state
        from lamindb.setup.postgres.roles import why_read_only

        with reachable(instance):
            state = _migration_state()
            reason = why_read_only()
            if state.missing and instance.dialect == "sqlite" and not migration_state.has_core():
                msg = f"{instance.sqlite_file} is no database of an instance: choose another name with `--name`."
                raise InstanceUnreachable(msg)
        if state.unknown:
            refusal = _refusal_of_ahead(instance, state)
        elif reason is not None:
            refusal = _refusal_of_role(instance, reason)
        if refusal is not _state.refusal:
            django_start.use_database(instance.packages, _database(instance, refusal)[0])
            guards.begin(guards.Session(instance.identifier, refusal))
            _state.refusal = refusal
        if state.missing and not state.unknown:
            log.warning(migration_state.missing_migrations_warning(state))
        guards.remember_missing((migration.app_label, migration.name) for migration in state.missing)
    announce_connected(instance)


def _migration_state() -> MigrationState:
    """How the database differs from the library, without packages whose migrations can't be loaded."""
    from lamindb.setup import migration_state, mounting

    while True:
        try:
            return migration_state.compare()
        except SchemaNotUsable as problem:
            if problem.name == "lnschema_core":
                raise
            mounting.leave_out(problem)


@contextmanager
def opened_strictly(instance: InstanceSettings) -> Iterator[None]:
    """Mount an instance on its database, every schema of it; stay connected if the block succeeds.

    Raises:
        InstanceUnreachable: Its database can't be opened.
        SchemaNotInstalled: A schema package can't be imported.
        SchemaNotUsable: A schema package clashes with another one, or needs another version of lamindb.
    """
    database, refusal = _database(instance, None)
    with session(instance, database, refusal, strict=True):
        yield


def announce_connected(instance: InstanceSettings) -> None:
    """Tell schema packages that this process has connected."""
    from lamindb.setup import signals, storage_rows, user_rows

    user_rows.recognise()
    if not is_writable():
        storage_rows.stand_in(instance)
    signals.instance_connected.send(sender=None, instance=instance, writable=is_writable())


def announce_ready(instance: InstanceSettings) -> None:
    """Tell schema packages that the rows that must exist can be made."""
    from lamindb.setup import signals, user_rows

    user_rows.recognise()
    signals.database_ready.send(sender=None, instance=instance, writable=is_writable())


@contextmanager
def switching() -> Iterator[None]:
    """Disconnect this process, and connect it again to the instance that it had if the block fails."""
    before = _state.instance
    disconnect()
    try:
        yield
    except BaseException:
        disconnect(even_if_unfinished=True)
        if before is not None:
            _come_back(before)
        raise


def _come_back(instance: InstanceSettings) -> None:
    try:
        with log.muted():
            open_instance(instance)
    except InstanceUnreachable as error:  # what made the switch fail is the news
        log.warning(str(error))


def replace_instance(instance: InstanceSettings) -> None:
    """Use other settings with the same database."""
    with _state.lock:
        _state.instance = instance
        current.settings.pin(instance)
    announce_ready(instance)


@contextmanager
def session(
    instance: InstanceSettings, database: dict[str, Any], refusal: Refusal | None = None, *, strict: bool
) -> Iterator[None]:
    """Mount an instance on a database, and stay connected if the block succeeds.

    Args:
        instance: The instance.
        database: The Django settings of the database.
        refusal: Makes the error that writing gets.
        strict: Refuse schema packages that can't be imported.
    """
    from lamindb.setup import guards, mounting

    with _state.lock:
        _state.connecting_thread, _state.instance = threading.get_ident(), None
        current.settings.pin(instance)
        try:
            guards.begin(guards.Session(instance.identifier, refusal))
            mounting.mount(instance, database, strict=strict)
            _state.instance, _state.refusal, _state.connecting_thread = instance, refusal, None
            _reload_gated(instance)
            yield
        except BaseException:
            _state.connecting_thread = None
            disconnect(even_if_unfinished=True)
            raise


def _reload_gated(instance: InstanceSettings) -> None:
    from lamindb.setup import mounting

    ready = [package for package in _state.gated if package in instance.packages]
    _state.gated = [package for package in _state.gated if package not in ready]
    mounting.reload_gated(ready)


def disconnect(*, even_if_unfinished: bool = False) -> None:
    """Close the connection to the database; queries raise ``InstanceNotLoaded`` until the next ``connect``."""
    with _state.lock:
        if _state.instance is None and not even_if_unfinished:
            return
        from lamindb.setup import django_start, guards

        _state.instance = _state.refusal = None
        current.settings.pin(None)
        guards.begin(None)
        django_start.use_database((), django_start.memory_database())
        cloud_sqlite.end()


# -- databases --------------------------------------------------------------------------------------------------------


def _database(instance: InstanceSettings, refusal: Refusal | None) -> tuple[dict[str, Any], Refusal | None]:
    """The Django settings of an instance's database, and what writing gets.

    Raises:
        InstanceUnreachable: There is no such file, or it is in a bucket.
    """
    from lamindb.setup import django_start

    if instance.dialect == "postgresql":
        return django_start.postgres_database(instance.db, writable=refusal is None), refusal
    if instance.is_cloud_sqlite and refusal is None:
        refusal = begin_cloud(instance)
    path = instance.sqlite_file
    if not path.exists():
        msg = (
            f"SQLite file does not exist: {path}. If the storage folder was moved, run "
            f"`lamin load {instance.identifier} --storage <folder>`."
        )
        raise InstanceUnreachable(msg)
    if sqlite_files.is_empty(path):
        msg = f"SQLite file is empty: {path}. Put a copy of it in its place, or make it anew with `lamin init`."
        raise InstanceUnreachable(msg)
    with reachable(instance):
        if refusal is None and not sqlite_files.is_writable(path):
            refusal = _refusal_of_read_only(instance)
        if refusal is None:
            sqlite_files.set_journal(path)
        committed = partial(cloud_sqlite.send_committed, instance) if _sends_commits(instance) else None
        return django_start.sqlite_database(path, writable=refusal is None, committed=committed), refusal


def _sends_commits(instance: InstanceSettings) -> bool:
    return instance.is_cloud_sqlite and layers.sends_commits()


def begin_cloud(instance: InstanceSettings) -> Refusal | None:
    """Have a working copy of an SQLite database in a bucket.

    Returns:
        What writing gets, None if it may be written.

    Raises:
        InstanceUnreachable: The bucket can't be reached.
    """
    try:
        reason = cloud_sqlite.begin(instance, user=current.settings.user)
    except StorageError as error:
        msg = f"The database of {instance.identifier} can't be fetched: {error}"
        raise InstanceUnreachable(msg) from error
    if reason is None:
        return None
    log.warning(reason)
    return lambda: StorageNotWritable(reason)


@contextmanager
def reachable(instance: InstanceSettings) -> Iterator[None]:
    """Turn errors of the database driver into one that names the instance and the way out.

    Raises:
        InstanceUnreachable: The database can't be opened.
    """
    from django.db import Error

    try:
        yield
    except (Error, sqlite3.Error, OSError) as error:
        reason = " ".join(str(error).split())
        msg = (
            f"The database {database_url.mask(instance.db)} of {instance.identifier} can't be reached or used ({reason}). "
            f"{_way_out(instance, error)}"
        )
        raise InstanceUnreachable(msg) from error


def _way_out(instance: InstanceSettings, error: Exception) -> str:
    """What to do about a database that can't be opened."""
    if instance.dialect == "postgresql":
        return postgres_errors.way_out(error)
    if sqlite_files.has_no_space(instance.sqlite_file):
        return "No space is left on its disk: free some."
    return "Try again later." if "locked" in str(error) else "If it is damaged, put a copy of it in its place."


def _refusal_of_read_only(instance: InstanceSettings) -> Refusal:
    msg = (
        f"The instance {instance.identifier} can only be read: you may not write {instance.sqlite_file} "
        "or the folder it is in."
    )
    return lambda: StorageNotWritable(msg)


def _refusal_of_role(instance: InstanceSettings, reason: str) -> Refusal:
    msg = f"The instance {instance.identifier} can only be read: {reason}."
    return lambda: StorageNotWritable(msg)


def _refusal_of_ahead(instance: InstanceSettings, state: MigrationState) -> Refusal:
    log.warning(str(ahead_error(instance, state.unknown)))
    return lambda: ahead_error(instance, state.unknown)


def ahead_error(instance: InstanceSettings, unknown: Sequence[tuple[str, str]]) -> DatabaseAhead:
    """The error of writing to a database that has migrations which the installed library doesn't know."""
    names = ", ".join(".".join(name) for name in unknown[-_SHOWN:])
    others = f" and {len(unknown) - _SHOWN} others" if len(unknown) > _SHOWN else ""
    return DatabaseAhead(
        f"The database of {instance.identifier} is ahead of your installed Python library and can only be read: it has "
        f"migrations that the library doesn't know: {names}{others}. Upgrade the library: pip install --upgrade lamindb"
    )
