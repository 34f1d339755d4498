"""Writing rows in one statement, however many. Django's own bulk verbs take one per a few hundred rows on SQLite."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate, repeat
from operator import attrgetter
from types import NoneType
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from lnschema_core.rows.storable import check_storable
from lnschema_core.rows.values import without_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PER_STATEMENT = 10_000
"""Rows in one parameter: a text must not be longer than 1 GB."""

_UNLESS_THERE = " ON CONFLICT DO NOTHING"

_TEXTS = {models.CharField, models.TextField}

_ARRAYS: dict[type[models.Field[Any, Any]], str] = {
    models.CharField: "varchar",
    models.TextField: "text",
    models.BooleanField: "boolean",
    models.IntegerField: "bigint",
    models.DateTimeField: "timestamptz",
}
"""Fields whose values can be part of one parameter, and what they are in an array of Postgres.

SQLite has texts, numbers, booleans and nulls in their columns, which JSON keeps as they are. The length of a text is no part of its
type, since a cast would cut longer ones off.
"""
_TICK = timedelta(microseconds=1)
_TAKES_THE_VALUE = {kind.pre_save for kind in (models.Field, models.DateField, models.DateTimeField, models.TimeField)}
_NUMBERS = {models.IntegerField, models.BigIntegerField}


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
    with without_garbage_collection():
        columns = _stored_columns(fields, records, add=True)
        return _insert_columns(registry, fields, columns, "" if refuse_conflicts else _UNLESS_THERE)


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
    if {field.name for field in fields} != set(names) or not all(_array_of(field) for field in fields):
        return False
    fields = [link._meta.get_field(name) for name in names]  # type: ignore[misc]
    if pairs:
        with without_garbage_collection():
            _insert_columns(link, fields, [list(keys) for keys in zip(*pairs, strict=True)], _UNLESS_THERE)
    return True


def _insert_columns(
    registry: type[models.Model],
    fields: Sequence[models.Field[Any, Any]],
    columns: list[list[Any]],
    on_conflict: str,
) -> int | None:
    """Insert values as they are stored; see :func:`insert_new`.

    Many values are one parameter where that can be: parsing them as a statement takes Postgres as long as inserting them, and where a
    table of SQLite has triggers, each statement costs as much as a row. A value that all rows have in a column is sent once.
    """
    types = [_array_of(field) for field in fields]
    with connection.cursor() as cursor:
        if None in types:
            return _insert_each(cursor, _start(registry, fields), list(zip(*columns, strict=True)), on_conflict)
        shared, own = _shared_and_own(columns)
        start = _start(registry, [fields[place] for place in shared + own])
        columns = _in_common_order(registry, fields, columns)
        if connection.vendor == "sqlite":
            elements, rows = _elements([columns[place] for place in own])
            each = ["%s"] * len(shared) + elements
            source = "json_each(%s) WHERE true"
            parts: Any = ([_as_json(part)] for part in _parts(rows))
        else:
            each = [f"%s::{types[place]}" for place in shared] + ["own.*"]
            source = f"unnest({', '.join(f'%s::{types[place]}[]' for place in own)}) AS own"
            parts = zip(*([_as_array(part) for part in _parts(columns[place])] for place in own), strict=True)
        statement = f"{start} SELECT {', '.join(each)} FROM {source}{on_conflict}"  # noqa: S608 - our names
        values = [columns[place][0] for place in shared]
        count = 0
        for part in parts:
            cursor.execute(statement, [*values, *part])
            count += cursor.rowcount
        return count


def _in_common_order(
    registry: type[models.Model], fields: Sequence[models.Field[Any, Any]], columns: list[list[Any]]
) -> list[list[Any]]:
    """Rows in the order of what is unique of them, on Postgres: two sessions that insert the same wait for each other in one direction only.

    Keys that the database makes tell the order in which rows were given, and leave it as it is.
    """
    if connection.vendor == "sqlite" or isinstance(registry._meta.pk, models.AutoField):
        return columns
    names = _common_order(registry)
    places = [place for place, field in enumerate(fields) if field.attname in names]
    if not places:
        return columns
    keys = columns[places[0]]
    if len(places) > 1 or None in keys:
        keys = [
            tuple((one is not None, one) for one in row)
            for row in zip(*(columns[place] for place in places), strict=True)
        ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [list(map(column.__getitem__, order)) for column in columns]


@cache
def _common_order(registry: type[models.Model]) -> tuple[str, ...]:
    """The columns that rows of a registry are ordered by: the first that no two records share besides the primary key, or none."""
    columns = {field.name: field.attname for field in registry._meta.concrete_fields}
    constraints = (one for one in registry._meta.constraints if isinstance(one, models.UniqueConstraint))
    constrained = (tuple(columns[name] for name in one.fields) for one in constraints)
    return next(filter(None, (*unique_columns(registry), *constrained)), ())


def unique_columns(registry: type[models.Model]) -> list[tuple[str, ...]]:
    """The combinations of columns that are unique besides the primary key."""
    columns = {field.name: field.attname for field in registry._meta.concrete_fields}
    single = [(field.attname,) for field in registry._meta.concrete_fields if field.unique and not field.primary_key]
    together = [tuple(columns[name] for name in names) for names in registry._meta.unique_together]
    return [*single, *together]


def _elements(columns: list[list[Any]]) -> tuple[list[str], list[Any]]:
    """Rows as elements of a JSON array, and what selects each column of them; columns that are one object are sent once.

    Texts of one length, such as ids and times, are put together, before those of another column: cutting a text takes SQLite half as long as
    parsing an array.
    """
    different = list({id(column): column for column in columns}.values())
    if len(different) == 1:
        return ["value"] * len(columns), different[0]
    by_length = [_lengths(column) for column in different]
    ragged = [place for place, lengths in enumerate(by_length) if len(lengths) > 1]
    if not all(by_length) or len(ragged) > 1:
        selected = [f"json_extract(value, '$[{place}]')" for place in range(len(different))]
        rows: list[Any] = list(zip(*different, strict=True))
    else:
        order = [place for place in range(len(different)) if place not in ragged] + ragged
        ends = accumulate((max(by_length[place]) for place in order), initial=1)
        cuts = {
            place: f"substr(value, {start}, {max(by_length[place])})" for place, start in zip(order, ends, strict=False)
        }
        selected = [cuts[place] for place in range(len(different))]
        rows = list(map("".join, zip(*(different[place] for place in order), strict=True)))
    by_column = dict(zip(map(id, different), selected, strict=True))
    return [by_column[id(column)] for column in columns], rows


def _lengths(column: list[Any]) -> set[int]:
    """The lengths of the texts of a column, none if it has other values."""
    return set(map(len, column)) if set(map(type, column)) == {str} else set()


def _start(registry: type[models.Model], fields: Sequence[models.Field[Any, Any]]) -> str:
    quote = connection.ops.quote_name
    return f"INSERT INTO {quote(registry._meta.db_table)} ({', '.join(quote(str(field.column)) for field in fields)})"


def _shared_and_own(columns: list[list[Any]]) -> tuple[list[int], list[int]]:
    """The positions of columns in which all rows have the same value, and of the others; of these there is one at least."""
    shared = [place for place, column in enumerate(columns) if place and column.count(column[0]) == len(column)]
    return shared, [place for place in range(len(columns)) if place not in shared]


def _insert_each(cursor: Any, start: str, rows: list[tuple[Any, ...]], on_conflict: str) -> int | None:
    marks = f"({', '.join(['%s'] * len(rows[0]))})"
    if connection.vendor == "sqlite":
        cursor.executemany(f"{start} VALUES {marks}{on_conflict}", rows)
    else:
        values = [value for row in rows for value in row]
        cursor.execute(f"{start} VALUES {', '.join([marks] * len(rows))}{on_conflict}", values)
    return cursor.rowcount if cursor.rowcount >= 0 else None


def update_existing(
    registry: type[models.Model], records: Sequence[Any], fields: Sequence[models.Field[Any, Any]]
) -> None:
    """Write fields of records of one registry to their rows.

    Args:
        registry: The registry.
        records: Its records.
        fields: The fields; each that the database keeps an index of costs time, also if its values stay the same.

    Raises:
        IntegrityError: A value is taken, or refers to a record that doesn't exist.
        NotStorable: The database can't store a text.
    """
    check_storable(records)
    key = registry._meta.pk
    columns = [*_stored_columns(fields, records, add=False), _stored_values(key, records, add=False)]
    quote = connection.ops.quote_name
    table, key_column = quote(registry._meta.db_table), quote(str(key.column))
    names = [quote(str(field.column)) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            changes = ", ".join(f"{name} = %s" for name in names)
            rows = list(zip(*columns, strict=True))
            cursor.executemany(f"UPDATE {table} SET {changes} WHERE {key_column} = %s", rows)  # noqa: S608 - our names
            return
        _lock_in_common_order(cursor, table, key_column, key.db_type(connection), columns[-1])
        changes = ", ".join(f"{name} = new.{name}" for name in names)
        for source, parameters in _new_values([*fields, key], columns):
            statement = (
                f"UPDATE {table} SET {changes} FROM {source} AS new ({', '.join([*names, key_column])}) "  # noqa: S608 - likewise
                f"WHERE {table}.{key_column} = new.{key_column}"
            )
            cursor.execute(statement, parameters)


def _lock_in_common_order(cursor: Any, table: str, key: str, kind: str | None, values: list[Any]) -> None:
    """Wait for rows of Postgres in the order of their keys: two sessions that change the same wait for each other in one direction only."""
    rows = f"SELECT FROM {table} WHERE {key} = ANY(%s::{kind}[]) ORDER BY {key} FOR NO KEY UPDATE"
    cursor.execute(f"SELECT count(*) FROM ({rows}) AS locked", [values])  # noqa: S608 - our names


def sets_itself(field: models.Field[Any, Any]) -> bool:
    """Whether a field has a value of its own whenever a record is written, such as the time."""
    return getattr(field, "auto_now", False) or type(field).pre_save not in _TAKES_THE_VALUE


def _new_values(
    fields: Sequence[models.Field[Any, Any]], columns: list[list[Any]]
) -> Iterator[tuple[str, Sequence[Any]]]:
    """Tables of values that Postgres reads, with their parameters: an array per column, or one by one what is no part of an array."""
    types = [_array_of(field) for field in fields]
    if None in types:
        marks = f"({', '.join(f'CAST(%s AS {field.db_type(connection)})' for field in fields)})"
        values = [value for row in zip(*columns, strict=True) for value in row]
        yield f"(VALUES {', '.join([marks] * len(columns[0]))})", values
        return
    source = f"unnest({', '.join(f'%s::{kind}[]' for kind in types)})"
    for parts in zip(*map(_parts, columns), strict=True):
        yield source, [_as_array(part) for part in parts]


def _parts(values: list[Any]) -> Iterator[list[Any]]:
    return (values[start : start + _PER_STATEMENT] for start in range(0, len(values), _PER_STATEMENT))


def _as_json(rows: list[Any]) -> str:
    return json.dumps(rows, ensure_ascii=False)


def _as_array(values: list[Any]) -> str:
    """An array as Postgres reads it; see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO."""
    return "{" + ",".join(["NULL" if value is None else _as_element(value) for value in values]) + "}"


def _as_element(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text + '"'


def _stored(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """The field whose values are in the column: of a foreign key, the key that it refers to."""
    target: models.Field[Any, Any] = field.target_field if isinstance(field, models.ForeignKey) else field
    return target


def _array_of(field: models.Field[Any, Any]) -> str | None:
    """The type of an array of values of the field, ``None`` if they are more than texts, numbers and times."""
    stored = _stored(field)
    return next((name for kind, name in _ARRAYS.items() if isinstance(stored, kind)), None)


def _stored_columns(fields: Sequence[models.Field[Any, Any]], records: Sequence[Any], *, add: bool) -> list[list[Any]]:
    """The stored values of each field of records; those with the time of writing have one and the same of each record."""
    written = [field for field in fields if _is_time_of_writing(field, add=add)]
    times = _write_times(written, records) if written else []
    return [times if field in written else _stored_values(field, records, add=add) for field in fields]


def _is_time_of_writing(field: models.Field[Any, Any], *, add: bool) -> bool:
    return type(field) is models.DateTimeField and (field.auto_now or (field.auto_now_add and add))


def _write_times(fields: Sequence[models.Field[Any, Any]], records: Sequence[Any]) -> list[Any]:
    """Let fields of each record have a time of its own, so that times tell the order of records; as they are stored.

    They are a microsecond apart, which is less than a row takes: none is in the future when the rows are there.
    """
    names = [field.attname for field in fields]
    now = datetime.now(tz=UTC)
    for record, moment in zip(
        records, accumulate(repeat(_TICK), initial=now), strict=False
    ):  # there are always more moments
        for name in names:
            record.__dict__[name] = moment
    texts = _texts_from(now, len(records))
    return texts if connection.vendor == "sqlite" else [f"{text}+00:00" for text in texts]


def _texts_from(moment: datetime, number: int) -> list[str]:
    """A moment and those that follow as texts without a time zone, which takes a fifth of writing each by itself."""
    texts: list[str] = []
    second, tick = moment.replace(microsecond=0, tzinfo=None), moment.microsecond
    while len(texts) < number:
        before = len(texts)
        whole = str(second)
        texts += [f"{whole}.{one:06}" for one in range(tick, min(tick + number - before, 1_000_000))]
        if not tick:
            texts[before] = whole
        second, tick = second + timedelta(seconds=1), 0
    return texts


def _stored_values(field: models.Field[Any, Any], records: Sequence[Any], *, add: bool) -> list[Any]:
    """The stored values of a field of records; of texts, whole numbers and times without asking Django about each."""

    def general(record: Any) -> Any:
        return field.get_db_prep_save(field.pre_save(record, add), connection)

    usual = _usual_type(field)
    if usual is not None:
        values = list(map(attrgetter(field.attname), records))
        if set(map(type, values)) <= {usual, NoneType}:
            return values
    if type(field) is models.DateTimeField:
        stored = _time_of_sqlite if connection.vendor == "sqlite" else _time_of_postgres
        return [stored(field, moment) for moment in map(attrgetter(field.attname), records)]
    return list(map(general, records))


def _usual_type(field: models.Field[Any, Any]) -> type | None:
    """What values are that can be stored as they are."""
    if type(_stored(field)) in _TEXTS and type(field) in {*_TEXTS, models.ForeignKey}:
        return str
    return int if type(field) in _NUMBERS else None


def _time_of_sqlite(field: models.Field[Any, Any], value: Any) -> Any:
    is_usual = type(value) is datetime and value.tzinfo is UTC
    # without its time zone, which takes as long to write as all the rest
    return str(datetime.combine(value, value.time())) if is_usual else field.get_db_prep_save(value, connection)


def _time_of_postgres(field: models.Field[Any, Any], value: Any) -> Any:
    return value if type(value) is datetime and value.tzinfo is UTC else field.get_db_prep_save(value, connection)
