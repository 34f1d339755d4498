"""The SQLite backend tells of each transaction that changed something, once it is committed."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from django.db import connections, transaction

from lamindb.setup import django_start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALIAS = "told"


@pytest.fixture
def told(tmp_path: Path, instance) -> Iterator[list[int]]:
    """How many rows another connection saw whenever it was told of a commit."""
    path = tmp_path / "x.db"
    told: list[int] = []

    def look() -> None:
        with sqlite3.connect(path) as other:
            told.append(other.execute("SELECT count(*) FROM t").fetchone()[0])

    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x)")
    django_start.add_database(ALIAS, django_start.sqlite_database(path, writable=True, committed=look))
    yield told
    django_start.remove_database(ALIAS)


def run(statement: str) -> None:
    """Do a statement in one cursor, and leave what it gives."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)


def test_statement_outside_of_a_transaction(told: list[int]) -> None:
    """Each that changes something is told of; queries and statements that change nothing are not."""
    run("INSERT INTO t (x) VALUES (1)")
    run("SELECT * FROM t")
    run("DELETE FROM t WHERE x = 7")
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany("INSERT INTO t (x) VALUES (%s)", [(2,), (3,)])
    assert told[0] == 1
    assert told[-1] == 3


def test_statement_that_gives_rows(told: list[int]) -> None:
    """It is committed when the last of its rows was fetched, and not before."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("INSERT INTO t (x) VALUES (1), (2) RETURNING id")
        assert cursor.fetchall() == [(1,), (2,)]
        assert told == [2]
        cursor.execute("INSERT INTO t (x) VALUES (3) RETURNING id")
        assert cursor.fetchone() == (3,)
    assert told == [2, 3]


def test_outermost_transaction(told: list[int]) -> None:
    """However much is done within it, it is told of once; one that is rolled back, or only reads, is not."""
    with transaction.atomic(using=ALIAS):
        for number in range(5):
            with transaction.atomic(using=ALIAS):
                run(f"INSERT INTO t (x) VALUES ({number})")
    assert told == [5]
    with transaction.atomic(using=ALIAS):
        run("SELECT * FROM t")
    with transaction.atomic(using=ALIAS):
        run("INSERT INTO t (x) VALUES (9)")
        transaction.set_rollback(True, using=ALIAS)
    assert told == [5]
