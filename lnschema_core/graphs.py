"""Drawing records with what they come from and what came from them: ``view_flow`` and ``view_parents``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist

from lamindb import log
from lnschema_core import drawing, lineage
from lnschema_core.catalogue import core_registry
from lnschema_core.drawing import RUN, START, Node, Picture
from lnschema_core.fields import string_field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import ManyToManyField

    from lamindb.types import StrField
    from lnschema_core.drawing import Drawing
    from lnschema_core.lineage import Edge, Flow
    from lnschema_core.models import Dataset, File, Registry

MOST_RUNS = 1_000
"""How many runs are followed in each direction: a picture of more would be rendered for minutes and could not be read."""

MOST_NODES = 5_000
"""How many records are drawn."""

_EMOJIS = {"notebook": "📔", "app": "🖥️", "pipeline": "🧩"}
_OTHER_EMOJI = "💫"


# -- the flow of data -------------------------------------------------------------------------------------------------


def view_flow(host: File | Dataset, *, with_children: bool = True) -> Drawing:
    """Draw the flow of data that a file or dataset is part of.

    Needs at most four queries, whatever the size of the flow.

    Args:
        host: The file or dataset, which is highlighted.
        with_children: Show what was made from it, too.

    Returns:
        A graph for graphviz, with arrows from inputs to runs to outputs.
    """
    flow = lineage.flow_of(type(host).__name__, host.pk, host.run_id, with_children=with_children, most_runs=MOST_RUNS)
    graph = _Graph.around(host.pk, flow.edges, is_complete=flow.is_complete)
    nodes = {node.id: node for node in _nodes_of_flow(flow, graph.records)}
    nodes[host.pk] = _host_node(host)
    return graph.draw(nodes)


def _nodes_of_flow(flow: Flow, shown: Collection[str]) -> Iterator[Node]:
    """The nodes of the shown records; a dataset hides its file of the same id."""
    runs, files, datasets = ([one for one in shown if one in kind] for kind in (flow.runs, flow.files, flow.datasets))
    values = ("transform__name", "transform__type", "created_by__name", "created_by__handle", "run_at")
    for row in _values("Run", runs, *values):
        yield _run_node(*row)
    for row in _values("File", files, "description", "key", "suffix"):
        yield _file_node(*row)
    for row in _values("Dataset", datasets, "name", "version"):
        yield _dataset_node(*row)


def _values(registry: str, ids: list[str], *fields: str) -> Iterable[tuple[Any, ...]]:
    return core_registry(registry).objects.filter(id__in=ids).values_list("id", *fields) if ids else ()


def _host_node(host: Any) -> Node:
    if isinstance(host, core_registry("File")):
        return _file_node(host.pk, host.description, host.key, host.suffix)
    return _dataset_node(host.pk, host.name, host.version)


def _file_node(record_id: str, description: str | None, key: str | None, suffix: str) -> Node:
    return Node(record_id, f"📄 {description or key or record_id}", (f"id={record_id}", f"suffix={suffix}"))


def _dataset_node(record_id: str, name: str, version: str | None) -> Node:
    facts = [f"id={record_id}", *([] if version is None else [f"version={version}"])]
    return Node(record_id, f"🍱 {name}", tuple(facts))


def _run_node(
    record_id: str, transform: str | None, kind: str, user: str | None, handle: str, run_at: datetime
) -> Node:
    facts = (
        f"id={record_id}",
        f"type={kind}, user={user or handle}",
        f"run_at={run_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
    )
    return Node(record_id, f"{_emoji(kind)} {transform}", facts, RUN)


def _emoji(kind: str) -> str:
    return _EMOJIS.get(str(kind), _OTHER_EMOJI)


# -- parents ----------------------------------------------------------------------------------------------------------


def view_parents(
    record: Registry, field: StrField | None = None, *, with_children: bool = False, distance: int = 5
) -> Drawing:
    """Draw a record among its parents.

    Needs at most three queries, whatever the number of generations.

    Args:
        record: The record, which is highlighted.
        field: The field to show; by default the string field of the registry.
        with_children: Show children, too.
        distance: How many generations to go.

    Returns:
        A graph for graphviz, with arrows from parents to children.

    Raises:
        NotImplementedError: Records of this registry have no parents.
    """
    relation = _parents_relation(type(record))
    edges = lineage.parents_of(relation, record.pk, distance=distance)
    if with_children:
        edges += lineage.parents_of(relation, record.pk, distance=distance, children=True)
    # Registries of plug-ins may have numbers as keys, graphs have texts.
    graph = _Graph.around(str(record.pk), [(str(tail), str(head)) for tail, head in edges])
    title = string_field(record, field=field)
    nodes = {node.id: node for node in _nodes_of_family(type(record), graph.records, title)}
    return graph.draw(nodes)


def _parents_relation(registry: Any) -> ManyToManyField[Any, Any]:
    try:
        relation: ManyToManyField[Any, Any] = registry._meta.get_field("parents")
    except FieldDoesNotExist as error:
        msg = f"Parents view is not supported for {registry.__name__}!"
        raise NotImplementedError(msg) from error
    return relation


def _nodes_of_family(registry: type[Registry], shown: Collection[str], title: str) -> Iterator[Node]:
    records = registry.filter(pk__in=shown)
    if registry is not core_registry("Transform"):
        for record_id, value in records.values_list("pk", title):
            yield Node(str(record_id), "" if value is None else str(value))
        return
    for row in records.values_list("pk", title, "type", "created_by__name", "created_by__handle"):
        yield _transform_node(*row)


def _transform_node(record_id: str, title: str | None, kind: str, user: str | None, handle: str) -> Node:
    return Node(record_id, f"{_emoji(kind)} {title}", (f"id={record_id}", f"type={kind}, user={user or handle}"))


# -- both -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Graph:
    """Edges around a record."""

    start: str
    records: Mapping[str, int]
    """The records and their distances from the start."""
    edges: Sequence[Edge]

    @classmethod
    def around(cls, start: str, edges: Sequence[Edge], *, is_complete: bool = True) -> _Graph:
        """The graph of the edges; of too many, the part that is nearest to the start."""
        records = lineage.within(start, lineage.neighbours(edges), limit=MOST_NODES)
        near = [edge for edge in edges if edge[0] in records and edge[1] in records]
        if len(near) < len(edges) or not is_complete:
            log.warning(f"the graph is too large to be drawn, showing the {len(records)} nearest records")
        return cls(start, records, near)

    def draw(self, nodes: Mapping[str, Node]) -> Drawing:
        """Draw the graph with the given nodes, the start highlighted; in an order that says something to people."""
        shown = [nodes.get(record, Node(record, record)) for record in self.records]
        shown.sort(key=lambda node: (self.records[node.id], node.title, node.id))
        position = {node.id: index for index, node in enumerate(shown)}
        edges = sorted(self.edges, key=lambda edge: (position[edge[0]], position[edge[1]]))
        coloured = [replace(node, colour=START) if node.id == self.start else node for node in shown]
        drawing.has_dot()
        return drawing.draw(Picture(self.start, coloured, edges))
