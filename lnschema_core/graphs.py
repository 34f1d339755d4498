"""Drawing records with what they come from and what came from them: ``view_flow`` and ``view_parents``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from lamindb import log
from lamindb.arguments import check_number
from lnschema_core.catalogue import core_registry
from lnschema_core.fields import string_field
from lnschema_core.history import lineage
from lnschema_core.pictures import drawing
from lnschema_core.pictures.drawing import RUN, START, Node, Picture
from lnschema_core.pictures.siblings import clustered
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import ManyToManyField

    from lamindb.types import StrField
    from lnschema_core.history.lineage import Edge, Flow
    from lnschema_core.models import Dataset, File, Registry, Run
    from lnschema_core.pictures.drawing import Drawing

MOST_RUNS = 1_000
"""How many runs are followed in each direction: a picture of more would be rendered for minutes and could not be read."""

MOST_NODES = 5_000
"""How many records are drawn."""

MOST_DOWNWARDS = 30
"""How many records of a hierarchy are drawn from top to bottom: names of more would be beside each other for metres."""

_EMOJIS = {"notebook": "📔", "app": "🖥️", "pipeline": "🧩"}
_OTHER_EMOJI = "💫"


# -- the flow of data -------------------------------------------------------------------------------------------------


def view_flow(
    host: File | Dataset | Run, *, with_children: bool = True, depth: int | None = None, cluster: bool = True
) -> Drawing:
    """Draw the flow of data that a file, dataset or run is part of.

    Needs at most four queries, whatever the size of the flow. What comes from data of which there is a newer version says so.

    Args:
        host: The file, dataset or run, which is highlighted.
        with_children: Show what was made from it, too.
        depth: How many runs to go in each direction; by default all.
        cluster: Show more than five siblings as one.

    Returns:
        A graph for graphviz, with arrows from inputs to runs to outputs.

    Raises:
        TypeError: The depth is no number.
        ValueError: The record was deleted.
    """
    if depth is not None:
        check_number("depth", depth)
    registry = lineage.registry_of(host)
    if host.pk is None:
        msg = f"the {registry.lower()} was deleted: it is part of no flow of data any more"
        raise ValueError(msg)
    run_id = host.pk if registry == "Run" else getattr(host, "run_id", None)
    flow = lineage.flow_of(registry, host.pk, run_id, with_children=with_children, most_runs=MOST_RUNS)
    distance = None if depth is None else 2 * depth - (registry == "Run")
    graph = _Graph.around(host.pk, [*flow.edges, *flow.steps], is_complete=flow.is_complete, distance=distance)
    facts = list(_nodes_of_flow(flow, graph.records))
    steps = {*flow.steps}  # nobody knows which of the outputs of the run around it come from a step
    data = [edge for edge in graph.edges if edge not in steps]
    stale = lineage.stale_by(data, [node.id for node, is_outdated in facts if is_outdated])
    nodes = {node.id: node for node, _ in facts}
    if registry != "Run":
        nodes[host.pk] = _host_node(host)
    titles = {node_id: f"{nodes[origin].title} has a newer version" for node_id, origin in stale.items()}
    marked = {
        node_id: replace(node, stale=titles[node_id]) if node_id in titles and node.kind != "Run" else node
        for node_id, node in nodes.items()
    }
    return graph.draw(marked, cluster=cluster)


def _nodes_of_flow(flow: Flow, shown: Collection[str]) -> Iterator[tuple[Node, bool]]:
    """The nodes of the shown records, and whether there is a newer version; a dataset hides its file of the same id."""
    runs, files, datasets = ([one for one in shown if one in kind] for kind in (flow.runs, flow.files, flow.datasets))
    values = ("transform__name", "transform__type", "created_by__name", "created_by__handle", "run_at")
    for row in _values("Run", runs, *values):
        yield _run_node(*row), False
    for row in _values("File", files, "description", "key", "suffix"):
        yield _file_node(*row[:-1]), row[-1]
    for row in _values("Dataset", datasets, "name", "version"):
        yield _dataset_node(*row[:-1]), row[-1]


def _values(name: str, ids: list[str], *fields: str) -> Iterable[tuple[Any, ...]]:
    """Ids and fields of records; of those that have versions also whether there is a newer one."""
    if not ids:
        return ()
    registry = core_registry(name)
    values: Any = registry.objects.filter(AnyOf("id", ids)).order_by()
    if name != "Run":
        first = Coalesce(OuterRef("initial_version_id"), OuterRef("pk"))
        newer = registry.objects.filter(initial_version_id=first, created_at__gt=OuterRef("created_at")).order_by()
        values, fields = values.annotate(is_outdated=Exists(newer)), (*fields, "is_outdated")
    rows: Iterable[tuple[Any, ...]] = values.values_list("id", *fields)
    return rows


def _host_node(host: Any) -> Node:
    if isinstance(host, core_registry("File")):
        return _file_node(host.pk, host.description, host.key, host.suffix)
    return _dataset_node(host.pk, host.name, host.version)


def _file_node(record_id: str, description: str | None, key: str | None, suffix: str) -> Node:
    title, facts = f"📄 {description or key or record_id}", (f"id={record_id}", f"suffix={suffix}")
    return Node(record_id, title, facts, kind="File")


def _dataset_node(record_id: str, name: str, version: str | None) -> Node:
    facts = [f"id={record_id}", *([] if version is None else [f"version={version}"])]
    return Node(record_id, f"🍱 {name}", tuple(facts), kind="Dataset")


def _run_node(
    record_id: str, transform: str | None, kind: str, user: str | None, handle: str, run_at: datetime
) -> Node:
    facts = (
        f"id={record_id}",
        f"type={kind}, user={user or handle}",
        f"run_at={str(run_at.astimezone(UTC))[:19]}",
    )
    return Node(record_id, f"{_emoji(kind)} {transform}", facts, RUN, kind="Run")


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
        A graph for graphviz, with arrows from parents to children; of many records, these are below each other.

    Raises:
        NotImplementedError: Records of this registry have no parents.
        TypeError: The distance is no number.
    """
    check_number("distance", distance)
    relation = _parents_relation(type(record))
    edges = lineage.parents_of(relation, record.pk, distance=distance)
    if with_children:
        edges += lineage.parents_of(relation, record.pk, distance=distance, children=True)
    # Registries of plug-ins may have numbers as keys, graphs have texts.
    graph = _Graph.around(str(record.pk), [(str(tail), str(head)) for tail, head in edges])
    title = string_field(record, field=field)
    nodes = {node.id: node for node in _nodes_of_family(type(record), graph.records, title)}
    drawn = graph.draw(nodes)
    if len(nodes) > MOST_DOWNWARDS:
        drawn.graph_attr["rankdir"] = "LR"
    return drawn


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
            yield Node(str(record_id), "" if value is None else str(value), kind=registry.__name__)
        return
    for row in records.values_list("pk", title, "type", "created_by__name", "created_by__handle"):
        yield _transform_node(*row)


