"""Where a file or dataset comes from, what it measures and how it is labelled, in one text."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db.models import ForeignKey

from lnschema_core.annotation import as_html, as_text
from lnschema_core.annotation.label_overview import MOST_NAMES, labels_of
from lnschema_core.annotation.overview import slots_of
from lnschema_core.html import table
from lnschema_core.rows.storable import is_saved

if TYPE_CHECKING:
    from lnschema_core.annotation.slots import Host

_ICONS = {"storage": "🗃️", "run": "👣", "initial_version": "🔖", "created_by": "👤", "file": "📄"}
_TRANSFORM_ICONS = {"notebook": "📔", "app": "🖥️", "pipeline": "🧩"}
_OTHER_TRANSFORM = "💫"


def describe(host: Host) -> str:
    """The text that ``describe()`` prints; at most six queries. Of an unsaved or deleted host only its provenance is shown."""
    head = host.describe_fields(with_foreign_keys=False)
    lines = [f"  {icon} {name}: {text}" for icon, name, text in provenance(host)]
    blocks = ["\n".join(["Provenance:", *lines])] if lines else []
    if is_saved(host):
        labels = labels_of(host)
        blocks += [as_text.features_block(slots_of(host, labels)), as_text.labels_block(labels.by_accessor())]
    return "\n".join([head, "", *(block for block in blocks if block)])


def describe_html(host: Host) -> str:
    """The same for notebooks, with all fields in a table; at most six queries."""
    fields = [field for field in host._meta.concrete_fields if not field.is_relation]
    values = [(field.name, getattr(host, field.name)) for field in fields]
    rows = [(name, str(value)) for name, value in values if value is not None]
    origin = [(f"{icon} {name}", text) for icon, name, text in provenance(host)]
    blocks = [f"<strong>{type(host).__name__}</strong>", table(rows)]
    if origin:
        blocks.append(as_html.section("Provenance", table(origin)))
    labels = labels_of(host)
    blocks += [as_html.features_block(slots_of(host, labels)), as_html.labels_block(labels.by_accessor())]
    return f"<div>{''.join(blocks)}</div>"


def provenance(host: Host) -> list[tuple[str, str, str]]:
    """Icon, name and text of everything that says where a host comes from and which runs use it. Two queries."""
    lines = [(_icon(name, record), name, repr(record)) for name, record in _foreign_records(host)]
    if is_saved(host):
        times = list(host.input_of.order_by("run_at", "pk").values_list("run_at", flat=True)[: MOST_NAMES + 1])
        shown = [f"'{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}'" for time in times[:MOST_NAMES]]
        if shown:
            runs = ", ".join([*shown, "..."] if len(times) > MOST_NAMES else shown)
            lines.append(("⬇️", "input_of (core.Run)", f"[{runs}]"))
    return lines


def _foreign_records(host: Host) -> list[tuple[str, Any]]:
    """The records that foreign keys refer to; those that aren't there yet are fetched in one query."""
    fields = [field for field in host._meta.concrete_fields if isinstance(field, ForeignKey)]
    fields = [field for field in fields if getattr(host, field.attname) is not None]
    missing = [field for field in fields if not field.is_cached(host)]
    if missing and not host._state.adding:
        query = type(host).filter(pk=host.pk).select_related(*[field.name for field in missing])
        stored = query.first()
        for field in missing:
            if stored is not None and getattr(stored, field.attname) == getattr(host, field.attname):
                field.set_cached_value(host, getattr(stored, field.name))
    return [(field.name, getattr(host, field.name)) for field in fields]


def _icon(name: str, record: Any) -> str:
    if name == "transform":
        return _TRANSFORM_ICONS.get(str(record.type), _OTHER_TRANSFORM)
    return _ICONS.get(name, "▪️")
