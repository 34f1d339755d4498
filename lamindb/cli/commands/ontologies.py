"""Commands about public ontologies behind the registries of an instance: bionty list, use, add, diff, update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lamindb import log, setup
from lamindb.cli.groups import Command, LazyGroup
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines, print_table
from lamindb.cli.texts import TEXT
from lamindb.text.escaping import escaped

if TYPE_CHECKING:
    from lnschema_bionty.models import BiontySource
    from lnschema_bionty.public import Source
    from lnschema_bionty.updating import Update

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


_source_option = click.option(
    "--source", metavar="NAME", type=TEXT, help="The ontology, such as cl; by default the one that is used."
)
_species_option = click.option(
    "--species", metavar="NAME", type=TEXT, help="The species; by default that of the one that is used."
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


def _source(entity: str, source: str | None, version: str, species: str | None) -> Source:
    """A version of a public ontology.

    Raises:
        NoSuchSource: There is no such version.
    """
    from lnschema_bionty import public, sources

    used = sources.current_row(entity, species)
    if used is not None:
        species, source = species or used.species, source or used.source
    return public.sources.find(entity, species, source, version)


def _row(entity: str, source: str | None, version: str, species: str | None) -> BiontySource:
    """The row of a version of a public ontology; a new one, which isn't saved, if the instance didn't know it.

    Raises:
        NoSuchSource: There is no such version.
    """
    from lnschema_bionty import sources

    return sources.row_of(_source(entity, source, version, species))


@click.command("list", cls=Command)
@click.argument("entity", type=TEXT, required=False)
@click.option("--all", "everything", is_flag=True, help="Also versions that are known here, but not used.")
@json_option
def list_sources(entity: str | None, *, everything: bool) -> None:
    """List the versions of public ontologies that are used.

    ENTITY is a registry, such as CellType; by default all. What is read on this machine may be another version, if that
    one would have to be downloaded.
    """
    name = None if entity is None else _registry(entity).__name__
    values = [one for one in _known(everything=everything) if name in (None, one["entity"])]
    if current().json:
        print_json({"sources": values})
    else:
        columns = (*_COLUMNS, "reads")
        print_table(columns, [[row[column] for column in columns] for row in values])


def _known(*, everything: bool) -> list[dict[str, Any]]:
    """The versions that the instance uses, or all that it or this machine knows, the newest first."""
    rows = _registries().BiontySource.filter(**({} if everything else {"currently_used": True}))
    from lnschema_bionty import public, sources

    available = {source.key: source for source in public.sources.available()}
    found = {sources.key(row): (row, row.currently_used) for row in rows}
    further = {key: (source, False) for key, source in available.items() if everything}
    values = []
    for key, (one, used) in (further | found).items():
        names = {column: getattr(one, column) for column in _COLUMNS[:-1]}
        values.append({**names, "currently_used": used, "reads": _read(available.get(key), used=used)})
    values.sort(key=lambda value: value["version"], reverse=True)
    return sorted(values, key=lambda value: (value["entity"], value["species"], value["source"]))


def _read(wanted: Source | None, *, used: bool) -> str | None:
    """What is read for a version on this machine, maybe another one; ``None`` if it has to be fetched."""
    from lnschema_bionty import sources
    from lnschema_bionty.public import places

    with log.muted():
        taken = sources.at_hand(wanted) if wanted is not None and used else wanted
    return f"{taken.source} {taken.version}" if taken is not None and places.is_at_hand(taken) else None


@click.command(cls=Command)
@click.argument("entity", type=TEXT)
@click.argument("version", type=TEXT)
@_source_option
@_species_option
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
@_source_option
@_species_option
@click.option("--terms", "each", is_flag=True, help="Every term, rather than how many.")
@json_option
def diff(entity: str, old: str, new: str, source: str | None, species: str | None, *, each: bool) -> None:
    """Show what happened to terms between two versions.

    OLD and NEW are versions of one ontology.
    """
    from lnschema_bionty import public

    name = _registry(entity).__name__
    sources = (_source(name, source, version, species) for version in (old, new))
    first, second = (getattr(public, name)(one.species, one.source, one.version) for one in sources)
    changes = vars(first.changes(second))
    if current().json:
        print_json({"entity": name, "changes": changes})
    elif each:
        print_table(["what", "term", "before", "after"], _terms(changes))
    else:
        print_table(["what", "terms"], [[kind, len(found)] for kind, found in changes.items()])


def _terms(changes: dict[str, Any]) -> list[tuple[str, ...]]:
    """A row per change of a term."""
    told = {
        "renamed": changes["renamed"],
        "replaced": {one: ("", successor) for one, successor in changes["replaced"].items()},
    }
    return [(kind, one, *told.get(kind, {}).get(one, ("", ""))) for kind, found in changes.items() for one in found]


@click.command(cls=Command)
@click.argument("entity", type=TEXT, required=False)
@click.option("--version", "release", metavar="V", type=TEXT, help="The version; by default the newest that is here.")
@_source_option
@_species_option
@click.option("--apply", "wanted", is_flag=True, help="Do it; without this, what would happen is shown.")
@json_option
def update(entity: str | None, release: str | None, source: str | None, species: str | None, *, wanted: bool) -> None:
    """Move the terms in use to a newer version.

    ENTITY is a registry, such as CellType; by default all. Without `--apply` nothing changes.
    """
    plans = _plans(entity, source, release, species)
    if wanted:
        _registries()
        from lnschema_bionty.updating import apply_updates

        apply_updates(plans)
    if current().json:
        print_json({"applied": wanted, "updates": [_facts(plan) for plan in plans]})
    else:
        lines = [line for plan in plans for line in (plan.summary, *(f"  {escaped(str(one))}" for one in plan.changes))]
        print_lines(lines or ["all terms are from the newest versions that are here"])


def _plans(entity: str | None, source: str | None, version: str | None, species: str | None) -> list[Update]:
    """What to do about the terms of one source, if one is named, or else of all that are used.

    Raises:
        UsageError: A source is named, and no registry.
    """
    if entity is None and (source, version, species) != (None, None, None):
        msg = "name the registry, such as CellType, whose source, version or species you mean"
        raise click.UsageError(msg, click.get_current_context(silent=True))
    registry = None if entity is None else _registry(entity)
    if registry is not None and version is not None:
        return [registry.plan_update(_row(registry.__name__, source, version, species))]
    _registries()
    from lnschema_bionty.updating import plan_updates

    plans = plan_updates(registry, source=source)
    return [one for one in plans if species in (None, one.public.species)]


def _facts(plan: Update) -> dict[str, Any]:
    terms = [
        {
            "ontology_id": one.record.ontology_id,
            "name": one.record.name,
            "changes": one.kinds,
            "after": one.after,
            "lost_parents": one.lost,
            "gained_parents": one.gained,
        }
        for one in plan.changes
    ]
    to = {name: getattr(plan.public, name) for name in ("species", "source", "version")}
    return {"entity": plan.registry.__name__, **to, "terms": len(plan.terms), "changes": terms}
