"""What becomes of links when something they refer to is deleted. Migrations name these functions: they stay here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CASCADE, Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast

from lnschema_core.annotation.migrated import is_migrated
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import ForeignKey, QuerySet
    from django.db.models.deletion import Collector

_HOSTS = ("lnschema_core.File", "lnschema_core.Dataset")


def pass_on_to_next_feature(
    collector: Collector, field: ForeignKey[Any, Any], sub_objs: QuerySet[Any, Any], using: str
) -> None:
    """Delete links to labels together with their feature, but keep those whose label is under another feature, too.

    For the ``on_delete`` of the foreign key from a link to its feature, in core and plug-ins. One query; three if there are links to keep.

    Args:
        collector: What collects everything that is to be deleted.
        field: The foreign key.
        sub_objs: The links.
        using: The database.
    """
    if not is_migrated():  # a link of 0.54 has one feature
        CASCADE(collector, field, sub_objs, using)
        return
    rows = _rows_of_other_features(collector, field)
    has_other = Exists(rows.filter(link_id=Cast(OuterRef("pk"), TextField())))
    kept = {str(link.pk): link for link in sub_objs.filter(has_other)}
    if kept:
        heirs = {row.link_id: row for row in rows.filter(AnyOf("link_id", list(kept))).order_by("-pk")}
        for link_id, row in heirs.items():
            collector.add_field_update(field, row.feature_id, [kept[link_id]])
        collector.collect(list(heirs.values()), fail_on_restricted=False)
        sub_objs = sub_objs.filter(~Q(AnyOf("pk", [link.pk for link in kept.values()])))
    CASCADE(collector, field, sub_objs, using)


pass_on_to_next_feature.lazy_sub_objs = True  # type: ignore[attr-defined] # Django then fetches no links


def _rows_of_other_features(collector: Collector, field: ForeignKey[Any, Any]) -> QuerySet[Any, Any]:
    """The rows about further features of links, without features that are deleted as well."""
    fields: Sequence[Any] = field.model._meta.concrete_fields
    ends = [other.related_model._meta for other in fields if other.is_relation and other != field]
    host, label = sorted(ends, key=lambda end: end.label not in _HOSTS)[:2]
    registry = field.model._meta.apps.get_model(host.app_label, f"{host.object_name}LabelFeature")
    name = f"{label.app_label.removeprefix('lnschema_')}.{label.object_name}"
    deleted = [feature.pk for feature in collector.data.get(field.related_model, ())]
    rows: QuerySet[Any, Any] = registry._default_manager.filter(registry=name).filter(~Q(AnyOf("feature_id", deleted)))
    return rows
