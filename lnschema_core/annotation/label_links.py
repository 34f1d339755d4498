"""Links from a file or dataset to labels, and the feature under which each was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.text.messages import listed, plural
from lnschema_core.annotation.overview import label_relations, shown_field
from lnschema_core.catalogue import core_registry
from lnschema_core.inserting import insert_new
from lnschema_core.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnschema_core.annotation.relations import Relation
    from lnschema_core.annotation.slots import Host
    from lnschema_core.models import Feature, Registry
    from lnschema_core.query import QuerySet


def label_relation(host: Host, registry: type[Registry]) -> Relation:
    """How a host is linked to labels of a registry.

    Raises:
        KeyError: It isn't.
    """
    relation = find_label_relation(host, registry)
    if relation is None:
        name = registry.__get_name_with_schema__()
        msg = f"records of {name} can't be labels of a {type(host).__name__}: the registries aren't linked"
        raise KeyError(msg)
    return relation


def find_label_relation(host: Host, registry: type[Registry]) -> Relation | None:
    """How a host is linked to labels of a registry, ``None`` if it isn't. Datasets have files, and are no labels of them."""
    if registry is core_registry("Dataset"):
        return None
    return next((relation for relation in label_relations(type(host)) if relation.registry is registry), None)


def link_labels(host: Host, relation: Relation, records: Sequence[Registry], feature: Feature) -> int:
    """Link a host to labels under a feature; links without a feature get it. At most three queries.

    A host has a label under one feature only: for labels that it has under another one there is a warning, and they stay.

    Returns:
        The number of labels that are linked under the feature afterwards.
    """
    return link_labels_of_features(host, relation, {feature: records})[feature]


def link_labels_of_features(
    host: Host, relation: Relation, labels: Mapping[Feature, Sequence[Registry]]
) -> dict[Feature, int]:
    """Link a host to labels of one registry under several features; see :func:`link_labels`. Two queries.

    Of several features that want the same label, the first gets it. One query more per feature for links that had none.

    Returns:
        Per feature the number of labels that are linked under it afterwards.
    """
    owners: dict[Any, Feature] = {}
    for feature, records in labels.items():
        for record in records:
            owners.setdefault(record.pk, feature)
    links = relation.links_of([host.pk]).filter(AnyOf(f"{relation.target}_id", list(owners)))
    if not relation.has_feature:
        known = set(links.values_list(f"{relation.target}_id", flat=True))
        relation.insert(host.pk, [key for key in owners if key not in known])
        return {feature: len({record.pk for record in records}) for feature, records in labels.items()}
    present = dict(links.values_list(f"{relation.target}_id", "feature_id"))
    bare = {owners[key] for key, feature_id in present.items() if feature_id is None}
    for feature in bare:
        keys = [key for key, feature_id in present.items() if feature_id is None and owners[key] is feature]
        links.filter(AnyOf(f"{relation.target}_id", keys), feature=None).update(feature=feature)
    new = [relation.make_link(host.pk, key, feature=owners[key]) for key in owners if key not in present]
    insert_new(relation.link, new)
    final = {key: present.get(key) or owners[key].pk for key in owners}
    return {feature: _count_under(host, feature, records, final) for feature, records in labels.items()}


def _count_under(host: Host, feature: Feature, records: Sequence[Registry], final: Mapping[Any, Any]) -> int:
    """How many of the records are linked under a feature; says which aren't."""
    elsewhere = {record: final[record.pk] for record in records if final[record.pk] != feature.pk}
    if elsewhere:
        _warn_elsewhere(host, feature, elsewhere)
    return len({record.pk for record in records} - {record.pk for record in elsewhere})


def labels_under(host: Host, relation: Relation, feature: Feature) -> QuerySet[Any]:
    """The labels of a host in one registry under a feature; all of the registry if its links don't remember features."""
    if not relation.has_feature:
        labels: QuerySet[Any] = getattr(host, relation.accessor).all()
        return labels
    query_name = relation.link._meta.get_field(relation.target).related_query_name()
    found: QuerySet[Any] = relation.registry.filter(
        **{f"{query_name}__{relation.owner}": host.pk, f"{query_name}__feature": feature.pk}
    )
    return found


def _warn_elsewhere(host: Host, feature: Feature, labels: Mapping[Registry, str]) -> None:
    """Say which labels a host has under another feature already."""
    names = dict(core_registry("Feature").filter(pk__in=set(labels.values())).values_list("pk", "name"))
    kind = type(host).__name__.lower()
    for feature_id, name in names.items():
        several = [getattr(label, shown_field(type(label))) for label, other in labels.items() if other == feature_id]
        log.warning(
            f"did not add label{plural(len(several))} {listed(several)} under feature '{feature.name}': the {kind} has "
            f"{'it' if len(several) == 1 else 'them'} under feature '{name}' already, and can have a label under one "
            "feature only"
        )
