"""Waiting for another connection's transaction on SQLite: it ends when that one does, with patience, or with Ctrl-C."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connections, transaction
from django.db.utils import ConnectionHandler

from lamindb.setup import django_start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.sandbox import Sandbox

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.sqlite]

LONGER_THAN_A_MOMENT = 0.7
"""Seconds that the other transaction goes on; SQLite itself waits for less."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Any]:
    """A connection to a database with an empty table, opened as those of instances are."""
    path = tmp_path / "a.lndb"
    with closing(sqlite3.connect(path)) as new:
        new.execute("CREATE TABLE t (x)")
    connection = ConnectionHandler({"default": django_start.sqlite_database(path, writable=True)})["default"]
    connections["another"] = connection
    yield connection
    connection.close()
    del connections["another"]


@contextmanager
def another_transaction(database: Any, *, how: str = "BEGIN IMMEDIATE", seconds: float) -> Iterator[None]:
    """Another connection has the database locked when the block begins, and for as long as it is told to."""
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute(how)
    end = threading.Timer(seconds, other.execute, ["COMMIT"])
    end.start()
    try:
        yield
    finally:
        end.join()
        other.close()


_AT_ONCE = 0.3
"""Seconds that one of several transactions in a row takes."""


@contextmanager
def transactions_in_a_row(database: Any, count: int) -> Iterator[None]:
    """Another connection writes again and again, and begins the next transaction before anybody else notices that one is over."""
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    has_begun = threading.Event()

    def write() -> None:
        for _ in range(count):
            other.execute("BEGIN IMMEDIATE")
            has_begun.set()
            other.execute("INSERT INTO t VALUES (2)")
            time.sleep(_AT_ONCE)
            other.execute("COMMIT")

    thread = threading.Thread(target=write)
    thread.start()
    has_begun.wait()
    try:
        yield
    finally:
        thread.join()
        other.close()


def execute(database: Any) -> None:
    """Write without a transaction."""
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (%s)", [1])


def execute_many(database: Any) -> None:
    """Write several rows without a transaction, from what can be read once."""
    with database.cursor() as cursor:
        cursor.executemany("INSERT INTO t VALUES (%s)", iter([[1]]))


def transact(database: Any) -> None:
    """Write in a transaction."""
    with transaction.atomic(using="another"):
        execute(database)


@pytest.mark.parametrize("write", [execute, execute_many, transact])
def test_writer_waits_for_a_writer(database: Any, write: Callable[[Any], None]) -> None:
    """What is written is there when the other transaction is over, once."""
    with another_transaction(database, seconds=LONGER_THAN_A_MOMENT):
        write(database)
    with database.cursor() as cursor:
        assert cursor.execute("SELECT x FROM t").fetchall() == [(1,)]


def test_commit_waits_for_a_reader(database: Any) -> None:
    """Without a write-ahead log, a transaction is committed when those have finished who read."""
    with database.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode = DELETE")
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN")
    other.execute("SELECT x FROM t").fetchall()
    end = threading.Timer(LONGER_THAN_A_MOMENT, other.execute, ["COMMIT"])
    end.start()
    transact(database)
    end.join()
    assert other.execute("SELECT x FROM t").fetchall() == [(1,)]
    other.close()


@pytest.mark.parametrize("write", [execute, execute_many, transact])
def test_patience_ends(database: Any, write: Callable[[Any], None]) -> None:
    """Who has no patience hears that the database is locked, and may try again."""
    database.patience = 0
    with (
        another_transaction(database, seconds=2 * LONGER_THAN_A_MOMENT),
        pytest.raises(OperationalError, match="database is locked"),
    ):
        write(database)
    write(database)
    with database.cursor() as cursor:
        assert cursor.execute("SELECT x FROM t").fetchall() == [(1,)]


def test_patience_is_with_one_transaction(database: Any) -> None:
    """Many writers, one after the other, may take longer than anybody's patience: who is passed over waits on, and gets an answer."""
    database.patience = 3 * _AT_ONCE
    with transactions_in_a_row(database, 8), transaction.atomic(using="another"):
        execute(database)
    with database.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM t").fetchall() == [(9,)]


def test_other_errors_are_raised_at_once(database: Any) -> None:
    """A mistake in a statement isn't tried again."""
    with database.cursor() as cursor, pytest.raises(OperationalError, match="no such table"):
        cursor.execute("INSERT INTO nosuch VALUES (1)")


def test_ctrl_c_ends_a_script_that_waits(sandbox: Sandbox) -> None:
    """Within two seconds, though it would have waited for a minute; nothing was saved."""
    sandbox.lamin("init", "--storage", "mine")
    code = "import lamindb as ln\nlabel = ln.ULabel(name='a')\nprint('now', flush=True)\ninput()\nlabel.save()"
    script = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=sandbox.home,
        env=sandbox.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert script.stdout is not None
    assert script.stdin is not None
    while script.stdout.readline() != "now\n":
        assert script.poll() is None
    with closing(sqlite3.connect(sandbox.home / "mine" / "mine.lndb", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        script.stdin.write("\n")
        script.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            script.wait(LONGER_THAN_A_MOMENT)
        script.send_signal(signal.SIGINT)
        _, err = script.communicate(timeout=2)
        assert err.splitlines()[-1] == "KeyboardInterrupt"
        assert other.execute("SELECT count(*) FROM lnschema_core_ulabel").fetchone() == (0,)
