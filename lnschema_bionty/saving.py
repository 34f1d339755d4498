"""Saving biological records: rows that are there are taken, ancestors come along, in few statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb import log
from lamindb.errors import LaminError
from lamindb.text import messages
from lnschema_bionty import ids, sources
from lnschema_bionty._settings import settings
from lnschema_bionty.catalogue import bio_registry
from lnschema_bionty.construction import is_public, make_records, parents_of
from lnschema_core.fields import oldest_first
from lnschema_core.querying.hierarchy import parents_relation
from lnschema_core.rows.inserting import insert_new
from lnschema_core.rows.values import AnyOf
from lnschema_core.saving import insert_rows, save_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lnschema_bionty.models import BioRegistry


def save_records(registry: type[Any], records: Sequence[Any], *, parents: bool | None = None) -> None:
    """Save records of a registry and their ancestors, all or nothing.

    Args:
        registry: The registry.
        records: New or changed records. New ones that are in the database become the records that are there.
        parents: Save ancestors, too; by default as ``lb.settings.auto_save_parents`` says.
    """
    with transaction.atomic():
        new = [record for record in records if record._state.adding]
        save_sources(new)
        become_existing(registry, new)
        save_rows(registry, records)
        save_parents(registry, records, parents=parents)


def save_sources(records: Iterable[Any]) -> None:
    """Save the rows of sources to which new records refer, as far as they aren't saved yet."""
    cached = (record._state.fields_cache.get("bionty_source") for record in records)
    new = {row.pk: row for row in cached if row is not None and row._state.adding}
    if new:
        insert_rows(bio_registry("BiontySource"), list(new.values()))


def become_existing(registry: type[Any], records: Sequence[Any]) -> None:
    """Let new records that are in the database become the records that are there. Two queries.

    Records are known by their id, which is made of what identifies them. As ids are short, and don't say all, two records may
    have one: the second one gets another. A term that was renamed in its public source is known by its id there.
    """
    rows: dict[Any, Any] = {}
    known: dict[Any, tuple[Any, ...]] = {}
    waiting = records
    while waiting:
        found = _rows(registry, "pk", [record.pk for record in waiting])
        rows |= found
        known |= {key: identity(row) for key, row in found.items()}
        waiting = give_other_ids(waiting, known)
    for record in records:
        if record.pk in rows:
            record.become(rows[record.pk])
    if registry.public_id is not None:
        _become_renamed(registry, [record for record in records if record._state.adding and is_public(record)])


def give_other_ids(records: Sequence[Any], known: dict[Any, tuple[Any, ...]]) -> list[Any]:
    """Give another id to each record whose id is another record's; they are the same for the same record.

    Args:
        records: New records.
        known: What identifies the records of ids, to which these are added.

    Returns:
        The records with other ids, which may be taken as well.
    """
    clashing = []
    for record in records:
        own = identity(record)
        if known.setdefault(record.pk, own) != own:
            record.pk = ids.hash_id("|".join(map(str, (record.pk, *own))), len(record.pk))
            clashing.append(record)
    return clashing


def identity(record: Any) -> tuple[Any, ...]:
    """What a record differs in from all others of its registry."""
    return tuple(getattr(record, name) for name in type(record).identity)


def _become_renamed(registry: type[Any], records: Sequence[Any]) -> None:
    name = registry.public_id
    rows = _rows(registry, name, [getattr(record, name) for record in records])
    for record in records:
        row = rows.get(getattr(record, name))
        if row is not None:
            log.warning(
                f"{getattr(row, name)} is registered as {row.name!r} and stays so, though now called {record.name!r}"
            )
            record.become(row)


def _rows(registry: type[Any], field: str, values: Sequence[Any]) -> dict[Any, Any]:
    """The records by a field that has one of the values; of several with one value the oldest."""
    if not values:
        return {}
    found = registry.filter().filter(AnyOf(field, values)).order_by(*oldest_first(registry)).reverse()
    return {getattr(row, field): row for row in found}


