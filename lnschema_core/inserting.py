"""Writing rows in one statement, however many. Django's own bulk verbs take one per a few hundred rows on SQLite."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from lnschema_core.storable import check_storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_PER_STATEMENT = 10_000
"""Rows in one JSON array: a text must not be longer than 1 GB."""

_UNLESS_THERE = " ON CONFLICT DO NOTHING"

_TEXTS = {models.CharField, models.TextField}
_NUMBERS = {models.IntegerField, models.BigIntegerField}
_KEPT_BY_JSON = (models.CharField, models.TextField, models.BooleanField, models.DateTimeField, models.IntegerField)


def insert_new(registry: type[models.Model], records: Sequence[Any], *, refuse_conflicts: bool = False) -> int | None:
    """Insert records of one registry. Their automatic keys stay unknown.

    Args:
        registry: The registry.
        records: Its new records.
        refuse_conflicts: Fail if a record conflicts with a row, rather than leave it out.

    Returns:
        The number of rows that were inserted, ``None`` if the database doesn't tell.

    Raises:
        IntegrityError: A record refers to one that doesn't exist, lacks a value, or conflicts and must not.
        NotStorable: The database can't store a text.
    """
    if not records:
        return 0
    check_storable(records)
    fields = [field for field in registry._meta.concrete_fields if not isinstance(field, models.AutoField)]
    stored = [_preparing(field, add=True) for field in fields]
    rows = [[prepare(record) for prepare in stored] for record in records]
    return _insert_rows(registry, fields, rows, "" if refuse_conflicts else _UNLESS_THERE)


def insert_pairs(link: type[models.Model], names: tuple[str, str], pairs: Sequence[tuple[Any, Any]]) -> bool:
    """Insert links that consist of two keys; those that exist already stay. No object is made of any.

    Args:
        link: The registry of links.
        names: Its two fields.
        pairs: The keys.

    Returns:
        Whether that was possible: the links have no other fields, and their keys are texts or whole numbers.
    """
    fields = [field for field in link._meta.concrete_fields if not isinstance(field, models.AutoField)]
    if {field.name for field in fields} != set(names) or not all(_is_kept_by_json(field) for field in fields):
        return False
    fields = [link._meta.get_field(name) for name in names]  # type: ignore[misc]
    if pairs:
        _insert_rows(link, fields, [list(pair) for pair in pairs], _UNLESS_THERE)
    return True


def _insert_rows(
    registry: type[models.Model], fields: Sequence[models.Field[Any, Any]], rows: list[list[Any]], on_conflict: str
) -> int | None:
    """Insert values as they are stored; see :func:`insert_new`."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = f"({', '.join(['%s'] * len(fields))})"
    start = f"INSERT INTO {quote(registry._meta.db_table)} ({columns})"
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            values = [value for row in rows for value in row]
            cursor.execute(f"{start} VALUES {', '.join([marks] * len(rows))}{on_conflict}", values)
        elif all(_is_kept_by_json(field) for field in fields):
            each = ", ".join(f"json_extract(value, '$[{number}]')" for number in range(len(fields)))
            selection = f"SELECT {each} FROM json_each(%s) WHERE true"  # noqa: S608 - our names
            return sum(_insert_json(cursor, f"{start} {selection}{on_conflict}", part) for part in _parts(rows))
        else:
            cursor.executemany(f"{start} VALUES {marks}{on_conflict}", rows)
        return cursor.rowcount if cursor.rowcount >= 0 else None


def update_existing(
    registry: type[models.Model], records: Sequence[Any], fields: Sequence[models.Field[Any, Any]]
) -> None:
    """Write fields of records of one registry to their rows.

    Raises:
        IntegrityError: A value is taken, or refers to a record that doesn't exist.
        NotStorable: The database can't store a text.
    """
    check_storable(records)
    key = registry._meta.pk
    stored = [_preparing(field, add=False) for field in fields]
    rows = [[*(prepare(record) for prepare in stored), record.pk] for record in records]
    quote = connection.ops.quote_name
    table, key_column = quote(registry._meta.db_table), quote(str(key.column))
    columns = [quote(str(field.column)) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            changes = ", ".join(f"{column} = %s" for column in columns)
            cursor.executemany(f"UPDATE {table} SET {changes} WHERE {key_column} = %s", rows)  # noqa: S608 - our names
        else:
            changes = ", ".join(f"{column} = new.{column}" for column in columns)
            marks = ", ".join(f"CAST(%s AS {field.db_type(connection)})" for field in [*fields, key])
            values = ", ".join([f"({marks})"] * len(rows))
            named = ", ".join([*columns, key_column])
            statement = (
                f"UPDATE {table} SET {changes} FROM (VALUES {values}) AS new ({named}) "  # noqa: S608 - likewise
                f"WHERE {table}.{key_column} = new.{key_column}"
            )
            cursor.execute(statement, [value for row in rows for value in row])


def _parts(rows: list[list[Any]]) -> Iterator[list[list[Any]]]:
    return (rows[start : start + _PER_STATEMENT] for start in range(0, len(rows), _PER_STATEMENT))


def _insert_json(cursor: Any, statement: str, rows: list[list[Any]]) -> int:
    inserted: int = cursor.execute(statement, [json.dumps(rows, ensure_ascii=False)]).rowcount
    return inserted


def _is_kept_by_json(field: models.Field[Any, Any]) -> bool:
    """Whether SQLite has texts, whole numbers, booleans and nulls in the column, which JSON keeps as they are.

    With JSON, many rows are one statement; where a table has triggers, each statement costs as much as a row.
    """
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return isinstance(target, _KEPT_BY_JSON)


def _preparing(field: models.Field[Any, Any], *, add: bool) -> Callable[[Any], Any]:
    """What gives the stored value of a field of a record; of texts, whole numbers and times without asking Django about each."""
    name = field.attname

    def general(record: Any) -> Any:
        return field.get_db_prep_save(field.pre_save(record, add), connection)

    def of_text(record: Any) -> Any:
        value = getattr(record, name)
        return value if value is None or type(value) is str else general(record)

    def of_number(record: Any) -> Any:
        value = getattr(record, name)
        return value if value is None or type(value) is int else general(record)

    def of_time(record: Any) -> Any:
        value = field.pre_save(record, add)
        is_usual = type(value) is datetime and value.tzinfo is UTC
        return str(value.replace(tzinfo=None)) if is_usual else field.get_db_prep_save(value, connection)

    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if type(target) in _TEXTS and type(field) in {*_TEXTS, models.ForeignKey}:
        return of_text
    if type(field) in _NUMBERS:
        return of_number
    return of_time if type(field) is models.DateTimeField and connection.vendor == "sqlite" else general
