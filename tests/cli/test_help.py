"""Help, version, and how commands are found."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click
import pytest

from lamindb import __version__
from lamindb.cli.root import COMMANDS
from lamindb.cli.root import lamin as root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.sandbox import Sandbox

REFERENCE = ["init", "load", "delete", "info", "set", "close", "register", "migrate", "track", "signup", "login"]


def test_help_lists_commands_in_their_order(lamin: Callable) -> None:
    """``lamin --help`` and ``lamin -h`` describe the program and list every command with its sentence."""
    result = lamin("--help")
    assert result.status == 0
    assert "Configure LaminDB and perform simple actions." in result.out
    words = " ".join(result.out.split())
    positions = [words.index(f"{name} {sentence}") for name, (_, sentence) in COMMANDS.items()]
    assert positions == sorted(positions)
    assert list(COMMANDS)[: len(REFERENCE)] == REFERENCE
    assert lamin("-h") == result


def test_bare_lamin_prints_help(lamin: Callable) -> None:
    """``lamin`` alone prints the help on standard output and succeeds."""
    assert lamin() == lamin("--help")


def test_version(lamin: Callable) -> None:
    """``lamin --version`` prints the version and nothing else."""
    assert lamin("--version").out == f"{__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_command_says_what_the_table_says(name: str) -> None:
    """The first line of a command's own help is its sentence in the table."""
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert command.help is not None
    first = command.help.split("\n\n")[0]
    assert " ".join(first.split()) == COMMANDS[name][1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_common_options(name: str, lamin: Callable) -> None:
    """``lamin COMMAND --help`` works without an instance; leaf commands take -v, -q and --instance."""
    result = lamin(name, "--help")
    assert result.status == 0
    assert COMMANDS[name][1].split(".")[0] in " ".join(result.out.split())
    if not isinstance(root.get_command(click.Context(root), name), click.Group):
        assert {"--verbose", "--quiet", "--instance"} <= {word.strip(",") for word in result.out.split()}


def commands_below(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """The names of all commands, those within groups too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*names, name)
        if isinstance(command, click.Group):
            yield from commands_below(command, *names, name)


def test_help_reads_as_it_was_written(lamin: Callable) -> None:
    """No page of help has a mark of click's in it, or a word that was taken for a secret."""
    for names in commands_below(root):
        page = lamin(*names, "--help").out
        assert not {"\\b", "\b", "***"} & set(page.split()), names


def test_help_keeps_the_lines_of_lists(lamin: Callable) -> None:
    """A list in a page of help has one item per line."""
    assert "  deploy  apply to the database what it misses\n" in lamin("migrate", "--help").out


def test_help_imports_nothing_heavy(sandbox: Sandbox) -> None:
    """Help, version and a misspelt command load no library beyond click, and none of the commands."""
    code = """
import json, sys
from lamindb.cli import main
for arguments in (["--help"], ["--version"], ["lsit"], []):
    main(arguments)
print(json.dumps(sorted(sys.modules)))
"""
    modules = json.loads(sandbox.python(code).stdout.splitlines()[-1])
    roots = {name.partition(".")[0] for name in modules}
    assert not roots & {
        "django",
        "pandas",
        "numpy",
        "anndata",
        "upath",
        "fsspec",
        "sqlite3",
        "lnschema_core",
        "pyarrow",
    }
    assert not [name for name in modules if name.startswith("lamindb.cli.commands")]


def test_help_leaves_no_file(sandbox: Sandbox) -> None:
    """Help and version write nothing into the user's home."""
    sandbox.lamin("--help")
    sandbox.lamin("--version")
    assert list(sandbox.home.iterdir()) == []


def test_misspelt_command_is_named(lamin: Callable) -> None:
    """A command that doesn't exist ends with status 2."""
    result = lamin("lod")
    assert result.status == 2
    assert "No such command 'lod'" in result.err
    assert result.out == ""


@pytest.mark.parametrize("group", [[], ["cache"], ["trash"], ["run"], ["config"], ["plugin"], ["bionty"]])
def test_ls_is_another_word_for_list(group: list[str], lamin: Callable) -> None:
    """It is understood wherever there is ``list``, and help shows one of the two."""
    result = lamin(*group, "ls", "--help")
    assert result.status == 0
    assert result == lamin(*group, "list", "--help")
    assert f"lamin {' '.join([*group, 'list'])}" in result.out
    assert "\n  ls " not in lamin(*group, "--help").out


def test_ls_of_what_has_no_list_is_unknown(lamin: Callable) -> None:
    """The word that was written is named."""
    assert "No such command 'ls'" in lamin("schema", "ls").err


def test_module_is_the_command(sandbox: Sandbox) -> None:
    """``python -m lamindb.cli`` is ``lamin``."""
    code = "import runpy, sys; sys.argv = ['lamin', '--version']; runpy.run_module('lamindb.cli', run_name='__main__')"
    assert sandbox.python(code).stdout == f"{__version__}\n"


@pytest.mark.parametrize(("arguments", "limit"), [(["--version"], 0.12), (["--help"], 0.12), (["info"], 0.4)])
def test_start_is_quick(sandbox: Sandbox, arguments: list[str], limit: float) -> None:
    """Seconds of CPU, the best of several processes."""
    sandbox.lamin(*arguments)
    seconds = []
    for _ in range(5):
        before = os.times()
        sandbox.lamin(*arguments)
        after = os.times()
        seconds.append(after.children_user - before.children_user + after.children_system - before.children_system)
    assert min(seconds) < limit


def test_info_needs_no_django(sandbox: Sandbox) -> None:
    """``lamin info`` reads settings only."""
    code = "import sys; from lamindb.cli import main; main(['info']); print('django' in sys.modules, 'upath' in sys.modules)"
    assert sandbox.python(code).stdout.splitlines()[-1] == "False False"
