"""The order in which records were linked: the files of a dataset come as they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lnschema_core.query import Manager

if TYPE_CHECKING:
    from lnschema_core.query import QuerySet


class LinkedOrderManager(Manager[Any]):
    """Gives the records at the many-to-many field of another record in the order in which they were linked to it."""

    def get_queryset(self) -> QuerySet[Any]:
        """All records, or those that are linked to a record."""
        relation: Any = self  # one of a record knows its link table
        queryset: QuerySet[Any] = super().get_queryset()  # type: ignore[assignment] # the manager is made from this class
        link = getattr(relation, "through", None)
        if link is None or not link._meta.auto_created or relation.reverse:
            return queryset
        target = link._meta.get_field(relation.target_field_name)
        return queryset.order_by(f"{target.related_query_name()}__pk")
