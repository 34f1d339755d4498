"""Deleting rows with all that goes with them: as Django does, but by a number of statements that doesn't grow with the rows.

Django itself deletes a hundred rows by one statement and, on SQLite, asks for what refers to five hundred by one.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import attrgetter, or_
from typing import TYPE_CHECKING, Any

from django.db import connections, models, transaction
from django.db.models import signals
from django.db.models.deletion import Collector

from lamindb.setup import connection
from lnschema_core.rows.values import AnyOf, chunks, without_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_FEW = 100
"""Up to so many rows of a registry, Django takes one statement, too."""


class RowCollector(Collector):
    """Collects what goes with records; nothing of tables that aren't there, in a database that misses migrations."""

    def __init__(self, using: str, origin: models.Model | models.QuerySet[Any]) -> None:
        super().__init__(using=using, origin=origin)
        self._tables = frozenset(connections[using].introspection.table_names()) if connection.misses_any() else None

    def get_del_batches(self, objs: Any, fields: Iterable[Any]) -> list[Any]:  # noqa: ARG002 - Django's signature
        """Records in parts, for each of which one statement finds what refers to it."""
        return [*chunks(objs)]

    def related_objects(
        self, related_model: type[models.Model], related_fields: Iterable[Any], objs: Any
    ) -> models.QuerySet[Any]:
        """What refers to any of some records by any of some foreign keys."""
        related = related_model._base_manager.using(self.using)
        if self._tables is not None and related_model._meta.db_table not in self._tables:
            return related.none()
        return related.filter(reduce(or_, [_refers_to_any(objs, field) for field in related_fields]))

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete what was collected, in the order and with the signals of Django.

        Returns:
            How many rows are gone, and how many of each registry.
        """
        if all(map(_is_easy, self.data, self.data.values())):
            return super().delete()
        self.data = {model: sorted(records, key=attrgetter("pk")) for model, records in self.data.items()}
        self.sort()
        collected, self.data = self.data, {}
        for (field, _), changed in self.field_updates.items():
            changed[:] = self._as_query_sets(field.model, changed)
        with transaction.atomic(using=self.using, savepoint=False):
            for model, records in collected.items():
                self._send(signals.pre_delete, model, records)
            gone = Counter(super().delete()[1])  # what was not fetched; it also changes what stays
            for model, records in collected.items():
                last_first = [*records][::-1]
                for rows in self._rows_of(model, last_first):
                    gone[model._meta.label] += rows._raw_delete(self.using)  # noqa: SLF001 - as Django's collectors do
                self._send(signals.post_delete, model, last_first)
        for model, records in collected.items():
            for record in records:
                setattr(record, model._meta.pk.attname, None)
        return gone.total(), dict(+gone)

    def _send(self, signal: Any, model: type[models.Model], records: Iterable[models.Model]) -> None:
        if signal.has_listeners(model) and not model._meta.auto_created:
            for record in records:
                signal.send(sender=model, instance=record, using=self.using, origin=self.origin)

    def _as_query_sets(self, model: type[models.Model], changed: Iterable[Any]) -> list[Any]:
        """What Django updates together: query sets that were not evaluated."""
        lazy, records = [], []
        for some in changed:
            if isinstance(some, models.QuerySet) and some._result_cache is None:  # noqa: SLF001 - Django asks that, too
                lazy.append(some)
            else:
                records += some
        return [*lazy, *self._rows_of(model, records)]

    def _rows_of(self, model: type[models.Model], records: Iterable[models.Model]) -> list[models.QuerySet[Any]]:
        keys = [record.pk for record in records]
        return [models.QuerySet(model, using=self.using).filter(AnyOf("pk", some)) for some in chunks(keys)]


def _is_easy(model: type[models.Model], records: Collection[models.Model]) -> bool:
    """Whether Django deletes records by one statement, too, or their keys are of several columns, which only Django knows."""
    return len(records) <= _FEW or isinstance(model._meta.pk, models.CompositePrimaryKey)


def _refers_to_any(records: Iterable[models.Model], field: Any) -> models.Q:
    keys = map(attrgetter(field.target_field.attname), records)
    return models.Q(AnyOf(field.attname, [*keys]))


def delete_rows(
    records: Sequence[models.Model] | models.QuerySet[Any],
    *,
    using: str,
    origin: models.Model | models.QuerySet[Any],
    keep_parents: bool = False,
) -> tuple[int, dict[str, int]]:
    """Delete records of one registry, with what goes with them.

    Args:
        records: The records; a query set without an order.
        using: The database.
        origin: What receivers of signals are told to be the origin: what the user deletes.
        keep_parents: Keep the rows of the registries that the registry inherits from.

    Returns:
        How many rows are gone, and how many of each registry.

    Raises:
        ProtectedError: Something else refers to a record.
    """
    collector = RowCollector(using, origin)
    with without_garbage_collection():
        collector.collect(records, keep_parents=keep_parents)
    return collector.delete()
