"""All tables of the mounted packages as rows of plain values, which are the same whatever the database is.

Reads and writes a bounded number of rows at a time. Knows nothing of files and instances.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from functools import cached_property
from itertools import islice
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

from django.db import DatabaseError, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from lamindb.errors import NotMoved

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from django.apps.registry import Apps

    from lamindb.setup.moving.tally import Tally

    Convert = Callable[[Any], Any]

_PER_STATEMENT = 2_000
_SAME = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.FloatField)
_HISTORY = "django_migrations"
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True)
class Table:
    """A table, and what its columns mean."""

    name: str
    model: type[models.Model]
    columns: dict[str, models.Field[Any, Any]]

    @cached_property
    def documents(self) -> list[int]:
        """The places of columns of JSON in a row."""
        return [place for place, one in enumerate(self.columns.values()) if isinstance(_target(one), models.JSONField)]

    def compared(self, values: Sequence[Any], line: bytes) -> bytes:
        """What is compared of a row: its line, without what Postgres doesn't keep of JSON."""
        if not self.documents:
            return line
        kept = [_kept(value) if place in self.documents else value for place, value in enumerate(values)]
        return json.dumps(kept, sort_keys=True).encode()

    def rows(self, alias: str) -> Generator[list[Any]]:
        """The rows of one database as plain values, in no order."""
        fields = list(self.columns.values())
        convert = [(place, _to_plain(one)) for place, one in enumerate(fields) if not _is_plain(one)]
        names = [one.attname for one in fields]
        found = self.model._base_manager.using(alias).order_by().values_list(*names)
        for row in found.iterator(_PER_STATEMENT):
            values = [*row]
            for place, function in convert:
                if values[place] is not None:
                    values[place] = function(values[place])
            yield values

    def with_columns(self, names: Sequence[str]) -> Self:
        """The table with some of its columns, in the order of those that wrote the rows.

        Raises:
            NotMoved: It has no such column.
        """
        unknown = [name for name in names if name not in self.columns]
        if unknown:
            msg = f"The table {self.name} has no column {', '.join(unknown)} in this release."
            raise NotMoved(msg)
        return replace(self, columns={name: self.columns[name] for name in names})

    def write(self, rows: Iterable[list[Any]], alias: str) -> None:
        """Insert rows of plain values.

        Raises:
            NotMoved: The database can't store a row.
        """
        fields = list(self.columns.values())
        convert = [(place, _to_stored(one, alias)) for place, one in enumerate(fields) if not _is_same(one)]
        iterator = iter(rows)
        while part := list(islice(iterator, _PER_STATEMENT)):
            for values in part:
                for place, function in convert:
                    if values[place] is not None:
                        values[place] = function(values[place])
            self._insert(part, alias)

    def _insert(self, rows: list[list[Any]], alias: str) -> None:
        connection: Any = connections[alias]
        quote = connection.ops.quote_name
        names = ", ".join(quote(name) for name in self.columns)
        marks = f"({', '.join(['%s'] * len(self.columns))})"
        start = f"INSERT INTO {quote(self.name)} ({names}) VALUES "  # noqa: S608 - names of the registries
        try:
            with connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    cursor.executemany(start + marks, rows)
                else:
                    values = [value for row in rows for value in row]
                    cursor.execute(start + ", ".join([marks] * len(rows)), values)
        except (DatabaseError, ValueError) as error:  # ValueError: the driver refuses a character
            if connection.vendor == "postgresql" and connection.is_lost():
                raise
            reason = self._what_does_not_fit(rows) or " ".join(str(error).split())
            msg = f"A row of {self.name} can't be stored in the new database: {reason}"
            raise NotMoved(msg) from error

    def _what_does_not_fit(self, rows: list[list[Any]]) -> str | None:
        """The first text that only SQLite takes, and what to do about it, ``None`` if that is not why rows are refused."""
        targets = [(name, _target(one)) for name, one in self.columns.items()]
        key = self.model._meta.pk.column
        for values in rows:
            for (name, target), value in zip(targets, values, strict=True):
                problem = _problem_of_text(target, value) if isinstance(value, str) else None
                if problem is not None:
                    row = f" of {key} {values[list(self.columns).index(key)]!r}" if key in self.columns else ""
                    return f"the {name}{row}, {value[:40]!r}, {problem}"
        return None

    def clear(self, alias: str) -> None:
        """Delete the rows that migrations have made."""
        with connections[alias].cursor() as cursor:
            cursor.execute(f"DELETE FROM {connections[alias].ops.quote_name(self.name)}")  # noqa: S608 - likewise

    def count(self, alias: str) -> int:
        """The number of rows."""
        return self.model._base_manager.using(alias).count()

    def last_key(self, alias: str) -> int | None:
        """The last key that the database made for a row, which may be gone; ``None`` if it makes none, or won't say."""
        key = self.model._meta.pk
        if not isinstance(key, models.AutoField) or key.column not in self.columns:
            return None
        with connections[alias].cursor() as cursor:
            if connections[alias].vendor == "sqlite":
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [self.name])
            else:
                cursor.execute(
                    "SELECT CASE WHEN has_sequence_privilege(name, 'USAGE, SELECT') THEN pg_sequence_last_value(name::regclass) END "
                    "FROM pg_get_serial_sequence(%s, %s) AS name",
                    [connections[alias].ops.quote_name(self.name), str(key.column)],
                )
            row = cursor.fetchone()
        return row[0] or None if row else None  # SQLite says 0 of a table that it made anew

    def go_on_after(self, last_key: int, alias: str) -> None:
        """Let the database make only larger keys."""
        with connections[alias].cursor() as cursor:
            if connections[alias].vendor == "sqlite":
                cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [last_key, self.name])
                if not cursor.rowcount:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [self.name, last_key])
            else:
                cursor.execute(
                    "SELECT setval(name, GREATEST(%s, pg_sequence_last_value(name::regclass))) "
                    "FROM pg_get_serial_sequence(%s, %s) AS name",
                    [last_key, connections[alias].ops.quote_name(self.name), str(self.model._meta.pk.column)],
                )