def _transform_node(record_id: str, title: str | None, kind: str, user: str | None, handle: str) -> Node:
    facts = (f"id={record_id}", f"type={kind}, user={user or handle}")
    return Node(record_id, f"{_emoji(kind)} {title}", facts, kind="Transform")


# -- both -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Graph:
    """Edges around a record."""

    start: str
    records: Mapping[str, int]
    """The records and their distances from the start."""
    edges: Sequence[Edge]

    @classmethod
    def around(
        cls, start: str, edges: Sequence[Edge], *, is_complete: bool = True, distance: int | None = None
    ) -> _Graph:
        """The graph of the edges, as far as is wanted; of too many, the part that is nearest to the start."""
        records = lineage.within(start, lineage.neighbours(edges), limit=MOST_NODES, distance=distance)
        near = [edge for edge in edges if edge[0] in records and edge[1] in records]
        if distance is None and (len(near) < len(edges) or not is_complete):
            log.warning(f"the graph is too large to be drawn, showing the {len(records)} nearest records")
        return cls(start, records, near)

    def draw(self, nodes: Mapping[str, Node], *, cluster: bool = False) -> Drawing:
        """Draw the graph with the given nodes, the start highlighted; in an order that says something to people."""
        shown = [nodes.get(record, Node(record, record)) for record in self.records]
        shown.sort(key=lambda node: (self.records[node.id], node.title, node.id))
        position = {node.id: index for index, node in enumerate(shown)}
        edges = sorted(self.edges, key=lambda edge: (position[edge[0]], position[edge[1]]))
        coloured = [replace(node, colour=START) if node.id == self.start else node for node in shown]
        drawing.has_dot()
        records = Picture(self.start, coloured, edges)
        return drawing.draw(clustered(records, keep=self.start) if cluster else records, records)
