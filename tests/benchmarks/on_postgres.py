"""What labels take on a throw-away Postgres server, beside its bare driver: of the processor, in this process and in the server's."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks import searching
from tests.benchmarks.figures import Figure, of_call
from tests.servers.postgres import create_database, running_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FLOOR = "CREATE TEMP TABLE floor (id varchar PRIMARY KEY, name varchar UNIQUE, created_at timestamptz, by varchar)"
_INSERT = "INSERT INTO floor SELECT * FROM unnest(%s, %s, %s::timestamptz[], %s)"
_LOOKUP = "SELECT id FROM lnschema_core_ulabel WHERE name = %s"
_CONTAINS = "SELECT id FROM lnschema_core_ulabel WHERE ('|' || coalesce(name, '') || '|') ILIKE %s LIMIT 500"
_FILL = """
INSERT INTO lnschema_core_ulabel (id, name, created_at, updated_at, created_by_id)
SELECT lpad(number::text, 8, '0'), name, now(), now(), (SELECT min(id) FROM lnschema_core_user)
FROM unnest(%s) WITH ORDINALITY AS one (name, number)
"""


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on instances of its own."""
    from lamindb import log, setup

    with tempfile.TemporaryDirectory() as folder, log.redirect(io.StringIO()), running_postgres() as server:
        setup.init(storage=Path(folder).resolve() / "storage", db=create_database(server, "labels"), name="labels")
        setup.connection.connect()
        yield _saving(2_000 if smoke else 100_000)
        for count in [2_000] if smoke else [100_000, 1_000_000]:
            names = _register(count)
            yield from searching.measured(f"{count:,} on Postgres", names, _bare())
        setup.close(mute=True)


def _saving(count: int) -> Figure:
    """Save labels, and insert their columns into a table without further indexes."""
    import lamindb as ln

    records = [ln.ULabel.from_fields(name=name) for name in searching.make_names(count)]
    worker = _worker()
    ours = of_call(lambda: ln.save(records), worker=worker)
    rows = [(record.id, record.name, record.created_at, record.created_by_id) for record in records]
    columns = [list(column) for column in zip(*rows, strict=True)]
    floor = of_call(lambda: _run(_FLOOR, [], _INSERT, columns), worker=worker)
    return Figure(f"{count:,} labels: save on Postgres", ours, floor, "psycopg2: insert from arrays")


def _register(count: int) -> list[str]:
    """Make labels in one statement, and the search index when they are there."""
    from lnschema_core.search_index import objects

    names = searching.make_names(count)
    objects.drop()
    _run("TRUNCATE lnschema_core_ulabel CASCADE", [], _FILL, [names], "VACUUM ANALYZE lnschema_core_ulabel", [])
    objects.ensure()
    return names


def _bare() -> searching.Bare:
    return searching.Bare(
        _fetch(_LOOKUP, str),
        _fetch(_CONTAINS, "%{}%".format),
        "psycopg2: look-up in index",
        "psycopg2: ILIKE by trigrams",
        _worker(),
    )


def _fetch(statement: str, parameter: Callable[[str], str]) -> Callable[[str], object]:
    def fetch(name: str) -> object:
        with _driver().cursor() as cursor:
            cursor.execute(statement, [parameter(name)])
            return cursor.fetchall()

    return fetch


def _run(*statements: Any) -> None:
    """Execute statements, each followed by its parameters."""
    with _driver().cursor() as cursor:
        for statement, parameters in zip(statements[::2], statements[1::2], strict=True):
            cursor.execute(statement, parameters)


def _driver() -> Any:
    """The connection of the bare driver beneath Django's."""
    from django.db import connection

    connection.ensure_connection()
    return connection.connection


def _worker() -> int:
    return int(_driver().info.backend_pid)
