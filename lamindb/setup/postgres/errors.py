"""What errors of Postgres mean, and what to do about them. Knows no driver: psycopg2 calls the code ``pgcode``, psycopg ``sqlstate``."""

from __future__ import annotations

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_CANCELED = "57014"
_ADVICE = {
    _CANCELED: "The database stopped the statement, since it took longer than `statement_timeout` allows, or since somebody "
    "canceled it.",
    "25006": "The database can only be read now: its server became a replica, or sessions of the role were made read-only.",
    "42501": "The role may not do that: ask the owner of the tables to do it, or to GRANT it.",
    "55P03": "Another process held a lock for longer than `lock_timeout` allows: do it again.",
    "53100": "The server has no space left: ask its administrator to free some, then do it again.",
    "40P01": "Two processes waited for each other, and this one gave way: do it again.",
}


def has_timed_out(error: BaseException) -> bool:
    """Whether the database stopped a statement, since it took longer than ``statement_timeout`` allows."""
    return _code_of(error) == _CANCELED


def advice(error: BaseException) -> str | None:
    """What happened and what to do next, as sentences; ``None`` if the error has to speak for itself."""
    return _ADVICE.get(_code_of(error) or "")


def way_out(error: BaseException) -> str:
    """What to do about a server that can't be reached or used."""
    if "unsupported startup parameter" in str(error):
        return (
            "A pool of connections takes no options: leave them out of the address, the service file and PGOPTIONS, and set them "
            "for the role, such as by ALTER ROLE … SET statement_timeout = '30s'."
        )
    return advice(error) or "Check the address, and that the server runs and lets you in."


def _code_of(error: BaseException) -> str | None:
    """The code of an error of a driver, or of Django's in front of it."""
    for one in (error, error.__cause__):
        code = getattr(one, "pgcode", None) or getattr(one, "sqlstate", None)
        if code:
            return str(code)
    return None
