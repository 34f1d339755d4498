"""Commands about public ontologies behind the registries of an instance: bionty list, use, add, diff, update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lamindb import setup
from lamindb.cli.groups import Command, LazyGroup
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines, print_table
from lamindb.cli.texts import TEXT

if TYPE_CHECKING:
    from lnschema_bionty.models import BiontySource

_COLUMNS = ("entity", "species", "source", "version", "currently_used")

bionty = LazyGroup(
    "bionty",
    table={
        "list": (f"{__name__}:list_sources", "List the versions of public ontologies that are used."),
        "use": (f"{__name__}:use", "Use a version of a public ontology from now on."),
        "add": (f"{__name__}:add", "Make a file a public ontology, and use it."),
        "diff": (f"{__name__}:diff", "Show what happened to terms between two versions."),
        "update": (f"{__name__}:update", "Move the terms in use to a newer version."),
    },
    help="Choose and update the public ontologies behind registries.",
)


def _registries() -> Any:
    """The package of the biological registries, connected to the instance."""
    setup.connection.connect()
    setup.connection.check_mounted("lnschema_bionty")
    import lnschema_bionty.models

    return lnschema_bionty.models


def _registry(entity: str) -> Any:
    """The registry of an entity, in any case.

    Raises:
        UsageError: There is none.
    """
    from lnschema_bionty import public

    models = _registries()
    names = [name for name in public.__all__ if hasattr(models, name) and hasattr(getattr(models, name), "bionty")]
    found = next((name for name in names if name.casefold() == entity.casefold()), None)
    if found is None:
        msg = f"no registry {entity[:60]!r}; there are {', '.join(sorted(names))}"
        raise click.UsageError(msg, click.get_current_context(silent=True))
    return getattr(models, found)


def _row(entity: str, source: str | None, version: str, species: str | None) -> BiontySource:
    """The row of a version of a public ontology, which is new if the instance didn't know it.

    Raises:
        ValueError: There is no such version.
    """
    from lnschema_bionty import public, sources

    used = sources.current_row(entity, species)
    if used is not None:
        species, source = species or used.species, source or used.source
    row = sources.row_of(public.sources.find(entity, species, source, version))
    if row._state.adding:
        row.save()
    return row


@click.command("list", cls=Command)
@click.argument("entity", type=TEXT, required=False)
@click.option("--all", "everything", is_flag=True, help="Also versions that are known, but not used.")
@json_option
def list_sources(entity: str | None, *, everything: bool) -> None:
    """List the versions of public ontologies that are used.

    ENTITY is a registry, such as CellType; by default all.
    """
    conditions: dict[str, Any] = {} if everything else {"currently_used": True}
    if entity is not None:
        conditions["entity"] = _registry(entity).__name__
    rows = _registries().BiontySource.filter(**conditions).order_by("entity", "species", "source", "-version")
    values = list(rows.values(*_COLUMNS))
    if current().json:
        print_json({"sources": values})
    else:
        print_table(_COLUMNS, [[row[name] for name in _COLUMNS] for row in values])


@click.command(cls=Command)
@click.argument("entity", type=TEXT)
@click.argument("version", type=TEXT)
@click.option("--source", metavar="NAME", type=TEXT, help="The ontology, such as cl; by default the one that is used.")
@click.option("--species", metavar="NAME", type=TEXT, help="The species; by default that of the one that is used.")
def use(entity: str, version: str, source: str | None, species: str | None) -> None:
    """Use a version of a public ontology from now on.

    Records stay as they are; `lamin bionty update` moves them, too.
    """
    row = _row(_registry(entity).__name__, source, version, species)
    row.use()
    print_lines([f"{row.entity}: {row.source} {row.version} is used for {row.species}"])


@click.command(cls=Command)
@click.argument("entity", type=TEXT)
@click.argument("address", metavar="FILE|URL", type=TEXT)
@click.option("--source", metavar="NAME", type=TEXT, required=True, help="The ontology in short, such as cl.")
@click.option("--version", "release", metavar="V", type=TEXT, required=True, help="The release.")
@click.option("--licence", metavar="L", type=TEXT, required=True, help="Under which conditions its terms may be used.")
@click.option("--species", metavar="NAME", type=TEXT, help="The species that it is about.")
def add(entity: str, address: str, source: str, release: str, licence: str, species: str | None) -> None:
    """Make a file a public ontology, and use it.

    OBO, OWL, OBO-graph JSON, tsv, csv and parquet files are read.
    """
    registry = _registry(entity)
    row = registry.add_source(address, source=source, version=release, licence=licence, species=species)
    print_lines([f"{row.entity}: {row.source} {row.version} is used for {row.species}"])


@click.command(cls=Command)
@click.argument("entity", type=TEXT)
@click.argument("old", type=TEXT)
@click.argument("new", type=TEXT)
@click.option("--source", metavar="NAME", type=TEXT, help="The ontology, such as cl; by default the one that is used.")
@json_option
def diff(entity: str, old: str, new: str, source: str | None) -> None:
    """Show what happened to terms between two versions.

    OLD and NEW are versions of one ontology.
    """
    registry = _registry(entity)
    rows = [_row(registry.__name__, source, version, None) for version in (old, new)]
    first, second = (registry.bionty(bionty_source=row) for row in rows)
    changes = {kind: list(ids) for kind, ids in vars(first.changes(second)).items()}
    if current().json:
        print_json({"entity": registry.__name__, "changes": changes})
    else:
        print_table(["what", "terms"], [[kind, len(found)] for kind, found in changes.items()])


@click.command(cls=Command)
@click.argument("entity", type=TEXT)
@click.option("--version", "release", metavar="V", type=TEXT, help="The version; by default the newest that is here.")
@click.option("--source", metavar="NAME", type=TEXT, help="The ontology, such as cl; by default the one that is used.")
@click.option("--apply", "wanted", is_flag=True, help="Do it; without this, what would happen is shown.")
@json_option
def update(entity: str, release: str | None, source: str | None, *, wanted: bool) -> None:
    """Move the terms in use to a newer version.

    Without `--apply` nothing changes.
    """
    registry = _registry(entity)
    row = _row(registry.__name__, source, release, None) if release is not None else None
    plan = registry.plan_update(row)
    if wanted:
        plan.apply()
    if not current().json:
        print_lines(repr(plan).splitlines())
        return
    terms = [
        {"ontology_id": one.record.ontology_id, "name": one.record.name, "changes": list(one.kinds), "after": one.after}
        for one in plan.changes
    ]
    to = {"source": plan.public.source, "version": plan.public.version}
    print_json({"entity": registry.__name__, **to, "applied": wanted, "terms": len(plan.terms), "changes": terms})