def tables(apps: Apps) -> list[Table]:
    """The tables of all mounted packages with those of links, and of the history of migrations, which comes first."""
    found: list[type[models.Model]] = [MigrationRecorder.Migration, *apps.get_models(include_auto_created=True)]
    return [_table(model) for model in found if model._meta.managed and not model._meta.proxy]


def _table(model: type[models.Model]) -> Table:
    stored = [one for one in model._meta.local_concrete_fields if not getattr(one, "generated", False)]
    is_history = model._meta.db_table == _HISTORY
    columns = {str(one.column): one for one in stored if not (is_history and one.primary_key)}
    return Table(model._meta.db_table, model, columns)


def encoded(values: Sequence[Any]) -> bytes:
    """A row as one line of JSON, the same for the same values."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def counted(
    table: Table, rows: Generator[list[Any]], tally: Tally, on_row: Callable[[int], object]
) -> Generator[list[Any]]:
    """The rows of a table, each counted; who stops early closes what they come from."""
    with closing(rows):
        for row in rows:
            tally.add(table.compared(row, encoded(row)))
            on_row(1)
            yield row


def restart_keys(found: Sequence[Table], last_keys: Sequence[int | None], alias: str) -> None:
    """Let keys that the database makes begin behind the largest there is, and behind the last that was made.

    Keys of rows that are gone aren't used again: what is in the trash may get its links back, and rows about links have their keys.

    Args:
        found: The tables.
        last_keys: The last key that was made for each, if that is known.
        alias: The database.
    """
    from django.core.management.color import no_style

    connection = connections[alias]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in found]):
            cursor.execute(statement)
    for table, last_key in zip(found, last_keys, strict=True):
        if last_key is not None:
            table.go_on_after(last_key, alias)


def check_references(found: Sequence[Table], alias: str) -> None:
    """Check that rows refer to rows that exist.

    Raises:
        NotMoved: One doesn't.
    """
    try:
        with transaction.atomic(using=alias):
            connections[alias].check_constraints([table.name for table in found])
    except DatabaseError as error:
        msg = f"The rows contradict each other, so nothing was moved: {' '.join(str(error).split())}"
        raise NotMoved(msg) from error


# -- values -----------------------------------------------------------------------------------------------------------


def _problem_of_text(target: models.Field[Any, Any], text: str) -> str | None:
    """Why Postgres refuses a text, and what to do about it."""
    if "\0" in text:
        return "contains the character NUL: remove it first"
    if isinstance(target, models.CharField) and target.max_length is not None and len(text) > target.max_length:
        return f"has {len(text)} characters and may have {target.max_length}: shorten it first"
    return None


def _target(one: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """The field whose values a column has: for foreign keys that of the other registry."""
    while isinstance(one, models.ForeignKey):
        one = one.target_field
    return one


def _is_plain(one: models.Field[Any, Any]) -> bool:
    """Whether values are read as what JSON has."""
    return isinstance(_target(one), (*_SAME, models.JSONField))


def _is_same(one: models.Field[Any, Any]) -> bool:
    """Whether databases take values as they are in JSON."""
    return isinstance(_target(one), _SAME)


def _kept(value: Any) -> Any:
    """What ``jsonb`` keeps of JSON: not the order of keys, and of a number neither how it is written nor the sign of zero.

    See https://www.postgresql.org/docs/current/datatype-json.html.
    """
    if isinstance(value, dict):
        return {key: _kept(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_kept(one) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"number": str(_EXACT.normalize(Decimal(repr(value))) or 0)}
    return value


def _to_plain(one: models.Field[Any, Any]) -> Convert:
    target = _target(one)
    if isinstance(target, models.DateTimeField):
        return _in_utc
    return lambda value: target.value_to_string(SimpleNamespace(**{target.attname: value}))  # type: ignore[arg-type]


def _in_utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _to_stored(one: models.Field[Any, Any], alias: str) -> Convert:
    target, connection = _target(one), connections[alias]
    if isinstance(target, models.DateTimeField):
        return lambda text: connection.ops.adapt_datetimefield_value(datetime.fromisoformat(text))
    return lambda value: target.get_db_prep_save(target.to_python(value), connection)
