"""Which columns of a registry are searched, and what the objects are called that the database keeps for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from lnschema_core.fields import has_field, string_field

PREFIX = "lamin_search_"
"""Objects whose name begins so are ours: made, replaced and dropped by :mod:`lnschema_core.search_index.objects`."""

_LONGEST_NAME = 63  # of Postgres


@dataclass(frozen=True, eq=False)
class Layout:
    """What is indexed of a registry, one object for each; all names are those of the database."""

    table: str
    key: str
    """The column of the primary key."""
    name: str | None
    """The column of the name, by which constructors know records."""
    texts: tuple[str, ...]
    """All columns that are searched."""
    fields: frozenset[str]
    """The fields of these columns."""
    synonyms: str | None
    """The column of synonyms."""

    def object_name(self, what: str) -> str:
        """The name of an object of the database that belongs to the registry."""
        return object_name(what, self.table)


def object_name(what: str, table: str) -> str:
    """The name of an object of the database that belongs to the registry in a table."""
    name = f"{PREFIX}{what}_{table}"
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(table.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST_NAME - 9]}_{digest}"


@cache
def layout_of(registry: type[models.Model]) -> Layout | None:
    """What is indexed of a registry: the fields that it declares for search, else its name; with them name and synonyms.

    Returns:
        ``None`` for a registry that declares none and has no name, and for one whose table is another's.
    """
    declared = getattr(registry, "search_fields", None) or ()
    if not declared and (getattr(registry, "default_field", None) or has_field(registry, "name")):
        declared = (string_field(registry),)
    local: dict[str, Any] = {
        field.name: field
        for field in registry._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField)
    }
    key = registry._meta.pk
    if not declared or not local.keys() >= set(declared) or key not in registry._meta.local_concrete_fields:
        return None
    searched = list(dict.fromkeys(name for name in (*declared, "name", "synonyms") if name in local))
    columns = {name: str(local[name].column) for name in searched}
    return Layout(
        registry._meta.db_table,
        str(key.column),
        columns.get("name"),
        tuple(columns.values()),
        frozenset(columns),
        columns.get("synonyms"),
    )
