"""The command that compares files with their objects: fsck."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from lamindb import log
from lamindb.cli import exits
from lamindb.cli.amounts import Duration
from lamindb.cli.groups import Command
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines
from lamindb.cli.texts import TEXT
from lamindb.text.escaping import escaped

if TYPE_CHECKING:
    from lnschema_core.integrity.report import FsckReport

_STATUSES = {"clean": exits.OK, "incomplete": exits.PARTIAL, "damaged": exits.DAMAGED, "garbage": exits.GARBAGE}


@click.command(cls=Command)
@click.option("--read-data", is_flag=True, help="Read all bytes and compare digests, not only sizes.")
@click.option("--repair", is_flag=True, help="Restore content from a copy that has the registered digest.")
@click.option("--collect", is_flag=True, help="Delete garbage that is older than the grace period.")
@click.option(
    "--grace",
    type=Duration("d"),
    default="1d",
    show_default=True,
    help="How long garbage is left alone, since a writer may be at work on it: 12h, 2d; a plain number is days.",
)
@click.option(
    "--time-limit",
    type=Duration("s"),
    help="Stop after this time, such as 90s or 2h; the next call goes on from there.",
)
@click.option("--restart", is_flag=True, help="Begin anew instead of going on with an interrupted pass.")
@click.option("--unregistered", is_flag=True, help="Also tell of objects that nobody registered.")
@click.option("--storage", type=TEXT, help="Check the storage location with this root only.")
@json_option
def fsck(
    *,
    read_data: bool,
    repair: bool,
    collect: bool,
    grace: float,
    time_limit: float | None,
    restart: bool,
    unregistered: bool,
    storage: str | None,
) -> int:
    """Check that every file is in storage as it was registered.

    Finds files whose object is missing or damaged, and what killed processes left. Nothing is changed without --repair or
    --collect. The exit status is 4 if files are damaged, 3 if the time was up before the end, 5 if there is old garbage only.
    """
    with log.redirect(sys.stderr):
        from lnschema_core.integrity.checking import fsck as check

        report = check(
            read_data=read_data,
            storage=storage,
            time_limit=time_limit,
            resume=not restart,
            repair=repair,
            collect=collect,
            grace=grace,
            unregistered=unregistered,
        )
    _print(report)
    return _STATUSES[report.status]


def _print(report: FsckReport) -> None:
    if current().json:
        print_json(report.as_dict())
    elif current().quiet:
        print_lines(escaped(one.key) for one in report.findings)
    else:
        print_lines(escaped(line) for line in report.lines())
