"""Inserting rows in one statement, however many. Django's ``bulk_create`` takes one per 500 rows on SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Sequence


def insert_new(registry: type[models.Model], records: Sequence[Any]) -> int | None:
    """Insert records of one registry, leaving out those that conflict with a row. Their automatic keys stay unknown.

    Returns:
        The number of rows that were inserted, ``None`` if the database doesn't tell.

    Raises:
        IntegrityError: A record refers to one that doesn't exist, or lacks a value.
    """
    if not records:
        return 0
    fields = [field for field in registry._meta.concrete_fields if not isinstance(field, models.AutoField)]
    rows = [[_stored(field, record) for field in fields] for record in records]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = f"({', '.join(['%s'] * len(fields))})"
    start = f"INSERT INTO {quote(registry._meta.db_table)} ({columns}) VALUES"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"{start} {marks} ON CONFLICT DO NOTHING", rows)
        else:
            values = [value for row in rows for value in row]
            cursor.execute(f"{start} {', '.join([marks] * len(rows))} ON CONFLICT DO NOTHING", values)
        return cursor.rowcount if cursor.rowcount >= 0 else None


def _stored(field: models.Field[Any, Any], record: Any) -> Any:
    return field.get_db_prep_save(field.pre_save(record, add=True), connection)
