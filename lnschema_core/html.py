"""HTML representations for notebooks. Every value is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnschema_core.models import Registry


def record_to_html(record: Registry) -> str:
    """A table of the fields of a record."""
    deferred = record.get_deferred_fields()
    names = [field.attname for field in record._meta.concrete_fields if field.attname not in deferred]
    rows = ((name, getattr(record, name)) for name in names)
    return titled_table(type(record).__name__, [(name, value) for name, value in rows if value is not None])


def titled_table(title: str, rows: Iterable[tuple[str, Any]]) -> str:
    """A two-column table below a title."""
    body = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in rows
    )
    return f"<div><strong>{escape(title)}</strong><table>{body}</table></div>"


def queryset_to_html(queryset: Any, limit: int = 20) -> str:
    """The first records of a query set as a table, with a line that says how many there are."""
    shown = queryset if queryset.query.is_sliced else queryset[: limit + 1]
    frame = shown.df()
    rows = frame.iloc[:limit]
    note = f"<p>the first {limit} records</p>" if len(frame) > limit else f"<p>{len(frame)} records</p>"
    return f"<div><strong>{escape(queryset.model.__name__)}</strong>{rows.to_html(escape=True)}{note}</div>"
