"""The rows of a record and of all its links, as plain values and back. Knows no content."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, transaction

from lamindb import log
from lamindb.errors import NotRestorable
from lnschema_core.rows.deleting import RowCollector
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db import models

    Values = dict[str, Any]

_PLAIN = (str, int, float, bool, type(None))


def delete_with_links(record: models.Model) -> list[Values]:
    """Delete a record with its links, as ``Model.delete`` does.

    Returns:
        The rows that are gone, as values.

    Raises:
        ProtectedError: Something else refers to the record.
    """
    collector = RowCollector(DEFAULT_DB_ALIAS, origin=record)
    collector.collect([record])
    gone: list[Any] = [one for instances in collector.data.values() for one in instances]
    for queryset in collector.fast_deletes:
        gone += queryset
    rows = [_values_of(one) for one in gone]
    collector.delete()
    return rows


def _values_of(row: models.Model) -> Values:
    values = {field.attname: _plain(field, row) for field in row._meta.concrete_fields}
    return {"registry": row._meta.label_lower, "values": values}


def _plain(field: Any, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    return value if isinstance(value, _PLAIN) else field.value_to_string(row)


# -- back -------------------------------------------------------------------------------------------------------------


def insert(rows: Sequence[Values], *, required: Iterable[str]) -> None:
    """Insert rows again, without those links whose other end is gone.

    Args:
        rows: The rows as values.
        required: The keys of rows that must be inserted.

    Raises:
        NotRestorable: A row can't be, since it refers to something that is gone.
    """
    records = [record for row in rows if (record := _record_of(row)) is not None]
    there = _existing_targets(records)
    wanted = {*required}
    with transaction.atomic():
        for record in records:
            if _refers_to_what_is_there(record, there, is_required=str(record.pk) in wanted):
                record.save_base(raw=True, force_insert=True)


def _record_of(row: Values) -> Any:
    try:
        model: Any = apps.get_model(row["registry"])
    except LookupError:
        log.warning(f"links of {row['registry']} aren't restored: the schema package isn't mounted")
        return None
    fields = [field for field in model._meta.concrete_fields if field.attname in row["values"]]
    values = [field.to_python(row["values"][field.attname]) for field in fields]
    record = model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], values)
    record._state.adding = True
    return record


def _references(record: models.Model) -> list[tuple[Any, Any]]:
    """The foreign keys of a row that have a value; those without a constraint may lead nowhere."""
    fields: Any = record._meta.concrete_fields
    constrained = [field for field in fields if field.is_relation and field.db_constraint]
    return [(field, key) for field in constrained if (key := getattr(record, field.attname)) is not None]


def _existing_targets(records: Sequence[models.Model]) -> dict[Any, set[Any]]:
    """Which of the rows that others refer to are there or among those that come back; a query per registry."""
    asked: dict[Any, set[Any]] = defaultdict(set)
    for record in records:
        for field, key in _references(record):
            asked[field.related_model].add(key)
    found: dict[Any, set[Any]] = {}
    for model, keys in asked.items():
        rows = model._base_manager.filter(AnyOf("pk", list(keys)))
        found[model] = {*rows.values_list("pk", flat=True)} | {one.pk for one in records if type(one) is model}
    return found


def _refers_to_what_is_there(record: Any, there: dict[Any, set[Any]], *, is_required: bool) -> bool:
    """Whether a row can be inserted; references to what is gone are left out where they may be missing."""
    for field, key in _references(record):
        if key in there[field.related_model]:
            continue
        what = f"{field.related_model.__name__} {key}"
        if field.null:
            log.warning(f"{what}, the {field.name} of {type(record).__name__} {record.pk}, is gone: it stays empty")
            setattr(record, field.attname, None)
        elif is_required:
            msg = f"{type(record).__name__} {record.pk} can't be restored: its {field.name}, {what}, is gone"
            raise NotRestorable(msg)
        else:
            log.warning(f"a link to {what} isn't restored: it is gone")
            return False
    return True
