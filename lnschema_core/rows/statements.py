"""Statements that are asked for every file that is made. Their text is kept, since a query set takes ten times as long to write it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection
from django.db.models.signals import post_save, pre_save

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db import models

RecordT = TypeVar("RecordT", bound="models.Model")


def has_row(registry: type[models.Model], field: str, text: str) -> bool:
    """Whether a record has exactly this text in a field."""
    return bool(_fetched(_row_with(registry, field), [text]))


def all_records(registry: type[RecordT]) -> list[RecordT]:
    """All records of a small registry."""
    names = [field.attname for field in registry._meta.concrete_fields]
    converters = _converters(registry, connection.vendor)
    records = []
    for row in _fetched(_all_rows(registry), []):
        values = list(row)
        for position, convert in converters:
            values[position] = convert(values[position])
        records.append(registry.from_db(connection.alias, names, values))
    return records


def insert(record: models.Model) -> None:
    """Insert a new record that has its key, as ``Model.save`` does, but tell nobody."""
    fields = type(record)._meta.concrete_fields
    values = [field.get_db_prep_save(field.pre_save(record, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(record)), values)
    record._state.adding = False
    record._state.db = connection.alias


def is_listened_to(registry: type[models.Model]) -> bool:
    """Whether signals of Django tell anybody of records that are saved."""
    return bool(pre_save.has_listeners(registry) or post_save.has_listeners(registry))


def _fetched(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@cache
def _row_with(registry: type[models.Model], field: str) -> str:
    quote = connection.ops.quote_name
    column = quote(str(registry._meta.get_field(field).column))  # type: ignore[union-attr]
    return f"SELECT 1 FROM {quote(registry._meta.db_table)} WHERE {column} = %s LIMIT 1"  # noqa: S608 - our names


@cache
def _insertion(registry: type[models.Model]) -> str:
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in registry._meta.concrete_fields]
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(registry._meta.db_table)} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our names


@cache
def _all_rows(registry: type[models.Model]) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in registry._meta.concrete_fields)
    return f"SELECT {columns} FROM {quote(registry._meta.db_table)}"  # noqa: S608 - our names


@cache
def _converters(registry: type[models.Model], vendor: str) -> list[tuple[int, Callable[[Any], Any]]]:  # noqa: ARG001
    """What makes values of what a kind of database stores, by the position of columns."""
    return [
        (position, _converter(convert, column))
        for position, column in enumerate(field.cached_col for field in registry._meta.concrete_fields)
        for convert in [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    ]


def _converter(convert: Callable[[Any, Any, Any], Any], column: Any) -> Callable[[Any], Any]:
    return lambda value: convert(value, column, connection)
