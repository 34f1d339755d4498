"""Django's SQLite backend, which knows that times are in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.sqlite3 import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    """How values are read; every record has two times, which took a third of reading it."""

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The time in a column."""
        if type(value) is datetime and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return super().convert_datetimefield_value(value, expression, connection)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    ops_class = DatabaseOperations
