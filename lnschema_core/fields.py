"""Which field is meant: field references, names, and the default string field of a registry."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

if TYPE_CHECKING:
    from lamindb.types import StrField

_LONGEST = 200
"""Characters that a name of a field may have."""
_STRING_TYPES = (models.CharField, models.TextField)


def registry_of(source: Any) -> type[models.Model]:
    """The registry of a class, record, query set or manager."""
    if isinstance(source, type):
        return source
    if isinstance(source, models.Model):
        return type(source)
    registry: type[models.Model] = source.model
    return registry


def string_field(source: Any, *, field: StrField | None = None) -> str:
    """The name of the field that stands for a record of a registry.

    Args:
        source: A registry class, record, query set or manager.
        field: A field name or reference; by default ``name``, or the first text field that is no id.

    Raises:
        TypeError: The field is neither a name nor a field reference.
        ValueError: The registry has no string field.
    """
    if field is not None:
        return field_name(field)
    registry = registry_of(source)
    declared: str | None = getattr(registry, "default_field", None)
    if declared is not None:
        return declared
    for candidate in registry._meta.fields:
        if candidate.name == "name":
            return "name"
    for candidate in registry._meta.fields:
        if isinstance(candidate, _STRING_TYPES) and "id" not in candidate.name:
            return candidate.name
    msg = "please pass a Registry string field, e.g., `CellType.name`!"
    raise ValueError(msg)


def shown_field(registry: type[models.Model]) -> str:
    """The field by which records of a registry are shown."""
    try:
        return string_field(registry)
    except ValueError:
        return "pk"


def field_name(field: StrField) -> str:
    """The name of a field that is given by name or by reference.

    Raises:
        FieldError: The name isn't one that a field can have.
        TypeError: It is neither.
    """
    if isinstance(field, str):
        if not field.isidentifier() or len(field) > _LONGEST:
            msg = f"{field!r:.80} is no name of a field"
            raise FieldError(msg)
        return field
    if isinstance(field, DeferredAttribute):
        return field.field.name
    msg = "please pass a Registry string field, e.g., `CellType.name`!"
    raise TypeError(msg)


def has_field(registry: type[models.Model], name: str) -> bool:
    """Whether a registry has a column of this name."""
    return name in _field_names(registry)


@cache
def _field_names(registry: type[models.Model]) -> frozenset[str]:
    return frozenset(field.name for field in registry._meta.concrete_fields)


def oldest_first(registry: Any) -> list[str]:
    """The fields by which the records of a registry are in the order in which they were made, as far as that is known."""
    return ["created_at", "pk"] if has_field(registry, "created_at") else ["pk"]
