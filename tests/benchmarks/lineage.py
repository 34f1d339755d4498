"""What it takes to draw the flow of data, beside one recursive statement that only finds the runs."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import Figure, of_call

if TYPE_CHECKING:
    from collections.abc import Iterator

_REPEATS = 3
_RUNS = """
WITH RECURSIVE upstream(id) AS (
    SELECT run_id FROM lnschema_core_file WHERE id = ?
    UNION
    SELECT file.run_id FROM upstream JOIN lnschema_core_file_input_of AS used ON used.run_id = upstream.id
    JOIN lnschema_core_file AS file ON file.id = used.file_id
) SELECT id FROM upstream
"""


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on an instance of its own."""
    from lamindb import log, setup

    with tempfile.TemporaryDirectory() as folder, log.redirect(io.StringIO()):
        root = Path(folder).resolve()
        setup.init(storage=root / "storage", name="lineage")
        with closing(sqlite3.connect(root / "storage" / "lineage.lndb")) as database:
            for shape, steps, width in (("chain", 50 if smoke else 1_000, 1), ("ladder", 25 if smoke else 500, 2)):
                yield _drawing(f"lineage: {shape} of {steps:,} runs", _last_file(steps, width), database)
        setup.close(mute=True)


def _drawing(operation: str, file: Any, database: sqlite3.Connection) -> Figure:
    file.view_flow()  # whatever is imported is
    ours = min(of_call(file.view_flow) for _ in range(_REPEATS))
    floor = min(of_call(lambda: database.execute(_RUNS, [file.id]).fetchall()) for _ in range(_REPEATS))
    return Figure(operation, ours, floor, "sqlite3: one recursive statement")


def _last_file(steps: int, width: int) -> Any:
    """The last file of runs that each use all files of the run before, and make as many."""
    import lamindb as ln
    from tests.ladders import make_ladder

    transform = ln.Transform(name=f"step {steps}", type="pipeline")
    transform.save()
    _, files = make_ladder(transform, steps, width)
    return files[-1][-1]
