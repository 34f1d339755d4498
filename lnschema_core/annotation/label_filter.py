"""Finding files and datasets by their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from lnschema_core.annotation.label_features import is_of_any_feature, is_recorded_under
from lnschema_core.annotation.label_input import check_feature, check_saved, listed_labels, registries_of
from lnschema_core.annotation.label_links import find_relation_to_labels, relation_to_labels
from lnschema_core.annotation.label_overview import shown_field
from lnschema_core.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model, QuerySet

    from lnschema_core.annotation.relations import Relation
    from lnschema_core.models import Feature


def has_label(host_registry: type[Model], labels: Any, feature: Feature) -> Q:
    """The condition on files or datasets that they have any of some labels under a feature.

    Args:
        host_registry: ``File`` or ``Dataset``.
        labels: A record or a name, or several of one kind; names are looked for in the registries of the feature.
        feature: What the labels say something about.

    Raises:
        KeyError: Records of this registry can't be labels.
        TypeError: A label is neither a record nor a string, or the feature is no feature.
        ValidationError: A label or the feature isn't saved.
        ValueError: A label is missing.
    """
    check_feature(feature)
    values = listed_labels(labels)
    names = [value for value in values if isinstance(value, str)]
    records = [value for value in values if not isinstance(value, str)]
    check_saved(records, feature)
    links = [*_links_to_records(host_registry, records), *_links_to_names(host_registry, names, feature)]
    condition = Q(pk__in=[])
    for relation, found in links:
        condition |= Q(pk__in=found.filter(_is_under(relation, feature)).values(relation.owner))
    return condition


def _links_to_records(host_registry: type[Model], records: Sequence[Any]) -> list[tuple[Relation, QuerySet[Any, Any]]]:
    keys: dict[type[Any], list[Any]] = {}
    for record in records:
        keys.setdefault(type(record), []).append(record.pk)
    relations = [(relation_to_labels(host_registry, registry), several) for registry, several in keys.items()]
    return [(one, one.link._default_manager.filter(AnyOf(f"{one.target}_id", several))) for one, several in relations]


def _links_to_names(
    host_registry: type[Model], names: Sequence[str], feature: Feature
) -> list[tuple[Relation, QuerySet[Any, Any]]]:
    if not names:
        return []
    relations = [find_relation_to_labels(host_registry, registry) for registry in registries_of(feature).values()]
    return [
        (one, one.link._default_manager.filter(AnyOf(f"{one.target}__{shown_field(one.registry)}", names)))
        for one in relations
        if one is not None
    ]


def _is_under(relation: Relation, feature: Feature) -> Q:
    """Whether the label of a link is under a feature; if nothing is known, whether the data has the feature."""
    condition = is_recorded_under(relation, feature.pk)
    if relation.name not in registries_of(feature):
        return condition
    host: Any = relation.link._meta.get_field(relation.owner).related_model
    measures = host.objects.filter(pk=OuterRef(f"{relation.owner}_id"), feature_sets__features=feature.pk)
    return condition | (is_of_any_feature(relation) & Q(Exists(measures)))
