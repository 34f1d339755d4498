"""What users see when something goes wrong."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import click
import pytest
from django.db import OperationalError, ProgrammingError

from lamindb import errors
from lamindb.cli.problems import problem_of, shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox import Sandbox


def test_error_is_one_sentence_without_traceback(sandbox: Sandbox) -> None:
    """A failure is a sentence on standard error, nothing on standard output, and no traceback."""
    done = sandbox.lamin("list", "ULabel", check=False)
    assert done.stdout == ""
    assert done.stderr == "❌ No instance is loaded! Call `lamin init` or `lamin load`\n"


@pytest.mark.parametrize("arguments", [["-v", "list", "ULabel"], ["list", "ULabel", "-v"]])
def test_verbose_shows_the_traceback(sandbox: Sandbox, arguments: list[str]) -> None:
    """With ``-v``, before or behind the command, the traceback comes before the sentence."""
    done = sandbox.lamin(*arguments, check=False)
    assert "Traceback (most recent call last):" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("❌ No instance is loaded!")


def test_usage_error_has_no_traceback_even_if_verbose(lamin: Callable) -> None:
    """A wrong option is explained by the usage line, not by our code."""
    result = lamin("-v", "info", "--nosuch")
    assert result.status == 2
    assert "Traceback" not in result.err
    assert "Usage: lamin info" in result.err


def test_error_as_json(sandbox: Sandbox) -> None:
    """With ``--json`` the error is one object on the last line of standard error, and standard output is empty."""
    done = sandbox.lamin("list", "ULabel", "--json", check=False)
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == (
        '{"error": {"type": "InstanceNotLoaded", '
        '"message": "No instance is loaded! Call `lamin init` or `lamin load`", "exit_code": 1}}'
    )


@pytest.mark.parametrize("arguments", [["info", "--json", "--nosuch"], ["nosuch", "--json"], ["list", "--json"]])
def test_usage_error_as_json(lamin: Callable, arguments: list[str]) -> None:
    """Also errors in the arguments are JSON if ``--json`` is among them."""
    result = lamin(*arguments)
    assert result.error["exit_code"] == 2


def test_unexpected_error_says_how_to_see_more() -> None:
    """An error that we don't know is named, with the way to its traceback."""
    problem = problem_of(ZeroDivisionError("division by zero\nsecond line"))
    assert problem.message == ("unexpected ZeroDivisionError: division by zero; run again with -v to see the traceback")
    assert problem.exit_code == 1


def _of_postgres(error: Exception, code: str) -> Exception:
    """An error of Django's in front of one of a driver, whose text is in the language of the server."""
    error.__cause__ = Exception()
    error.__cause__.pgcode = code
    return error


@pytest.mark.parametrize(
    ("error", "message", "status"),
    [
        (FileNotFoundError(2, "No such file or directory", "a.ipynb"), "No such file or directory: a.ipynb", 1),
        (errors.NoResultFound("no ULabel"), "no ULabel", 20),
        (errors.LaminError(), "LaminError", 1),
        (errors.LaminError("close it: `a`\n  or:\n\nload it.\nb"), "close it: `a`. or: load it. b", 1),
        (sqlite3.OperationalError("database is locked"), "the database is busy", 11),
        (sqlite3.OperationalError("no such table: lnschema_core_ulabel"), "lamin migrate deploy", 13),
        (sqlite3.OperationalError("unable to open database file"), "the database can't be opened", 12),
        (ProgrammingError('relation "lnschema_core_ulabel" does not exist'), "lamin migrate deploy", 13),
        (ProgrammingError('column "lnschema_core_ulabel.x" does not exist'), "lamin migrate deploy", 13),
        (OperationalError('FATAL: database "x" does not exist'), "the database can't be opened", 12),
        (_of_postgres(OperationalError("zu lange"), "57014"), "zu lange. The database stopped the statement", 1),
        (_of_postgres(ProgrammingError("verboten"), "42501"), "verboten. The role may not do that: ask the owner", 1),
        (click.UsageError("bad"), "bad", 2),
        (SystemExit("a library is done"), "a library is done", 1),
        (SystemExit(3), "a library ended the command", 3),
        (errors.SynonymConflict("taken"), "taken", 1),
        (EOFError("EOF when reading a line"), "the input ended before the question was answered", 1),
    ],
)
def test_sentence_of_an_error(error: BaseException, message: str, status: int) -> None:
    """Errors that can be expected are put in plain words, with their status."""
    problem = problem_of(error)
    assert message in problem.message
    assert problem.exit_code == status


def test_form_of_a_database_address_is_shown_whole(sandbox: Sandbox) -> None:
    """The example that shows the way out isn't masked, while the password is."""
    done = sandbox.lamin("init", "--storage", "s", "--db", "postgresql://me:geheim@host", check=False)
    assert "postgresql://user@host:port/database, with :password behind the user" in done.stderr
    assert "geheim" not in done.stderr


@pytest.mark.parametrize("error", [FileExistsError("a exists"), NotImplementedError("not for genes")], ids=repr)
def test_sentence_that_somebody_wrote_is_all_that_is_said(error: BaseException) -> None:
    """Errors of the system have a number; those without were raised with a sentence that names the reason."""
    assert problem_of(error).message == error.args[0]


def test_long_message_is_shortened() -> None:
    """A message that repeats a huge argument keeps its beginning and its end."""
    text = shortened("begin" + "x" * 1_000_000 + "end")
    assert len(text) < 3000
    assert text.startswith("begin")
    assert text.endswith("end")
