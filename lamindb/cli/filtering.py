"""Filters as typed on the command line: ``name=value`` and ``name__lookup=value``.

Only columns of the registry itself and the look-ups listed here get through; what a user types never becomes a part of a
query's structure. Imports Django, so import it after parsing only.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click
from django.core.exceptions import ValidationError
from django.db import models

from lamindb.cli.problems import shortened

if TYPE_CHECKING:
    from lnschema_core.models import Registry

TEXT_LOOKUPS = ("exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith")
ORDER_LOOKUPS = ("exact", "gt", "gte", "lt", "lte")
ANY_LOOKUPS = ("in", "isnull")

_MOST_VALUES = 500  # of one `in`: databases limit the number of parameters


def parse_filter(registry: type[Registry], text: str) -> models.Q:
    """The condition that a filter stands for.

    Raises:
        UsageError: The filter has no value, or names a field or look-up that can't be used.
    """
    key, equals, value = text.partition("=")
    if not equals:
        msg = f"a filter is written as field=value, not {shortened(text)!r}"
        raise _usage_error(msg)
    name, _, lookup = key.partition("__")
    field = _field(registry, name)
    lookup = lookup or "exact"
    if lookup not in lookups_of(field):
        msg = f"{field.name} can't be filtered by {shortened(lookup)!r}, but by {', '.join(lookups_of(field))}"
        raise _usage_error(msg)
    return models.Q((f"{field.attname}__{lookup}", _value(field, lookup, value)))


def lookups_of(field: models.Field[Any, Any]) -> tuple[str, ...]:
    """The look-ups that a column can be filtered by."""
    if field.is_relation or isinstance(field, models.BooleanField):
        return ("exact", *ANY_LOOKUPS)
    if isinstance(field, (models.CharField, models.TextField)):
        return (*TEXT_LOOKUPS, *ANY_LOOKUPS)
    return (*ORDER_LOOKUPS, *ANY_LOOKUPS)


def _field(registry: type[Registry], name: str) -> models.Field[Any, Any]:
    fields = registry._meta.concrete_fields
    for field in fields:
        if name in {field.name, field.attname}:
            return field
    msg = (
        f"{registry.__name__} has no column {shortened(name)!r}; it has {', '.join(field.attname for field in fields)}"
    )
    raise _usage_error(msg)


def _value(field: models.Field[Any, Any], lookup: str, text: str) -> Any:
    if lookup == "isnull":
        return _truth(field, text)
    if lookup != "in":
        return column_value(field, text)
    texts = text.split(",")
    if len(texts) > _MOST_VALUES:
        msg = f"at most {_MOST_VALUES} values can be listed for {field.name}, not {len(texts)}"
        raise _usage_error(msg)
    return [column_value(field, one) for one in texts]


def column_value(field: models.Field[Any, Any], text: str) -> Any:
    """The value of a column that a text stands for.

    Raises:
        UsageError: The column can't have such a value.
    """
    column = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(column, models.BooleanField):
        return _truth(field, text)
    try:
        value = column.to_python(text)
        if isinstance(column, models.IntegerField):
            column.run_validators(value)  # the range of the database's integers
    except (ValidationError, ValueError, OverflowError, ArithmeticError) as error:
        raise _not_a_value(field, text) from error
    if isinstance(value, (float, Decimal)) and not math.isfinite(value):
        raise _not_a_value(field, text)
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _truth(field: models.Field[Any, Any], text: str) -> bool:
    truths = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.casefold() not in truths:
        raise _not_a_value(field, text)
    return truths[text.casefold()]


def _not_a_value(field: models.Field[Any, Any], text: str) -> click.UsageError:
    return _usage_error(f"{shortened(text)!r} can't be compared with {field.name} ({field.get_internal_type()})")


def _usage_error(message: str) -> click.UsageError:
    return click.UsageError(message, click.get_current_context(silent=True))
