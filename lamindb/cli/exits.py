"""Exit statuses of ``lamin``: one table, from which the documentation is checked. Knows errors by name only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lamindb.setup.postgres import errors as postgres_errors

OK = 0
FAILED = 1
USAGE = 2
PARTIAL = 3
DAMAGED = 4
GARBAGE = 5
INSTANCE_UNKNOWN = 10
DATABASE_BUSY = 11
DATABASE_UNREACHABLE = 12
DATABASE_BEHIND = 13
DATABASE_AHEAD = 14
STORAGE = 15
SCHEMA_MISSING = 16
SETTINGS = 17
EXTRA_MISSING = 18
SCHEMA_UNUSABLE = 19
NOT_FOUND = 20
CRITERIA_NOT_MET = 21
INTERRUPTED = 130
CLOSED_PIPE = 141
TERMINATED = 143
NOT_CONFIRMED = 255


@dataclass(frozen=True)
class Exit:
    """One row of the table: a status, what it means, and the errors that lead to it (names in ``lamindb.errors``)."""

    status: int
    meaning: str
    errors: tuple[str, ...] = ()


EXITS = (
    Exit(OK, "The command did what it was asked to do."),
    Exit(
        FAILED,
        "The command failed; the sentence on standard error says why. Among others: no instance is loaded, the login "
        "failed, the storage was not set, the models have changes without a migration.",
    ),
    Exit(
        USAGE,
        "The arguments can't be used: an unknown command or option, a missing or malformed value.",
        ("InvalidCriteria", "InvalidSchemaName", "InvalidSource", "UnknownMigration"),
    ),
    Exit(PARTIAL, "Part of what was asked for was done; standard error names the rest.", ("PartialSuccess",)),
    Exit(
        DAMAGED,
        "`lamin fsck` or `lamin cache verify` found content that is missing or isn't what was registered, or `lamin abuse` that a "
        "record is lost or there twice.",
    ),
    Exit(GARBAGE, "`lamin fsck` found nothing but garbage that `--collect` would delete."),
    Exit(INSTANCE_UNKNOWN, "The named instance is not known.", ("InstanceNotFound",)),
    Exit(
        DATABASE_BUSY,
        "The database is busy: another process holds its write lock. Try again.",
        ("InstanceLockedException",),
    ),
    Exit(DATABASE_UNREACHABLE, "The instance is known, but its database can't be opened.", ("InstanceUnreachable",)),
    Exit(DATABASE_BEHIND, "The database misses migrations of the installed library.", ("DatabaseBehind",)),
    Exit(DATABASE_AHEAD, "The database has migrations that the installed library doesn't know.", ("DatabaseAhead",)),
    Exit(STORAGE, "The storage can't be read or written.", ("StorageError",)),
    Exit(
        SCHEMA_MISSING,
        "A schema plug-in that the instance mounts is not installed, or raises an error when it is imported.",
        ("SchemaNotInstalled",),
    ),
    Exit(SETTINGS, "The settings are invalid or can't be written.", ("InvalidSettings", "SettingsNotWritable")),
    Exit(
        EXTRA_MISSING, "An optional dependency is missing; the message has the `pip install` line.", ("MissingExtra",)
    ),
    Exit(
        SCHEMA_UNUSABLE,
        "A schema plug-in is installed but can't be used: it clashes with another one, has no migrations, or needs another "
        "version of lamindb; or it can't be taken away, since others build on it.",
        ("SchemaNotUsable", "SchemaInUse"),
    ),
    Exit(NOT_FOUND, "No such record.", ("NoResultFound",)),
    Exit(
        CRITERIA_NOT_MET,
        "`lamin validate` found data that don't meet the criteria; the report says which values, where and why.",
        ("CriteriaNotMet",),
    ),
    Exit(INTERRUPTED, "Interrupted with Ctrl-C."),
    Exit(CLOSED_PIPE, "The reader of the output has gone, as in `lamin list ULabel | head -1`."),
    Exit(TERMINATED, "Terminated (SIGTERM)."),
    Exit(NOT_CONFIRMED, "The deletion was not confirmed; nothing was deleted."),
)

_UNUSABLE = {
    "DatabaseError",
    "OperationalError",
    "ProgrammingError",
    "InterfaceError",
    "UndefinedTable",
    "UndefinedColumn",
}
_MISSES = re.compile(r"no such (table|column)|(relation|column) \S+ does not exist")  # of SQLite, of Postgres
_BY_ERROR = {name: row.status for row in EXITS for name in row.errors}


def status_of(error: BaseException) -> int:
    """The exit status for an error: that of its class, else of the nearest class above it, else of its cause."""
    for kind in type(error).__mro__:
        if kind.__module__ == "lamindb.errors" and kind.__name__ in _BY_ERROR:
            return _more_precise(_BY_ERROR[kind.__name__], error)
    if _is_database_error(error):
        return _status_of_database_error(error)
    return FAILED if error.__cause__ is None else status_of(error.__cause__)


def _more_precise(status: int, error: BaseException) -> int:
    """Prefer the reason why an instance can't be reached over the fact that it can't."""
    if status != DATABASE_UNREACHABLE or error.__cause__ is None:
        return status
    reason = status_of(error.__cause__)
    return status if reason == FAILED else reason


def _is_database_error(error: BaseException) -> bool:
    """Whether a database driver, or Django on its behalf, raised the error."""
    return (
        any(
            kind.__module__.partition(".")[0] in {"sqlite3", "psycopg2", "psycopg"}
            or kind.__module__ == "django.db.utils"
            for kind in type(error).__mro__
        )
        and type(error).__name__ in _UNUSABLE
    )


def _status_of_database_error(error: BaseException) -> int:
    text = str(error)
    if any(words in text for words in ("locked", "lock timeout", "deadlock")):
        return DATABASE_BUSY
    if _MISSES.search(text):
        return DATABASE_BEHIND
    return DATABASE_UNREACHABLE if postgres_errors.advice(error) is None else FAILED


def as_markdown() -> str:
    """The table as the documentation shows it."""
    rows = [f"| {row.status} | {row.meaning} | {', '.join(f'`{name}`' for name in row.errors)} |" for row in EXITS]
    return "\n".join(["| status | meaning | errors |", "| --- | --- | --- |", *rows])
