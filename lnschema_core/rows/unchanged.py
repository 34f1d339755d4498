"""A place for what was read of the database, as long as nobody writes to it.

SQLite tells at hardly any cost whether anybody has: how many rows this connection has changed, and which state another connection has
left the file in (https://www.sqlite.org/pragma.html#pragma_data_version). Postgres tells neither.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

from lamindb.setup import guards


class _Memory(threading.local):
    """What the connection of one thread has read, since each thread has one of its own."""

    def __init__(self) -> None:
        self.state: object = None
        self.kept: dict[Any, Any] = {}


_memory = _Memory()


def kept() -> dict[Any, Any] | None:
    """What this thread has put here; nothing any more once anybody has written to the database. Asking is no statement of Django's.

    Returns:
        ``None`` if it can't be told whether anybody has: on Postgres, within transactions, which may be rolled back, without an
        instance, and while another connection has the database to itself, which statements wait for.
    """
    connection, session = guards.own_connection(), guards.session()
    if connection.vendor != "sqlite" or session is None:
        return None
    if connection.connection is None:
        connection.connect()
    database = connection.connection
    if database.in_transaction:
        return None
    try:
        version = database.execute("PRAGMA data_version").fetchone()[0]
    except sqlite3.OperationalError:  # the statement that is executed instead waits, or tells what is wrong
        return None
    state = session, database, database.total_changes, version
    if state != _memory.state:
        _memory.state, _memory.kept = state, {}
    return _memory.kept


def latest() -> dict[Any, Any]:
    """What this thread has put here last, whether or not anybody has written since."""
    return _memory.kept


def state() -> object:
    """What stands for what is in the database: the same object as long as nobody writes to it, ``None`` if that can't be told."""
    memory = kept()
    return None if memory is None else memory.setdefault(state, object())


def forget() -> None:
    """Keep nothing that this thread has read: what changed is no row, but a table or an index."""
    _memory.state, _memory.kept = None, {}
