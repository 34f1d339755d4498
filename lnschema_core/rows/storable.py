"""Which values a database can store: checked before a statement is sent, so that the answer names the field."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import NOT_PROVIDED, CharField, IntegerField, TextField

from lamindb.errors import NotStorable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1

_LONGEST = 10_000
"""Characters of a text of a bounded field where the database doesn't hold to the bound: 0.54 wrote names that are somewhat longer,
and what is longer than this is a file, or a whole column, passed by mistake."""


def check_storable(records: Iterable[models.Model]) -> None:
    """Refuse values that a database can't store.

    Lengths are those of the fields; SQLite, which doesn't limit them, also takes names that are longer, but no books.

    Raises:
        NotStorable: A text or number is too large, a text has characters that no database takes, a value that has to be there
            isn't, or the record was deleted and has no key any more.
    """
    groups: dict[type[models.Model], list[models.Model]] = {}
    for record in records:
        groups.setdefault(type(record), []).append(record)
    for registry, same in groups.items():
        if len(same) == 1 or not _are_surely_storable(registry, same):
            _check_each(registry, same)


def _are_surely_storable(registry: type[models.Model], records: list[models.Model]) -> bool:
    """Whether many records are fine, asked of a column at a time, which takes a third of the time; if not, one may not be."""
    rows = [record.__dict__ for record in records]
    return all(
        _is_plain(field, [row.get(field.attname) for row in rows], is_required, limits)
        for field, is_required, limits in _columns(registry, connection.vendor)
    )


def _is_plain(field: Any, values: list[Any], is_required: bool, limits: tuple[int, int] | None) -> bool:  # noqa: FBT001 - as _columns has it
    kinds = set(map(type, values))
    if type(None) in kinds:
        if is_required or len(kinds) == 1:
            return not is_required
        values = [value for value in values if value is not None]
    if limits is not None:
        return kinds <= {int, type(None)} and limits[0] <= min(values, default=0) <= max(values, default=0) <= limits[1]
    if str not in kinds:
        return not isinstance(field, CharField | TextField) or not values
    text = "".join(values) if kinds <= {str, type(None)} else None
    if text is None or "\0" in text or not text.isascii():
        return False
    return field.max_length is None or max(map(len, values)) <= _longest(field)


def _check_each(registry: type[models.Model], records: list[models.Model]) -> None:
    for record in records:
        values = record.__dict__
        for field, is_required, limits in _columns(registry, connection.vendor):
            value = values.get(field.attname)
            if value is None:
                if field.primary_key and not _is_made_anew(field):
                    refuse_deleted(record)
                if is_required and field.attname in values:  # else it was left in the database: `only`, `defer`
                    msg = f"a {registry.__name__} needs a {field.name}: pass {field.name}=…"
                    raise NotStorable(msg)
            elif isinstance(value, str):
                _check_text(record, field, value)
            elif limits is not None and isinstance(value, int):
                if not limits[0] <= value <= limits[1]:
                    msg = f"{field.attname} of {registry.__name__} {value!r:.40} is not between {limits[0]} and {limits[1]}"
                    raise NotStorable(msg)
            elif _becomes_text(field, value):
                _check_text(record, field, str(value))


def is_saved(record: models.Model) -> bool:
    """Whether a record is in the database, as far as it knows: it was saved, and not deleted."""
    return record.pk is not None and not record._state.adding


def refuse_deleted(record: models.Model) -> None:
    """Refuse a record that was deleted, and so has no key any more; Django would save an empty one in its place.

    Raises:
        NotStorable: It was.
    """
    if record.pk is None and not record._state.adding:
        name = type(record).__name__
        msg = f"this {name} was deleted: ln.trash.restore(…) restores files and datasets, anything else has to be made anew"
        raise NotStorable(msg)


def _is_made_anew(key: Any) -> bool:
    """Whether a record that was deleted gets another key when it is saved again."""
    return not isinstance(key, CharField) or (key.has_default() and callable(key.default))


@cache
def _columns(registry: type[models.Model], vendor: str) -> tuple[tuple[Any, bool, tuple[int, int] | None], ...]:  # noqa: ARG001
    """The fields, whether each has to have a value, and between which whole numbers it has to be in a kind of database."""
    required = _required(registry)
    return tuple((field, field.attname in required, _limits(field)) for field in registry._meta.concrete_fields)


def _limits(field: Any) -> tuple[int, int] | None:
    if not isinstance(field, IntegerField):
        return None
    lowest, highest = connection.ops.integer_field_range(field.get_internal_type())
    return (_LOWEST if lowest is None else lowest, _HIGHEST if highest is None else highest)


def _required(registry: type[models.Model]) -> frozenset[str]:
    """The columns that can't be null and have no value by themselves."""
    fields = (field for field in registry._meta.concrete_fields if not field.null and not field.primary_key)
    return frozenset(field.attname for field in fields if not _fills_itself(field))


def _fills_itself(field: Any) -> bool:
    return field.db_default is not NOT_PROVIDED or any(
        getattr(field, name, False) for name in ("auto_now", "auto_now_add")
    )


def _becomes_text(field: models.Field[Any, Any], value: Any) -> bool:
    """Whether Django writes the text of a value that is none, such as a number."""
    return isinstance(field, CharField) and not hasattr(value, "resolve_expression")


def _longest(field: models.Field[Any, Any]) -> int:
    """How many characters a bounded field takes in this database."""
    assert field.max_length is not None
    return max(field.max_length, _LONGEST) if connection.vendor == "sqlite" else field.max_length


def _check_text(record: models.Model, field: models.Field[Any, Any], value: str) -> None:
    problem = None
    if field.max_length is not None and len(value) > _longest(field):
        problem = f"has {len(value)} characters, the database takes at most {_longest(field)}"
    elif "\0" in value:
        problem = "contains the character NUL, which databases don't store: remove it"
    elif not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        problem = "contains half a character (a lone surrogate): decode the text with the right encoding"
    if problem:
        msg = f"{field.attname} of {type(record).__name__} {value[:40]!r} {problem}"
        raise NotStorable(msg)
