"""What it takes to start: importing, the command line, a new instance, a first query."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.figures import Figure, of_python
from tests.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

LAMIN = "import sys; from lamindb.cli import main; sys.exit(main())"
REPLAY = "import sqlite3, sys; sqlite3.connect(':memory:').executescript(open(sys.argv[1]).read())"
TABLES = "SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND tbl_name LIKE 'lnschema%' AND sql NOT NULL"
SELECT = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM lnschema_core_ulabel').fetchone()"


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure whole processes, Python's own start included."""
    repeats = 2 if smoke else 10
    with tempfile.TemporaryDirectory() as folder:
        user = Sandbox(Path(folder) / "home")
        user.lamin("init", "--storage", str(user.home / "storage"))
        yield _import(user, repeats)
        yield _help(user, repeats)
        yield _init(user, Path(folder), repeats)
        yield _first_query(user, repeats)


def _import(user: Sandbox, repeats: int) -> Figure:
    ours = of_python("import lamindb", repeats=repeats, environment=user.environment)
    return Figure("import lamindb", ours, of_python("pass", repeats=repeats), "python -c pass")


def _help(user: Sandbox, repeats: int) -> Figure:
    ours = of_python(LAMIN, "--help", repeats=repeats, environment=user.environment)
    return Figure("lamin --help", ours, of_python("import click", repeats=repeats), "import click")


def _init(user: Sandbox, folder: Path, repeats: int) -> Figure:
    """Time ``lamin init`` on empty homes; the floor makes the same tables from a script."""
    script = folder / "tables.sql"
    with sqlite3.connect(_database(user)) as connection:
        script.write_text(";\n".join(statement for (statement,) in connection.execute(TABLES)))
    seconds = []
    for _ in range(repeats):
        another = Sandbox(folder / "another")
        arguments = (LAMIN, "init", "--storage", str(another.home / "storage"))
        seconds.append(of_python(*arguments, repeats=1, environment=another.environment))
        shutil.rmtree(another.home)
    return Figure("lamin init", min(seconds), of_python(REPLAY, str(script), repeats=repeats), "sqlite3: same tables")


def _first_query(user: Sandbox, repeats: int) -> Figure:
    code = "import lamindb as ln; ln.ULabel.filter().first()"
    ours = of_python(code, repeats=repeats, environment=user.environment)
    floor = of_python(SELECT, str(_database(user)), repeats=repeats)
    return Figure("import lamindb and a first query", ours, floor, "sqlite3: select")


def _database(user: Sandbox) -> Path:
    return next((user.home / "storage").glob("*.lndb"))
