"""Commands about schema packages as they are: plugin list, check, and new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lamindb import log
from lamindb.cli import exits
from lamindb.cli.groups import Command, LazyGroup
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.setup.plugins import Plugin

plugin = LazyGroup(
    "plugin",
    table={
        "list": (f"{__name__}:list_plugins", "List schema packages, mounted and installed ones."),
        "check": (f"{__name__}:check", "Check the schema packages of the instance."),
        "new": ("lamindb.cli.commands.schemas:new", "Make a schema package of your own."),
    },
    help="List and check schema packages.",
)

_STATUSES = {
    "mounted": exits.OK,
    "available": exits.OK,
    "not importable": exits.SCHEMA_MISSING,
    "not usable": exits.SCHEMA_UNUSABLE,
    "without migrations": exits.SCHEMA_UNUSABLE,
    "behind": exits.DATABASE_BEHIND,
    "ahead": exits.DATABASE_AHEAD,
}


@click.command("list", cls=Command)
@json_option
def list_plugins() -> None:
    """List schema packages, mounted and installed ones.

    Installed are packages whose name begins with `lnschema_`, and those that an entry point `lamindb.schemas` announces.
    """
    from lamindb.setup import plugins

    found = plugins.all_plugins()
    if current().json:
        print_json({"plugins": [one.as_dict() for one in found]})
    else:
        print_table(
            ["schema", "package", "version", "status"], [[p.schema, p.package, p.version, p.status] for p in found]
        )


@click.command(cls=Command)
@json_option
def check() -> int:
    """Check the schema packages of the instance.

    Each has to be importable, to suit this version of lamindb, to clash with no other, and to have migrations, all of them
    applied. The exit status is that of the first one that fails.
    """
    from lamindb.setup import plugins

    found = plugins.mounted_plugins()
    if current().json:
        print_json({"plugins": [one.as_dict() for one in found]})
    elif _status(found) == exits.OK:
        log.success(f"all is well with {', '.join(one.package for one in found) or 'core; nothing else is mounted'}")
    else:
        print_lines(f"{one.package} is {one.status}" + (f": {one.message}" if one.message else "") for one in found)
    return _status(found)


def _status(found: Sequence[Plugin]) -> int:
    return next((_STATUSES[one.status] for one in found if _STATUSES[one.status]), exits.OK)
