"""The command that lets many clients work on an instance at once: abuse."""

from __future__ import annotations

import sys

import click

from lamindb import log
from lamindb.abuse.figures import WORKS
from lamindb.cli import exits
from lamindb.cli.amounts import Duration
from lamindb.cli.groups import Command
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines
from lamindb.text.escaping import escaped


@click.command(cls=Command)
@click.option("--clients", type=click.IntRange(1, 256), default=4, show_default=True, help="How many processes.")
@click.option(
    "--time", "seconds", type=Duration("s"), default="10s", show_default=True, help="For how long, such as 2m."
)
@click.option("--work", "works", type=click.Choice(WORKS), multiple=True, help="What they do; by default all of it.")
@click.option("--clean-up", is_flag=True, help="Only delete what was left when a trial was killed.")
@json_option
def abuse(*, clients: int, seconds: float, works: tuple[str, ...], clean_up: bool) -> int:
    """See how the instance bears many clients at once.

    They make labels, each after a look for similar names (create), labels that others make as well (same), 100 at a time (bulk),
    new versions of one transform (versions), small files with a label (files) and new versions of one file (replace); and find labels
    by id (get) and name (search), the newest 20 (page), and which of two names there is (validate).

    Prints for each kind how many calls were answered, a histogram of what they took, and what was told but isn't so: a record
    that is lost or there twice. What was made is deleted in the end. The exit status is 4 if something isn't so, 3 if calls
    failed.
    """
    with log.redirect(sys.stderr):
        from lamindb.abuse import trial

        if clean_up:
            log.success(f"deleted {trial.clean_up():,} records and links")
            return exits.OK
        report = trial.abuse(clients=clients, seconds=seconds, works=works or WORKS)
    if current().json:
        print_json(report.as_dict())
    else:
        print_lines(escaped(line) for line in report.lines())
    if report.untrue:
        return exits.DAMAGED
    return exits.PARTIAL if report.errors else exits.OK
