"""Commands about what was deleted: trash list, restore, purge."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from lamindb import log
from lamindb.cli import exits, items
from lamindb.cli.amounts import Duration
from lamindb.cli.groups import Command, LazyGroup
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines, print_table, tell
from lamindb.cli.texts import TEXT
from lamindb.text.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnschema_core.trash.verbs import Deleted

trash = LazyGroup(
    "trash",
    table={
        "list": (f"{__name__}:list_deleted", "List what is in the trash."),
        "restore": (f"{__name__}:restore", "Restore files and datasets."),
        "purge": (f"{__name__}:purge", "Remove what is in the trash, for good."),
    },
    help="Show, restore and purge what was deleted.",
)

_COLUMNS = ["id", "registry", "name", "size", "deleted_at", "deleted_by"]
_DAY = 86_400


@click.command("list", cls=Command)
@json_option
def list_deleted() -> None:
    """List what is in the trash, what was deleted last comes first."""
    with log.redirect(sys.stderr):
        from lnschema_core.trash import verbs

        found = verbs.entries()
    _print(found)


@click.command(cls=Command)
@click.argument("names", metavar="NAME…", type=TEXT, nargs=-1, required=True)
def restore(names: Sequence[str]) -> int:
    """Restore files and datasets with their content, labels, features and lineage.

    NAME is the id of the deletion or of the record, or its key, description or name. Each is tried; the exit status is 3 if
    some can't be restored.
    """
    from lnschema_core.trash import verbs

    return items.status_of(items.try_each(names, lambda name: (exits.OK, verbs.restore(name))))


@click.command(cls=Command)
@click.argument("names", metavar="[NAME…]", type=TEXT, nargs=-1)
@click.option("--older-than", type=Duration("d"), help="Only what was deleted so long ago: 12h, 30d.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
def purge(names: Sequence[str], *, older_than: float | None, yes: bool) -> int:
    """Remove what is in the trash, for good; by default everything."""
    if not yes and not _is_confirmed():
        return exits.NOT_CONFIRMED
    with log.redirect(sys.stderr):
        from lnschema_core.trash import verbs

        gone = verbs.purge(names or None, older_than=None if older_than is None else older_than / _DAY)
    _print(gone)
    return exits.OK


def _is_confirmed() -> bool:
    try:
        answer = input("Are you sure you want to remove this for good? (y/n): ")
    except EOFError:  # nobody is there to confirm
        return False
    return answer.strip().lower() in {"y", "yes"}


def _print(found: Sequence[Deleted]) -> None:
    rows = [one.as_dict() for one in found]
    if current().json:
        print_json({"deleted": rows, "size": sum(one.size or 0 for one in found if one.has_content)})
    elif current().quiet:
        print_lines(escaped(one.id) for one in found)
    elif rows:
        print_table(_COLUMNS, [[row[name] for name in _COLUMNS] for row in rows], widest=None)
    else:
        tell("nothing of that is in the trash")
