"""Under which features labels are, as far as the links to them can't say it themselves.

A link to a ULabel has room for one feature, a link to a record of most plug-ins for none. Further features are rows of
``FileLabelFeature`` and ``DatasetLabelFeature``. A row belongs to a link: it says nothing once the link is gone, and as keys of
links aren't used a second time, it never will again.

Links that 0.54 made to records of plug-ins have no rows. As long as a host has none for a registry, its labels of that
registry count under every feature that they may be values of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Exists, IntegerField, OuterRef, Q, TextField
from django.db.models.functions import Cast

from lamindb.text.joined import split
from lnschema_core.annotation.migrated import is_migrated
from lnschema_core.catalogue import core_registry
from lnschema_core.rows.inserting import insert_new
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.db.models import Model, QuerySet

    from lnschema_core.annotation.relations import Relation
    from lnschema_core.annotation.slots import Host


def rows_of(relation: Relation) -> QuerySet[Any, Any]:
    """The rows about links between hosts and labels of a registry."""
    registry = core_registry(f"{host_registry(relation).__name__}LabelFeature")
    rows: QuerySet[Any, Any] = registry._default_manager.filter(registry=relation.name)
    return rows


def host_registry(relation: Relation) -> type[Model]:
    """The registry of the hosts of a relation to labels."""
    registry: type[Model] = relation.link._meta.get_field(relation.owner).related_model
    return registry


# -- conditions on links ----------------------------------------------------------------------------------------------


def is_recorded(relation: Relation) -> Exists:
    """Whether there are rows about a link."""
    return Exists(_rows_of_outer_link(relation))


def are_under(relation: Relation, feature_id: str) -> list[Q]:
    """The conditions of which a link meets one if its label is under a feature: the link itself says so, or a row."""
    conditions = [Q(feature=feature_id)] if relation.has_feature else []
    if is_migrated():
        conditions.append(_has_row(relation, feature_id))
    return conditions


def _has_row(relation: Relation, feature_id: str) -> Q:
    """The condition that a row says it. Of links with room for a feature few have any, so rows are read first; else those of each link."""
    if relation.has_feature and isinstance(relation.link._meta.pk, IntegerField):
        rows = rows_of(relation).filter(feature=feature_id)
        return Q(pk__in=rows.values_list(Cast("link_id", BigIntegerField())))
    return Q(Exists(_rows_of_outer_link(relation).filter(feature=feature_id)))


def are_of_any_feature(relation: Relation) -> list[Q]:
    """The condition of a link whose label counts under every feature, since there are no rows about labels of the host."""
    if relation.has_feature:
        return []
    if not is_migrated():
        return [Q()]
    links_of_host = relation.link._default_manager.filter(**{relation.owner: OuterRef(f"{relation.owner}_id")})
    return [~Q(Exists(links_of_host.filter(is_recorded(relation))))]


def _rows_of_outer_link(relation: Relation) -> QuerySet[Any, Any]:
    return rows_of(relation).filter(link_id=Cast(OuterRef("pk"), TextField()))


def link_of_outer_row(relation: Relation, host: Any) -> QuerySet[Any, Any]:
    """The link of a host that a row is about; none if it is gone, or if it says the same as the row."""
    links: QuerySet[Any, Any] = relation.links_of([host]).order_by()
    key = relation.link._meta.pk
    if isinstance(key, IntegerField):
        links = links.filter(pk=Cast(OuterRef("link_id"), BigIntegerField()))
    else:
        links = links.annotate(key_as_text=Cast("pk", TextField())).filter(key_as_text=OuterRef("link_id"))
    return links.exclude(feature=OuterRef("feature")) if relation.has_feature else links


# -- write ------------------------------------------------------------------------------------------------------------


def record_features(host: Host, relation: Relation, features: Mapping[Any, Collection[str]]) -> None:
    """Record under which features labels of a host are. Two queries.

    Args:
        host: The file or dataset.
        relation: The relation to the registry of the labels.
        features: The keys of features by the key of the label, which is linked.
    """
    links = relation.links_of([host.pk]).filter(AnyOf(f"{relation.target}_id", list(features)))
    keys = links.values_list(Cast("pk", TextField()), f"{relation.target}_id")
    _insert(host, relation, [(link_id, feature_id) for link_id, label in keys for feature_id in features[label]])


def keep_features_of_older_links(host: Host, relation: Relation) -> bool:
    """Write down under which features labels count that 0.54 linked, before there are rows that know better.

    These are the features of the host that have the registry: of one of them, or of several, they were the values. One
    query; three more once per host and registry that has such labels.

    Returns:
        Whether the host has labels of the registry.
    """
    links = relation.links_of([host.pk]).order_by()
    knows = links.annotate(knows=is_recorded(relation)).order_by("-knows").values_list("knows", flat=True).first()
    if knows is False:
        features = _features_with_registry(host, relation.name)
        keys = links.values_list(Cast("pk", TextField()), flat=True) if features else []
        _insert(host, relation, [(link_id, feature_id) for link_id in keys for feature_id in features])
    return knows is not None


def _features_with_registry(host: Host, registry_name: str) -> list[str]:
    """The keys of the features of a host whose values are from a registry."""
    sets = type(host)._meta.get_field("feature_sets").related_query_name()
    found = core_registry("Feature").filter(**{f"feature_sets__{sets}": host.pk}, registries__contains=registry_name)
    rows = found.distinct().values_list("pk", "registries")
    return [key for key, registries in rows if registry_name in split(registries)]


def _insert(host: Host, relation: Relation, rows: Sequence[tuple[str, str]]) -> None:
    registry: Any = rows_of(relation).model
    common = {f"{host_registry(relation)._meta.model_name}_id": host.pk, "registry": relation.name}
    insert_new(registry, [registry.from_fields(**common, link_id=link, feature_id=feature) for link, feature in rows])
