"""Rows by many values at once: few statements whatever the number of values, memory in proportion to them.

Works the same for ten values and for a million, also on databases that limit the number of parameters.
"""

from __future__ import annotations

import gc
import json
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from lnschema_core.fields import registry_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

PER_STATEMENT = 200_000
"""How many values go into one statement."""

_FEW = 1_000
"""Up to so many values, looking them up is quick enough not to ask how large the registry is."""

_LOOKUP_IN_ROWS = 3
"""Looking one value up in an index takes as long as reading this many rows of a column."""


class AnyOf(models.Func):
    """A condition: the field equals any of the values. They are one parameter, however many they are.

    Examples:
        >>> ULabel.filter().filter(AnyOf("name", names))
    """

    def __init__(self, field: str, values: Sequence[Any]) -> None:
        super().__init__(models.F(field), output_field=models.BooleanField())
        self.values = list(values)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """One JSON array; see https://www.sqlite.org/json1.html#jeach."""
        template = "%(expressions)s IN (SELECT value FROM json_each(%%s))"
        sql, parameters = super().as_sql(compiler, connection, template=template, **extra_context)
        return sql, (*parameters, json.dumps(self._prepared(connection)))

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """One array; see https://www.postgresql.org/docs/current/functions-comparisons.html."""
        template = "%(expressions)s = ANY(%%s)"
        sql, parameters = super().as_sql(compiler, connection, template=template, **extra_context)
        return sql, (*parameters, self._prepared(connection))

    def _prepared(self, connection: BaseDatabaseWrapper) -> list[Any]:
        field = self.source_expressions[0].output_field
        if isinstance(field, models.CharField | models.TextField):
            return [value for value in self.values if isinstance(value, str)]
        return [_as_stored(field, value, connection) for value in self.values]


def _as_stored(field: Any, value: Any, connection: BaseDatabaseWrapper) -> Any:
    try:
        stored = field.get_db_prep_value(value, connection)
    except (TypeError, ValueError, OverflowError, ValidationError) as error:
        msg = f"{value!r:.80} can't be a {field.name} of {field.model.__name__}"
        raise TypeError(msg) from error
    is_bound_as_text = isinstance(stored, Decimal) and connection.vendor == "sqlite"
    return str(stored) if is_bound_as_text else stored


class PositionIn(models.Func):
    """The position of a field's value among values, for keeping their order.

    Examples:
        >>> ULabel.filter(AnyOf("pk", keys)).order_by(PositionIn("pk", keys))
    """

    def __init__(self, field: str, values: Sequence[Any]) -> None:
        super().__init__(models.F(field), output_field=models.IntegerField())
        self.values = list(values)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """One JSON array; see https://www.sqlite.org/json1.html#jeach."""
        template = "(SELECT key FROM json_each(%%s) WHERE value = %(expressions)s)"
        sql, parameters = super().as_sql(compiler, connection, template=template, **extra_context)
        field = self.source_expressions[0].output_field
        return sql, (json.dumps([_as_stored(field, value, connection) for value in self.values]), *parameters)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """One array; see https://www.postgresql.org/docs/current/functions-array.html."""
        template = "array_position(%%s, %(expressions)s::text)"
        sql, parameters = super().as_sql(compiler, connection, template=template, **extra_context)
        return sql, ([str(value) for value in self.values], *parameters)


def find_values(queryset: models.QuerySet[Any], field: str, values: Collection[Any]) -> set[Any]:
    """Tell which values a field of the records has, exactly.

    Values are looked up in the index of the field. If the registry isn't much larger than the batch, its whole column is
    read instead, which is quicker.

    Args:
        queryset: The records.
        field: The field that has the values.
        values: Different values.

    Returns:
        All of the values that the field has, possibly among others.
    """
    column = plain(queryset).values_list(field, flat=True)
    if len(values) > _FEW and not has_more_rows(column, _LOOKUP_IN_ROWS * len(values)):
        return set(column.iterator())
    return {value for chunk in chunks(storable(values)) for value in column.filter(AnyOf(field, chunk))}


def find_records(queryset: models.QuerySet[Any], field: str, values: Collection[Any]) -> list[Any]:
    """Fetch the records of which a field has any of the values, in no particular order."""
    with without_garbage_collection():
        return [record for some in _having(queryset, field, values) for record in some.iterator()]


def find_keys(queryset: models.QuerySet[Any], field: str, values: Collection[Any]) -> list[tuple[Any, Any]]:
    """Fetch the value of a field, and the primary key, of the records that have any of the values, in no particular order."""
    with without_garbage_collection():
        return [row for some in _having(queryset, field, values) for row in some.values_list(field, "pk").iterator()]


def _having(queryset: models.QuerySet[Any], field: str, values: Collection[Any]) -> Iterator[models.QuerySet[Any]]:
    """The records of which a field has any of the values, a statement each."""
    return (plain(queryset).filter(AnyOf(field, chunk)) for chunk in chunks(storable(values)))


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Don't look for garbage in the block: what is fetched there is none, and looking at it all takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def plain(queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The same records, without an order, ready for further conditions also if it was sliced."""
    if not queryset.query.is_sliced:
        return queryset.order_by()
    manager = registry_of(queryset)._base_manager.using(queryset.db)
    return manager.filter(pk__in=queryset.values("pk"))


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in parts, each of which fits into one statement."""
    return (values[start : start + PER_STATEMENT] for start in range(0, len(values), PER_STATEMENT))


def storable(values: Collection[Any]) -> list[Any]:
    """The values that a database can have: no text with null characters or halves of surrogate pairs."""
    if is_storable("".join([value for value in values if isinstance(value, str)])):
        return list(values)
    return [value for value in values if not isinstance(value, str) or is_storable(value)]


def is_storable(text: str) -> bool:
    """Whether a database can have a text."""
    if text.isascii():
        return "\0" not in text
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def has_more_rows(queryset: models.QuerySet[Any], number: int) -> bool:
    """Whether there are more rows than that, without counting on."""
    return queryset[: number + 1].count() > number
