"""What a file or dataset measures, with the labels under its features, as far as it is shown.

Reads at most so many names as are shown, however many there are, in a constant number of queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, TextField, Value, Window
from django.db.models.functions import Cast, RowNumber

from lamindb.text.joined import split
from lnschema_core.annotation.feature_sets import member_relation
from lnschema_core.annotation.feature_types import CATEGORY
from lnschema_core.annotation.label_overview import MOST_NAMES, HostLabels, labels_of
from lnschema_core.annotation.slots import feature_sets_by_slot
from lnschema_core.catalogue import core_registry, registry_by_name
from lnschema_core.fields import shown_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from lnschema_core.annotation.label_overview import Names
    from lnschema_core.annotation.slots import Host
    from lnschema_core.models import FeatureSet

MOST_FEATURES = 100
"""How many features of a feature set are shown, a line each."""


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
        """How many features aren't among the first: none if fewer are left than could be shown, since the others were deleted."""
        most = MOST_FEATURES if self.has_types else MOST_NAMES
        return max(self.feature_set.n - len(self.features), 0) if len(self.features) >= most else 0


def slots_of(host: Host, labels: HostLabels | None = None) -> list[Slot]:
    """The slots of a host, with the labels under their features.

    Two queries, and one or two for the labels if they aren't passed and there are features that can have some.
    """
    feature_sets = feature_sets_by_slot(host)
    members = _first_members(feature_sets.values())
    if labels is None:
        is_labelled = any(registries for rows in members.values() for *_, registries in rows)
        labels = labels_of(host) if is_labelled else HostLabels()
    return [
        Slot(slot, feature_set, tuple(_measured(row, labels) for row in members.get(feature_set.pk, ())))
        for slot, feature_set in feature_sets.items()
    ]


def _measured(row: tuple[Any, str, str | None, str | None], labels: HostLabels) -> MeasuredFeature:
    key, name, kind, registries = row
    if kind != CATEGORY or not registries:
        return MeasuredFeature(name, kind)
    return MeasuredFeature(name, kind, registries, tuple((one, labels.under(key, one)) for one in split(registries)))


def _first_members(feature_sets: Iterable[FeatureSet]) -> dict[Any, list[tuple[Any, str, str | None, str | None]]]:
    """Key, name, type and registries of the first members of each set. One query, and one for each set that isn't saved."""
    members: dict[Any, list[tuple[Any, str, str | None, str | None]]] = {}
    saved: dict[str, list[Any]] = {}
    for feature_set in feature_sets:
        if feature_set.pending_members is None:
            saved.setdefault(feature_set.registry, []).append(feature_set.pk)
        else:
            members[feature_set.pk] = [_facts(record) for record in feature_set.pending_members.records(MOST_FEATURES)]
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
