"""In what a record differs from its row, and which records are known not to differ, so that their rows needn't be read to see that."""

from __future__ import annotations

from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db import models

    from lnschema_core.models import Registry


@cache
def column_names(registry: type[models.Model]) -> tuple[str, ...]:
    """The columns in which a record can differ from its row: the key first, and none that is set whenever a record is written."""
    fields = (field for field in registry._meta.concrete_fields if not field.primary_key)
    others = (field.attname for field in fields if not getattr(field, "auto_now", False))
    return registry._meta.pk.attname, *others


def values_of(records: Sequence[Any], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The values of columns of records, without asking Django about each."""
    try:
        return [tuple(map(record.__dict__.__getitem__, names)) for record in records]
    except KeyError:  # some were fetched in part
        return [tuple([getattr(record, name) for name in names]) for record in records]


def note(records: Sequence[Registry], state: object) -> None:
    """Note that records of one registry are as they were read, with all columns.

    Args:
        records: The records.
        state: What :func:`lnschema_core.rows.unchanged.state` returned before they were.
    """
    if records and state is not None:
        values = _values(type(records[0]))
        for record in records:
            record.as_read = (state, *values(record.__dict__))  # a single tuple: each is looked at as possible garbage


def is_as_read(record: Registry, state: object) -> bool:
    """Whether a record is as it was when that was noted in the same state, and so as its row is."""
    if record.as_read is None:
        return False
    try:
        return record.as_read == (state, *_values(type(record))(record.__dict__))
    except KeyError:  # somebody has left a value to the database since
        return False


@cache
def _values(registry: type[models.Model]) -> Callable[[dict[str, Any]], Any]:
    """What takes the values out of a record, in a third of the time that a loop takes."""
    return itemgetter(*column_names(registry))
