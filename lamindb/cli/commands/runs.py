"""Commands about runs: run list, show, why."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from lamindb import log
from lamindb.cli.groups import Command, LazyGroup
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines, print_table, tell
from lamindb.cli.texts import QUERY_TEXT
from lamindb.errors import NoResultFound

if TYPE_CHECKING:
    from lnschema_core.models import Run

STATUSES = ("running", "completed", "failed", "interrupted", "lost")
_COLUMNS = ("id", "transform", "status", "started_at", "ended_at", "user")

run = LazyGroup(
    "run",
    table={
        "list": (f"{__name__}:list_runs", "List the runs, newest first."),
        "show": (f"{__name__}:show", "Show all that is known of a run."),
        "why": (f"{__name__}:explain", "Say why two results differ."),
        "replay": (f"{__name__}:replay_run", "Run a script or notebook again, and compare what comes out."),
    },
    help="Show runs, say why their results differ, run them again.",
)


@click.command("list", cls=Command)
@click.option("--status", type=click.Choice(STATUSES), help="Only runs that went like this.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="The most runs to show."
)
@json_option
def list_runs(status: str | None, limit: int) -> None:
    """List the runs, newest first."""
    with log.redirect(sys.stderr):
        found = _runs(status, limit)
    if current().json:
        print_json({"runs": found})
    elif current().quiet:
        print_lines(one["id"] for one in found)
    elif found:
        rows = [[_shown(one[column]) for column in _COLUMNS] for one in found]
        print_table([column.removesuffix("_at") for column in _COLUMNS], rows)
    else:
        tell("no run found")


@click.command(cls=Command)
@click.argument("run_id", metavar="ID", type=QUERY_TEXT)
@json_option
def show(run_id: str) -> None:
    """Show all that is known of a run."""
    with log.redirect(sys.stderr):
        from lnschema_core.history import run_facts
        from lnschema_core.models import Run

        record = Run.filter(pk=run_id).one_or_none()
        if record is None:
            msg = f"no run has the id {run_id!r}: `lamin run list` shows the runs"
            raise NoResultFound(msg)
        if current().json:
            print_json(run_facts.facts_of(record))
        else:
            print_lines(run_facts.describe(record).splitlines())


@click.command("why", cls=Command)
@click.argument("first", metavar="A", type=QUERY_TEXT)
@click.argument("second", metavar="B", type=QUERY_TEXT)
@json_option
def explain(first: str, second: str) -> None:
    """Say why two results differ.

    A and B are ids of files, datasets or runs, or keys of files. Their histories are compared as far back as they differ.
    """
    with log.redirect(sys.stderr):
        from lamindb.provenance.comparing import why
        from lnschema_core import models  # noqa: F401 - connects

        differences = why(first, second)
    if current().json:
        print_json({"differences": [asdict(one) for one in differences]})
    elif differences:
        rows = [[one.kind, one.what, one.first, one.second, *one.runs] for one in differences]
        print_table(["kind", "what", "A", "B", "run of A", "run of B"], rows)
    else:
        print_lines(["nothing that was recorded differs"])


@click.command("replay", cls=Command)
@click.argument("run_id", metavar="ID", type=QUERY_TEXT)
@click.option(
    "--tolerance", type=click.FloatRange(0, 1), default=1e-5, show_default=True,
    help="By how much of its value a number may differ.",
)  # fmt: skip
@click.option(
    "--environment", type=click.Choice(["then", "now"]), default="then", show_default=True,
    help="Install the packages in the versions of then, or use those of now.",
)  # fmt: skip
@json_option
def replay_run(run_id: str, *, tolerance: float, environment: str) -> None:
    """Run a script or notebook again, and compare what comes out.

    The stored source runs with the exact inputs in a scratch instance that is removed afterwards, and with the packages of then
    where they can be had. Each output is the same, equivalent (tables and matrices whose numbers differ by rounding only),
    different or missing.
    """
    with log.redirect(sys.stderr):
        from lamindb.provenance.replaying import replay
        from lnschema_core import models  # noqa: F401 - connects

        comparisons = replay(run_id, tolerance=tolerance, recreate_environment=environment == "then")
    if current().json:
        print_json({"outputs": [asdict(one) for one in comparisons]})
    elif comparisons:
        print_table(["verdict", "output"], [[one.verdict, one.name] for one in comparisons])
    else:
        print_lines(["the run has no outputs; it runs again"])


def _runs(status: str | None, limit: int) -> list[dict[str, Any]]:
    """Facts about runs; those of lost processes are told apart by looking at each."""
    from lnschema_core.models import Run

    runs = Run.filter().select_related("transform", "created_by", "execution").order_by("-run_at", "pk")
    if status is not None:
        runs = runs.filter(execution__status="running" if status == "lost" else status)
    found = []
    for record in runs.iterator():
        facts = _facts(record)
        if status in (None, facts["status"]):
            found.append(facts)
        if len(found) == limit:
            break
    return found


def _facts(record: Run) -> dict[str, Any]:
    return {
        "id": record.pk,
        "transform": record.transform.name,
        "status": record.status,
        "started_at": record.run_at,
        "ended_at": record.ended_at,
        "user": record.created_by.handle,
    }


def _shown(value: Any) -> Any:
    return value.strftime("%Y-%m-%d %H:%M:%S") if hasattr(value, "strftime") else value
