"""Database files: which journal suits the file system, how they are read where nothing may be written, how they appear."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lamindb.io import file_systems
from lamindb.setup import sqlite_files


def make(path: Path, *, wal: bool = False) -> Path:
    """A database with one row."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (1)")
    return path


def journal(path: Path) -> str:
    """The journal mode, as SQLite says it."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute("PRAGMA journal_mode").fetchone()[0]


def pretend_file_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> Path:
    """A folder that the system says to be on another file system; its name has a blank."""
    folder = tmp_path / "a b"
    folder.mkdir()
    mounts = tmp_path / "mounts"
    escaped = str(folder).replace(" ", "\\040")
    mounts.write_text(f"/dev/root / ext4 rw 0 0\nserver:/x {escaped} {kind} rw 0 0\n/dev/b {tmp_path}/a ext4 rw 0 0\n")
    monkeypatch.setattr(file_systems, "MOUNTS", mounts)
    return folder


@pytest.mark.parametrize("kind", ["nfs4", "nfs", "cifs", "smb3", "fuse.sshfs", "9p", "lustre"])
def test_network_file_system_never_has_a_write_ahead_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A log needs shared memory: it is not made there, and taken away with nothing lost."""
    folder = pretend_file_system(monkeypatch, tmp_path, kind)
    for path in (make(folder / "plain.lndb"), make(folder / "wal.lndb", wal=True)):
        sqlite_files.set_journal(path)
        assert journal(path) == "delete"
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("SELECT x FROM t").fetchall() == [(1,)]


@pytest.mark.parametrize("kind", ["ext4", "xfs", "overlay", "tmpfs", "fuseblk", "apfs"])
def test_local_file_system_gets_a_write_ahead_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Also a database that was made without one."""
    path = make(pretend_file_system(monkeypatch, tmp_path, kind) / "x.lndb")
    assert not sqlite_files.uses_wal(path)
    sqlite_files.set_journal(path)
    assert sqlite_files.uses_wal(path)
    assert journal(path) == "wal"


def test_system_without_a_list_of_file_systems_is_taken_to_be_local(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where ``/proc`` doesn't exist, the usual journal is used."""
    monkeypatch.setattr(file_systems, "MOUNTS", tmp_path / "missing")
    assert not file_systems.is_on_network(tmp_path)


def test_database_in_use_keeps_its_journal(tmp_path: Path) -> None:
    """Nobody is interrupted, and no error is raised."""
    path = make(tmp_path / "x.lndb")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        sqlite_files.set_journal(path)
        other.execute("COMMIT")
    assert not sqlite_files.uses_wal(path)


def test_reading_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without a log, a database is read without a file beside it, and refuses to be written."""
    monkeypatch.setattr(os, "access", lambda path, mode, **_: not mode & os.W_OK)
    for wal in (False, True):
        path = make(tmp_path / f"x{wal}?#%.lndb", wal=wal)
        before = sorted(tmp_path.iterdir())
        with closing(sqlite3.connect(sqlite_files.read_only_uri(path), uri=True)) as database:
            assert database.execute("SELECT x FROM t").fetchall() == [(1,)]
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                database.execute("INSERT INTO t VALUES (2)")
        assert sorted(tmp_path.iterdir()) == before


def test_database_that_somebody_writes_is_not_taken_to_be_immutable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While there is a log, new rows are seen."""
    path = make(tmp_path / "x.lndb", wal=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("INSERT INTO t VALUES (2)")
        monkeypatch.setattr(os, "access", lambda path, mode, **_: not mode & os.W_OK)
        with closing(sqlite3.connect(sqlite_files.read_only_uri(path), uri=True)) as database:
            assert database.execute("SELECT count(*) FROM t").fetchone() == (2,)
            writer.execute("INSERT INTO t VALUES (3)")
            assert database.execute("SELECT count(*) FROM t").fetchone() == (3,)


def test_new_database_appears_whole_and_replaces_none(tmp_path: Path) -> None:
    """The second of two that make the same database is told, and the first one's stays."""
    path = tmp_path / "x.lndb"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as source:
        source.execute("CREATE TABLE t (x)")
        sqlite_files.publish(source, path)
        assert journal(path) == "wal"
        source.execute("DROP TABLE t")
        with pytest.raises(FileExistsError):
            sqlite_files.publish(source, path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM t").fetchone() == (0,)
    assert [name.name for name in tmp_path.iterdir() if not name.name.endswith(("-wal", "-shm"))] == ["x.lndb"]


def test_new_database_appears_where_links_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links is no obstacle."""

    def fail(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", fail)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as source:
        sqlite_files.publish(source, tmp_path / "x.lndb")
        with pytest.raises(FileExistsError):
            sqlite_files.publish(source, tmp_path / "x.lndb")


def test_copy_has_what_is_committed_and_nothing_else(tmp_path: Path) -> None:
    """A copy is taken while somebody writes."""
    path = make(tmp_path / "x.lndb", wal=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("INSERT INTO t VALUES (2)")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO t VALUES (3)")
        sqlite_files.back_up(path, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as database:
        assert database.execute("SELECT x FROM t").fetchall() == [(1,), (2,)]


def test_removed_database_takes_its_log_along(tmp_path: Path) -> None:
    """Neither file stays; a missing database is told."""
    path = make(tmp_path / "x.lndb", wal=True)
    Path(f"{path}-wal").touch()
    Path(f"{path}-shm").touch()
    assert sqlite_files.remove(path)
    assert list(tmp_path.iterdir()) == []
    assert not sqlite_files.remove(path)
