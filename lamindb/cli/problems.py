"""What went wrong, as one sentence and an exit status. Knows no stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from lamindb.cli import exits
from lamindb.errors import LaminError
from lamindb.setup.postgres import errors as postgres_errors

_LONGEST = 2000  # characters of a message; an argument of a million characters is not repeated

_DATABASE_SENTENCES = {
    exits.DATABASE_BUSY: "the database is busy, since another process holds its write lock: try again",
    exits.DATABASE_BEHIND: "the database misses a table or column of the installed library: run `lamin migrate deploy`",
    exits.DATABASE_UNREACHABLE: "the database can't be opened",
}
_FULL = "database or disk is full"


@dataclass(frozen=True)
class Problem:
    """A failure as users see it."""

    type: str
    message: str
    exit_code: int

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints on standard error."""
        return {"error": {"type": self.type, "message": self.message, "exit_code": self.exit_code}}


def problem_of(error: BaseException) -> Problem:
    """Describe an exception."""
    kind = type(error).__name__
    if isinstance(error, click.ClickException):
        return Problem(kind, shortened(error.format_message()), error.exit_code)
    if isinstance(error, (click.Abort, EOFError)):
        return Problem(kind, "the input ended before the question was answered", exits.FAILED)
    if isinstance(error, SystemExit) and not isinstance(error, ValueError):
        return _problem_of_exit(error)
    return Problem(kind, shortened(_sentence(error)), exits.status_of(error))


def _problem_of_exit(error: SystemExit) -> Problem:
    """A library ended the process, with a status or a text."""
    if error.code is None or isinstance(error.code, int):
        return Problem("SystemExit", "a library ended the command", error.code or exits.OK)
    return Problem("SystemExit", shortened(str(error.code)), exits.FAILED)


def _sentence(error: BaseException) -> str:
    if isinstance(error, LaminError):
        return on_one_line(str(error)) or type(error).__name__
    advice = postgres_errors.advice(error)
    if advice is not None:
        return on_one_line(f"{first_line(error)}\n{advice}")
    if _FULL in str(error):
        return f"no space is left for the database: free some, then do it again ({first_line(error)})"
    status = exits.status_of(error)
    if status in _DATABASE_SENTENCES:
        return on_one_line(
            "\n".join([f"{_DATABASE_SENTENCES[status]} ({first_line(error)})", *getattr(error, "__notes__", [])])
        )
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.strerror}: {error.filename}"
    if isinstance(error, (OSError, NotImplementedError)) and error.args:
        return first_line(error)  # without a number of the system's: somebody wrote a sentence
    return f"unexpected {type(error).__name__}: {first_line(error)}; run again with -v to see the traceback"


def on_one_line(text: str) -> str:
    """The lines of a text one after the other, each with a full stop unless it ends with punctuation."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    ended = [line if line[-1] in ".:;,!?" else f"{line}." for line in lines[:-1]]
    return " ".join([*ended, *lines[-1:]])


def first_line(error: BaseException) -> str:
    """The first line of an error's text, or a word for none."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "no message"


def shortened(text: str) -> str:
    """The text, its middle left out if it is very long."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]} … {text[-half:]}"
