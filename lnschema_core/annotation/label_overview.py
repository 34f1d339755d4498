"""How a file or dataset is labelled, as far as it is shown: read in a constant number of queries.

Reads at most so many names as are shown, however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, IntegerField, Subquery, TextField, Value, Window
from django.db.models.functions import Cast, RowNumber

from lnschema_core.annotation import label_features
from lnschema_core.annotation.migrated import is_migrated
from lnschema_core.annotation.relations import relations_of
from lnschema_core.catalogue import core_registry
from lnschema_core.fields import shown_field
from lnschema_core.rows.storable import is_saved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model, QuerySet

    from lnschema_core.annotation.relations import Relation
    from lnschema_core.annotation.slots import Host

MOST_NAMES = 10
"""How many names are listed in one line."""

_NO_LABELS = ("FeatureSet", "Run", "File")
_COLUMNS = ("shown_accessor", "shown_feature", "shown_order", "shown_count", "shown_name")


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
        feature_id: The feature.
        count: How many labels there are.
        first: The first names, each after its position among all labels of the registry.
    """

    accessor: str
    registry: str
    feature_id: str | None
    count: int
    first: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class HostLabels:
    """The labels of a host.

    Attributes:
        linked: Every label once, by registry and by the feature that its link has.
        recorded: Labels by the features that are recorded beside their links.
        of_any_feature: The accessors of labels that count under every feature, since nothing is recorded.
    """

    linked: tuple[LabelGroup, ...] = ()
    recorded: tuple[LabelGroup, ...] = ()
    of_any_feature: frozenset[str] = frozenset()

    def by_accessor(self) -> dict[tuple[str, str], Names]:
        """The names of labels by accessor and registry, in the order in which they were linked."""
        groups: dict[tuple[str, str], list[LabelGroup]] = {}
        for group in self.linked:
            groups.setdefault((group.accessor, group.registry), []).append(group)
        return {place: _names_of(several) for place, several in groups.items()}

    def under(self, feature_id: str, registry: str) -> Names:
        """The names of the labels of a registry under a feature, first those whose links say so."""
        by_link, by_row = (
            _names_of(group for group in groups if group.registry == registry and self._counts(group, feature_id))
            for groups in (self.linked, self.recorded)
        )
        return Names(by_link.count + by_row.count, (*by_link.first, *by_row.first)[:MOST_NAMES])

    def _counts(self, group: LabelGroup, feature_id: str) -> bool:
        return group.feature_id == feature_id or group.accessor in self.of_any_feature


def _names_of(groups: Iterable[LabelGroup]) -> Names:
    groups = list(groups)
    first = sorted(place for group in groups for place in group.first)
    return Names(sum(group.count for group in groups), tuple(name for _, name in first[:MOST_NAMES]))


# -- which registries -------------------------------------------------------------------------------------------------


def label_relations(host_registry: type[Model]) -> list[Relation]:
    """The relations of files or datasets to labels: all but feature sets, runs and the files of a dataset."""
    others = {core_registry(name) for name in _NO_LABELS}
    return [relation for relation in relations_of(host_registry) if relation.registry not in others]


# -- read -------------------------------------------------------------------------------------------------------------


def labels_of(host: Host) -> HostLabels:
    """The labels of a host by registry and feature. One query, and one more if features are recorded beside links."""
    if not is_saved(host):
        return HostLabels()
    relations = label_relations(type(host))
    parts = [_first_links(relation, host.pk) for relation in relations]
    if is_migrated():
        parts.append(_registries_with_rows(host))
    rows = _read(parts)
    with_rows = {accessor for accessor, *_ in rows} - {relation.accessor for relation in relations}
    first = {relation.name: relation for relation in reversed(relations)}
    recorded = _grouped(relations, _read([_first_rows(first[name], host.pk) for name in first if name in with_rows]))
    bare = {relation.accessor for relation in relations if not relation.has_feature}
    return HostLabels(_grouped(relations, rows), recorded, frozenset(bare - {group.accessor for group in recorded}))


