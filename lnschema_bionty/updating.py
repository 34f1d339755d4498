"""Moving the terms of a registry to another version of their public source: what would change, and doing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb import log
from lamindb.text.joined import join, split
from lamindb.text.messages import plural
from lnschema_bionty import public, sources
from lnschema_bionty.catalogue import bio_registry
from lnschema_bionty.construction import make_records, plain_value
from lnschema_bionty.saving import keys_by_ontology_id, link_parents, save_parents, save_records
from lnschema_core.fields import has_field
from lnschema_core.hierarchy import parents_relation
from lnschema_core.inserting import insert_new
from lnschema_core.saving import save_rows
from lnschema_core.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from lnschema_bionty.models import BiontySource, BioRegistry
    from lnschema_bionty.public import PublicOntology

MERGED, OBSOLETE, GONE, RENAMED, MOVED, REDEFINED = "merged", "obsolete", "gone", "renamed", "moved", "redefined"
_ENDED = (MERGED, OBSOLETE, GONE)
_SHOWN = 20


@dataclass(frozen=True)
class TermChange:
    """What happens to one term."""

    record: Any
    """The record of the term, as it is now."""
    row: dict[str, Any] | None
    """The term in the other version."""
    kinds: tuple[str, ...]
    """``merged``, ``obsolete`` or ``gone``; or any of ``renamed``, ``moved``, ``redefined``."""

    @property
    def is_ended(self) -> bool:
        """Whether the term isn't in use any more."""
        return bool(self.kinds) and self.kinds[0] in _ENDED

    @property
    def after(self) -> str:
        """What the term is called then, or which term takes its place."""
        if self.row is None:
            return ""
        return str(self.row["replaced_by"] or "") if self.is_ended else str(self.row["name"])

    def __str__(self) -> str:
        record = self.record
        after = f" → {self.after}" if self.after and self.after != record.name else ""
        return f"{record.ontology_id} {record.name!r}: {', '.join(self.kinds)}{after}"


@dataclass(frozen=True)
class Update:
    """What another version of a public source says about the terms of a registry."""

    registry: type[Any]
    public: PublicOntology
    terms: Sequence[TermChange]
    """All terms that are from other versions of the source, those that stay the same included."""

    @property
    def changes(self) -> list[TermChange]:
        """The terms that change."""
        return [term for term in self.terms if term.kinds]

    def df(self) -> pd.DataFrame:
        """The terms that change as a frame: what they are called, what happens, and what they are called then."""
        import pandas as pd

        columns = ["ontology_id", "name", "changes", "after", "version"]
        rows = [
            (one.record.ontology_id, one.record.name, "|".join(one.kinds), one.after, one.record.bionty_source.version)
            for one in self.changes
        ]
        return pd.DataFrame(rows, columns=columns).set_index("ontology_id")

    def __repr__(self) -> str:
        changes = self.changes
        to = f"{self.public.source} {self.public.version}"
        head = (
            f"{self.registry.__name__}: {len(self.terms)} term{plural(len(self.terms))} to {to}, {len(changes)} change"
        )
        more = ["  …"] if len(changes) > _SHOWN else []
        return "\n".join([head, *(f"  {one}" for one in changes[:_SHOWN]), *more])

    def apply(self) -> None:
        """Change the records, all or nothing, remember what they were, and use the version from now on.

        Records keep their ids, and data their labels. A former name becomes a synonym. A term that was merged into another one
        becomes a child of it, so that data with the other or any below it has it; terms that ended stay from their version.
        What changed since the plan was made is looked at again.
        """
        with transaction.atomic():
            row = sources.row_of(self.public.origin)
            if row._state.adding:
                row.save()
            plan = _plan(self.registry, self.public)
            _remember(plan, row)
            _change_fields(plan, row)
            _move(plan)
            _put_below_successors(plan, row)
            row.use()
        what = f"{len(plan.terms)} {self.registry.__name__} record{plural(len(plan.terms))}"
        log.success(f"moved {what} to {row.source} {row.version}, {len(plan.changes)} changed")


# -- look -------------------------------------------------------------------------------------------------------------


def plan_update(registry: type[BioRegistry], row: BiontySource | None, version: str | None) -> Update:
    """What a version of the public source says about the terms of a registry; see :meth:`BioRegistry.plan_update`.

    Raises:
        NotImplementedError: Records of this registry have no ontology ids.
        ValueError: There is no such version, or none is used.
    """
    if registry.public_id is None:
        msg = (
            f"records of {registry.__name__} have no ontology ids, by which terms are followed from version to version"
        )
        raise NotImplementedError(msg)
    current = row or sources.current_row(registry.__name__)
    if current is None:
        msg = f"no source of {registry.__name__} is currently used: pass `bionty_source`"
        raise ValueError(msg)
    found = public.sources.find(
        current.entity, current.species, current.source, row.version if row is not None else version
    )
    entity = getattr(public, registry.__name__)
    return _plan(registry, entity(found.species, found.source, found.version))


