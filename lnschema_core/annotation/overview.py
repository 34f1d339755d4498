"""What a file or dataset measures and how it is labelled, as far as it is shown: read in a constant number of queries.

Reads at most so many names as are shown, however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Count, F, TextField, Value, Window
from django.db.models.functions import Cast, RowNumber

from lamindb.text.joined import split
from lnschema_core.annotation.feature_sets import member_relation
from lnschema_core.annotation.feature_types import CATEGORY
from lnschema_core.annotation.relations import relations_of
from lnschema_core.annotation.slots import feature_sets_by_slot
from lnschema_core.catalogue import core_registry, registry_by_name
from lnschema_core.fields import string_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model, QuerySet

    from lnschema_core.annotation.relations import Relation
    from lnschema_core.annotation.slots import Host
    from lnschema_core.models import FeatureSet

MOST_NAMES = 10
"""How many names are listed in one line."""

MOST_FEATURES = 100
"""How many features of a feature set are shown, a line each."""

_NO_LABELS = ("FeatureSet", "Run", "File")


@dataclass(frozen=True)
class Names:
    """The names of several records.

    Attributes:
        count: How many records there are.
        first: The first names.
    """

    count: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class LabelGroup:
    """The labels of one registry that are linked to a host under one feature, or under none.

    Attributes:
        accessor: The attribute of the host, such as ``ulabels``.
        registry: The name of the registry, such as ``core.ULabel``.
        keeps_feature: Whether links to labels of this registry remember a feature.
        feature_id: The feature.
        count: How many labels there are.
        first: The first names, each after the key of its link.
    """

    accessor: str
    registry: str
    keeps_feature: bool
    feature_id: str | None
    count: int
    first: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class MeasuredFeature:
    """A member of a feature set.

    Attributes:
        name: Its name.
        type: What its values are; ``None`` for members of other registries than that of features.
        registries: The registries of its labels, as the feature has them.
        labels: For every registry that labels are from, the labels under this feature.
    """

    name: str
    type: str | None = None
    registries: str | None = None
    labels: tuple[tuple[str, Names], ...] = ()


@dataclass(frozen=True)
class Slot:
    """A slot of a host: its feature set and the first features.

    Attributes:
        name: The name of the slot.
        feature_set: The feature set.
        features: The first features.
    """

    name: str
    feature_set: FeatureSet
    features: tuple[MeasuredFeature, ...]

    @property
    def has_types(self) -> bool:
        """Whether every feature has a type of its own."""
        return self.feature_set.registry == "core.Feature"

    @property
    def hidden(self) -> int:
        """How many features aren't among the first."""
        return max(self.feature_set.n - len(self.features), 0)


# -- labels -----------------------------------------------------------------------------------------------------------


def label_relations(host_registry: type[Model]) -> list[Relation]:
    """The relations of files or datasets to labels: all but feature sets, runs and the files of a dataset."""
    others = {core_registry(name) for name in _NO_LABELS}
    return [relation for relation in relations_of(host_registry) if relation.registry not in others]


def labels_of(host: Host) -> list[LabelGroup]:
    """The labels of a host by registry and feature. One query."""
    if host._state.adding:
        return []
    relations = {relation.accessor: relation for relation in label_relations(type(host))}
    parts = [_first_links(relation, host.pk) for relation in relations.values()]
    groups: dict[tuple[str, str | None], list[tuple[int, int, str | None]]] = {}
    for accessor, feature_id, key, count, name in parts[0].union(*parts[1:], all=True):
        groups.setdefault((accessor, feature_id), []).append((key, count, name))
    order = list(relations)
    return [
        _group(relations[accessor], feature_id, sorted(groups[accessor, feature_id]))
        for accessor, feature_id in sorted(groups, key=lambda group: (order.index(group[0]), min(groups[group])))
    ]


def _group(relation: Relation, feature_id: str | None, rows: Sequence[tuple[int, int, str | None]]) -> LabelGroup:
    first = tuple((key, name) for key, _, name in rows if name is not None)
    return LabelGroup(relation.accessor, relation.name, relation.has_feature, feature_id, rows[0][1], first)


def _first_links(relation: Relation, owner: Any) -> QuerySet[Any, Any]:
    """The first links to labels of a registry, per feature, each with the number of links there are."""
    links = relation.links_of([owner]).order_by()
    by_feature = [F("feature_id")] if relation.has_feature else [Value(1)]
    first: QuerySet[Any, Any] = (
        links.annotate(
            shown_accessor=Value(relation.accessor, output_field=TextField()),
            shown_feature=Cast(F("feature_id") if relation.has_feature else Value(None), TextField()),
            shown_count=Window(Count("*"), partition_by=by_feature),
            shown_position=Window(RowNumber(), partition_by=by_feature, order_by=F("pk").asc()),
            shown_name=Cast(f"{relation.target}__{shown_field(relation.registry)}", TextField()),
        )
        .filter(shown_position__lte=MOST_NAMES)
        .values_list("shown_accessor", "shown_feature", "pk", "shown_count", "shown_name")
    )
    return first


