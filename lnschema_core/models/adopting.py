"""Managers and query sets that packages write: they stay what they are, and get the verbs of registries."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, cast

from django.db import models

from lnschema_core.query import Manager, QuerySet


def adopt(manager: Any) -> Any:
    """The manager of a registry that a package wrote, or one like it that has our verbs, as have the query sets that it makes."""
    if isinstance(manager, Manager):
        return manager
    return _as_kind(_kind_of_manager(manager.__class__), manager)


class _AdoptedManager:
    """Comes before what a package wrote, so that our verbs get to whatever query set that makes."""

    written: ClassVar[type[Any]]

    def get_queryset(self) -> Any:
        queryset: Any = cast("Any", super()).get_queryset()
        kind: Any = queryset.__class__
        is_written = issubclass(kind, models.QuerySet) and not issubclass(kind, QuerySet)
        return _as_kind(_kind_of_queryset(kind), queryset) if is_written else queryset

    def __eq__(self, other: object) -> bool:
        """Migrations name the manager as it is written, and ask whether it is still the same."""
        arguments: Any = vars(self)["_constructor_args"]
        return isinstance(other, self.written) and bool(vars(other)["_constructor_args"] == arguments)

    __hash__ = models.Manager.__hash__


class _AdoptedQuerySet:
    """Comes before what a package wrote: its class is found by that one."""

    written: ClassVar[type[Any]]

    def __reduce__(self) -> tuple[Any, ...]:
        return _new_queryset, (self.written,), cast("Any", self).__getstate__()


def _new_queryset(written: Any) -> Any:
    return _new(_kind_of_queryset(written))


def _as_kind(kind: type[Any], written: Any) -> Any:
    """Another object with the same attributes."""
    adopted = _new(kind)
    adopted.__dict__.update(written.__dict__)
    return adopted


def _new(kind: Any) -> Any:
    return kind.__new__(kind)


@cache
def _kind_of_manager(written: Any) -> type[Any]:
    return Manager if issubclass(Manager, written) else _kind(written, _AdoptedManager, Manager)


@cache
def _kind_of_queryset(written: Any) -> type[Any]:
    return QuerySet if issubclass(QuerySet, written) else _kind(written, _AdoptedQuerySet, QuerySet)


def _kind(written: type[Any], first: type[Any], verbs: type[Any]) -> type[Any]:
    """A class with the name of the written one, whose methods go before our verbs."""
    return type(written.__name__, (first, written, verbs), {"__module__": written.__module__, "written": written})
