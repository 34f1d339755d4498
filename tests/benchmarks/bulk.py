"""What many records take at once: saving, frames, look-ups, dumps, beside the same rows through the bare driver."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import bare
from tests.benchmarks.figures import Figure, of_call

if TYPE_CHECKING:
    from collections.abc import Iterator

_COLUMNS = "id, name, description, reference, reference_type, updated_at, created_by_id"
_SELECT = f"SELECT {_COLUMNS} FROM lnschema_core_ulabel"


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on an instance of its own."""
    from lamindb import log, setup

    with tempfile.TemporaryDirectory() as folder, log.redirect(io.StringIO()):
        root = Path(folder).resolve()
        setup.init(storage=root / "storage", name="bulk")
        count = 2_000 if smoke else 100_000
        with closing(sqlite3.connect(root / "storage" / "bulk.lndb")) as database:
            yield _saving(count, root)
            yield from _reading(count, database)
            yield _describing(100 if smoke else 1_000, root, database)
            yield _dumping(count, root, database)
        setup.close(mute=True)


def _saving(count: int, root: Path) -> Figure:
    import lamindb as ln

    rng = random.Random(0)
    words = ["".join(rng.choices("aeioulnrstbcdfgm", k=rng.randint(4, 10))) for _ in range(500)]
    names = [f"{' '.join(rng.sample(words, 3))} {number}" for number in range(count)]
    records = [ln.ULabel.from_fields(name=name) for name in names]
    ours = of_call(lambda: ln.save(records))
    now = str(records[0].created_at.replace(tzinfo=None))
    rows = [(record.id, record.name, now, now, record.created_by_id) for record in records]
    like = root / "storage" / "bulk.lndb"
    floor = of_call(lambda: bare.insert_labels(rows, root / "floor.db", like=like))
    return Figure(f"{count:,} labels: save", ours, floor, "sqlite3: executemany")


def _reading(count: int, database: sqlite3.Connection) -> Iterator[Figure]:
    import lamindb as ln

    ln.ULabel.filter()[:1].df()  # pandas is imported
    select = of_call(lambda: database.execute(_SELECT).fetchall())
    yield Figure(f"{count:,} labels: df", of_call(lambda: ln.ULabel.filter().df()), select, "sqlite3: select")
    two = of_call(lambda: database.execute("SELECT name, id FROM lnschema_core_ulabel").fetchall())
    yield Figure(f"{count:,} labels: lookup", of_call(ln.ULabel.lookup), two, "sqlite3: select two columns")
    looked_up, attribute = ln.ULabel.lookup(), ln.ULabel.filter().first().name.replace(" ", "_")
    first = of_call(lambda: getattr(looked_up, attribute))
    later = of_call(lambda: getattr(looked_up, attribute))
    yield Figure(f"{count:,} labels: first attribute of a lookup", first, two, "the same")
    yield Figure(f"{count:,} labels: later attributes", later, two, "the same")
    pages = of_call(lambda: [len(page) for page in ln.ULabel.filter().order_by("-created_at").pages()])
    yield Figure(f"{count:,} labels: in pages", pages, select, "sqlite3: select")


def _describing(count: int, root: Path, database: sqlite3.Connection) -> Figure:
    import lamindb as ln

    path = root / "storage" / "described.txt"
    path.write_text("described")
    file = ln.File(path, description="described")
    file.save()
    file.ulabels.add(*ln.ULabel.filter()[:count])

    def describe() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            file.describe()

    def select() -> None:
        statement = (
            "SELECT name FROM lnschema_core_ulabel JOIN lnschema_core_fileulabel ON ulabel_id = lnschema_core_ulabel.id"
        )
        database.execute(f"{statement} WHERE file_id = ?", [file.id]).fetchall()

    describe()
    return Figure(f"describe with {count:,} labels", of_call(describe), of_call(select), "sqlite3: select and join")


def _dumping(count: int, root: Path, database: sqlite3.Connection) -> Figure:
    from lamindb import setup

    def write() -> None:
        with gzip.open(root / f"floor{os.getpid()}.gz", "wt", compresslevel=3) as file:
            for row in database.execute("SELECT * FROM lnschema_core_ulabel"):
                file.write(json.dumps(row) + "\n")

    ours = of_call(lambda: setup.dump(root / "all.lamindump"))
    return Figure(f"{count:,} labels: dump", ours, of_call(write), "sqlite3, json and gzip")
