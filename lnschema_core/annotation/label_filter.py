"""Finding files and datasets by their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from lnschema_core.annotation.label_features import are_of_any_feature, are_under, host_registry
from lnschema_core.annotation.label_input import check_feature, check_saved, listed_labels, registries_of
from lnschema_core.annotation.label_links import find_relation_to_labels, relation_to_labels
from lnschema_core.fields import shown_field
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model, QuerySet

    from lnschema_core.annotation.relations import Relation
    from lnschema_core.models import Feature


def has_label(registry: type[Model], labels: Any, feature: Feature) -> Q:
    """The condition on files or datasets that they have any of some labels under a feature.

    Args:
        registry: ``File`` or ``Dataset``.
        labels: A record or a name, or several of one kind; names are looked for in the registries of the feature.
        feature: What the labels say something about.

    Raises:
        KeyError: Records of this registry can't be labels.
        TypeError: The registry has no data, a label is neither a record nor a string, or the feature is no feature.
        ValidationError: A label or the feature isn't saved.
        ValueError: A label is missing.
    """
    if not hasattr(registry, "filter_by_label"):
        msg = f"files and datasets have labels under features, but {registry.__name__} records don't"
        raise TypeError(msg)
    check_feature(feature)
    values = listed_labels(labels)
    names = [value for value in values if isinstance(value, str)]
    records = [value for value in values if not isinstance(value, str)]
    check_saved(records, feature)
    links = [*_links_to_records(registry, records), *_links_to_names(registry, names, feature)]
    parts = [
        found.filter(condition).order_by().values_list(relation.owner)
        for relation, found in links
        for condition in _conditions(relation, feature)
    ]
    return Q(pk__in=parts[0].union(*parts[1:]) if parts else [])


def _links_to_records(hosts: type[Model], records: Sequence[Any]) -> list[tuple[Relation, QuerySet[Any, Any]]]:
    keys: dict[type[Any], list[Any]] = {}
    for record in records:
        keys.setdefault(type(record), []).append(record.pk)
    relations = [(relation_to_labels(hosts, registry), several) for registry, several in keys.items()]
    return [(one, one.link._default_manager.filter(AnyOf(f"{one.target}_id", several))) for one, several in relations]


def _links_to_names(
    hosts: type[Model], names: Sequence[str], feature: Feature
) -> list[tuple[Relation, QuerySet[Any, Any]]]:
    if not names:
        return []
    relations = [find_relation_to_labels(hosts, registry) for registry in registries_of(feature).values()]
    return [
        (one, one.link._default_manager.filter(AnyOf(f"{one.target}__{shown_field(one.registry)}", names)))
        for one in relations
        if one is not None
    ]


def _conditions(relation: Relation, feature: Feature) -> list[Q]:
    """The conditions of which a link meets one if its label is under a feature; if nothing is known, the data has it."""
    conditions = are_under(relation, feature.pk)
    if relation.name not in registries_of(feature):
        return conditions
    hosts = host_registry(relation)._default_manager.filter(feature_sets__features=feature.pk)
    measures = Q(Exists(hosts.filter(pk=OuterRef(f"{relation.owner}_id"))))
    return [*conditions, *(condition & measures for condition in are_of_any_feature(relation))]
