"""What another version of a public source says about the terms of a registry: looks, and changes nothing.

Three states are compared: the record, the term in the version that it is from, and the term in the other version. So what a
user changed stays. Where the version that a record is from isn't on this machine, the record counts as what that version said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.text.joined import split
from lnschema_bionty import public
from lnschema_bionty.construction import plain_value
from lnschema_bionty.public import places
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lnschema_bionty.models import BiontySource
    from lnschema_bionty.public import PublicOntology

MERGED, REPLACED, OBSOLETE, GONE, DUPLICATE = "merged", "replaced", "obsolete", "gone", "duplicate"
RENAMED, MOVED, REDEFINED = "renamed", "moved", "redefined"
_ENDED = (MERGED, REPLACED, OBSOLETE, GONE, DUPLICATE)

_Row = dict[str, Any]


@dataclass(frozen=True)
class TermChange:
    """What happens to one term."""

    record: Any
    """The record of the term, as it is now."""
    row: _Row | None
    """The term in the other version."""
    former: _Row | None = None
    """The term in the version that the record is from, if that is on this machine."""
    kinds: tuple[str, ...] = ()
    """``merged``, ``replaced``, ``obsolete``, ``gone`` or ``duplicate``; or any of ``renamed``, ``moved``, ``redefined``."""
    lost: tuple[str, ...] = ()
    """Ontology ids of the parents that it has no more."""
    gained: tuple[str, ...] = ()
    """Ontology ids of its further parents."""
    successor: str | None = None
    """Ontology id of the term that takes its place."""
    twin: str | None = None
    """Key of the record of the same term that goes on instead of this one."""

    @property
    def is_ended(self) -> bool:
        """Whether the record isn't moved to the other version."""
        return bool(self.kinds) and self.kinds[0] in _ENDED

    @property
    def after(self) -> str:
        """What the term is called then, or which term takes its place."""
        if self.row is None or self.successor is not None or self.kinds[:1] == (OBSOLETE,):
            return self.successor or ""
        return str(self.row["name"])

    def __str__(self) -> str:
        record = self.record
        where = ", ".join([*(f"-{one}" for one in self.lost), *(f"+{one}" for one in self.gained)])
        kinds = ", ".join(f"{kind} ({where})" if kind == MOVED else kind for kind in self.kinds)
        after = f" → {self.after}" if self.after and self.after != record.name else ""
        return f"{record.ontology_id} {record.name!r}: {kinds}{after}"


def compare(registry: type[Any], ontology: PublicOntology) -> list[TermChange]:
    """What a version says about the records that are from other versions of its source. Three queries.

    The table of the version is only read if there are such records.
    """
    same = {"bionty_source__source": ontology.source, "bionty_source__species": ontology.species}
    others = registry.filter(ontology_id__isnull=False, **same).exclude(bionty_source__version=ontology.version)
    records = list(others.select_related("bionty_source").order_by("ontology_id", "pk"))
    if not records:
        return []
    rows = _first_rows(ontology, [record.ontology_id for record in records])
    parents = _parents(registry, [record.pk for record in records])
    twins = _twins(registry, ontology, records, rows, parents)
    successors = _successors(ontology, rows.values())
    former = _former_rows(registry, records)
    return [
        _change(
            TermChange(record, rows.get(record.ontology_id), former.get(record.pk)),
            parents.get(record.pk, set()),
            successors.get(record.ontology_id),
            twins.get(record.pk),
        )
        for record in records
    ]


def _first_rows(ontology: PublicOntology, ontology_ids: Sequence[str]) -> dict[str, _Row]:
    return {one: rows[0] for one, rows in ontology.records("ontology_id", ontology_ids).items()}


def _parents(registry: Any, keys: list[str]) -> dict[str, set[str]]:
    """The ontology ids of the parents of records, by key."""
    pairs = registry.filter().filter(AnyOf("pk", keys)).values_list("pk", "parents__ontology_id")
    found: dict[str, set[str]] = {}
    for key, parent in pairs:
        if parent is not None:
            found.setdefault(key, set()).add(parent)
    return found


def _former_rows(registry: type[Any], records: Iterable[Any]) -> dict[str, _Row]:
    """The terms in the versions that records are from, by key, as far as these versions are on this machine."""
    by_version: dict[BiontySource, list[Any]] = {}
    for record in records:
        by_version.setdefault(record.bionty_source, []).append(record)
    known = {source.key: source for source in public.sources.available()}
    found: dict[str, _Row] = {}
    for version, group in by_version.items():
        source = known.get((version.entity, version.source, version.species, version.version))
        if source is not None and places.is_at_hand(source):
            ontology = getattr(public, registry.__name__)(source.species, source.source, source.version)
            rows = _first_rows(ontology, [record.ontology_id for record in group])
            found |= {record.pk: rows[record.ontology_id] for record in group if record.ontology_id in rows}
    return found


