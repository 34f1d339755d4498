"""The command that holds tables to criteria: validate."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lamindb import log
from lamindb.cli import exits, items
from lamindb.cli.groups import Command
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines
from lamindb.cli.texts import QUERY_TEXT, TEXT
from lamindb.errors import NoResultFound
from lamindb.text.escaping import escaped

if TYPE_CHECKING:
    from lamindb.cli.items import Outcome
    from lnschema_core.criteria.criteria import Criteria
    from lnschema_core.criteria.report import CriteriaReport


@click.command(cls=Command)
@click.argument("paths", metavar="DATA...", type=TEXT, nargs=-1, required=True)
@click.option(
    "--criteria",
    "document",
    metavar="FILE",
    type=TEXT,
    required=True,
    help="The criteria: a .json, .toml or .yaml file.",
)
@click.option(
    "--standardize", "target", metavar="OUT", type=TEXT, help="Write a mended copy to this path, and go on with that."
)
@click.option("--typos", is_flag=True, help="With --standardize: also mend what is probably a typo.")
@click.option("--save", is_flag=True, help="Save data that meet the criteria, with their features and labels.")
@click.option("--key", type=QUERY_TEXT, help="With --save: the key of the file.")
@click.option("--name", type=QUERY_TEXT, help="With --save: save a dataset of this name rather than a file.")
@click.option("--description", type=QUERY_TEXT, help="With --save: a description.")
@click.option(
    "--report", "cells", metavar="OUT", type=TEXT, help="Write a line per failing cell to this .csv or .tsv file."
)
@click.option(
    "--limit", type=click.IntRange(0), default=20, show_default=True, help="The most failures to show; --json has all."
)
@json_option
def validate(
    paths: tuple[str, ...],
    document: str,
    target: str | None,
    *,
    typos: bool,
    save: bool,
    key: str | None,
    name: str | None,
    description: str | None,
    cells: str | None,
    limit: int,
) -> int:
    """Check tables against criteria, and save one that meets them.

    DATA is the path of a parquet, CSV or AnnData file, or the id or key of a registered file. Shows all that fails, each
    value once, with the mend that suggests itself. The exit status is 21 if something fails, and 3 if some of several do.
    """
    given = {"key": key, "name": name, "description": description}
    arguments = {option: value for option, value in given.items() if value is not None}
    _check_options(arguments, typos=typos, save=save, is_mended=target is not None)
    if len(set(paths)) > 1 and (save or target is not None or cells is not None):
        msg = "--save, --standardize and --report are for one DATA"
        raise click.UsageError(msg, click.get_current_context())
    delimiter = "," if cells is None else _delimiter_of(cells)

    def hold(data: str) -> tuple[int, tuple[CriteriaReport, dict[str, Any]]]:
        report, saved = _hold(criteria, data, target, typos=typos, arguments=arguments if save else None)
        if cells is not None:
            report.rows().to_csv(cells, sep=delimiter, index=False)
        facts = {"data": data, "standardized": target, "saved": saved}
        return exits.OK if report.ok else exits.CRITERIA_NOT_MET, (report, facts)

    with log.redirect(sys.stderr):
        from lnschema_core.criteria.criteria import Criteria

        criteria = Criteria.from_file(document)
        outcomes = items.try_each(paths, hold)
        _print_all(outcomes, limit=limit)
        return items.status_of(outcomes)


def _hold(
    criteria: Criteria, data: str, target: str | None, *, typos: bool, arguments: dict[str, str] | None
) -> tuple[CriteriaReport, str | None]:
    """The report about data, and the id of what was saved of them if there are arguments for that."""
    from lnschema_core.criteria.saving import save_if_met

    source = _find(data)
    if target is not None:
        source = criteria.standardize(source, typos=typos, to=target)
    if arguments is None:
        return criteria.inspect(source), None
    record, report = save_if_met(criteria, source, None, arguments)
    return report, getattr(record, "pk", None)


def _check_options(arguments: dict[str, str], *, typos: bool, save: bool, is_mended: bool) -> None:
    context = click.get_current_context()
    if typos and not is_mended:
        msg = "--typos is for --standardize"
        raise click.UsageError(msg, context)
    if arguments and not save:
        msg = f"--{next(iter(arguments))} is for --save"
        raise click.UsageError(msg, context)
    if save and not arguments:
        msg = "--save needs --key or --description for a file, or --name for a dataset"
        raise click.UsageError(msg, context)


def _delimiter_of(path: str) -> str:
    delimiter = {".csv": ",", ".tsv": "\t"}.get(Path(path).suffix)
    if delimiter is None:
        msg = f"--report writes .csv and .tsv files, not {path!r:.200}"
        raise click.UsageError(msg, click.get_current_context())
    return delimiter


def _find(data: str) -> Any:
    """The path, or the registered file of this id or key."""
    if "://" in data or Path(data).exists():
        return data
    from lnschema_core.models import File

    record = File.filter(pk=data).one_or_none() or File.filter(key=data).one_or_none()
    if record is None:
        msg = f"there is nothing at the path {data!r:.200}, and no file has this id or key"
        raise NoResultFound(msg)
    return record


def _print_all(outcomes: list[Outcome], *, limit: int) -> None:
    """One report as it is, several below the names of what they are about."""
    if len(outcomes) == 1:
        if outcomes[0].value is not None:
            _print(*outcomes[0].value, limit=limit)
    elif current().json:
        print_json({"results": [_as_json(outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            if not current().quiet:
                print_lines([f"{escaped(outcome.item)}:"])
            if outcome.value is not None:
                _print(*outcome.value, limit=limit)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    if outcome.value is None:
        return {"data": outcome.item, **outcome.problem}
    report, facts = outcome.value
    shown: dict[str, Any] = facts | report.as_dict()
    return shown


def _print(report: CriteriaReport, facts: dict[str, Any], *, limit: int) -> None:
    if current().json:
        print_json(facts | report.as_dict())
        return
    if not current().quiet:
        print_lines(escaped(line) for line in report.lines(limit=limit))
    if facts["saved"] is not None:
        print_lines([facts["saved"] if current().quiet else f"saved: {facts['saved']}"])
