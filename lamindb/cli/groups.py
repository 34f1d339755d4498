"""Commands and groups of commands: imported when they run, with the options that every command takes."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from contextlib import ExitStack, redirect_stdout
from typing import TYPE_CHECKING, Any

import click

from lamindb import log
from lamindb._lazy import resolve
from lamindb.cli.options import common_options, of
from lamindb.errors import InvalidSettings
from lamindb.setup import layers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from click.shell_completion import CompletionItem

    from lamindb.cli.options import Options

_VERBOSITY = 3

Table = dict[str, tuple[str, str]]
"""Per command its address (``package.module:attribute``) and its sentence of help."""


class Command(click.Command):
    """A command with the common options, called with messages going where the options say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += common_options()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, none of which may hold a NUL character."""
        if any("\0" in argument for argument in args):
            msg = "arguments can't have NUL characters"
            raise click.UsageError(msg, ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command; with ``--json`` whatever a library prints goes to standard error."""
        options = of(ctx)
        with ExitStack() as stack:
            if options.json:
                stack.enter_context(redirect_stdout(sys.stderr))
            stack.enter_context(layers.flags(instance=options.instance))
            stack.enter_context(log.at_verbosity(_verbosity(options)))
            return super().invoke(ctx)


def _verbosity(options: Options) -> int | str:
    """What the options say, else what the settings say, else the verbosity of the command line."""
    if options.verbosity is not None:
        return options.verbosity
    try:
        value = layers.choose("verbosity").value or ""
    except InvalidSettings:  # said by commands that need the settings, such as `config` and `doctor`
        return _VERBOSITY
    known = {*log.VERBOSITIES, *map(str, log.VERBOSITIES.values())}
    if value not in known:
        return _VERBOSITY
    return int(value) if value.isdecimal() else value


class LazyCommands(MutableMapping[str, click.Command]):
    """A table of commands whose modules are imported when a command is looked up."""

    def __init__(self, table: Mapping[str, tuple[str, str]]) -> None:
        self._table = dict(table)
        self._found: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._found:
            address, _ = self._table[name]
            self._found[name] = resolve(address)
        return self._found[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._found[name] = command
        self._table.setdefault(name, ("", command.get_short_help_str()))

    def __delitem__(self, name: str) -> None:
        del self._table[name]
        self._found.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def help_of(self, name: str) -> str:
        """The sentence of help of a command, without importing it."""
        return self._table[name][1]


@click.pass_context
def _print_help(context: click.Context) -> None:
    """Print the help of a group that was called without a command."""
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")


class LazyGroup(click.Group):
    """A group whose help, suggestions and completion come from its table; without a command it prints its help."""

    def __init__(self, name: str, *, table: Table, **kwargs: Any) -> None:
        self.lazy = LazyCommands(table)
        super().__init__(name, callback=_print_help, invoke_without_command=True, commands=self.lazy, **kwargs)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; who writes ``ls`` means ``list``."""
        means_list = args[0] == "ls" and "list" in self.lazy
        return super().resolve_command(ctx, ["list", *args[1:]] if means_list else args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of the table."""
        return list(self.lazy)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.lazy.help_of(name)) for name in self.lazy])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command from the table, or an option."""
        from click.shell_completion import CompletionItem

        if incomplete[:1] == "-":
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=self.lazy.help_of(name)) for name in self.lazy if name.startswith(incomplete)]
