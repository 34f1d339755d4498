"""What the connected role may do in the connected database."""

from __future__ import annotations

from django.db import connection

_MAY_WRITE = """
SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')::bool, current_user::text,
    coalesce(bool_or(NOT has_table_privilege(oid, 'INSERT')), false)
"""
_MAY_MAKE_TABLES = """
SELECT current_user::text, coalesce(bool_and(pg_has_role(relowner, 'USAGE')), has_schema_privilege(current_schema(), 'CREATE'), false)
"""
_OF_CORE = """
FROM pg_class WHERE relkind IN ('r', 'p') AND relname = 'lnschema_core_storage' AND relnamespace = to_regnamespace(current_schema())
"""


def why_read_only() -> str | None:
    """The reason why a Postgres database can only be read, ``None`` if it can be written. One query."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_MAY_WRITE + _OF_CORE)
        is_replica, is_read_only, role, lacks_privilege = cursor.fetchone()
    if is_replica:
        return "its server is a replica"
    if is_read_only:
        return f"sessions of the role {role} are read-only"
    if lacks_privilege:
        return f"the role {role} may not write its tables, ask for INSERT, UPDATE and DELETE on them"
    return None


def who_may_not_make_tables() -> str | None:
    """The role if the tables of a Postgres database are another's, or if there are none and it may not make any. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_MAY_MAKE_TABLES + _OF_CORE)
        role, is_owner = cursor.fetchone()
    return None if is_owner else str(role)
