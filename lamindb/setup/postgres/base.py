"""Django's Postgres backend, which notices that the server has gone, and connects again where that is safe.

Before a statement or a transaction begins, a look at the socket tells whether the server has ended the session, and a connection that
nobody used for a while is asked whether it still works. A single query outside of transactions is repeated once if the connection broke
meanwhile. Whatever else may have changed something is not.

Behind a pool of connections, such as PgBouncer's, only statements of one transaction are sure to reach the same session of the server, and
others use that session afterwards: so nothing is set or kept in it beyond a transaction.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper, Error, InterfaceError, OperationalError
from django.utils.functional import cached_property

from lamindb.setup.postgres import errors
from lamindb.setup.postgres.schema import SchemaEditor

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_IDLE = 5.0
"""Seconds after which a connection is asked whether it works; that costs a round trip."""
_LOST = "The connection to the database was lost."
_UNDONE = f"{_LOST} Nothing of the unfinished transaction was saved: do it again."
_IN_DOUBT = f"{_LOST} If something was being written, whether it was saved is not known: look before you do it again."


class _Explained(DatabaseErrorWrapper):
    """Errors of the driver as Django's, with a note that says what to do."""

    wrapper: DatabaseWrapper

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Raise Django's error for that of a driver."""
        try:
            super().__exit__(kind, error, traceback)
        except Error as raised:
            note = self.wrapper.note_on(raised)
            if note is not None:
                raised.add_note(note)
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to Postgres.

    With ``READ_ONLY`` among the settings of the database, the server, too, refuses what writes, unless there is a pool.
    """

    SchemaEditorClass = SchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_used = time.monotonic()
        self.is_pooled = False
        """Whether a pool of connections is between this process and the server."""
        self.execute_wrappers.append(self._execute_again)

    def connect(self) -> None:
        """Connect; a new connection needs no look."""
        self.last_used = time.monotonic()
        super().connect()
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.is_pooled = cursor.fetchone()[0] != self.connection.info.backend_pid  # pools tell numbers of their own
            if self.settings_dict.get("READ_ONLY") and not self.is_pooled:
                cursor.execute("SET default_transaction_read_only = on")

    def chunked_cursor(self) -> Any:
        """A cursor that fetches rows a number at a time; behind a pool, outside of transactions, all at once."""
        return self.cursor() if self.is_pooled and not self.in_atomic_block else super().chunked_cursor()

    def close_if_health_check_failed(self) -> None:
        """Connect again if the connection doesn't work any more; asked before transactions and statements outside of them."""
        if self.is_lost() and not self.in_atomic_block:
            self.close()
        if self.autocommit and not self.in_atomic_block and (self._is_idle() or self._has_unread()):
            self.health_check_done = False
        super().close_if_health_check_failed()

    def is_lost(self) -> bool:
        """Whether the server has ended the session, or has gone."""
        return self.connection is not None and bool(self.connection.closed)

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        """What makes Django's errors of those of the driver."""
        return _Explained(self)

    def note_on(self, error: Error) -> str | None:
        """What an error means for who asked, and what to do next."""
        if self.is_lost():
            return _UNDONE if self.in_atomic_block else _IN_DOUBT
        return errors.advice(error)

    def _execute_again(
        self,
        execute: Callable[..., Any],
        sql: Any,
        params: Any,
        many: bool,  # noqa: FBT001 - Django passes it so
        context: dict[str, Any],
    ) -> Any:
        try:
            result = execute(sql, params, many, context)
        except (OperationalError, InterfaceError):
            if not self._can_repeat(sql, context):
                raise
            self.close()
            self.connect()
            context["cursor"].cursor = self.create_cursor()
            result = execute(sql, params, many, context)
        self.last_used = time.monotonic()
        return result

    def _can_repeat(self, sql: Any, context: dict[str, Any]) -> bool:
        """Whether the connection broke during a query that changes nothing, and on which nothing else depends."""
        is_named = getattr(context["cursor"].cursor, "name", None) is not None
        return (
            self.is_lost() and not self.in_atomic_block and not is_named and str(sql).lstrip()[:6].upper() == "SELECT"
        )

    def _is_idle(self) -> bool:
        return time.monotonic() - self.last_used > _IDLE

    def _has_unread(self) -> bool:
        """Whether the server has sent something that nobody asked for, which mostly is that it ends the session."""
        if self.connection is None:
            return False
        if not hasattr(select, "poll"):  # Windows
            return bool(select.select([self.connection], [], [], 0)[0])
        socket = select.poll()
        socket.register(self.connection, select.POLLIN)
        return bool(socket.poll(0))
