"""The labels of a file or dataset, as users get them: ``host.labels``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.timezone import now

from lamindb import log
from lamindb.text.joined import join, split
from lnschema_core.annotation import as_html, as_text
from lnschema_core.annotation.external import ensure_feature_is_linked
from lnschema_core.annotation.label_input import check_feature, checked_labels, registries_of
from lnschema_core.annotation.label_links import (
    find_label_relation,
    label_relation,
    labels_under,
    link_labels_of_features,
    links_under,
)
from lnschema_core.annotation.label_overview import labels_of
from lnschema_core.fields import shown_field

if TYPE_CHECKING:
    from lamindb.types import ListLike, StrField
    from lnschema_core.annotation.relations import Relation
    from lnschema_core.annotation.slots import Host
    from lnschema_core.models import Feature, Registry
    from lnschema_core.query import QuerySet


class LabelManager:
    """The labels of a file or dataset, each under the feature that it is a value of.

    Examples:
        >>> file.labels.add(ln.ULabel.filter(name="DMSO").one(), feature=perturbation)
        >>> file.labels.get(perturbation).list("name")
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def add(self, records: Registry | ListLike | str, feature: Feature) -> None:
        """Label the file or dataset. A label can be under several features.

        Args:
            records: A label or several: saved records of any registries, or strings that are validated in the registries of
                the feature.
            feature: What the labels say something about; it is linked, too, if it isn't yet.

        Raises:
            DatabaseBehind: A label has another feature, and the database isn't migrated to hold both.
            EmptyInput: There are no labels.
            KeyError: Records of this registry can't be labels.
            TypeError: A label is neither a record nor a string, or the feature is no feature.
            ValidationError: A label or the feature isn't saved.
            ValueError: The file or dataset isn't saved, a label is missing, or strings are in no registry of the feature.
        """
        add_labels(self._host, records, feature)

    def get(
        self,
        feature: Feature,
        mute: bool = False,  # noqa: FBT001, FBT002 - the API of 0.54
        flat_names: bool = False,  # noqa: FBT001, FBT002
    ) -> QuerySet[Any] | dict[str, QuerySet[Any]] | list[str]:
        """Get the labels under a feature.

        Args:
            feature: The feature.
            mute: Don't warn about labels of several registries.
            flat_names: Return names rather than records.

        Returns:
            A query set; if labels of the feature are from several registries, a dictionary of query sets by registry; or a
            list of names.

        Raises:
            TypeError: It is no feature.
            ValueError: The feature has no labels anywhere, or none that a file or dataset could have.
        """
        check_feature(feature)
        registries = registries_of(feature)
        if feature.registries is None:
            msg = "feature does not have linked labels"
            raise ValueError(msg)
        relations = {name: find_label_relation(self._host, registry) for name, registry in registries.items()}
        related = {name: relation for name, relation in relations.items() if relation is not None}
        if not related:
            msg = (
                f"feature has labels from {feature.registries}, which can't be labels of a {type(self._host).__name__}: "
                "is the schema that has them mounted?"
            )
            raise ValueError(msg)
        if flat_names:
            return [name for relation in related.values() for name in _names_under(self._host, relation, feature)]
        labels = {name: labels_under(self._host, relation, feature) for name, relation in related.items()}
        if len(labels) == 1:
            return next(iter(labels.values()))
        if not mute:
            log.warning("labels come from multiple registries!")
        return labels

    def __repr__(self) -> str:
        return as_text.labels_block(labels_of(self._host).by_accessor()) or "no linked labels"

    def _repr_html_(self) -> str:
        return as_html.labels_block(labels_of(self._host).by_accessor()) or "<p>no linked labels</p>"


def add_labels(
    host: Host, records: Registry | ListLike | str, feature: Feature, *, field: StrField | None = None
) -> None:
    """Label a file or dataset: all or nothing; see :meth:`LabelManager.add`.

    Five to seven queries, however many labels; a few more once for labels that 0.54 linked to records of plug-ins.

    Args:
        host: The file or dataset.
        records: A label or several, or their names.
        feature: What the labels say something about.
        field: The field that has the names; by default the string field of each registry of the feature.
    """
    labels = checked_labels(host, records, feature, field)
    by_registry: dict[type[Registry], list[Registry]] = {}
    for label in labels:
        by_registry.setdefault(type(label), []).append(label)
    relations = {registry: label_relation(host, registry) for registry in by_registry}
    with transaction.atomic():
        _lock(host)
        for registry, group in by_registry.items():
            link_labels_of_features(host, relations[registry], {feature: group})
        _register_registries(feature, [relation.name for relation in relations.values()])
        ensure_feature_is_linked(host, feature)


def _names_under(host: Host, relation: Relation, feature: Feature) -> list[str]:
    """The names of the labels of a registry under a feature, in the order in which they were linked."""
    name = f"{relation.target}__{shown_field(relation.registry)}"
    return list(links_under(host, relation, feature).values_list(name, flat=True))


def _lock(host: Host) -> None:
    """Let one process at a time label a host, where the database doesn't see to that anyway."""
    if connection.features.has_select_for_update:
        type(host).filter(pk=host.pk).select_for_update().values_list("pk").first()


def _register_registries(feature: Feature, names: list[str]) -> None:
    """Remember that labels of a feature are from registries, without touching what others changed meanwhile."""
    if set(names) <= set(split(feature.registries)):
        return
    stored = type(feature).filter(pk=feature.pk)
    before = split(stored.values_list("registries", flat=True).get())
    new = [name for name in names if name not in before]
    feature.registries = join([*before, *names])
    if new:
        stored.update(registries=feature.registries, updated_at=now())
    for name in new:
        log.save(f"linked feature '{feature.name}' to registry '{name}'")
