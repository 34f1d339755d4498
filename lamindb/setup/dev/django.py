"""Whether Django is set up for an instance, and which migrations its database misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.setup import connection

if TYPE_CHECKING:
    from django.db.migrations import Migration

    IS_SETUP: bool
    """Whether this process has connected to an instance."""


def __getattr__(name: str) -> Any:
    if name == "IS_SETUP":
        return connection.is_connected()
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def get_migrations_to_sync() -> list[Migration]:
    """The migrations that the database of the current instance misses.

    Raises:
        InstanceNotLoaded: No instance is loaded.
    """
    connection.connect()
    from lamindb.setup import migration_state

    return list(migration_state.compare().missing)
