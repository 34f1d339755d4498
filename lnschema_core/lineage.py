"""What leads to what: runs with their inputs and outputs, records with their parents.

Answers come from the database in one statement, however many steps there are: following links step by step would make a
chain of a thousand runs cost a thousand queries. A recursive ``UNION`` visits every record once, whatever the number of
paths to it, and so ends in circles, too. The statements are common to SQLite and Postgres.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import ManyToManyField

Edge = tuple[str, str]
"""The ids of two records, the first of which leads to the second."""


EVERYTHING = 2**31 - 1


# -- files, datasets and runs -----------------------------------------------------------------------------------------

# A branch of a recursion may name the recursion only once (Postgres), so the rows of ``kinds`` let one branch follow the
# links of both kinds of hosts. Rows come breadth-first. Postgres computes as many as are asked for; SQLite would compute all
# of them, unless the recursion itself has a limit.
_FLOW = """
WITH RECURSIVE
kinds(kind) AS (SELECT 1 UNION ALL SELECT 2),
upstream(id) AS (
    {upstream}
    UNION
    SELECT COALESCE(file.run_id, dataset.run_id)
    FROM upstream CROSS JOIN kinds
    LEFT JOIN lnschema_core_file_input_of AS uses_file ON kind = 1 AND uses_file.run_id = upstream.id
    LEFT JOIN lnschema_core_file AS file ON file.id = uses_file.file_id
    LEFT JOIN lnschema_core_dataset_input_of AS uses_dataset ON kind = 2 AND uses_dataset.run_id = upstream.id
    LEFT JOIN lnschema_core_dataset AS dataset ON dataset.id = uses_dataset.dataset_id
    WHERE COALESCE(file.run_id, dataset.run_id) IS NOT NULL
    {stop}
),
downstream(id) AS (
    {downstream}
    UNION
    SELECT COALESCE(used_file.run_id, used_dataset.run_id)
    FROM downstream CROSS JOIN kinds
    LEFT JOIN lnschema_core_file AS file ON kind = 1 AND file.run_id = downstream.id
    LEFT JOIN lnschema_core_file_input_of AS used_file ON used_file.file_id = file.id
    LEFT JOIN lnschema_core_dataset AS dataset ON kind = 2 AND dataset.run_id = downstream.id
    LEFT JOIN lnschema_core_dataset_input_of AS used_dataset ON used_dataset.dataset_id = dataset.id
    WHERE COALESCE(used_file.run_id, used_dataset.run_id) IS NOT NULL
    {stop}
),
nearest_upstream(id) AS (SELECT id FROM upstream LIMIT {limit}),
nearest_downstream(id) AS (SELECT id FROM downstream LIMIT {limit}),
reached(id) AS (SELECT id FROM nearest_upstream UNION SELECT id FROM nearest_downstream)
SELECT 'File', file_id, run_id, 1
FROM reached JOIN lnschema_core_file_input_of ON run_id = reached.id
UNION ALL
SELECT 'Dataset', dataset_id, run_id, 1
FROM reached JOIN lnschema_core_dataset_input_of ON run_id = reached.id
UNION ALL
SELECT 'File', file.id, run_id, 0
FROM reached JOIN lnschema_core_file AS file ON run_id = reached.id
UNION ALL
SELECT 'Dataset', dataset.id, run_id, 0
FROM reached JOIN lnschema_core_dataset AS dataset ON run_id = reached.id
UNION ALL
SELECT NULL, NULL, NULL, COUNT(*) FROM nearest_upstream
UNION ALL
SELECT NULL, NULL, NULL, COUNT(*) FROM nearest_downstream
"""
_INPUT, _OUTPUT = 1, 0
_RUN = "SELECT id FROM lnschema_core_run WHERE id = %s"
_NO_RUN = "SELECT id FROM lnschema_core_run WHERE id IS NULL"
_USERS = {
    "File": "SELECT run_id FROM lnschema_core_file_input_of WHERE file_id = %s",
    "Dataset": "SELECT run_id FROM lnschema_core_dataset_input_of WHERE dataset_id = %s",
}


@dataclass(frozen=True)
class Flow:
    """Runs with all their inputs and outputs, as ids.

    A dataset of a single file in memory has the id of that file: the two are one place in the flow.
    """

    runs: frozenset[str]
    files: frozenset[str]
    datasets: frozenset[str]
    edges: tuple[Edge, ...]
    is_complete: bool
    """Whether there were no more runs than wanted."""


def flow_of(
    registry: str, host_id: str, run_id: str | None, *, with_children: bool, most_runs: int = EVERYTHING
) -> Flow:
    """The flow of data that a host is part of; needs one query.

    Upstream are the host's run, the runs that made its inputs, and so on; downstream the runs that use outputs of the host's
    run, those that use their outputs, and so on. A host without a run is followed downstream itself.

    Args:
        registry: The registry of the host, ``"File"`` or ``"Dataset"``; ``"Run"`` for a run itself.
        host_id: The id of the host.
        run_id: The id of the run that made it, or that is meant.
        with_children: Follow it downstream, too.
        most_runs: How many runs to find upstream and downstream, nearest first.
    """
    upstream, downstream = (_NO_RUN, _USERS.get(registry, _NO_RUN)) if run_id is None else (_RUN, _RUN)
    parameters = [*([] if run_id is None else [run_id]), *([run_id or host_id] if with_children else [])]
    statement = _FLOW.format(
        upstream=upstream,
        downstream=downstream if with_children else _NO_RUN,
        limit=most_runs + 1,
        stop=f"LIMIT {most_runs + 1}" if connection.vendor == "sqlite" else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    if run_id is not None and registry in _USERS:
        rows.append((registry, host_id, run_id, _OUTPUT))  # an unsaved host is not in the database
    return _flow_from(rows, most_runs)


def _flow_from(rows: Iterable[tuple[str | None, str, str, int]], most_runs: int) -> Flow:
    hosts: dict[str, set[str]] = {"File": set(), "Dataset": set()}
    runs = set()
    edges = []
    is_complete = True
    for registry, host_id, run_id, number in rows:
        if registry is None:
            is_complete = is_complete and number <= most_runs
            continue
        hosts[registry].add(host_id)
        runs.add(run_id)
        edges.append((host_id, run_id) if number == _INPUT else (run_id, host_id))
    files, datasets = frozenset(hosts["File"]), frozenset(hosts["Dataset"])
    return Flow(frozenset(runs), files, datasets, tuple(dict.fromkeys(edges)), is_complete)


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
