"""From what users pass as labels to the records that are meant, all of them saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from lamindb.errors import EmptyInput, ValidationError
from lamindb.text.batch import as_list, is_missing
from lamindb.text.joined import join, split
from lnschema_core.catalogue import core_registry, registry_by_name
from lnschema_core.rows.storable import is_saved, refuse_deleted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.types import StrField
    from lnschema_core.annotation.slots import Host
    from lnschema_core.models import Feature, Registry


def checked_labels(host: Host, labels: Any, feature: Feature, field: StrField | None = None) -> list[Registry]:
    """The records that are meant, each once, where host, records and feature are ready to be linked.

    Args:
        host: The file or dataset.
        labels: A record or a string, or several of either.
        feature: The feature.
        field: The field of strings; by default the string field of each registry of the feature.

    Raises:
        EmptyInput: There are no labels.
        TypeError: A label is neither a record nor a string, or the feature is no feature.
        ValidationError: A record or the feature isn't saved.
        ValueError: The host isn't saved or was deleted, a label is missing, or strings are in no registry of the feature.
    """
    check_feature(feature)
    values = listed_labels(labels)
    if not values:
        msg = "pass at least one label, but there are none"
        raise EmptyInput(msg)
    records = _records_of(values, feature, field) if isinstance(values[0], str) else values
    refuse_deleted(host)
    if host._state.adding:
        msg = "Please save the file/dataset before adding a label!"
        raise ValueError(msg)
    check_saved(records, feature)
    return list(dict.fromkeys(records))


def listed_labels(labels: Any) -> list[Any]:
    """What was passed as labels: records, or strings.

    Raises:
        TypeError: One is neither, or they are of both kinds.
        ValueError: One is missing.
    """
    values: list[Any] = as_list(labels) if isinstance(labels, Iterable) else [labels]
    if values:
        _check_values(values)
    return values


def check_feature(feature: Any) -> None:
    """Refuse what is no feature.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(feature, core_registry("Feature")):
        msg = "feature has to be of type Feature"
        raise TypeError(msg)


def registries_of(feature: Feature) -> dict[str, type[Registry]]:
    """The mounted registries that labels of a feature are from, by name; a query if the feature knows of none."""
    if feature.registries is None and is_saved(feature):
        feature.refresh_from_db(fields=["registries"])
    registries = {}
    for name in split(feature.registries):
        try:
            registries[name] = registry_by_name(name)
        except (LookupError, ValueError):
            continue
    return registries


def _check_values(values: Sequence[Any]) -> None:
    missing = sum(not isinstance(value, Model) and is_missing(value) for value in values)
    if missing:
        msg = (
            f"{missing} of {len(values)} labels are missing values (None, NaN or an empty string): leave them out, for "
            "instance with .dropna()"
        )
        raise ValueError(msg)
    kind = str if isinstance(values[0], str) else Model
    for value in values:
        if not isinstance(value, kind):
            msg = f"labels have to be records, or all of them strings, but {value!r:.80} is of type {type(value).__name__}"
            raise TypeError(msg)


def _records_of(strings: list[str], feature: Feature, field: StrField | None) -> list[Registry]:
    """The records that strings mean in the registries of the feature; those that mean none are warned about."""
    records = [
        record
        for registry in registries_of(feature).values()
        for record in registry.from_values(list(dict.fromkeys(strings)), field)
    ]
    if not records:
        msg = (
            "Please pass a record (a `Registry` object), not a string, e.g., via: label = "
            f"ln.ULabel(name='{strings[0]:.80}')"
        )
        raise ValueError(msg)
    return records


def check_saved(records: Sequence[Registry], feature: Feature) -> None:
    """Refuse labels or a feature that aren't in the database.

    Raises:
        ValidationError: One isn't.
    """
    for record in records:
        if not is_saved(record):
            msg = f"{record} not validated. If it looks correct: record.save()"
            raise ValidationError(msg)
    if not is_saved(feature):
        registries = join(record.__get_name_with_schema__() for record in records)
        msg = (
            "Feature not validated. If it looks correct: "
            f"ln.Feature(name='{feature.name}', type='category', registries='{registries}').save()"
        )
        raise ValidationError(msg)