def names_of(groups: Iterable[LabelGroup]) -> Names:
    """The names of all labels of some groups, in the order in which they were linked."""
    groups = list(groups)
    first = sorted(link for group in groups for link in group.first)
    return Names(sum(group.count for group in groups), tuple(name for _, name in first[:MOST_NAMES]))


def labels_by_accessor(groups: Iterable[LabelGroup]) -> dict[tuple[str, str], Names]:
    """The names of labels by accessor and registry, under whichever feature they are linked."""
    by_accessor: dict[tuple[str, str], list[LabelGroup]] = {}
    for group in groups:
        by_accessor.setdefault((group.accessor, group.registry), []).append(group)
    return {place: names_of(several) for place, several in by_accessor.items()}


def shown_field(registry: type[Model]) -> str:
    """The field by which records of a registry are shown."""
    try:
        return string_field(registry)
    except ValueError:
        return "pk"


# -- features ---------------------------------------------------------------------------------------------------------


def slots_of(host: Host, labels: Sequence[LabelGroup] | None = None) -> list[Slot]:
    """The slots of a host, with the labels under their features.

    Two queries, and one for the labels if they aren't passed and there are features that can have some.
    """
    feature_sets = feature_sets_by_slot(host)
    members = _first_members(feature_sets.values())
    if labels is None:
        is_labelled = any(registries for rows in members.values() for *_, registries in rows)
        labels = labels_of(host) if is_labelled else []
    return [
        Slot(slot, feature_set, tuple(_measured(row, labels) for row in members.get(feature_set.pk, ())))
        for slot, feature_set in feature_sets.items()
    ]


def _measured(row: tuple[Any, str, str | None, str | None], groups: Sequence[LabelGroup]) -> MeasuredFeature:
    key, name, kind, registries = row
    if kind != CATEGORY or not registries:
        return MeasuredFeature(name, kind)
    under = [group for group in groups if not group.keeps_feature or group.feature_id == key]
    labels = [(one, names_of(group for group in under if group.registry == one)) for one in split(registries)]
    return MeasuredFeature(name, kind, registries, tuple(labels))


def _first_members(feature_sets: Iterable[FeatureSet]) -> dict[Any, list[tuple[Any, str, str | None, str | None]]]:
    """Key, name, type and registries of the first members of each set. One query."""
    members: dict[Any, list[tuple[Any, str, str | None, str | None]]] = {}
    saved: dict[str, list[Any]] = {}
    for feature_set in feature_sets:
        if feature_set.pending_members is None:
            saved.setdefault(feature_set.registry, []).append(feature_set.pk)
        else:
            members[feature_set.pk] = [_facts(record) for record in feature_set.pending_members.records[:MOST_FEATURES]]
    parts = [part for name, keys in saved.items() for part in _member_links(name, keys)]
    rows = parts[0].union(*parts[1:], all=True) if parts else []
    for set_id, _, key, name, kind, registries in sorted(rows, key=lambda row: row[1]):
        members.setdefault(set_id, []).append((key, name, kind or None, registries))
    return members


def _member_links(registry_name: str, feature_sets: Sequence[Any]) -> list[QuerySet[Any, Any]]:
    """The query for the first members of feature sets of one registry; none if the registry isn't mounted."""
    try:
        registry = registry_by_name(registry_name)
    except LookupError:
        return []
    relation = member_relation(core_registry("FeatureSet"), registry)
    has_types = registry is core_registry("Feature")
    links = relation.links_of(feature_sets).order_by()
    ranked = links.annotate(
        shown_position=Window(RowNumber(), partition_by=[F(f"{relation.owner}_id")], order_by=F("pk").asc()),
        shown_key=Cast(f"{relation.target}_id", CharField()),
        shown_name=Cast(f"{relation.target}__{shown_field(registry)}", TextField()),
        # the defaults differ, since Django selects equal expressions once
        shown_type=Cast(f"{relation.target}__type" if has_types else Value(""), TextField()),
        shown_registries=Cast(f"{relation.target}__registries" if has_types else Value(None), TextField()),
    ).filter(shown_position__lte=MOST_FEATURES if has_types else MOST_NAMES)
    return [
        ranked.values_list(f"{relation.owner}_id", "pk", "shown_key", "shown_name", "shown_type", "shown_registries")
    ]


def _facts(record: Any) -> tuple[Any, str, str | None, str | None]:
    is_feature = isinstance(record, core_registry("Feature"))
    name = str(getattr(record, shown_field(type(record))))
    return record.pk, name, record.type if is_feature else None, record.registries if is_feature else None
