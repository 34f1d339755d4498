"""Which feature set a file or dataset has in which slot, such as ``columns``, ``var`` or ``obs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from lamindb import log
from lnschema_core.annotation.migrated import ADVICE, is_migrated
from lnschema_core.annotation.relations import relation_to
from lnschema_core.catalogue import core_registry
from lnschema_core.rows.inserting import insert_new
from lnschema_core.rows.storable import is_saved

if TYPE_CHECKING:
    from lnschema_core.annotation.relations import Relation
    from lnschema_core.models import Dataset, FeatureSet, File

    Host: TypeAlias = File | Dataset
    """What can be annotated."""


# -- read -------------------------------------------------------------------------------------------------------------


def feature_sets_by_slot(host: Host) -> dict[str, FeatureSet]:
    """The feature sets of a file or dataset by slot; those to be linked on save, if it isn't saved yet. One query."""
    if not is_saved(host):
        return pending_feature_sets(host)
    links = _relation(host).links_of([host.pk]).select_related("feature_set")
    return {link.slot: link.feature_set for link in links}


def pending_feature_sets(host: Host) -> dict[str, FeatureSet]:
    """The feature sets that are linked when the host is saved."""
    return {} if host.pending is None else dict(host.pending.feature_sets)


def feature_set_of_slot(manager: Any, slot: str) -> FeatureSet | None:
    """The feature set in a slot, ``None`` for an empty one; ``host.feature_sets[slot]``.

    Raises:
        TypeError: The manager isn't that of a file or dataset.
    """
    host = getattr(manager, "instance", None)
    if host is None or not hasattr(host, "pending"):
        msg = f"slots belong to files and datasets: use `file.feature_sets['{slot}']`"
        raise TypeError(msg)
    return feature_sets_by_slot(host).get(slot)


# -- write ------------------------------------------------------------------------------------------------------------


def save_feature_sets(feature_sets: dict[str, FeatureSet]) -> None:
    """Save those feature sets that aren't saved yet; of several with the same members the first, for all."""
    unsaved = {slot: feature_set for slot, feature_set in feature_sets.items() if feature_set._state.adding}
    if not unsaved:
        return
    saved: dict[tuple[str, str | None], FeatureSet] = {}
    for feature_set in unsaved.values():
        same = saved.setdefault((feature_set.registry, feature_set.hash), feature_set)
        if same is not feature_set:
            feature_set.become(same)
            feature_set.pending_members = None
        elif feature_set._state.adding:
            feature_set.save()
    s = "" if len(unsaved) == 1 else "s"
    slots = ",".join(f"'{slot}'" for slot in unsaved)
    log.save(f"saved {len(unsaved)} feature set{s} for slot{s}: {slots}")


def link_feature_sets(host: Host, feature_sets: dict[str, FeatureSet]) -> None:
    """Link saved feature sets to a saved host. A slot that had another set has only the new one afterwards.

    At most three queries, and one more for each set that was linked without a slot: it gets the slot.
    """
    if not feature_sets:
        return
    relation = _relation(host)
    wanted = {slot: feature_set.pk for slot, feature_set in feature_sets.items()}
    links = list(relation.links_of([host.pk]).values_list("pk", "feature_set_id", "slot"))
    outdated = [key for key, feature_set_id, slot in links if wanted.get(slot, feature_set_id) != feature_set_id]
    if outdated:
        relation.link._default_manager.filter(pk__in=outdated).delete()
    kept = {(feature_set_id, slot): key for key, feature_set_id, slot in links if key not in outdated}
    missing = {slot: key for slot, key in wanted.items() if (key, slot) not in kept}
    for slot, feature_set_id in list(missing.items()):
        if (feature_set_id, None) in kept:
            kept[feature_set_id, slot] = link = kept.pop((feature_set_id, None))
            relation.link._default_manager.filter(pk=link).update(slot=slot)
            del missing[slot]
    if not is_migrated():
        missing = _first_slots(host, missing, dict(kept.keys()))
    insert_new(relation.link, [relation.make_link(host.pk, key, slot=slot) for slot, key in missing.items()])


def _first_slots(host: Host, missing: dict[str, Any], taken: dict[Any, str]) -> dict[str, Any]:
    """Those of the links that a database takes which isn't migrated: it has one slot per feature set."""
    possible = {}
    for slot, feature_set_id in missing.items():
        first = taken.setdefault(feature_set_id, slot)
        if first == slot:
            possible[slot] = feature_set_id
        else:
            kind = type(host).__name__.lower()
            log.warning(f"slot '{slot}' of the {kind} stays empty, as its features are in slot '{first}': {ADVICE}")
    return possible


def _relation(host: Host) -> Relation:
    relation = relation_to(type(host), core_registry("FeatureSet"))
    assert relation is not None  # files and datasets declare it
    return relation
