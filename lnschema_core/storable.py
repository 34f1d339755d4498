"""Which values a database can store: checked before a statement is sent, so that the answer names the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from lamindb.errors import NotStorable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models


def check_storable(records: Iterable[models.Model]) -> None:
    """Refuse texts that a database can't store.

    Lengths are checked where the database limits them; SQLite doesn't.

    Raises:
        NotStorable: A text is too long, or has characters that no database takes.
    """
    limits_length = connection.vendor != "sqlite"
    for record in records:
        for field in record._meta.concrete_fields:
            value = record.__dict__.get(field.attname)
            if isinstance(value, str):
                _check_text(record, field, value, limits_length=limits_length)


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
