"""Features that say something about a file or dataset without being in its data: the slot ``external``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from lamindb import log
from lnschema_core.annotation.feature_sets import has_slots, mark_as_metadata, member_relation
from lnschema_core.annotation.relations import relation_to, relations_of
from lnschema_core.annotation.slots import link_feature_sets
from lnschema_core.catalogue import core_registry

if TYPE_CHECKING:
    from lnschema_core.annotation.slots import Host
    from lnschema_core.models import Feature, FeatureSet

SLOT = "external"


def ensure_feature_is_linked(host: Host, feature: Feature) -> None:
    """Make sure that a feature is in one of the feature sets of a host, if need be in that of the slot ``external``.

    One query if it is. Runs in the transaction of the caller.
    """
    sets = core_registry("FeatureSet")
    members = member_relation(sets, type(feature))
    relation = relation_to(type(host), sets)
    assert relation is not None  # files and datasets declare it
    is_member = members.link._default_manager.filter(
        **{f"{members.owner}_id": OuterRef("feature_set_id"), f"{members.target}_id": feature.pk}
    )
    links = relation.links_of([host.pk]).filter(feature_set__registry=type(feature).__get_name_with_schema__())
    rows = list(links.annotate(has=Exists(is_member)).values_list("slot", "feature_set_id", "has"))
    if any(has for _, _, has in rows):
        return
    old = list(sets.filter(pk__in=[key for slot, key, _ in rows if slot == SLOT]))
    features = list(type(feature).filter(feature_sets__in=old).distinct().order_by("created_at", "pk")) if old else []
    new = sets([*features, feature])
    mark_as_metadata(new)
    if new._state.adding:
        new.save()
    link_feature_sets(host, {SLOT: new})
    log.save(f"linked new feature '{feature.name}' together with new feature set {new}")
    for feature_set in old:
        _delete_if_unused(feature_set)


def _delete_if_unused(feature_set: FeatureSet) -> None:
    """Delete a feature set of ours that no file, dataset or other host links to any more."""
    hosts = [relation for relation in relations_of(type(feature_set)) if has_slots(relation)]
    is_linked = any(relation.links_of([feature_set.pk]).exists() for relation in hosts)
    if is_linked or feature_set.name is not None:
        return
    log.info(f"no file links to it anymore, deleting feature set {feature_set}")
    feature_set.delete()
