"""Giving the terms of a registry what another version of their public source says. Looks at nothing and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.text.joined import join, split
from lnschema_bionty.catalogue import bio_registry
from lnschema_bionty.comparing import MOVED, RENAMED, field_after, new_synonyms
from lnschema_bionty.construction import make_records
from lnschema_bionty.saving import keys_by_ontology_id, link_parents, save_parents, save_records
from lnschema_core.fields import has_field
from lnschema_core.querying.hierarchy import parents_relation
from lnschema_core.rows.inserting import insert_new
from lnschema_core.rows.values import AnyOf
from lnschema_core.saving import save_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lnschema_bionty.comparing import TermChange
    from lnschema_bionty.models import BiontySource
    from lnschema_bionty.public import PublicOntology


def remember(registry: type[Any], terms: Sequence[TermChange], row: BiontySource) -> None:
    """Write down what the terms were; once for terms that ended and stay from their version."""
    history = bio_registry("TermUpdate")
    written = remembered(registry, row)
    rows = [
        history.from_fields(
            registry=registry.__name__,
            record_id=one.record.pk,
            changes="|".join(one.kinds),
            name=one.record.name,
            from_source=one.record.bionty_source,
            to_source=row,
        )
        for one in terms
        if not (one.is_ended and one.record.pk in written)
    ]
    insert_new(history, rows)


def remembered(registry: type[Any], version: BiontySource | PublicOntology) -> set[str]:
    """The keys of the records of which is written down what a version did to them."""
    same = {f"to_source__{name}": getattr(version, name) for name in ("entity", "species", "source", "version")}
    rows = bio_registry("TermUpdate").filter(registry=registry.__name__, **same)
    return set(rows.values_list("record_id", flat=True))


def change_fields(registry: type[Any], terms: Sequence[TermChange], row: BiontySource, public: PublicOntology) -> None:
    """Give the records of terms in use the fields of the version; former names and further synonyms are synonyms."""
    extra = [name for name in ("molecule", "instrument", "measurement") if has_field(registry, name)]
    going_on = [one for one in terms if not one.is_ended]
    taken = _names_of_others(going_on, public)
    for one in going_on:
        record = one.record
        synonyms = _synonyms(one, taken)
        values = {name: field_after(one, name) for name in ["name", *extra]}
        values["description"] = field_after(one, "description", "definition")
        for name, value in values.items():
            setattr(record, name, value)
        record.synonyms, record.bionty_source = synonyms, row
    save_rows(registry, [one.record for one in going_on])


def _names_of_others(terms: Sequence[TermChange], public: PublicOntology) -> Collection[tuple[str, str]]:
    """Which former names and synonyms of terms are names of other terms in the version: they mean those from now on."""
    said = {(one.record.ontology_id, name) for one in terms for name in _former_names(one)}
    rows = public.records("name", sorted({name for _, name in said}))
    owners = {name: found[0]["ontology_id"] for name, found in rows.items() if not found[0]["obsolete"]}
    return {(term, name) for term, name in said if owners.get(name, term) != term}


def _former_names(one: TermChange) -> list[str]:
    """The names that a record has from its public source, as far as is known, and that the version doesn't give to it."""
    names = [*split((one.former or {}).get("synonyms")), *([one.record.name] if RENAMED in one.kinds else [])]
    still = split((one.row or {}).get("synonyms"))
    return [name for name in names if name not in still]


def _synonyms(one: TermChange, taken: Collection[tuple[str, str]]) -> str | None:
    record, name = one.record, field_after(one, "name")
    names = [*split(record.synonyms), *new_synonyms(one), record.name]
    return join(said for said in names if said != name and (record.ontology_id, said) not in taken)


def move(registry: type[Any], terms: Sequence[TermChange]) -> None:
    """Take away the parents that terms lost, and give them those that they gained; others stay."""
    moved = {one.record.pk: one for one in terms if MOVED in one.kinds}
    relation = parents_relation(registry)
    near, far = relation.m2m_column_name(), relation.m2m_reverse_field_name()
    link: Any = relation.remote_field.through
    links = link.objects.filter(AnyOf(near, list(moved))).values_list("pk", near, f"{far}__ontology_id")
    link.objects.filter(AnyOf("pk", [key for key, child, parent in links if parent in moved[child].lost])).delete()
    for one in moved.values():
        one.record._parents = list(one.gained) or None  # noqa: SLF001 - declared by the registry
    with log.muted():
        save_parents(registry, [one.record for one in moved.values()], parents=True)


def put_below_successors(
    registry: type[Any], terms: Sequence[TermChange], row: BiontySource, public: PublicOntology
) -> None:
    """Make terms that ended children of those that take their place."""
    successors = {one.record.pk: one.successor for one in terms if one.successor is not None}
    rows = [found[0] for found in public.records("ontology_id", sorted(set(successors.values()))).values()]
    in_use = [found for found in rows if not found["obsolete"]]
    with log.muted():
        save_records(registry, make_records(registry, in_use, bionty_source=row), parents=True)
    ended = {one.record.pk for one in terms if one.is_ended}
    keys = keys_by_ontology_id(registry, list(successors.values()))
    keys = {one: key for one, key in keys.items() if key not in ended}
    link_parents(registry, {key: [one] for key, one in successors.items()}, keys)
    twins = {one.record.pk: [one.twin] for one in terms if one.twin is not None}
    link_parents(registry, twins, {twin: twin for [twin] in twins.values()})
