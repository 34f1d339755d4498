"""Commands about copies of cloud objects on this machine: cache list, verify, prune."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from lamindb import log
from lamindb.cli import exits
from lamindb.cli.amounts import CopyFilter, Size
from lamindb.cli.groups import Command, LazyGroup
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines, print_table, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lnschema_core.integrity.cached import CachedCopy

cache = LazyGroup(
    "cache",
    table={
        "list": (f"{__name__}:list_copies", "List the copies."),
        "verify": (f"{__name__}:verify", "Compare the copies with their digests."),
        "prune": (f"{__name__}:prune", "Remove copies whose objects are in storage."),
    },
    help="Show, check and remove copies of cloud objects on this machine.",
)

_filters = click.option(
    "--filter",
    "filters",
    metavar="CONDITION",
    type=CopyFilter(),
    multiple=True,
    help="Only copies like this: size>1GB, accessed>30d, modified<12h, state=damaged; may be repeated.",
)


@click.command("list", cls=Command)
@_filters
@json_option
def list_copies(filters: Sequence[Callable[[Any], bool]]) -> None:
    """List the copies of cloud objects in the cache of the instance."""
    with log.redirect(sys.stderr):
        from lnschema_core.integrity import cached

        copies = [copy for copy in cached.listed() if _meets(copy, filters)]
    _print(copies, ["key", "size", "accessed", "state"])


@click.command(cls=Command)
@_filters
@json_option
def verify(filters: Sequence[Callable[[Any], bool]]) -> int:
    """Compare the copies with their digests; all of them are read.

    The exit status is 4 if there are damaged ones.
    """
    with log.redirect(sys.stderr):
        from lnschema_core.integrity import cached

        copies = [copy for copy in cached.verified() if _meets(copy, filters)]
    _print(copies, ["key", "size", "state"])
    return exits.DAMAGED if any(copy.state == "damaged" for copy in copies) else exits.OK


@click.command(cls=Command)
@_filters
@click.option(
    "--keep", metavar="SIZE", type=Size(), help="Remove no more than it takes to get down to this size, such as 10GB."
)
@json_option
def prune(filters: Sequence[Callable[[Any], bool]], keep: int | None) -> None:
    """Remove copies whose objects are in storage.

    With --keep, those that nobody has read for longest go first. A copy stays if its object is gone or was changed, since it
    may be the only one.
    """
    with log.redirect(sys.stderr):
        from lnschema_core.integrity import cached

        copies = cached.pruned(lambda copy: _meets(copy, filters), keep=keep)
    _print(copies, ["key", "size", "outcome"])


def _meets(copy: CachedCopy, filters: Sequence[Callable[[Any], bool]]) -> bool:
    return all(condition(copy) for condition in filters)


def _print(copies: Sequence[CachedCopy], columns: Sequence[str]) -> None:
    rows = [copy.as_dict() for copy in copies]
    if current().json:
        print_json({"copies": rows, "size": sum(copy.size for copy in copies)})
    elif current().quiet:
        print_lines(copy.key for copy in copies)
    elif rows:
        print_table(columns, [[_shown(name, row[name]) for name in columns] for row in rows], widest=None)
    else:
        tell("no copy found")


def _shown(name: str, value: Any) -> Any:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(value)) if name == "accessed" else value
