"""A diagram of the mounted registries, read from their declarations; the database is not asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.display import mounted_schemas, registries_of
from lnschema_core.drawing import Drawing, has_dot, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field

    from lnschema_core.models import Registry

_COLOURS = ("#d1fae5", "#dbeafe", "#fef3c7", "#fce7f3", "#ede9fe", "#e5e7eb")
"""What headers of tables are filled with, schema by schema."""

# In every registry, and so no news about any of them.
_EVERYWHERE = {"created_by"}


@dataclass(frozen=True)
class Table:
    """A registry as the diagram shows it."""

    name: str
    schema: str
    fields: tuple[tuple[str, str], ...]
    """Name and type of every column."""


@dataclass(frozen=True)
class Relation:
    """A field of a registry that leads to another one."""

    source: str
    target: str
    field: str
    is_many: bool


def graph() -> Drawing:
    """The diagram of the mounted registries and their relations.

    Returns:
        A graph for graphviz: a box per registry with its columns, arrows along foreign keys, dashed ones along
        many-to-many relations. Who created a record is not drawn, since every registry has that.
    """
    schemas = mounted_schemas()
    drawing = Drawing(
        "schema",
        graph_attr={"rankdir": "LR", "ranksep": "1.2", "nodesep": "0.3", "fontname": "Helvetica"},
        node_attr={"shape": "plain", "fontname": "Helvetica", "fontsize": "10"},
        edge_attr={
            "arrowsize": "0.6",
            "color": "dimgrey",
            "fontname": "Helvetica",
            "fontsize": "8",
            "fontcolor": "dimgrey",
        },
    )
    for index, schema in enumerate(schemas):
        for registry in registries_of(schema):
            drawing.node(_id(registry), label=_label(table_of(registry), _COLOURS[index % len(_COLOURS)]))
    for relation in relations(schemas):
        _add(drawing, relation)
    return drawing


def view() -> Drawing:
    """Show the diagram of the mounted registries: as a picture in a notebook, elsewhere as the returned graph."""
    has_dot()
    return graph()


def table_of(registry: type[Registry]) -> Table:
    """What the diagram shows of a registry."""
    columns = tuple((field.name, _type_of(field)) for field in registry._meta.concrete_fields)
    return Table(registry.__name__, registry.__get_schema_name__(), columns)


def relations(schemas: list[str]) -> Iterator[Relation]:
    """The relations between the registries of schemas."""
    drawn = {registry for schema in schemas for registry in registries_of(schema)}
    for registry in sorted(drawn, key=_id):
        for field in [*registry._meta.concrete_fields, *registry._meta.many_to_many]:
            target: Any = field.related_model
            if target in drawn and field.name not in _EVERYWHERE:
                yield Relation(_id(registry), _id(target), field.name, bool(field.many_to_many))


def _add(drawing: Drawing, relation: Relation) -> None:
    if relation.is_many:
        drawing.edge(relation.source, relation.target, style="dashed", arrowhead="crow", label=relation.field)
    elif relation.source != relation.target:  # the type of the column says the rest
        drawing.edge(f"{relation.source}:{relation.field}:e", relation.target)


def _id(registry: type[Registry]) -> str:
    return registry.__get_name_with_schema__()


def _type_of(field: Field[Any, Any]) -> str:
    if field.related_model is not None:
        return str(getattr(field.related_model, "__name__", field.related_model))
    return field.get_internal_type().removesuffix("Field").lower()


def _label(table: Table, colour: str) -> str:
    header = f'<TR><TD COLSPAN="2" BGCOLOR="{colour}"><B>{text(table.name)}</B>  <FONT POINT-SIZE="8">{text(table.schema)}</FONT></TD></TR>'
    rows = "".join(
        f'<TR><TD ALIGN="LEFT">{text(name)}</TD>'
        f'<TD ALIGN="LEFT" PORT="{text(name)}"><FONT COLOR="#6b7280">{text(kind)}</FONT></TD></TR>'
        for name, kind in table.fields
    )
    return f'<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" COLOR="#065f46">{header}{rows}</TABLE>>'
