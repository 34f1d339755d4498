"""The keywords that ``filter`` of a registry takes, each with the type of its value.

Reads the declarations of fields; asks no database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field, Model

_TEXT = ("iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "regex", "iregex")
_ORDER = ("gt", "gte", "lt", "lte")
_PARTS = ("year", "month", "day", "week_day", "quarter", "hour", "minute")
_COMMON_TEXT = ("contains", "icontains", "startswith")
"""What is offered far from the registry, where there are many paths."""

_TYPES = {
    "BinaryField": "bytes",
    "BooleanField": "bool",
    "DateField": "datetime.date",
    "DateTimeField": "datetime.datetime",
    "DecimalField": "decimal.Decimal",
    "DurationField": "datetime.timedelta",
    "FloatField": "float",
    "TimeField": "datetime.time",
    "UUIDField": "uuid.UUID",
}
_TEXTS = {"CharField", "TextField", "SlugField", "FilePathField", "GenericIPAddressField"}
_MOMENTS = {"datetime.date", "datetime.datetime"}

Lookup = tuple[str, str]
"""A keyword and the type of its value."""


def lookups(registry: type[Model], depth: int) -> dict[str, str]:
    """The keywords of ``filter``: those of the registry's fields, and of those up to ``depth`` relations away."""
    return dict(_of_registry(registry, "", depth, is_near=True))


def _of_registry(registry: type[Model], path: str, depth: int, *, is_near: bool) -> Iterator[Lookup]:
    key = registry._meta.pk
    if key is not None:
        yield from _of_value(f"{path}pk", value_type(key), is_near=is_near)
    fields: list[Any] = registry._meta.get_fields()
    for field in fields:
        if field.is_relation and isinstance(field.related_model, type):
            yield from _of_relation(field, path, depth, is_near=is_near)
        elif not field.is_relation:
            yield from _of_value(f"{path}{field.name}", value_type(field), is_near=is_near)


def _of_relation(field: Any, path: str, depth: int, *, is_near: bool) -> Iterator[Lookup]:
    """The record at the other end, its key, and what it has itself."""
    target: type[Model] = field.related_model
    name, record = f"{path}{field.name}", f"{path_of(target)} | {value_type(target._meta.pk)}"
    yield name, f"{record} | None"
    yield f"{name}__in", f"Iterable[{record}]"
    yield f"{name}__isnull", "bool"
    if is_near and getattr(field, "attname", field.name) != field.name:
        yield from _of_value(f"{path}{field.attname}", value_type(target._meta.pk), is_near=False)
    if depth:
        yield from _of_registry(target, f"{name}__", depth - 1, is_near=not path)


def _of_value(name: str, value: str, *, is_near: bool) -> Iterator[Lookup]:
    yield name, f"{value} | None"
    yield f"{name}__in", f"Iterable[{value}]"
    yield f"{name}__isnull", "bool"
    if value in {"str", "Any"}:
        yield from ((f"{name}__{lookup}", "str") for lookup in (_TEXT if is_near else _COMMON_TEXT))
    if value != "bool" and (is_near or value != "str"):
        yield from ((f"{name}__{lookup}", value) for lookup in _ORDER)
    if is_near:
        yield f"{name}__exact", f"{value} | None"
        yield f"{name}__range", f"Iterable[{value}]"
    if value in _MOMENTS and is_near:
        yield from _of_parts(name)


def _of_parts(name: str) -> Iterator[Lookup]:
    """The parts of a moment, which are compared as numbers, and its day."""
    for part, value in (*((part, "int") for part in _PARTS), ("date", "datetime.date")):
        yield f"{name}__{part}", value
        yield from ((f"{name}__{part}__{lookup}", value) for lookup in _ORDER)


def value_type(field: Field[Any, Any] | None) -> str:
    """The type of a field's values, as an annotation."""
    if field is None:
        return "Any"
    if field.is_relation:
        return value_type(field.related_model._meta.pk) if isinstance(field.related_model, type) else "Any"
    kind = field.get_internal_type()
    if kind in _TEXTS:
        return "str"
    return "int" if "Integer" in kind or kind.endswith("AutoField") else _TYPES.get(kind, "Any")


def path_of(registry: type[Model]) -> str:
    """The registry as a stub names it."""
    return f"{registry.__module__}.{registry.__qualname__}"
