"""What leads to what: runs with their inputs and outputs, records with their parents.

Answers come from the database in one statement, however many steps there are: following links step by step would make a
chain of a thousand runs cost a thousand queries. A recursive ``UNION`` visits every record once, whatever the number of
paths to it, and so ends in circles, too.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from lnschema_core.history import executions, reproducing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.models import ManyToManyField

Edge = tuple[str, str]
"""The ids of two records, the first of which leads to the second."""


EVERYTHING = 2**31 - 1


# -- files, datasets and runs -----------------------------------------------------------------------------------------

# Each of these finds, for a run that is reached, runs before it or after it. ``{kind}`` is file or dataset; what a run made
# again has another run as its first.
#
# Few runs are reached, but SQLite takes that for a million. So joins are ``CROSS JOIN``, which it leaves in the order in which they are
# written, and no condition is on one joined table alone: either would let it read all files of a registry, to look runs up among them.
# See https://www.sqlite.org/optoverview.html#crossjoin.
_BEFORE = (
    "SELECT made.run_id AS id FROM {reached}lnschema_core_{kind}_input_of AS uses "
    "CROSS JOIN lnschema_core_{kind} AS made "
    "WHERE uses.run_id = reached.id AND made.id = uses.{kind}_id AND made.run_id <> reached.id"
)
_BEFORE_BY_AGAIN = (
    "SELECT made.run_id AS id FROM {reached}lnschema_core_{kind}_input_of AS uses "
    "CROSS JOIN lnschema_core_{kind}_reproduced_by AS made "
    "WHERE uses.run_id = reached.id AND made.{kind}_id = uses.{kind}_id"
)
# What a step returns may be in what the run around it saves later; what that saved before is none of it.
_MAY_BE_IN_OUTPUTS = " OR ".join(
    f"EXISTS (SELECT 1 FROM lnschema_core_{kind} AS made WHERE made.run_id = {{around}} "  # noqa: S608 - all of it is written here
    "AND made.created_at > (SELECT run_at FROM lnschema_core_run WHERE id = {step}))"
    for kind in ("file", "dataset")
)
_BEFORE_BY_STEP = (
    "SELECT step.run_id AS id FROM {reached}lnschema_core_execution AS step "  # noqa: S608 - as above
    f"WHERE step.parent_id = reached.id AND ({_MAY_BE_IN_OUTPUTS.format(around='reached.id', step='step.run_id')})"
)
_AFTER = (
    "SELECT uses.run_id AS id FROM {reached}lnschema_core_{kind} AS made "
    "CROSS JOIN lnschema_core_{kind}_input_of AS uses WHERE made.run_id = reached.id AND uses.{kind}_id = made.id"
)
_AFTER_BY_AGAIN = (
    "SELECT uses.run_id AS id FROM {reached}lnschema_core_{kind}_reproduced_by AS made "
    "CROSS JOIN lnschema_core_{kind}_input_of AS uses WHERE made.run_id = reached.id AND uses.{kind}_id = made.{kind}_id"
)
_AFTER_BY_STEP = (
    "SELECT step.parent_id AS id FROM {reached}lnschema_core_execution AS step "  # noqa: S608 - as above
    f"WHERE step.run_id = reached.id AND ({_MAY_BE_IN_OUTPUTS.format(around='step.parent_id', step='reached.id')})"
)

# These find what is drawn of the runs that were reached: inputs, outputs, and steps with the run around them.
_USED = "SELECT '{registry}', {kind}_id, run_id, 1 FROM reached CROSS JOIN lnschema_core_{kind}_input_of WHERE run_id = reached.id"
_MADE = "SELECT '{registry}', made.id, run_id, 0 FROM reached CROSS JOIN lnschema_core_{kind} AS made WHERE run_id = reached.id"
_MADE_AGAIN = "SELECT '{registry}', {kind}_id, run_id, 0 FROM reached CROSS JOIN lnschema_core_{kind}_reproduced_by WHERE run_id = reached.id"
_STEPS = (
    "SELECT 'Run', step.run_id, step.parent_id, 1 FROM reached AS around "  # noqa: S608 - as above
    "CROSS JOIN lnschema_core_execution AS step CROSS JOIN reached WHERE step.parent_id = around.id AND reached.id = step.run_id "
    f"AND (around.id IN (SELECT id FROM inside) OR {_MAY_BE_IN_OUTPUTS.format(around='around.id', step='reached.id')})"
)

# Rows come breadth-first. Postgres computes as many as are asked for; SQLite would compute all of them, unless the recursion
# itself has a limit.
_FLOW = """
WITH RECURSIVE
inside(id) AS ({inside}),
upstream(id) AS ({upstream}),
downstream(id) AS ({downstream}),
nearest_upstream(id) AS (SELECT id FROM upstream LIMIT {limit}),
nearest_downstream(id) AS (SELECT id FROM downstream LIMIT {limit}),
reached(id) AS (SELECT id FROM nearest_upstream UNION SELECT id FROM nearest_downstream)
{found}
UNION ALL
SELECT NULL, NULL, NULL, COUNT(*) FROM nearest_upstream
UNION ALL
SELECT NULL, NULL, NULL, COUNT(*) FROM nearest_downstream
"""
# Postgres takes recursions for huge, and would spend seconds on compiling what takes milliseconds.
_UNCOMPILED = "SET LOCAL jit = off;"
_KINDS = {"File": "file", "Dataset": "dataset"}
_INPUT, _OUTPUT = 1, 0
_STEP = "Run"
_RUN = "SELECT id FROM lnschema_core_run WHERE id = %s"
_INSIDE = "SELECT run_id FROM inside JOIN lnschema_core_execution ON parent_id = inside.id"
_NO_RUN = "SELECT id FROM lnschema_core_run WHERE 1 = 0"
_USERS = "SELECT run_id FROM lnschema_core_{kind}_input_of WHERE {kind}_id = %s"
_MAKERS = "SELECT run_id FROM lnschema_core_{kind}_reproduced_by WHERE {kind}_id = %s"


@dataclass(frozen=True)
class Flow:
    """Runs with all their inputs and outputs, as ids.

    A dataset of a single file in memory has the id of that file: the two are one place in the flow.
    """

    runs: frozenset[str]
    files: frozenset[str]
    datasets: frozenset[str]
    edges: tuple[Edge, ...]
    steps: tuple[Edge, ...]
    """Steps and the runs around them, to which they return their results."""
    is_complete: bool
    """Whether there were no more runs than wanted."""


def registry_of(host: Any) -> str:
    """The registry of a host, also of one that a package sees through a proxy."""
    return str(host._meta.concrete_model.__name__)


def flow_of(
    registry: str, host_id: str, run_id: str | None, *, with_children: bool, most_runs: int = EVERYTHING
) -> Flow:
    """The flow of data that a host is part of; needs one query.

    Upstream are the runs that made the host first or again, the runs that made what these use, and so on; downstream the runs that
    use outputs of the host's run, those that use their outputs, and so on. Steps lead to the run around them if that has outputs
    which it saved after they began; a run as the host is shown with all its steps. A host without a run is followed downstream itself.

    Args:
        registry: The registry of the host, ``"File"`` or ``"Dataset"``; ``"Run"`` for a run itself.
        host_id: The id of the host.
        run_id: The id of the run that made it, or that is meant.
        with_children: Follow it downstream, too.
        most_runs: How many runs to find upstream and downstream, nearest first.
    """
    links = _Links(reproducing.can_be_kept(), executions.can_be_kept())
    kind = _KINDS.get(registry)
    first = [] if run_id is None else [(_RUN, run_id)]
    host_runs = [(_RUN, host_id)] if kind is None else []
    makers = [*first, *([(_MAKERS.format(kind=kind), host_id)] if kind is not None and links.has_again else [])]
    users = (first or [(_USERS.format(kind=kind), host_id)]) if with_children else []
    statement = _FLOW.format(
        inside=" UNION ".join([*(start for start, _ in host_runs or [(_NO_RUN, "")]), *links.inside()]),
        upstream=_recursion(
            "upstream", [*(start for start, _ in makers), "SELECT id FROM inside"], links.before(), most_runs + 1
        ),
        downstream=_recursion("downstream", [start for start, _ in users], links.after(), most_runs + 1),
        limit=most_runs + 1,
        found="\nUNION ALL\n".join(links.found()),
    )
    parameters = [key for _, key in (*host_runs, *makers, *users)]
    with connection.cursor() as cursor:
        cursor.execute(statement if connection.vendor == "sqlite" else f"{_UNCOMPILED}{statement}", parameters)
        rows = cursor.fetchall()
    if run_id is not None and kind is not None:
        rows.append((registry, host_id, run_id, _OUTPUT))  # an unsaved host is not in the database
    return _flow_from(rows, most_runs)


@dataclass(frozen=True)
class _Links:
    """The statements that find what is linked, by tables that the database has."""

    has_again: bool
    """Whether it has what was made again."""
    has_steps: bool

    def inside(self) -> list[str]:
        """What finds the steps within a run."""
        return [_INSIDE] if self.has_steps else []

    def before(self) -> list[str]:
        """What finds runs before a run."""
        return [*self._of_hosts(_BEFORE, _BEFORE_BY_AGAIN), *([_BEFORE_BY_STEP] if self.has_steps else [])]

    def after(self) -> list[str]:
        """What finds runs after a run."""
        return [*self._of_hosts(_AFTER, _AFTER_BY_AGAIN), *([_AFTER_BY_STEP] if self.has_steps else [])]

    def found(self) -> list[str]:
        """What finds the links of the runs that were reached."""
        return [*self._of_hosts(_USED, _MADE, _MADE_AGAIN), *([_STEPS] if self.has_steps else [])]

    def _of_hosts(self, *statements: str) -> Iterator[str]:
        for statement in statements:
            if self.has_again or "_reproduced_by" not in statement:
                for registry, kind in _KINDS.items():
                    yield statement.replace("{kind}", kind).replace("{registry}", registry)


def _recursion(name: str, starts: Sequence[str], links: Sequence[str], limit: int) -> str:
    """A recursion by several links.

    On Postgres it may name itself only once, and a lateral join lets it look each run up in the indexes: planned as a join of
    tables, each of its turns would read them whole. SQLite has no lateral joins, and takes any number of branches.
    """
    start = " UNION ".join(starts or [_NO_RUN])
    if connection.vendor == "sqlite":
        branches = (link.format(reached=f"{name} AS reached CROSS JOIN ") for link in links)
        return f"{' UNION '.join([start, *branches])} LIMIT {limit}"
    linked = " UNION ALL ".join(link.format(reached="") for link in links)
    return f"{start} UNION SELECT linked.id FROM {name} AS reached CROSS JOIN LATERAL ({linked}) AS linked"  # noqa: S608 - all of it is written above


def _flow_from(rows: Iterable[tuple[str | None, str, str, int]], most_runs: int) -> Flow:
    hosts: dict[str, set[str]] = {"File": set(), "Dataset": set()}
    runs = set()
    edges, steps = [], []
    is_complete = True
    for registry, host_id, run_id, number in rows:
        if registry is None:
            is_complete = is_complete and number <= most_runs
            continue
        if registry == _STEP:
            runs |= {host_id, run_id}
            steps.append((host_id, run_id))
            continue
        hosts[registry].add(host_id)
        runs.add(run_id)
        edges.append((host_id, run_id) if number == _INPUT else (run_id, host_id))
    files, datasets = frozenset(hosts["File"]), frozenset(hosts["Dataset"])
    return Flow(frozenset(runs), files, datasets, tuple(dict.fromkeys(edges)), tuple(steps), is_complete)


def stale_by(edges: Iterable[Edge], outdated: Iterable[str]) -> dict[str, str]:
    """Per record that comes from an outdated one the outdated one that is nearest to it.

    Args:
        edges: What leads to what.
        outdated: The records of which there are newer versions.
    """
    leads_to = neighbours(edges, directed=True)
    found: dict[str, str] = {}
    reached = [(record, record) for record in sorted(outdated)]
    for record, origin in reached:
        for successor in leads_to.get(record, ()):
            if successor not in found and successor != origin:
                found[successor] = origin
                reached.append((successor, origin))
    return found


# -- parents ----------------------------------------------------------------------------------------------------------

# Beyond this distance depths are not counted in the database: a circle would be walked around until the distance is used up.
_DEEP = 64

_PARENTS = """
WITH RECURSIVE reached(id, depth) AS (
    SELECT {near}, 1 FROM {links} WHERE {near} = %s
    UNION
    SELECT {far}, {next_depth} FROM reached JOIN {links} ON {near} = reached.id WHERE depth < %s
)
SELECT DISTINCT {near}, {far} FROM reached JOIN {links} ON {near} = reached.id
"""


def parents_of(
    relation: ManyToManyField[Any, Any], record_id: str, *, distance: int, children: bool = False
) -> list[Edge]:
    """Edges from parents to children among the ancestors of a record; needs one query.

    Args:
        relation: The relation to the parents, a many-to-many field of a registry to itself.
        record_id: The id of the record.
        distance: How many generations to go.
        children: Go to the descendants rather than to the ancestors.
    """
    if distance < 1:
        return []
    quote = connection.ops.quote_name
    columns = relation.m2m_column_name(), relation.m2m_reverse_name()
    near, far = reversed(columns) if children else columns
    is_deep = distance > _DEEP
    statement = _PARENTS.format(
        near=quote(near),
        far=quote(far),
        links=quote(relation.m2m_db_table()),
        next_depth="1" if is_deep else "depth + 1",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [record_id, 2 if is_deep else distance])
        steps = cursor.fetchall()
    near_enough = within(record_id, neighbours(steps, directed=True), distance=distance - 1)
    return [(step[0], step[1]) if children else (step[1], step[0]) for step in steps if step[0] in near_enough]


# -- walking ----------------------------------------------------------------------------------------------------------


def neighbours(edges: Iterable[Edge], *, directed: bool = False) -> Mapping[str, Sequence[str]]:
    """Per record those that it leads to; undirected also those that lead to it."""
    found: dict[str, list[str]] = defaultdict(list)
    for tail, head in edges:
        found[tail].append(head)
        if not directed:
            found[head].append(tail)
    return found


def within(
    start: str, neighbours: Mapping[str, Sequence[str]], *, distance: int | None = None, limit: int | None = None
) -> dict[str, int]:
    """The records around one of them, nearest first, with their distances.

    Args:
        start: The record to start from.
        neighbours: Per record those next to it.
        distance: How far to go.
        limit: How many records to find at most.
    """
    distances = {start: 0}
    for record in (reached := [start]):
        if distance is not None and distances[record] >= distance:
            break
        for neighbour in sorted(neighbours.get(record, ())):
            if neighbour not in distances and (limit is None or len(distances) < limit):
                distances[neighbour] = distances[record] + 1
                reached.append(neighbour)
    return distances
