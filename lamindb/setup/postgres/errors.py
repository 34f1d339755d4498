"""What errors of Postgres mean. Knows no driver: psycopg2 calls the code ``pgcode``, psycopg ``sqlstate``."""

from __future__ import annotations

_CANCELED = "57014"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


def has_timed_out(error: BaseException) -> bool:
    """Whether the database stopped a statement, since it took longer than ``statement_timeout`` allows."""
    cause = error.__cause__
    return _CANCELED in {getattr(cause, "pgcode", None), getattr(cause, "sqlstate", None)}
