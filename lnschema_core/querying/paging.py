"""Query sets in pages: each begins behind the last record of the page before, so that the thousandth costs what the first does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db.models import Q

from lamindb.arguments import check_amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnschema_core.query import QuerySet


def pages(queryset: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """The records of a query set in lists; see :meth:`QuerySet.pages <lnschema_core.query.QuerySet.pages>`."""
    check_amount("size", size, least=1)
    order = order_of(queryset)
    page = list(queryset.order_by(*order)[:size])
    while page:
        yield page
        if len(page) < size:
            return
        page = list(behind(queryset, page[-1])[:size])


def behind(queryset: QuerySet[Any], record: Any) -> QuerySet[Any]:
    """Those records of a query set that come behind a record in its order, whether the record is still there or not."""
    order = order_of(queryset)
    condition = Q()
    for name in reversed(order):
        field = name.removeprefix("-")
        value = getattr(record, field)
        compare = "lt" if name.startswith("-") else "gt"
        if not condition:
            condition = Q(**{f"{field}__{compare}": value})
        else:  # the first part lets the database begin in its index
            condition = Q(**{f"{field}__{compare}e": value}) & (Q(**{f"{field}__{compare}": value}) | condition)
    return queryset.order_by(*order).filter(condition)


def order_of(queryset: QuerySet[Any]) -> list[str]:
    """The columns by which a query set is ordered, and the primary key if they leave records on par.

    Raises:
        FieldError: It is ordered by something else than columns of the registry that are never empty, or is a slice.
    """
    if queryset.query.is_sliced or queryset.query.combinator:
        msg = "a slice or a union has no pages: take pages of the query, and slice those"
        raise FieldError(msg)
    columns = {field.name: field for field in queryset.model._meta.concrete_fields}
    key = queryset.model._meta.pk.name
    columns["pk"] = columns[key]
    order = [str(name) for name in queryset.query.order_by]
    for name in order:
        field = columns.get(name.removeprefix("-"))
        if field is None or field.null or field.is_relation:
            msg = f"pages can't be in the order of {name!r}: order by columns of {queryset.model.__name__} that are never empty"
            raise FieldError(msg)
    return order if {name.removeprefix("-") for name in order} & {"pk", key} else [*order, "pk"]