def _read(parts: Sequence[QuerySet[Any, Any]]) -> list[tuple[str, str | None, int, int, str | None]]:
    return list(parts[0].union(*parts[1:], all=True)) if parts else []


def _grouped(
    relations: Sequence[Relation], rows: Iterable[tuple[str, str | None, int, int, str | None]]
) -> tuple[LabelGroup, ...]:
    """What was read, by accessor and feature: accessors as the host has them, features as they came into use."""
    groups: dict[tuple[str, str | None], list[tuple[int, int, str | None]]] = {}
    for accessor, feature_id, *row in rows:
        groups.setdefault((accessor, feature_id), []).append(tuple(row))  # type: ignore[arg-type]
    ordered = sorted(groups.items(), key=lambda item: min(item[1])[0])
    return tuple(
        LabelGroup(accessor, relation.name, feature_id, several[0][1], _first_names(several))
        for relation in relations
        for (accessor, feature_id), several in ordered
        if accessor == relation.accessor
    )


def _first_names(rows: Iterable[tuple[int, int, str | None]]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted((position, name) for position, _, name in rows if name is not None))


def _first_links(relation: Relation, owner: Any) -> QuerySet[Any, Any]:
    """The first links to labels of a registry, per feature, each with the number of links there are."""
    links = relation.links_of([owner]).order_by()
    by_feature = [F("feature_id")] if relation.has_feature else [Value(1)]
    first: QuerySet[Any, Any] = (
        links.annotate(
            shown_accessor=Value(relation.accessor, output_field=TextField()),
            shown_feature=Cast(F("feature_id") if relation.has_feature else Value(None), TextField()),
            shown_order=Window(RowNumber(), order_by=F("pk").asc()),
            shown_count=Window(Count("*"), partition_by=by_feature),
            shown_position=Window(RowNumber(), partition_by=by_feature, order_by=F("pk").asc()),
            shown_name=Cast(f"{relation.target}__{shown_field(relation.registry)}", TextField()),
        )
        .filter(shown_position__lte=MOST_NAMES)
        .values_list(*_COLUMNS)
    )
    return first


def _registries_with_rows(host: Host) -> QuerySet[Any, Any]:
    """The registries about whose labels there are rows, where accessors are in other parts of the query."""
    table: Any = host._meta.concrete_model  # which a proxy has another name for
    registry = core_registry(f"{table.__name__}LabelFeature")
    rows = registry._default_manager.filter(**{table._meta.model_name: host.pk})
    found: QuerySet[Any, Any] = (
        rows.annotate(
            shown_accessor=Cast("registry", TextField()),
            shown_feature=Cast(Value(None), TextField()),
            shown_order=Value(0, output_field=IntegerField()),
            shown_count=Value(1, output_field=IntegerField()),
            shown_name=Value("", output_field=TextField()),
        )
        .values_list(*_COLUMNS)
        .distinct()
    )
    return found


def _first_rows(relation: Relation, owner: Any) -> QuerySet[Any, Any]:
    """The first rows about links to labels of a registry, per feature, each with the number of rows there are."""
    links = label_features.link_of_outer_row(relation, owner)
    host = label_features.host_registry(relation)._meta.model_name
    rows = label_features.rows_of(relation).filter(**{f"{host}": owner})
    first: QuerySet[Any, Any] = (
        rows.filter(Exists(links))
        .annotate(
            shown_accessor=Value(relation.accessor, output_field=TextField()),
            shown_feature=Cast("feature_id", TextField()),
            shown_order=Window(RowNumber(), order_by=F("pk").asc()),
            shown_count=Window(Count("*"), partition_by=[F("feature_id")]),
            shown_position=Window(RowNumber(), partition_by=[F("feature_id")], order_by=F("pk").asc()),
            shown_name=Subquery(_names_of_labels(relation, links)),
        )
        .filter(shown_position__lte=MOST_NAMES)
        .values_list(*_COLUMNS)
    )
    return first


def _names_of_labels(relation: Relation, links: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    name = Cast(f"{relation.target}__{shown_field(relation.registry)}", TextField())
    names: QuerySet[Any, Any] = links.annotate(shown_name=name).values("shown_name")[:1]
    return names
