"""The features of a file or dataset, as users get them: ``host.features``."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from lnschema_core.annotation import as_html, as_text
from lnschema_core.annotation.feature_sets import member_relation
from lnschema_core.annotation.label_overview import label_relations
from lnschema_core.annotation.overview import slots_of
from lnschema_core.annotation.slots import feature_sets_by_slot, link_feature_sets
from lnschema_core.catalogue import core_registry, registry_by_name
from lnschema_core.rows.storable import refuse_deleted
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from lnschema_core.annotation.slots import Host
    from lnschema_core.models import FeatureSet
    from lnschema_core.query import QuerySet


class FeatureManager:
    """The features that a file or dataset measures, by slot.

    Examples:
        >>> file.features["columns"].df()
        >>> file.features
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    @cached_property
    def _feature_set_by_slot(self) -> dict[str, FeatureSet]:
        return feature_sets_by_slot(self._host)

    @cached_property
    def _accessor_by_orm(self) -> dict[str, str]:
        """The attribute behind which records of a registry are, those of features being on feature sets."""
        accessors = {relation.name: relation.accessor for relation in label_relations(type(self._host))}
        return {"core.Feature": "features"} | accessors

    def __getitem__(self, slot: str) -> QuerySet[Any]:
        """The members of the feature set in a slot.

        Raises:
            ValueError: The slot has no feature set.
        """
        feature_set = self._feature_set_by_slot.get(slot)
        if feature_set is None:
            msg = (
                f"No linked feature set for slot: {slot}\nDid you get validation warnings? Only features that match "
                "registered features get validated and linked."
            )
            raise ValueError(msg)
        return members_of(feature_set)

    def add_feature_set(self, feature_set: FeatureSet, slot: str) -> None:
        """Link a feature set to the file or dataset; the slot loses the one it had.

        Args:
            feature_set: The feature set; saved if need be.
            slot: Where in the data the features are, such as ``columns``, ``var``, ``obs``, or a word of your own.

        Raises:
            IntegrityError: The feature set is linked in another slot.
            TypeError: It is no feature set, or the slot is no word.
            ValueError: The file or dataset isn't saved, or it or the feature set was deleted.
        """
        host = self._host
        _check_slot(feature_set, slot)
        refuse_deleted(host)
        refuse_deleted(feature_set)
        if host._state.adding:
            msg = "Please save the file or dataset before adding a feature set!"
            raise ValueError(msg)
        with transaction.atomic():
            if feature_set._state.adding:
                feature_set.save()
            for other, linked in feature_sets_by_slot(host).items():
                if linked == feature_set and other not in {slot, None}:
                    kind = type(host).__name__.lower()
                    msg = (
                        f"{feature_set} is linked to the {kind} in slot '{other}' already: only data that have the same "
                        "features twice put them in two slots, when they are saved"
                    )
                    raise IntegrityError(msg)
            link_feature_sets(host, {slot: feature_set})
        self.__dict__.pop("_feature_set_by_slot", None)

    def __repr__(self) -> str:
        return as_text.features_block(slots_of(self._host)) or "no linked features"

    def _repr_html_(self) -> str:
        return as_html.features_block(slots_of(self._host)) or "<p>no linked features</p>"


def _check_slot(feature_set: Any, slot: Any) -> None:
    if not isinstance(feature_set, core_registry("FeatureSet")):
        msg = (
            f"feature_set has to be of type FeatureSet, but {feature_set!r:.80} is of type {type(feature_set).__name__}"
        )
        raise TypeError(msg)
    if not (slot is None or isinstance(slot, str)):
        msg = f"slot has to be a word, but {slot!r:.80} is of type {type(slot).__name__}"
        raise TypeError(msg)


def members_of(feature_set: FeatureSet) -> QuerySet[Any]:
    """The members of a feature set, whether it is saved or not."""
    registry = registry_by_name(feature_set.registry)
    if feature_set.pending_members is None:
        members: QuerySet[Any] = getattr(feature_set, member_relation(type(feature_set), registry).accessor).all()
    else:
        members = registry.filter().filter(AnyOf("pk", feature_set.pending_members.keys))
    return members
