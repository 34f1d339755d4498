"""In what a record differs from its row, and which records are known not to differ, so that their rows needn't be read to see that."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """Note that records of one registry are as they were read.

    Args:
        records: The records.
        state: What :func:`lnschema_core.unchanged.state` returned before they were.
    """
    if records and state is not None:
        values = values_of(records, column_names(type(records[0])))
        for record, own in zip(records, values, strict=True):
            record.as_read = state, own
