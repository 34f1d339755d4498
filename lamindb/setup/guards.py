"""What stands between a query and the database: no instance, another instance, or a database that can only be read."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.signals import connection_created

from lamindb.errors import InstanceNotLoaded
from lamindb.setup.current import NOT_LOADED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper

BEHIND = "The database misses migrations of the installed library; deploy them: lamin migrate deploy"

_WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP", "TRUNCATE"}


@dataclass(frozen=True, eq=False)
class Session:
    """The time during which a process works with one instance."""

    identifier: str
    refusal: Callable[[], Exception] | None = None
    """Makes the error that a writing statement gets; None if the database may be written."""


class _Guards:
    """The session of this process, and the connections that are watched."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.missing: frozenset[tuple[str, str]] = frozenset()
        """Package and name of each migration that the database of the session misses."""
        self.watched: WeakSet[BaseDatabaseWrapper] = WeakSet()
        self.inherited: list[BaseDatabaseWrapper] = []
        """Connections of the process that forked this one. They are kept, since closing them would disturb it."""
        self.generation = 0
        """What is another number once Django may have another connection for any thread."""


class _Own(threading.local):
    """The connection of one thread."""

    generation = -1
    connection: BaseDatabaseWrapper


_guards, _own = _Guards(), _Own()


def begin(session: Session | None) -> None:
    """Begin a session; connections of other threads that belong to an earlier one are refused from now on."""
    _guards.session, _guards.missing = session, frozenset()
    renew()
    connection_created.connect(_watch, dispatch_uid="lamindb.setup.guards")


def session() -> Session | None:
    """The session of this process; what its connections have read is not asked for in another one."""
    return _guards.session


def own_connection() -> BaseDatabaseWrapper:
    """The connection of this thread, found in a tenth of the time that Django takes."""
    if _own.generation != _guards.generation:
        _own.generation, _own.connection = _guards.generation, connections[DEFAULT_DB_ALIAS]
    return _own.connection


def renew() -> None:
    """Let every thread ask Django for its connection again. Whoever takes one out of Django's hands has to call this."""
    _guards.generation += 1


def remember_missing(migrations: Iterable[tuple[str, str]]) -> None:
    """Remember for the session which migrations its database misses, given by package and name."""
    _guards.missing = frozenset(migrations)


def misses(package: str, name: str) -> bool:
    """Whether the database of the session misses a migration."""
    return (package, name) in _guards.missing


def misses_any() -> bool:
    """Whether the database of the session misses any migration."""
    return bool(_guards.missing)


def _watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Guard a new connection for as long as its wrapper lives."""
    if connection in _guards.watched:
        return
    _guards.watched.add(connection)
    session = _guards.session

    def guard(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001 - Django passes them so
        if session is not _guards.session:
            _drop(connection)
        if _guards.session is None or session is None:
            raise InstanceNotLoaded(NOT_LOADED)
        if session is not _guards.session:
            msg = (
                f"The instance {session.identifier} was closed while this thread used it, and "
                f"{_guards.session.identifier} was opened: begin again, the next query goes to the latter."
            )
            raise InstanceNotLoaded(msg)
        if session.refusal is not None and _is_write(sql):
            raise session.refusal()
        try:
            return execute(sql, params, many, context)
        except DatabaseError as error:
            if _guards.missing:
                error.add_note(BEHIND)
            raise

    connection.execute_wrappers.append(guard)


def _drop(connection: BaseDatabaseWrapper) -> None:
    """Let this thread open another connection for its next query; the cursor of this one closes after the error."""
    if connection in connections.all(initialized_only=True):
        del connections[connection.alias]
    renew()


def _after_fork() -> None:
    """Let a forked process open connections of its own: two that share one damage the database."""
    for connection in connections.all(initialized_only=True):
        _guards.inherited.append(connection)
        del connections[connection.alias]
    renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _is_write(sql: Any) -> bool:
    words = str(sql).split(maxsplit=1)
    return bool(words) and words[0].upper() in _WRITES