def _successors(ontology: PublicOntology, rows: Iterable[_Row]) -> dict[str, str]:
    """The terms that take the place of obsolete ones, in the end: a successor may be obsolete itself. None in a circle."""
    found = {row["ontology_id"]: str(row["replaced_by"]) for row in rows if row["obsolete"] and row["replaced_by"]}
    ended = dict(found)
    asked: set[str] = set()
    while wanted := set(ended.values()) - asked - set(ended):
        asked |= wanted
        further = _first_rows(ontology, sorted(wanted)).values()
        ended |= {row["ontology_id"]: row["replaced_by"] for row in further if row["obsolete"] and row["replaced_by"]}
    last = {one: _last(ended, one) for one in found}
    return {one: successor for one, successor in last.items() if successor not in ended}


def _last(successors: Mapping[str, str], one: str) -> str:
    seen = {one}
    while successors[one] in successors and successors[one] not in seen:
        one = successors[one]
        seen.add(one)
    return successors[one]


def _twins(
    registry: Any, ontology: PublicOntology, records: Sequence[Any], rows: Mapping[str, _Row], parents: Any
) -> dict[str, str]:
    """The key of the record that goes on, by those of further records of the same term.

    Databases that were filled by 0.54 have two records of a term that was renamed between two versions.
    """
    mine = {record.pk for record in records}
    found = registry.filter().filter(AnyOf("ontology_id", [record.ontology_id for record in records]))
    fields = ("ontology_id", "pk", "name", "bionty_source__source", "bionty_source__version")
    by_term: dict[str, list[tuple[Any, ...]]] = {}
    for one, key, name, source, version in found.order_by("created_at", "pk").values_list(*fields):
        renamed = one not in rows or name != rows[one]["name"]
        if key in mine or (source, version) == (ontology.source, ontology.version) or not renamed:
            by_term.setdefault(one, []).append((key in mine, one in parents.get(key, ()), renamed, key))
    several = {one: min(group, key=lambda rank: rank[:3])[3] for one, group in by_term.items() if len(group) > 1}
    keepers = ((record.pk, several.get(record.ontology_id)) for record in records)
    return {key: keeper for key, keeper in keepers if keeper is not None and keeper != key}


def _change(term: TermChange, linked: set[str], successor: str | None, twin: str | None) -> TermChange:
    record, row, former = term.record, term.row, term.former
    if row is None:
        return TermChange(record, row, former, (GONE,))
    if row["obsolete"]:
        kind = OBSOLETE if successor is None else REPLACED if row["name"] else MERGED
        return TermChange(record, row, former, (kind,), successor=successor)
    if twin is not None:
        return TermChange(record, row, former, (DUPLICATE,), twin=twin)
    lost, gained = _moves(linked, former, row)
    happened = {
        RENAMED: record.name != field_after(term, "name"),
        MOVED: bool(lost or gained),
        REDEFINED: record.description != field_after(term, "description", "definition") or bool(new_synonyms(term)),
    }
    kinds = tuple(kind for kind, has_happened in happened.items() if has_happened)
    return TermChange(record, row, former, kinds, tuple(sorted(lost)), tuple(sorted(gained)))


def _moves(linked: set[str], former: _Row | None, row: _Row) -> tuple[set[str], set[str]]:
    """The parents that a term loses and gains; none if its parents aren't registered. Those that a user linked stay."""
    before = linked if former is None else set(former["parents"] or ())
    after = set(row["parents"] or ())
    if not linked and (former is None or before):
        return set(), set()
    return (before & linked) - after, after - before - linked


def field_after(term: TermChange, name: str, column: str | None = None) -> Any:
    """The value of a field of a record after the update: that of the other version, unless a user changed it."""
    mine, column = getattr(term.record, name), column or name
    if term.row is None or (term.former is not None and plain_value(term.former.get(column)) != mine):
        return mine
    return plain_value(term.row.get(column))


def new_synonyms(term: TermChange) -> list[str]:
    """The synonyms of the other version that the record hasn't; without those that a user took away."""
    former = term.former or {}
    known = {*split(term.record.synonyms), *split(former.get("synonyms")), field_after(term, "name")}
    return [name for name in split((term.row or {}).get("synonyms")) if name not in known]
