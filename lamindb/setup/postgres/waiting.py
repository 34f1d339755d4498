"""Who keeps a session of Postgres waiting, told while it waits."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import Error

from lamindb import log

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 3.0
"""Seconds of waiting after which somebody wants to know for what."""

# https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SESSION
_HOLDERS = """
SELECT pid, usename, application_name, client_addr, xact_start
FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids(%s)) ORDER BY xact_start
"""


@contextmanager
def naming_holders(connection: Any) -> Iterator[None]:
    """Say within some seconds who holds what the statements of the block wait for, and whenever that changes.

    Another connection asks, if the block takes so long. Behind a pool of connections nothing is said: nobody knows there which session
    of the server it is that waits.

    Args:
        connection: The connection of Django that may have to wait.
    """
    if connection.vendor == "postgresql":
        connection.ensure_connection()
    if connection.vendor != "postgresql" or connection.is_pooled:
        yield
        return
    done = threading.Event()
    arguments = (connection, connection.connection.info.backend_pid, done)
    watch = threading.Thread(target=_watch, args=arguments, daemon=True, name="lamindb-holders")
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join(_PATIENCE)


def _watch(connection: Any, waiting: int, done: threading.Event) -> None:
    asking = connection.copy()
    told: set[tuple[Any, ...]] = set()
    try:
        while not done.wait(_PATIENCE):
            with asking.cursor() as cursor:
                cursor.execute(_HOLDERS, [waiting])
                holders = cursor.fetchall()
            for holder in holders:
                if holder not in told:
                    log.warning(_sentence(*holder))
            told.update(holders)
    except Error:  # whoever waits is told by the statement that waits
        return
    finally:
        asking.close()


def _sentence(process: int, user: str | None, application: str, address: Any, start: Any) -> str:
    """What is said of a session; of those of others, Postgres tells only administrators where they are and since when."""
    facts = [f"process {process}"]
    if application:
        facts.append(application)
    if address is not None:
        facts.append(f"at {address}")
    if start is not None:
        facts.append(f"in a transaction since {start.astimezone():%Y-%m-%d %H:%M:%S}")
    return f"waiting for a session of {user or 'the server itself'} ({', '.join(facts)}): this goes on when it ends; Ctrl-C stops waiting"
