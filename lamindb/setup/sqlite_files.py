"""SQLite database files: where many writers are safe, what is read-only, how a new one appears whole. Knows no Django."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from lamindb.io import file_systems

if TYPE_CHECKING:
    from pathlib import Path

BUSY_TIMEOUT = 60
"""Seconds that a connection waits for another one's transaction."""

_LOG = 1_000_000
"""Bytes without which a log and its shared memory have no room."""
_WAL_VERSION = 2
_WAL_OFFSET = 18  # of the "file format write version" in https://sqlite.org/fileformat2.html#the_database_header


def is_writable(path: Path) -> bool:
    """Whether this process may write the database; that takes its folder as well, where the journal goes."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)


def is_empty(path: Path) -> bool:
    """Whether there is a file without content, as a full disk leaves one."""
    return path.is_file() and path.stat().st_size == 0


def has_no_space(path: Path) -> bool:
    """Whether the disk of a database is full, so that not even reading it is possible, which makes a log beside it."""
    try:
        return shutil.disk_usage(path.parent).free < _LOG
    except OSError:
        return False


def uses_wal(path: Path) -> bool:
    """Whether the database has a write-ahead log, so that readers and a writer don't wait for each other."""
    with path.open("rb") as file:
        header = file.read(_WAL_OFFSET + 1)
    return len(header) > _WAL_OFFSET and header[_WAL_OFFSET] == _WAL_VERSION


def set_journal(path: Path) -> None:
    """Give the database a write-ahead log where its file system allows one, and take it away where it does not.

    A write-ahead log needs shared memory, which network file systems don't have. A database that somebody uses right now
    stays as it is.
    """
    wanted = not file_systems.is_on_network(path)
    if uses_wal(path) == wanted:
        return
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        if not wanted:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # leaves the log without shared memory
        try:
            connection.execute(f"PRAGMA journal_mode = {'WAL' if wanted else 'DELETE'}")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise


def read_only_uri(path: Path) -> str:
    """The address under which a database is opened that this process may not write.

    A database with a write-ahead log can't be read in a folder that can't be written, unless it is declared to be immutable.
    That is only true while nobody has it open, that is, while there is no log.
    """
    log = path.with_name(f"{path.name}-wal")
    has_log = log.exists() and log.stat().st_size > 0
    immutable = uses_wal(path) and not has_log and not os.access(path.parent, os.W_OK)
    return f"file:{quote(path.as_posix())}?mode=ro" + ("&immutable=1" if immutable else "")


def publish(source: sqlite3.Connection, path: Path) -> None:
    """Write a database under a temporary name, and give it its own name once every byte is on disk.

    Raises:
        FileExistsError: Another process made the database meanwhile.
    """
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with closing(sqlite3.connect(temporary, isolation_level=None)) as target:
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target)
        publish_file(temporary, path)
    finally:
        remove(temporary)


def publish_file(temporary: Path, path: Path) -> None:
    """Give a complete database its own name once every byte is on disk; its temporary name is left to the caller.

    Raises:
        FileExistsError: Another process made the database meanwhile.
    """
    set_journal(temporary)
    _flush(temporary)
    _link(temporary, path)
    _flush(path.parent)


def back_up(path: Path, target: Path) -> None:
    """Copy a database as it is at one moment, whoever writes it meanwhile."""
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as source:
        publish(source, target)


def put_aside(path: Path) -> Path:
    """Rename a database that nobody is to write any more; returns its new name, which tells the time."""
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.moved")
    path.rename(aside)
    return aside


def remove(path: Path) -> bool:
    """Delete a database with its log; False if there is none."""
    existed = path.exists()
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return existed


def remove_if_empty(path: Path) -> None:
    """Delete a file without content, and none that another process fills right now."""
    if not path.exists() or path.stat().st_size:
        return
    aside = path.with_name(f".{path.name[:200]}.{os.getpid()}.{os.urandom(4).hex()}")
    with suppress(FileNotFoundError):
        path.rename(aside)
        if aside.stat().st_size:  # somebody was quicker
            _link(aside, path)
        aside.unlink()


def _link(temporary: Path, path: Path) -> None:
    """Give the file its name without replacing another one."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(path) from None
        temporary.rename(path)


def _flush(path: Path) -> None:
    """Wait until everything is on disk, where the system can say so."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
