"""Links from a file or dataset to labels, each under one feature or several."""

from __future__ import annotations

from contextlib import contextmanager
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import m2m_changed

from lamindb import log
from lamindb.errors import DatabaseBehind
from lnschema_core.annotation import label_features
from lnschema_core.annotation.label_overview import label_relations
from lnschema_core.annotation.migrated import ADVICE, is_migrated
from lnschema_core.catalogue import core_registry
from lnschema_core.rows.inserting import insert_new
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from django.db.models import Model

    from lnschema_core.annotation.relations import Relation
    from lnschema_core.annotation.slots import Host
    from lnschema_core.models import Feature, Registry
    from lnschema_core.query import QuerySet


def label_relation(host: Host, registry: type[Registry]) -> Relation:
    """How a host is linked to labels of a registry.

    Raises:
        KeyError: It isn't.
    """
    return relation_to_labels(type(host), registry)


def relation_to_labels(host_registry: type[Model], registry: type[Registry]) -> Relation:
    """How hosts are linked to labels of a registry.

    Raises:
        KeyError: They aren't.
    """
    relation = find_relation_to_labels(host_registry, registry)
    if relation is None:
        name = registry.__get_name_with_schema__()
        msg = f"records of {name} can't be labels of a {host_registry.__name__}: the registries aren't linked"
        raise KeyError(msg)
    return relation


def find_label_relation(host: Host, registry: type[Registry]) -> Relation | None:
    """How a host is linked to labels of a registry, ``None`` if it isn't."""
    return find_relation_to_labels(type(host), registry)


def find_relation_to_labels(host_registry: type[Model], registry: type[Registry]) -> Relation | None:
    """How hosts are linked to labels of a registry, ``None`` if they aren't.

    Datasets have files, and are no labels of them.
    """
    if registry is core_registry("Dataset"):
        return None
    return next((relation for relation in label_relations(host_registry) if relation.registry is registry), None)


def link_labels_of_features(host: Host, relation: Relation, labels: Mapping[Feature, Sequence[Registry]]) -> None:
    """Link a host to labels of one registry under features; what is linked stays. Runs in the transaction of the caller.

    Two queries if a link has room for the feature, and two more for labels that have another one already; five for links
    without room, four if the host had no labels of the registry. A link without a feature gets one: a query per feature.

    Raises:
        DatabaseBehind: A label has another feature already, and the database isn't migrated to hold both.
    """
    wanted: dict[Any, dict[str, None]] = {}
    for feature, records in labels.items():
        for record in records:
            wanted.setdefault(record.pk, {})[feature.pk] = None
    features = {key: list(several) for key, several in wanted.items()}
    further = (_link_under_one if relation.has_feature else _link)(host, relation, features)
    if is_migrated():
        if further:
            label_features.record_features(host, relation, further)
    elif further:
        _tell_database_is_behind(relation, len(further))


def _link_under_one(host: Host, relation: Relation, features: Mapping[Any, list[str]]) -> dict[Any, list[str]]:
    """Link labels whose links have room for a feature.

    Returns:
        The features, by label, for which there was no room.
    """
    links = _links(host, relation, features)
    held = dict(links.values_list(f"{relation.target}_id", "feature_id"))
    bare: dict[str, list[Any]] = {}
    for key in [key for key, feature_id in held.items() if feature_id is None]:
        bare.setdefault(features[key][0], []).append(key)
        held[key] = features[key][0]
    for feature_id, keys in bare.items():
        links.filter(AnyOf(f"{relation.target}_id", keys), feature=None).update(feature=feature_id)
    new = {key: several[0] for key, several in features.items() if key not in held}
    with _telling(host, relation, new):
        insert_new(relation.link, [relation.make_link(host.pk, key, feature_id=one) for key, one in new.items()])
    held |= new
    further = {key: [one for one in several if one != held[key]] for key, several in features.items()}
    return {key: several for key, several in further.items() if several}


@contextmanager
def _telling(host: Host, relation: Relation, keys: Collection[Any]) -> Iterator[None]:
    """Tell receivers of packages of the links that the block makes, as Django's managers do."""
    if not keys or not m2m_changed.has_listeners(relation.link):
        yield
        return
    told = {
        "sender": relation.link,
        "instance": host,
        "reverse": getattr(host, relation.accessor).reverse,
        "model": relation.registry,
        "pk_set": {*keys},
        "using": DEFAULT_DB_ALIAS,
    }
    m2m_changed.send(action="pre_add", **told)
    yield
    m2m_changed.send(action="post_add", **told)


def _link(host: Host, relation: Relation, features: Mapping[Any, list[str]]) -> Mapping[Any, list[str]]:
    """Link labels whose links have no room for a feature; returns all features."""
    has_labels = not is_migrated() or label_features.keep_features_of_older_links(host, relation)
    key_of_label = f"{relation.target}_id"
    known = set(_links(host, relation, features).values_list(key_of_label, flat=True)) if has_labels else set()
    new = [key for key in features if key not in known]
    with _telling(host, relation, new):
        relation.insert(host.pk, new)
    return features


def _links(host: Host, relation: Relation, labels: Iterable[Any]) -> QuerySet[Any]:
    """The links of a host to labels, given by their keys."""
    return relation.links_of([host.pk]).filter(AnyOf(f"{relation.target}_id", list(labels)))  # type: ignore[return-value]


def _tell_database_is_behind(relation: Relation, count: int) -> None:
    """Say what can't be recorded. Links without room for a feature count as those of 0.54, which nothing takes away.

    Raises:
        DatabaseBehind: Links have room for a feature, and it is taken.
    """
    if relation.has_feature:
        msg = f"{count} of the labels from {relation.name} are under another feature already, and {ADVICE}"
        raise DatabaseBehind(msg)
    log.warning(f"did not record under which feature labels from {relation.name} are: {ADVICE}")


def labels_under(host: Host, relation: Relation, feature: Feature) -> QuerySet[Any]:
    """The labels of a host in one registry under a feature.

    Also those that 0.54 linked, as long as nothing is recorded for the host and the registry.
    """
    found: QuerySet[Any] = relation.registry.filter(pk__in=links_under(host, relation, feature).values(relation.target))
    return found


def links_under(host: Host, relation: Relation, feature: Feature) -> QuerySet[Any]:
    """The links of a host to labels of one registry under a feature, in the order in which they were made."""
    conditions = label_features.are_under(relation, feature.pk) + label_features.are_of_any_feature(relation)
    return relation.links_of([host.pk]).filter(reduce(or_, conditions))  # type: ignore[return-value]
