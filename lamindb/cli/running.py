"""One call of ``lamin`` from its arguments to its exit status: what went wrong is said here and nowhere else."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from lamindb import log
from lamindb.cli import exits
from lamindb.cli.interrupts import Terminated, interruptible
from lamindb.cli.options import Options
from lamindb.cli.output import json_text
from lamindb.cli.problems import problem_of
from lamindb.cli.root import COMPLETION_VARIABLE, lamin
from lamindb.cli.streams import ClosedPipe, abandon_output, guarded
from lamindb.errors import LaminError
from lamindb.text.masking import Masker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.cli.problems import Problem


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; arguments and result are those of :func:`lamindb.cli.main`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    masker = Masker.of_process(given, os.environ)
    try:
        with interruptible(), guarded(masker) as (out, err):
            options = Options(out, err, masker)
            status = _run(given, options)
            return _let_go(options) or status
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except Terminated:
        return exits.TERMINATED
    except ClosedPipe:
        abandon_output()
        return exits.CLOSED_PIPE
    except OSError as error:  # the last flush: a full disk, a vanished terminal
        abandon_output()
        return exits.status_of(error)


def _run(arguments: list[str], options: Options) -> int:
    try:
        if COMPLETION_VARIABLE in os.environ:
            return _complete(os.environ[COMPLETION_VARIABLE])
        with lamin.make_context("lamin", arguments, obj=options) as context:
            return _status_of_result(lamin.invoke(context))
    except click.exceptions.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, Terminated, ClosedPipe, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - every failure becomes a sentence and a status
        options.json = options.json or _asks_for_json(arguments)
        return _report(error, options)


def _let_go(options: Options) -> int:
    """Send a database in a bucket that the command has opened, and tell of it beside what the command printed."""
    cloud_sqlite = sys.modules.get(
        "lamindb.setup.cloud_sqlite"
    )  # most commands open none, and don't wait for its import
    try:
        with log.redirect(sys.stderr):
            if cloud_sqlite is not None:
                cloud_sqlite.end()
    except LaminError as error:
        return _report(error, options)
    return exits.OK


def _status_of_result(result: Any) -> int:
    """The exit status for what a command returned: nothing, a status, or the name of a failure."""
    if isinstance(result, str):
        sys.stderr.write(f"{result}\n")
        return exits.FAILED
    return exits.OK if result is None else int(result) % 256


def _report(error: BaseException, options: Options) -> int:
    problem = problem_of(error)
    if problem.exit_code == exits.OK:
        return exits.OK
    if options.verbose and not isinstance(error, click.ClickException):
        traceback.print_exception(error, file=sys.stderr)
    options.out.flush()
    if options.json:
        _print_json_problem(problem, options)
    else:
        _print_problem(problem, error)
    return problem.exit_code


def _print_json_problem(problem: Problem, options: Options) -> None:
    """Print the problem as the last line of standard error."""
    text = json_text(problem.as_json(), ascii_only=not options.err.is_unicode, indent=None, mask=options.masker.mask)
    options.err.write_data(f"{text}\n")


def _print_problem(problem: Problem, error: BaseException) -> None:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        sys.stderr.write(error.ctx.get_usage() + "\n")
        sys.stderr.write(f"Try '{error.ctx.command_path} --help' for help.\n\n")
    sys.stderr.write(f"❌ {problem.message}\n")


def _asks_for_json(arguments: list[str]) -> bool:
    """Whether ``--json`` was given, also where parsing ended before it."""
    before_values = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in before_values


def _complete(instruction: str) -> int:
    from click.shell_completion import shell_complete

    return shell_complete(lamin, {}, "lamin", COMPLETION_VARIABLE, instruction)
