"""The labels of many files, by feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lnschema_core.annotation.label_features import rows_of
from lnschema_core.annotation.label_overview import label_relations
from lnschema_core.annotation.migrated import is_migrated
from lnschema_core.catalogue import core_registry
from lnschema_core.fields import shown_field
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnschema_core.annotation.relations import Relation
    from lnschema_core.models import File

FILE_ID = "file_id"
"""The name under which the id of a file is one of its labels."""


def labels_of_files(files: Sequence[File]) -> list[dict[str, tuple[str, ...]]]:
    """Names of the labels of each file by the names of their features, those of none by the attribute, such as ``ulabels``.

    The id of a file is among them as ``file_id``. Up to two queries per registry of labels, however many files there are.
    """
    found: dict[str, dict[str, dict[str, None]]] = {file.pk: {FILE_ID: {file.pk: None}} for file in files}
    for relation in label_relations(core_registry("File")):
        if relation.registry is not core_registry("Dataset"):
            for file_id, feature, label in _labels(relation, list(found)):
                found[file_id].setdefault(feature, {})[label] = None
    return [{feature: tuple(labels) for feature, labels in found[file.pk].items()} for file in files]


def _labels(relation: Relation, ids: list[str]) -> Iterator[tuple[str, str, str]]:
    """File, feature and label of each link."""
    name = f"{relation.target}__{shown_field(relation.registry)}"
    columns = ["pk", f"{relation.owner}_id", name, *(["feature__name"] if relation.has_feature else [])]
    links: list[Any] = list(_of_files(relation.link, relation.owner, ids).order_by("pk").values_list(*columns))
    recorded = _recorded(relation, ids) if links else {}
    for link_id, file_id, label, *feature in links:
        features = [*filter(None, feature), *recorded.get(str(link_id), ())]
        for one in features or [relation.accessor]:
            yield file_id, one, str(label)


def _recorded(relation: Relation, ids: list[str]) -> dict[str, list[str]]:
    """The names of the features that are recorded beside links, by the key of the link."""
    if not is_migrated():
        return {}
    found: dict[str, list[str]] = {}
    rows = rows_of(relation).filter(AnyOf("file_id", ids)).values_list("link_id", "feature__name")
    for link_id, feature in rows:
        found.setdefault(str(link_id), []).append(feature)
    return found


def _of_files(link: Any, owner: str, ids: list[str]) -> Any:
    return link._default_manager.filter(AnyOf(f"{owner}_id", ids))
