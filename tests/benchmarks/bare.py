"""Labels through the bare driver of SQLite: the same rows in the same table, with what Django indexes of them and without what we do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DEFINITIONS = (
    "SELECT sql FROM sqlite_master WHERE tbl_name = 'lnschema_core_ulabel' AND sql IS NOT NULL "
    "AND name NOT LIKE 'lamin_search%'"
)
_INSERT = "INSERT INTO lnschema_core_ulabel (id, name, created_at, updated_at, created_by_id) VALUES (?, ?, ?, ?, ?)"


def insert_labels(rows: Iterable[tuple[str, str, str, str, str]], database: Path, *, like: Path) -> None:
    """Insert labels and commit.

    Args:
        rows: Id, name, both times and the id of the user of each.
        database: Where to; it is made if it isn't there.
        like: The database of an instance, whose table of labels it gets then.
    """
    is_new = not database.exists()
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in _definitions(like) if is_new else ():
            connection.execute(statement)
        connection.executemany(_INSERT, rows)


def _definitions(database: Path) -> list[str]:
    """The statements that make the table of labels and its indexes."""
    with closing(sqlite3.connect(database)) as connection:
        return [statement for (statement,) in connection.execute(_DEFINITIONS)]
