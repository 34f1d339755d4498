"""Which values a database can store: checked before a statement is sent, so that the answer names the field."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import NOT_PROVIDED, CharField

from lamindb.errors import NotStorable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models


def check_storable(records: Iterable[models.Model]) -> None:
    """Refuse values that a database can't store.

    Lengths are checked where the database limits them; SQLite doesn't.

    Raises:
        NotStorable: A text is too long, has characters that no database takes, or a value that has to be there isn't.
    """
    limits_length = connection.vendor != "sqlite"
    for record in records:
        for field in record._meta.concrete_fields:
            value = record.__dict__.get(field.attname)
            if value is None and field.attname in _required(type(record)):
                msg = f"a {type(record).__name__} needs a {field.name}: pass {field.name}=…"
                raise NotStorable(msg)
            if isinstance(value, str):
                _check_text(record, field, value, limits_length=limits_length)
            elif limits_length and value is not None and _becomes_text(field, value):
                _check_text(record, field, str(value), limits_length=limits_length)


@cache
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


def _check_text(record: models.Model, field: models.Field[Any, Any], value: str, *, limits_length: bool) -> None:
    problem = None
    if limits_length and field.max_length is not None and len(value) > field.max_length:
        problem = f"has {len(value)} characters, the database takes at most {field.max_length}"
    elif "\0" in value:
        problem = "contains the character NUL, which databases don't store: remove it"
    elif not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        problem = "contains half a character (a lone surrogate): decode the text with the right encoding"
    if problem:
        msg = f"{field.attname} of {type(record).__name__} {value[:40]!r} {problem}"
        raise NotStorable(msg)
