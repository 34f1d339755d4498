"""Commands that read registries: list, get, search. Their messages go to standard error, results to standard output."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from lamindb import log
from lamindb.cli.completing import FilterText, RecordText, RegistryText
from lamindb.cli.groups import Command
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines, print_pairs, print_table, tell
from lamindb.cli.texts import QUERY_TEXT, TEXT
from lamindb.errors import NoResultFound, PartialSuccess

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnschema_core.models import Registry

_limit = click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="The most records to show."
)


@click.command("list", cls=Command)
@click.argument("registry", type=RegistryText())
@_limit
@click.option(
    "--filter",
    "filters",
    metavar="FIELD[__LOOKUP]=VALUE",
    type=FilterText(),
    multiple=True,
    help="Only records whose column has this value; may be repeated. Look-ups: icontains, startswith, gt, in, isnull, …",
)
@click.option("--after", metavar="ID", type=TEXT, help="Only records behind this one: the last of the page before.")
@json_option
def list_records(registry: str, limit: int, filters: tuple[str, ...], after: str | None) -> None:
    """List the records of a registry, newest first."""
    from lamindb.cli.filtering import parse_filter
    from lnschema_core.querying.paging import behind

    with log.redirect(sys.stderr):
        model = _find(registry)
        records = (
            model.filter().filter(*(parse_filter(model, text) for text in filters)).order_by(*_newest_first(model))
        )
        if after is not None:
            records = behind(records, _required(model, after))
        found = list(records[: limit + 1])
    _print_records(model, found[:limit], has_more=len(found) > limit)


@click.command(cls=Command)
@click.argument("registry", type=RegistryText())
@click.argument("text", type=QUERY_TEXT)
@_limit
@json_option
def search(registry: str, text: str, limit: int) -> None:
    """Search a registry, best match first."""
    with log.redirect(sys.stderr):
        model = _find(registry)
        hits: Any = model.search(text, limit=limit, return_queryset=True)
        found = list(hits[:limit])
    _print_records(model, found, has_more=False)


@click.command(cls=Command)
@click.argument("registry", type=RegistryText())
@click.argument("ids", metavar="ID...", type=RecordText(), nargs=-1, required=True)
@json_option
def get(registry: str, ids: tuple[str, ...]) -> None:
    """Show records by id or key, files also by address (lamin://KEY)."""
    with log.redirect(sys.stderr):
        model = _find(registry)
        found = {name: _find_record(model, name) for name in dict.fromkeys(ids)}
    records = [record for record in found.values() if record is not None]
    missing = [name for name, record in found.items() if record is None]
    msg = f"no {model.__name__} has the id or key {', '.join(repr(name) for name in missing)}"
    if not records:
        raise NoResultFound(msg)
    _print_each(model, records, missing)
    if missing:
        raise PartialSuccess(msg)


# -- finding ----------------------------------------------------------------------------------------------------------


def _find(name: str) -> type[Registry]:
    from lamindb.cli.registries import find_registry

    return find_registry(name)


def _find_record(model: type[Registry], name: str) -> Registry | None:
    """The record with this id, else the one with this key; of files also the one at this address."""
    from lamindb.cli.filtering import column_value

    if model.__name__ == "File" and name.startswith("lamin://"):
        return _file_at(name)
    try:
        wanted = column_value(model._meta.pk, name)
    except click.UsageError:
        return None  # such as a word where ids are numbers
    record = model.filter(pk=wanted).one_or_none()
    if record is None and "key" in _columns(model):
        return model.filter(key=name).one_or_none()
    return record


def _file_at(address: str) -> Registry | None:
    from lamindb.provenance.addresses import file_at

    try:
        return file_at(address)
    except FileNotFoundError:
        return None


def _required(model: type[Registry], name: str) -> Registry:
    """The record with this id or key.

    Raises:
        NoResultFound: There is none.
    """
    record = _find_record(model, name)
    if record is None:
        msg = f"no {model.__name__} has the id or key {name!r}"
        raise NoResultFound(msg)
    return record


def _newest_first(model: type[Registry]) -> list[str]:
    return ["-created_at", "pk"] if "created_at" in _columns(model) else ["pk"]


def _columns(model: type[Registry]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


# -- printing ---------------------------------------------------------------------------------------------------------


def _print_records(model: type[Registry], records: Sequence[Registry], *, has_more: bool) -> None:
    from lamindb.cli.registries import qualified_name, record_as_dict

    rows = [record_as_dict(record) for record in records]
    if current().json:
        print_json({"registry": qualified_name(model), "records": rows, "has_more": has_more})
    elif current().quiet:
        print_lines(str(record.pk) for record in records)
    else:
        if rows:
            columns = _columns_with_values(rows)
            print_table(columns, [[_shown(row[column]) for column in columns] for row in rows])
        _tell_rest(model, records, has_more=has_more)


def _tell_rest(model: type[Registry], records: Sequence[Registry], *, has_more: bool) -> None:
    """Say what a table doesn't show: that there is nothing, or more."""
    if not records:
        tell(f"no {model.__name__} found")
    elif has_more:
        tell(f"there are more: pass a larger --limit, or --after {records[-1].pk} for the next page")


def _print_each(model: type[Registry], records: Iterable[Registry], missing: list[str]) -> None:
    from lamindb.cli.registries import qualified_name, record_as_dict

    rows = [record_as_dict(record) for record in records]
    if current().json:
        print_json({"registry": qualified_name(model), "records": rows, "missing": missing})
        return
    for row in rows:
        print_lines([model.__name__])
        print_pairs((name, _shown(value)) for name, value in row.items() if value is not None)


def _columns_with_values(rows: list[dict[str, Any]]) -> list[str]:
    """The columns worth a place in a table: those with a value, without who made the record and when."""
    return [name for name in rows[0] if name not in {"created_at", "created_by_id"} and any(row[name] for row in rows)]


def _shown(value: Any) -> Any:
    """Times to the second, everything else as it is."""
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value
