"""The command that prints a shell's completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from lamindb.cli.groups import Command
from lamindb.cli.output import print_lines
from lamindb.cli.root import COMPLETION_VARIABLE


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the shell's completion script.

    \b
    bash: eval "$(lamin completion bash)"      in ~/.bashrc (bash 4.4 or newer)
    zsh:  eval "$(lamin completion zsh)"       in ~/.zshrc, after compinit
    fish: lamin completion fish | source       in ~/.config/fish/config.fish
    """  # noqa: D301 - the escape is what tells click to keep the lines
    kind = get_completion_class(shell)
    assert kind is not None, f"click completes in {shell}"
    script = kind(click.get_current_context().find_root().command, {}, "lamin", COMPLETION_VARIABLE)
    print_lines([script.source_template % script.source_vars()])
