"""Deleting records in a database that misses migrations: tables that aren't there have no rows that refer to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.deletion import Collector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db import models


class TableCollector(Collector):
    """Collects what goes with records, from the tables that there are."""

    def __init__(self, using: str, origin: models.Model | None = None) -> None:
        super().__init__(using=using, origin=origin)
        self._tables = frozenset(connections[using].introspection.table_names())

    def related_objects(self, related_model: Any, related_fields: Any, objs: Any) -> models.QuerySet[Any]:
        """What goes with records; nothing, where there is no table."""
        related = super().related_objects(related_model, related_fields, objs)
        return related if related_model._meta.db_table in self._tables else related.none()


def delete_among_older_tables(
    records: Sequence[models.Model] | models.QuerySet[Any], *, using: str | None = None, keep_parents: bool = False
) -> tuple[int, dict[str, int]]:
    """Delete records of one registry, as Django does.

    Returns:
        How many rows are gone, and how many of each registry.

    Raises:
        ProtectedError: Something else refers to a record.
    """
    collector = TableCollector(using or DEFAULT_DB_ALIAS)
    collector.collect(records, keep_parents=keep_parents)
    return collector.delete()
