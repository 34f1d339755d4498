"""Whether the connected role may write the connected database."""

from __future__ import annotations

from django.db import connection

_QUESTION = """
SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')::bool, current_user::text,
    coalesce(bool_or(NOT has_table_privilege(oid, 'INSERT')), false)
FROM pg_class WHERE relkind IN ('r', 'p') AND relname = 'lnschema_core_storage' AND relnamespace = to_regnamespace(current_schema())
"""


def why_read_only() -> str | None:
    """The reason why a Postgres database can only be read, ``None`` if it can be written. One query."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        is_replica, is_read_only, role, lacks_privilege = cursor.fetchone()
    if is_replica:
        return "its server is a replica"
    if is_read_only:
        return f"sessions of the role {role} are read-only"
    if lacks_privilege:
        return f"the role {role} may not write its tables, ask for INSERT, UPDATE and DELETE on them"
    return None
