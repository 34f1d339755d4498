"""Making records of all terms of a public source at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb import log
from lamindb.text.messages import plural
from lnschema_bionty import sources
from lnschema_bionty.construction import make_records, parents_of
from lnschema_bionty.contexts import find_species, has_species
from lnschema_bionty.saving import give_other_ids, link_parents, save_sources
from lnschema_core.saving import insert_rows

if TYPE_CHECKING:
    from lnschema_bionty.models import BiontySource, BioRegistry, Species


def import_all(
    registry: type[BioRegistry], species: str | Species | None = None, bionty_source: BiontySource | None = None
) -> int:
    """Save records for all terms of a public source; see :meth:`BioRegistry.import_from_bionty`.

    Raises:
        TypeError: The registry is of another package, and has no public source.
        LaminError: The table of the source can't be had; nothing is saved then.
    """
    public = registry.bionty(species, bionty_source)
    if public is None:
        msg = f"{registry.__name__} has no public source to import"
        raise TypeError(msg)
    rows = registry.merge_rows([row for row in public.table().to_pylist() if not row.get("obsolete")])
    links: dict[str, Any] = {"bionty_source": sources.row_of(public.origin)}
    if has_species(registry):
        links["species"] = find_species(registry, species)
    with transaction.atomic():
        number = _save(registry, rows, links)
    what = f"{registry.__name__} record{plural(number)}"
    log.success(
        f"imported {number} {what} from {public.source} {public.version}, {len(rows) - number} are there already"
    )
    return number


def _save(registry: type[Any], rows: list[dict[str, Any]], links: dict[str, Any]) -> int:
    records = make_records(registry, rows, **links)
    there = {row[0]: row[1:] for row in registry.filter().values_list("pk", *registry.identity)}
    keys = {own[0]: key for key, own in there.items()} if registry.public_id is not None else {}
    unknown = [record for record in records if record.ontology_id not in keys] if keys else records
    known, waiting = dict(there), unknown
    while waiting:
        waiting = give_other_ids(waiting, known)
    new = [record for record in unknown if record.pk not in there]
    save_sources(new)
    insert_rows(registry, new)
    if registry.public_id is not None:
        keys |= {record.ontology_id: record.pk for record in new}
        link_parents(registry, {keys[record.ontology_id]: parents_of(record) for record in records}, keys)
    return len(new)