# -- ancestors --------------------------------------------------------------------------------------------------------


def save_parents(registry: type[Any], records: Sequence[Any], *, parents: bool | None = None) -> None:
    """Save all ancestors of saved records, and all links between them; six statements per source.

    Terms that have a record keep it. Parents are looked up in the source that the record is from, if its registry knows sources.
    """
    with_parents = [record for record in records if parents_of(record)]
    if not with_parents or not (settings.auto_save_parents if parents is None else parents):
        return
    whose = repr(with_parents[0]) if len(with_parents) == 1 else f"{len(with_parents)} {registry.__name__} records"
    log.info(f"also saving parents of {whose}")
    log.hint("you can switch this off via: lb.settings.auto_save_parents = False")
    by_source: dict[Any, list[Any]] = {}
    for record in with_parents:
        by_source.setdefault(getattr(record, "bionty_source_id", None), []).append(record)
    with transaction.atomic():
        for group in by_source.values():
            _save_parents(registry, group)


def _save_parents(registry: type[BioRegistry], records: Sequence[Any]) -> None:
    wanted = list(dict.fromkeys(parent for record in records for parent in parents_of(record)))
    terms, source = _terms_above(registry, getattr(records[0], "bionty_source", None), wanted)
    keys = keys_by_ontology_id(registry, [*wanted, *terms])
    new = make_records(registry, [row for one, row in terms.items() if one not in keys], bionty_source=source)
    save_sources(new)
    insert_rows(registry, new)
    keys |= {record.ontology_id: record.pk for record in new}
    above = {record.pk: parents_of(record) for record in records}
    above |= {keys[one]: row.get("parents") or [] for one, row in terms.items()}
    link_parents(registry, above, keys)
    missing = [parent for parent in wanted if parent not in keys]
    messages.show(messages.about_missing_records(registry.__name__, "ontology_id", missing))


def _terms_above(registry: type[BioRegistry], row: Any, ontology_ids: list[str]) -> tuple[dict[str, Any], Any]:
    """The public terms of ontology ids and all above them, and the row of their source; none if they can't be read."""
    try:
        public = _public_of_row(registry, row)
        terms = {} if public is None else public.closure(ontology_ids)
    except (LaminError, KeyError, ValueError) as error:
        log.warning(f"parents are not looked up in a public source: {error.args[0] if error.args else error}")
        return {}, row
    return terms, row if public is None else sources.row_of(public.origin)


def _public_of_row(registry: type[BioRegistry], row: Any) -> Any:
    if row is None:
        return registry.bionty()
    with log.muted():
        return registry.bionty(bionty_source=row)


def keys_by_ontology_id(registry: type[Any], ontology_ids: Collection[str]) -> dict[str, str]:
    """The keys of records by their ontology ids; of several with one id the oldest. One query."""
    rows = registry.filter().filter(AnyOf("ontology_id", list(ontology_ids))).order_by(*oldest_first(registry))
    return dict(rows.reverse().values_list("ontology_id", "pk"))


def link_parents(registry: type[Any], parents: Mapping[str, Iterable[str]], keys: Mapping[str, str]) -> None:
    """Link records with their parents, in two statements and another per 10,000 links; links that are there stay.

    Args:
        registry: The registry.
        parents: The ontology ids of parents by the key of the record; unknown ones are left out.
        keys: The keys of records by their ontology ids.
    """
    relation = parents_relation(registry)
    link: Any = relation.remote_field.through
    near, far = relation.m2m_column_name(), relation.m2m_reverse_name()
    pairs = dict.fromkeys(
        (key, keys[parent]) for key, several in parents.items() for parent in several if parent in keys
    )
    there = set(link.objects.filter(AnyOf(near, list(parents))).values_list(near, far))
    insert_new(link, [link(**{near: key, far: parent}) for key, parent in pairs if (key, parent) not in there])
