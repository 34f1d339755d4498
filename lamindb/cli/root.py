"""The command ``lamin`` with its table of commands. Imports none of them."""

from __future__ import annotations

import sys
from typing import Any

import click

from lamindb import __version__
from lamindb.cli.groups import LazyGroup
from lamindb.cli.options import common_options

COMPLETION_VARIABLE = "_LAMIN_COMPLETE"
"""The environment variable with which a shell asks for completions."""

_ROOM = "lamindb.cli.commands"

COMMANDS = {
    "init": (f"{_ROOM}.instances:init", "Init & config instance with db & storage."),
    "load": (f"{_ROOM}.instances:load", "Load instance by name."),
    "delete": (f"{_ROOM}.instances:delete", "Delete an instance."),
    "info": (f"{_ROOM}.instances:info", "Show current instance information."),
    "set": (f"{_ROOM}.instances:set_storage", "Set storage used by an instance."),
    "close": (f"{_ROOM}.instances:close", "Close instance."),
    "register": (
        f"{_ROOM}.instances:register",
        "Register instance on hub (local instances are not automatically registered).",
    ),
    "migrate": (f"{_ROOM}.migrations:migrate", "Manage migrations."),
    "track": (f"{_ROOM}.notebooks:track", "Track a notebook (init metadata)."),
    "signup": (f"{_ROOM}.users:signup", "First time sign up."),
    "login": (f"{_ROOM}.users:login", "Log in an already-signed-up user."),
    "list": (f"{_ROOM}.records:list_records", "List the records of a registry, newest first."),
    "get": (f"{_ROOM}.records:get", "Show records by id or key, files also by address (lamin://KEY)."),
    "search": (f"{_ROOM}.records:search", "Search a registry, best match first."),
    "validate": (f"{_ROOM}.criteria:validate", "Check tables against criteria, and save one that meets them."),
    "reindex": (f"{_ROOM}.searching:reindex", "Build the indexes of searches anew, and count all files."),
    "schema": (f"{_ROOM}.schemas:schema", "Make schema packages, and choose those of the instance."),
    "plugin": (f"{_ROOM}.plugins:plugin", "List and check schema packages."),
    "bionty": (f"{_ROOM}.ontologies:bionty", "Choose and update the public ontologies behind registries."),
    "dump": (f"{_ROOM}.moving:dump", "Write all rows of the instance into a file."),
    "restore": (f"{_ROOM}.moving:restore", "Make an instance of a file that `lamin dump` wrote."),
    "move": (f"{_ROOM}.moving:move", "Move the instance to another database."),
    "run": (f"{_ROOM}.runs:run", "Show runs, say why their results differ, run them again."),
    "export": (f"{_ROOM}.exports:export", "Write a file or dataset with its history in the form of a standard."),
    "config": (f"{_ROOM}.config:config", "Show and change settings."),
    "fsck": (f"{_ROOM}.integrity:fsck", "Check that every file is in storage as it was registered."),
    "cache": (f"{_ROOM}.cache:cache", "Show, check and remove copies of cloud objects on this machine."),
    "trash": (f"{_ROOM}.trash:trash", "Show, restore and purge what was deleted."),
    "abuse": (f"{_ROOM}.abusing:abuse", "See how the instance bears many clients at once."),
    "doctor": (f"{_ROOM}.doctor:doctor", "Check the installation and the current instance."),
    "completion": (f"{_ROOM}.completion:completion", "Print the shell's completion script."),
}


def _print_version(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
    if value and not context.resilient_parsing:
        sys.stdout.write(f"{__version__}\n")
        context.exit()


_VERSION = click.Option(
    ["--version"],
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)

lamin = LazyGroup(
    "lamin",
    table=COMMANDS,
    help="Configure LaminDB and perform simple actions.",
    params=[*common_options(), _VERSION],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
