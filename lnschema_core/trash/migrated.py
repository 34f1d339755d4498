"""Whether the connected database has the tables of the trash; until it is migrated, what is deleted is gone, as in 0.54."""

from __future__ import annotations

from lamindb.setup import connection

MIGRATION = "0022_trash"


def is_migrated() -> bool:
    """Whether what is deleted can be restored, and what is interrupted undone."""
    return not connection.misses("lnschema_core", MIGRATION)
