"""A diagram of the mounted registries, read from their declarations; the database is not asked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lamindb.display import mounted_name, mounted_schemas, registries_of
from lamindb.text.batch import as_list
from lnschema_core.pictures.drawing import Drawing, has_dot, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Field

    from lnschema_core.models import Registry

_COLOURS = ("#d1fae5", "#dbeafe", "#fef3c7", "#fce7f3", "#ede9fe", "#e5e7eb")
"""What headers of tables are filled with, schema by schema."""

# In every registry, and so no news about any of them.
_EVERYWHERE = {"created_by"}


_MANY_SOURCES = 3
"""Registries of one schema that may draw arrows to the same registry; if there are more, their boxes name it instead."""
_COLUMNS = 4
"""Boxes without arrows in a row of the picture."""
_NODE = {"shape": "plain", "fontname": "Helvetica", "fontsize": "10"}
_GRAPH = {
    "rankdir": "LR",
    "ranksep": "0.9",
    "nodesep": "0.25",
    "fontname": "Helvetica",
}
_EDGE = {"arrowsize": "0.6", "color": "dimgrey", "fontname": "Helvetica", "fontsize": "8", "fontcolor": "dimgrey"}


@dataclass(frozen=True)
class Table:
    """A registry as the diagram shows it."""

    name: str
    schema: str
    fields: tuple[tuple[str, str], ...]
    """Name and type of every column."""
    links: tuple[tuple[str, str], ...] = ()
    """Name and target of every many-to-many relation that is no arrow."""


@dataclass(frozen=True)
class Relation:
    """A field of a registry that leads to another one."""

    source: str
    target: str
    field: str
    is_many: bool


def graph(*, schemas: str | Sequence[str] | None = None, columns: bool = True) -> Drawing:
    """The diagram of the mounted registries and their relations.

    Args:
        schemas: Draw this schema or these schemas only, such as ``["bionty"]``.
        columns: Show the columns of registries.

    Returns:
        A graph for graphviz: a box per registry with its columns, arrows along foreign keys, dashed ones along
        many-to-many relations. Where many registries of a schema lead to the same one, as labels do to files, that is a line
        in their boxes instead of an arrow. Who created a record is not drawn, since every registry has that.

    Raises:
        ModuleNotFoundError: The instance doesn't mount a schema.
    """
    mounted = mounted_schemas()
    wanted = mounted if schemas is None else [mounted_name(schema) for schema in as_list(schemas)]
    drawn = [schema for schema in mounted if schema in wanted]
    drawing = Drawing("schema", graph_attr=_GRAPH, node_attr=_NODE, edge_attr=_EDGE)
    found = [*relations(drawn)]
    arrows = [relation for relation in found if relation not in _to_hubs(found)]
    for schema in drawn:
        _add_schema(drawing, schema, _COLOURS[mounted.index(schema) % len(_COLOURS)], found, arrows, columns=columns)
    for arrow in arrows:
        _add(drawing, arrow, columns=columns)
    return drawing


def view(*, schemas: str | Sequence[str] | None = None, columns: bool = True) -> Drawing:
    """Show the diagram of the mounted registries: as a picture in a notebook, elsewhere as the returned graph.

    Args:
        schemas: Draw this schema or these schemas only, such as ``["bionty"]``.
        columns: Show the columns of registries.
    """
    has_dot()
    return graph(schemas=schemas, columns=columns)


def table_of(registry: type[Registry], links: Sequence[tuple[str, str]] = ()) -> Table:
    """What the diagram shows of a registry."""
    columns = tuple((field.name, _type_of(field)) for field in registry._meta.concrete_fields)
    return Table(registry.__name__, registry.__get_schema_name__(), columns, tuple(links))


def relations(schemas: list[str]) -> Iterator[Relation]:
    """The relations between the registries of schemas."""
    drawn = {registry for schema in schemas for registry in registries_of(schema)}
    for registry in sorted(drawn, key=_id):
        for field in [*registry._meta.concrete_fields, *registry._meta.many_to_many]:
            target: Any = field.related_model
            if target in drawn and field.name not in _EVERYWHERE:
                yield Relation(_id(registry), _id(target), field.name, bool(field.many_to_many))


def _to_hubs(found: Sequence[Relation]) -> set[Relation]:
    """The relations that too many registries of a schema have to be drawn as arrows."""
    sources: dict[tuple[str, str], set[str]] = {}
    for relation in found:
        sources.setdefault(_route(relation), set()).add(relation.source)
    return {relation for relation in found if len(sources[_route(relation)] - {relation.target}) > _MANY_SOURCES}


def _route(relation: Relation) -> tuple[str, str]:
    """From which schema to which registry a relation leads."""
    return relation.source.partition(".")[0], relation.target


# -- drawing ----------------------------------------------------------------------------------------------------------


def _add_schema(
    drawing: Drawing, schema: str, colour: str, found: Sequence[Relation], arrows: Sequence[Relation], *, columns: bool
) -> None:
    """Draw the registries of a schema in a frame, those without arrows in rows."""
    ends = {end for arrow in arrows if arrow.source != arrow.target for end in (arrow.source, arrow.target)}
    with drawing.subgraph(name=f"cluster_{schema}") as frame:
        frame.attr(label=schema, color=colour, penwidth="2", labeljust="l", fontcolor="dimgrey", margin="12")
        lonely = []
        for registry in registries_of(schema):
            name = _id(registry)
            links = [
                (one.field, one.target) for one in found if one.source == name and one.is_many and one not in arrows
            ]
            frame.node(name, label=_label(table_of(registry, links), colour, columns=columns))
            lonely += [] if name in ends else [name]
        for left, right in pairwise(lonely):
            if lonely.index(right) % _COLUMNS:
                frame.edge(left, right, style="invis")


def _add(drawing: Drawing, relation: Relation, *, columns: bool) -> None:
    if relation.is_many:
        drawing.edge(relation.source, relation.target, style="dashed", arrowhead="crow", label=relation.field)
    elif relation.source != relation.target:  # the type of the column says the rest
        drawing.edge(f"{relation.source}:{relation.field}:e" if columns else relation.source, relation.target)


def _id(registry: type[Registry]) -> str:
    return registry.__get_name_with_schema__()


def _type_of(field: Field[Any, Any]) -> str:
    if field.related_model is not None:
        return str(getattr(field.related_model, "__name__", field.related_model))
    return field.get_internal_type().removesuffix("Field").lower()


def _label(table: Table, colour: str, *, columns: bool) -> str:
    header = f'<TR><TD COLSPAN="2" BGCOLOR="{colour}"><B>{text(table.name)}</B>  <FONT POINT-SIZE="8">{text(table.schema)}</FONT></TD></TR>'
    if columns:
        many = [(name, f"many {_name(target)}") for name, target in table.links]
        rows = [_row(name, kind) for name, kind in (*table.fields, *many)]
    else:
        rows = (
            [_line(f"→ {', '.join(dict.fromkeys(_name(target) for _, target in table.links))}")] if table.links else []
        )
    return f'<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" COLOR="#065f46">{header}{"".join(rows)}</TABLE>>'


def _row(name: str, kind: str) -> str:
    return (
        f'<TR><TD ALIGN="LEFT">{text(name)}</TD>'
        f'<TD ALIGN="LEFT" PORT="{text(name)}"><FONT COLOR="#6b7280">{text(kind)}</FONT></TD></TR>'
    )


def _line(words: str) -> str:
    return f'<TR><TD COLSPAN="2"><FONT COLOR="#6b7280" POINT-SIZE="8">{text(words)}</FONT></TD></TR>'


def _name(target: str) -> str:
    return target.rpartition(".")[2]