def _plan(registry: type[Any], ontology: PublicOntology) -> Update:
    """Compare records with the terms of a version. Three queries."""
    same = {"bionty_source__source": ontology.source, "bionty_source__species": ontology.species}
    others = registry.filter(ontology_id__isnull=False, **same).exclude(bionty_source__version=ontology.version)
    records = list(others.select_related("bionty_source").order_by("ontology_id"))
    rows = ontology.records("ontology_id", [record.ontology_id for record in records])
    parents = _parents(registry, [record.pk for record in records])
    terms = [
        TermChange(record, row, _kinds(record, row, parents.get(record.pk, set())))
        for record in records
        for row in [next(iter(rows.get(record.ontology_id, [])), None)]
    ]
    return Update(registry, ontology, terms)


def _parents(registry: Any, keys: list[str]) -> dict[str, set[str]]:
    """The ontology ids of the parents of records, by key."""
    pairs = registry.filter().filter(AnyOf("pk", keys)).values_list("pk", "parents__ontology_id")
    found: dict[str, set[str]] = {}
    for key, parent in pairs:
        if parent is not None:
            found.setdefault(key, set()).add(parent)
    return found


def _kinds(record: Any, row: dict[str, Any] | None, parents: set[str]) -> tuple[str, ...]:
    if row is None:
        return (GONE,)
    if row["obsolete"]:
        return (MERGED if row["replaced_by"] else OBSOLETE,)
    happened = {
        RENAMED: record.name != row["name"],
        MOVED: bool(parents) and parents != set(row["parents"] or ()),
        REDEFINED: record.description != plain_value(row["definition"])
        or not set(split(row["synonyms"])) <= set(split(record.synonyms)),
    }
    return tuple(kind for kind, has_happened in happened.items() if has_happened)


# -- do ---------------------------------------------------------------------------------------------------------------


def _remember(plan: Update, row: BiontySource) -> None:
    """Write down what the terms were."""
    registry = bio_registry("TermUpdate")
    rows = [
        registry.from_fields(
            registry=plan.registry.__name__,
            record_id=one.record.pk,
            changes="|".join(one.kinds),
            name=one.record.name,
            from_source=one.record.bionty_source,
            to_source=row,
        )
        for one in plan.terms
    ]
    insert_new(registry, rows)


def _change_fields(plan: Update, row: BiontySource) -> None:
    """Give the records of terms in use the fields of the version; former names and further synonyms stay synonyms."""
    records = []
    extra = [name for name in ("molecule", "instrument", "measurement") if has_field(plan.registry, name)]
    for one in plan.terms:
        if one.is_ended or one.row is None:
            continue
        record, former = one.record, one.record.name
        record.name, record.description = one.row["name"], plain_value(one.row["definition"])
        synonyms = [*split(record.synonyms), *split(one.row["synonyms"]), *([former] if former != record.name else [])]
        record.synonyms = join(name for name in synonyms if name != record.name)
        for name in extra:
            setattr(record, name, plain_value(one.row.get(name)))
        record.bionty_source = row
        records.append(record)
    save_rows(plan.registry, records)


def _move(plan: Update) -> None:
    """Give moved terms the parents of the version; parents of one's own stay."""
    moved = [one for one in plan.terms if MOVED in one.kinds and one.row is not None]
    relation = parents_relation(plan.registry)
    near, far = relation.m2m_field_name(), relation.m2m_reverse_field_name()
    link: Any = relation.remote_field.through
    public_links = link.objects.filter(AnyOf(f"{near}_id", [one.record.pk for one in moved]))
    public_links.filter(**{f"{far}__ontology_id__isnull": False}).delete()
    for one in moved:
        one.record._parents = list(one.row["parents"] or ()) if one.row else None  # noqa: SLF001 - declared by the registry
    with log.muted():
        save_parents(plan.registry, [one.record for one in moved], parents=True)


def _put_below_successors(plan: Update, row: BiontySource) -> None:
    """Make merged terms children of the terms that they were merged into."""
    merged = {one.record.pk: one.after for one in plan.terms if MERGED in one.kinds}
    rows = plan.public.records("ontology_id", set(merged.values()))
    successors = [several[0] for several in rows.values() if not several[0]["obsolete"]]
    with log.muted():
        save_records(plan.registry, make_records(plan.registry, successors, bionty_source=row), parents=True)
    link_parents(
        plan.registry,
        {key: [successor] for key, successor in merged.items()},
        keys_by_ontology_id(plan.registry, list(merged.values())),
    )
