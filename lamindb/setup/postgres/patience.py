"""Statements that take as long as they need: those of dumps, moves and migrations, which ``pg_dump`` lets take their time, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_UNLIMITED = (
    "SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)"
)


def take_time(connection: BaseDatabaseWrapper) -> None:
    """Let the statements of the transaction that has begun take longer than ``statement_timeout`` allows those of users."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_UNLIMITED)
