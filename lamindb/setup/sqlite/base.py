"""Django's SQLite backend, which knows that times are in UTC, and reads the text of a statement once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    """How values are read; every record has two times, which took a third of reading it."""

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The time in a column."""
        if type(value) is datetime and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return super().convert_datetimefield_value(value, expression, connection)


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that remembers how the marks of parameters in a statement are written for SQLite."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """The statement with question marks."""
        if param_names is not None or len(query) > _LONG:
            return super().convert_query(query, param_names=param_names)
        return _with_question_marks(query)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    ops_class = DatabaseOperations

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 - Django passes it
        """A cursor."""
        return self.connection.cursor(factory=Cursor)


_LONG = 10_000
"""Characters of a statement that is hardly asked for again."""


@lru_cache(maxsize=500)
def _with_question_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
