"""What notebooks show: HTML representations, in which every value is escaped, and frames."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.text.escaping import escaped
from lnschema_core.types import is_ipython

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from lnschema_core.models import Registry

_CELL = "style='text-align:left;overflow-wrap:anywhere;min-width:8em'"


def record_to_html(record: Registry) -> str:
    """A table of the fields of a record."""
    deferred = record.get_deferred_fields()
    names = [field.attname for field in record._meta.concrete_fields if field.attname not in deferred]
    rows = ((name, getattr(record, name)) for name in names)
    return titled_table(type(record).__name__, [(name, value) for name, value in rows if value is not None])


def titled_table(title: str, rows: Iterable[tuple[str, Any]]) -> str:
    """A table of names and values below a title."""
    return f"<div><strong>{escape(title)}</strong>{table(rows)}</div>"


def table(rows: Iterable[tuple[str, Any]]) -> str:
    """A table of names and values; long words are broken, so that they move nothing out of sight."""
    body = "".join(
        f"<tr><th {_CELL}>{escape(name)}</th><td {_CELL}>{escape(str(value))}</td></tr>" for name, value in rows
    )
    return f"<table>{body}</table>"


def queryset_to_html(queryset: Any, limit: int = 20) -> str:
    """The first records of a query set as a table in which long texts are cut, with a line that says how many there are."""
    shown = queryset if queryset.query.is_sliced else queryset[: limit + 1]
    frame = shown.df()
    rows = frame.iloc[:limit]
    note = f"<p>the first {limit} records</p>" if len(frame) > limit else f"<p>{len(frame)} records</p>"
    found = rows.to_html(escape=True, notebook=True)
    return f"<div><strong>{escape(queryset.model.__name__)}</strong>{found}{note}</div>"


def show_frame(frame: pd.DataFrame) -> None:
    """Show a frame: as a table in IPython, elsewhere as text."""
    if not is_ipython():
        log.plain(str(_printable(frame)))
        return
    from IPython.display import display

    show: Any = display  # typed or not, depending on whether IPython is installed
    show(frame)


def _printable(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with escapes in columns whose texts a terminal might obey."""
    texts = {name: [escaped(one) if isinstance(one, str) else one for one in values] for name, values in frame.items()}
    return frame.assign(**{str(name): shown for name, shown in texts.items() if shown != [*frame[name]]})
