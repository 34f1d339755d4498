"""Options that every command takes, and what they mean for one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamindb.cli.streams import GuardedStream
    from lamindb.text.masking import Masker

QUIET, VERBOSE = 0, 5
"""Verbosities of messages; see ``lamindb.log``."""


@dataclass
class Options:
    """Where one call writes, and what was asked of it besides the command's own options."""

    out: GuardedStream
    err: GuardedStream
    masker: Masker
    verbose: bool = False
    quiet: bool = False
    json: bool = False
    instance: str | None = None

    @property
    def verbosity(self) -> int | None:
        """How much to tell, or None if nothing was said about it."""
        if self.quiet:
            return QUIET
        return VERBOSE if self.verbose else None


def current() -> Options:
    """The options of the call that is being parsed or run."""
    return of(click.get_current_context())


def of(context: click.Context) -> Options:
    """The options of the call that a context belongs to."""
    options = context.find_object(Options)
    assert options is not None, "the root context is made with options"
    return options


def common_options() -> list[click.Parameter]:
    """The options that may stand before or behind the name of a command."""
    return [
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            expose_value=False,
            callback=_remember("verbose"),
            help="Tell more, and show the traceback of an error.",
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            expose_value=False,
            callback=_remember("quiet"),
            help="Tell nothing but errors and results.",
        ),
        click.Option(
            ["--instance"],
            metavar="owner/name",
            expose_value=False,
            callback=_remember("instance"),
            shell_complete=_instance_names,
            help="Use this instance, for this call only.",
        ),
    ]


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json`` to a command that reads."""
    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_remember("json"),
        help="Print exactly one JSON value; messages go to standard error.",
    )(command)


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def remember(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(of(context), name, value)

    return remember


def _instance_names(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from lamindb.cli.completing import instance_names

    return instance_names(incomplete)
