"""What each thread knows of the database that it is connected to: which indexes there are, and which registries are large."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.setup import guards
from lnschema_core.rows import unchanged
from lnschema_core.search_index import objects
from lnschema_core.search_index.common import common_trigrams
from lnschema_core.search_index.definitions import quoted
from lnschema_core.search_index.snapshots import SMALL

if TYPE_CHECKING:
    from lnschema_core.search_index.layout import Layout

_QUESTIONS = 256  # after so many it is asked again whether a registry is still large


class _Size:
    """That a registry was large, for as long as this connection has not changed anything, and for some hundred questions."""

    def __init__(self, changes: int) -> None:
        self.changes = changes
        self.questions = _QUESTIONS


class _Known(threading.local):
    """What one thread knows, as long as it has the same connection in the same session."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.session: object = None
        self.tables: dict[str, set[str]] | None = None
        """Which indexes there are, asked once."""
        self.looked_at: set[str] = set()
        """The tables whose rows were compared with the marks of their index."""
        self.sizes: dict[str, _Size] = {}
        """The sizes of those registries, by table, that were large."""
        self.common: dict[str, frozenset[str]] = {}
        """The trigrams that most texts of a table have, asked once."""


class _State:
    """What all threads know, and which missing indexes were pointed out."""

    known = _Known()
    said: set[str] = set()  # noqa: RUF012 - replaced, never changed


def forget() -> None:
    """Ask the database again which indexes it has, in all threads."""
    _State.known, _State.said = _Known(), set()
    unchanged.forget()


def has(layout: Layout, index: str) -> bool:
    """Whether the database has an index of a registry, ``"keys"`` or ``"trigrams"``. What is missing is said once."""
    known = _known()
    if known.tables is None:
        known.tables = objects.usable()
    found = known.tables.get(layout.table, set())
    if index == "trigrams" and index in found and layout.table not in known.looked_at:
        known.looked_at.add(layout.table)
        found -= {index} if objects.has_moved(layout) else set()
    _point_out_missing(layout, found, elsewhere=set().union(*known.tables.values()))
    return index in found


def common(layout: Layout) -> frozenset[str]:
    """The trigrams of a registry that are not worth looking up."""
    known = _known().common
    if layout.table not in known:
        known[layout.table] = common_trigrams(layout)
    return known[layout.table]


def one_beyond_small(table: str) -> str:
    """What selects a row of a table, given by its quoted name, if it is large."""
    return f"SELECT 1 FROM {table} LIMIT 1 OFFSET {SMALL}"  # noqa: S608 - our name


def was_large(layout: Layout) -> bool:
    """Whether a registry was large when its size was last asked for."""
    return layout.table in _known().sizes


def remember_size(layout: Layout, *, is_large: bool) -> None:
    """Remember whether a registry is large."""
    known = _known()
    if is_large:
        known.sizes[layout.table] = _Size(getattr(known.connection, "total_changes", 0))
    else:
        known.sizes.pop(layout.table, None)


def database_of_large(layout: Layout) -> sqlite3.Connection | None:
    """This thread's connection to SQLite itself, if a registry is known to be large and to have an index of names; asks hardly anything.

    Raises:
        sqlite3.OperationalError: Another connection has the database to itself.
    """
    known = _State.known
    size = known.sizes.get(layout.table)
    if size is None:
        return None
    database = guards.own_connection().connection
    if known.connection is not database or known.session is not guards.session():
        return None
    if not isinstance(database, sqlite3.Connection):
        return None
    if known.tables is None and not has(layout, "keys"):
        return None
    if "keys" not in (known.tables or {}).get(layout.table, ()):
        return None
    size.questions -= 1
    if size.questions and size.changes == database.total_changes:
        return database
    beyond = database.execute(one_beyond_small(quoted(layout.table))).fetchone()
    remember_size(layout, is_large=beyond is not None)
    return None if beyond is None else database


def _known() -> _Known:
    known, database = _State.known, guards.own_connection()
    if database.connection is None:
        database.connect()
    if known.connection is not database.connection or known.session is not guards.session():
        known.connection, known.session = database.connection, guards.session()
        known.tables, known.looked_at, known.sizes, known.common = None, set(), {}, {}
    return known


def _point_out_missing(layout: Layout, found: set[str], *, elsewhere: set[str]) -> None:
    """Say once that a registry lacks indexes which others have, or that none has them; not those that the database may be unable to keep."""
    wanted = {"trigrams"} if layout.name is None else {"keys", "trigrams"}
    missing = wanted - found - ({"trigrams"} - elsewhere if elsewhere else set())
    where = layout.table if missing & elsewhere else "the database"
    if not missing or where in _State.said:
        return
    _State.said = _State.said | {where}
    log.important(
        f"{where} has no search indexes, or outdated ones, so names are compared with all others, which takes longer: make them with "
        "`lamin migrate deploy`"
    )
