"""The tables of a new database are those that all migrations one after the other would make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox

STEP_BY_STEP = """
import lamindb as ln
from lamindb.setup import fresh
fresh.make_tables = lambda executor, targets: []
ln.setup.init(storage="steps", schema="bionty")
"""


def columns(rows: list[tuple[Any, ...]]) -> list[str]:
    """Rows of a pragma without what depends on the order of columns."""
    return sorted(str(row[1:6]) for row in rows)


def layout(path: Path) -> dict[str, Any]:
    """Columns, indexes and foreign keys of all tables, and the migrations that are recorded."""
    with closing(sqlite3.connect(path)) as connection:

        def ask(statement: str) -> list[tuple[Any, ...]]:
            return connection.execute(statement).fetchall()

        def indexes(table: str) -> list[str]:
            found = ask(f"PRAGMA index_list({table})")
            return sorted(f"{row[2]} {ask(f'PRAGMA index_info({row[1]})')}" for row in found)

        tables = [name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
        layouts: dict[str, Any] = {
            table: (
                columns(ask(f"PRAGMA table_info({table})")),
                sorted(index.split("[")[0] + str(sorted(index.split("'")[1::2])) for index in indexes(table)),
                sorted(str(row[2:7]) for row in ask(f"PRAGMA foreign_key_list({table})")),
            )
            for table in tables
        }
        layouts["migrations"] = sorted(ask("SELECT app, name FROM django_migrations"))
    return layouts


def test_tables_made_at_once_are_those_of_the_migrations(sandbox: Sandbox) -> None:
    """Also their indexes, keys and the record of what was applied."""
    sandbox.python("import lamindb as ln; ln.setup.init(storage='at-once', schema='bionty')")
    sandbox.python(STEP_BY_STEP)
    at_once = layout(sandbox.home / "at-once" / "at-once.lndb")
    steps = layout(sandbox.home / "steps" / "steps.lndb")
    assert at_once == steps
    assert len(at_once) > 80
    assert ("lnschema_core", "0001_initial") in at_once["migrations"]
