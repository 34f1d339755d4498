"""Django's SQLite backend, which knows that times are in UTC, reads the text of a statement once, and hears Ctrl-C while it waits."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, OperationalError
from django.db.backends.sqlite3 import base, operations
from django.db.models import Func

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Result = TypeVar("Result")

_MOMENT = 0.2
"""Seconds that SQLite waits for another connection, in its C code, before Python gets to hear of Ctrl-C."""

_REFERS_TO_NOTHING = (
    "What was to be saved refers to a record that isn't in the database: pass saved records, or their ids."
)

_LONG = 10_000
"""Characters of a statement that is hardly asked for again."""


class DatabaseOperations(operations.DatabaseOperations):
    """How values are read, of which every record has two times, which took a third of reading it; and which conditions are written as they are."""

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The time in a column."""
        if type(value) is datetime and value.tzinfo is None:
            return datetime.combine(value, value.time(), UTC)  # as `replace` does, in a sixth of the time
        return super().convert_datetimefield_value(value, expression, connection)

    def conditional_expression_supported_in_where_clause(self, expression: Any) -> bool:
        """Whether a condition needn't be compared with true, which Django 6.1 does with those of functions: no index answers that."""
        return isinstance(expression, Func) or super().conditional_expression_supported_in_where_clause(expression)


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that waits for other connections and remembers how the marks of parameters are written for SQLite."""

    patience: float
    """Seconds that it waits."""

    def execute(self, query: str, params: Any = None) -> Any:
        """Do a statement."""
        try:
            return super().execute(query, params)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
        return _again(lambda: base.SQLiteCursorWrapper.execute(self, query, params), self.connection, self.patience)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Do a statement with each of many parameters.

        Outside of a transaction a part of it may be done when another connection comes between, so SQLite itself waits.
        """
        if self.connection.in_transaction:
            return super().executemany(query, param_list)
        with _waiting(self.connection, self.patience):
            return super().executemany(query, param_list)

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """The statement with question marks."""
        if param_names is not None or len(query) > _LONG:
            return super().convert_query(query, param_names=param_names)
        return _with_question_marks(query)


class TellingCursor(Cursor):
    """A cursor that tells its connection of each statement, and of each row that one gives: with the last, it is committed."""

    tell: Callable[[], None]

    def execute(self, query: str, params: Any = None) -> Any:
        """Do a statement."""
        result = super().execute(query, params)
        self.tell()
        return result

    def executemany(self, query: str, param_list: Any) -> Any:
        """Do a statement with each of many parameters."""
        result = super().executemany(query, param_list)
        self.tell()
        return result

    def fetchone(self) -> Any:
        """The next row."""
        row = super().fetchone()
        self.tell()
        return row

    def fetchmany(self, *args: Any, **kwargs: Any) -> list[Any]:
        """The next rows."""
        rows = super().fetchmany(*args, **kwargs)
        self.tell()
        return rows

    def fetchall(self) -> list[Any]:
        """All rows."""
        rows = super().fetchall()
        self.tell()
        return rows


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite.

    It waits for another one's transaction by trying again, because SQLite's own waiting would be deaf to Ctrl-C.
    """

    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patience: float = self.settings_dict["OPTIONS"].get("timeout", 0)
        """Seconds that statements and commits wait for another connection's transaction."""
        self.committed: Callable[[], None] | None = self.settings_dict.get("COMMITTED")
        """Called after every transaction that has changed something."""
        self.told = 0
        """How many changes of this connection that was told of."""

    def get_connection_params(self) -> dict[str, Any]:
        """What the connection is opened with."""
        return {**super().get_connection_params(), "timeout": _MOMENT}

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 - Django passes it
        """A cursor."""
        cursor = self.connection.cursor(factory=Cursor if self.committed is None else TellingCursor)
        cursor.patience = self.patience
        cursor.tell = self.tell
        return cursor

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open the database."""
        self.told = 0
        return super().get_new_connection(conn_params)

    def tell(self) -> None:
        """Tell of what was committed since the last time."""
        database = self.connection
        if self.committed is None or database is None or database.in_transaction or database.total_changes == self.told:
            return
        self.told = database.total_changes
        self.committed()

    def commit(self) -> None:
        """Commit the transaction."""
        try:
            super().commit()
        except IntegrityError as error:
            error.add_note(_REFERS_TO_NOTHING)  # the only constraints that are checked so late
            raise
        except OperationalError as error:
            if not _is_busy(error.__cause__):
                raise
            _again(super().commit, self.connection, self.patience)
        self.tell()


# -- waiting ----------------------------------------------------------------------------------------------------------


def _again(act: Callable[[], Result], connection: sqlite3.Connection, patience: float) -> Result:
    """Act until no other connection is in the way.

    SQLite lets those who wait go on in no order, so of many some are passed over again and again: patience is with one transaction, and
    begins anew whenever another one was committed.

    Raises:
        Exception: What ``act`` raises, also that it is in the way when ``patience`` is over.
    """
    until, version = time.monotonic() + patience, _data_version(connection)
    while True:
        try:
            return act()
        except (sqlite3.OperationalError, OperationalError) as error:
            if not _is_busy(error.__cause__ or error):
                raise
            before, version = version, _data_version(connection)
            if version != before:
                until = time.monotonic() + patience
            elif time.monotonic() > until:
                raise


def _data_version(connection: sqlite3.Connection) -> int | None:
    """What is another number once another connection has committed; ``None`` while that can't be read.

    See https://www.sqlite.org/pragma.html#pragma_data_version.
    """
    try:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.OperationalError as error:
        if not _is_busy(error):
            raise
        return None


def _is_busy(error: BaseException | None) -> bool:
    """Whether another connection was in the way, and nothing has been done."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


@contextmanager
def _waiting(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Let SQLite itself wait for other connections within the block."""
    connection.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {_MOMENT * 1000:.0f}")


# -- statements -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=500)
def _with_question_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
