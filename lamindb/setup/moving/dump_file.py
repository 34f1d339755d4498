"""The file that ``dump`` writes: lines of JSON, compressed. Knows no database.

The first line tells what the file is, which release wrote it, and which migrations its tables have had. Each table is a line
with its name, columns and the last key that the database made for it, a line per row, and a line with the number and the digest
of its rows. The last line says that the file is complete.
"""

from __future__ import annotations

import gzip
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from lamindb.errors import NotMoved
from lamindb.setup.moving.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from gzip import GzipFile
    from pathlib import Path

KIND = "lamindb dump"
FORMAT = 1
_COMPRESSION = 3


@dataclass(frozen=True)
class Header:
    """What a dump says of itself."""

    lamindb: str
    """The release that wrote it."""
    instance: dict[str, str | None]
    """``owner``, ``name``, ``storage_root``, ``storage_region`` and ``schema``."""
    created_at: str
    dialect: str
    migrations: list[list[str]]
    """Package and name of each migration of the mounted packages."""
    rows: int
    kind: str = KIND
    format: int = FORMAT


@dataclass
class DumpedTable:
    """One table in a dump: its rows can be read once, and must be before the next table."""

    name: str
    columns: list[str]
    last_key: int | None = None
    """The last key that the database made for a row, if it makes them; dumps of earlier releases don't tell."""
    rows: Generator[list[Any]] = field(init=False)


# -- write ------------------------------------------------------------------------------------------------------------


@contextmanager
def writing(path: Path) -> Iterator[GzipFile]:
    """Write a compressed file that others can't read, and give it its name once it is complete and on disk.

    Raises:
        NotMoved: There is such a file already, or it can't be written.
    """
    if path.exists():
        msg = f"There is a file {path} already: delete it, or choose another name."
        raise NotMoved(msg)
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:  # noqa: PTH123 - by descriptor
            with gzip.GzipFile(filename="", mode="wb", compresslevel=_COMPRESSION, fileobj=raw) as file:
                yield file
                write_line(file, {"end": True})
            raw.flush()
            os.fsync(raw.fileno())
        temporary.rename(path)
    except OSError as error:
        msg = f"The dump {path} can't be written: {error.strerror or error}."
        raise NotMoved(msg) from error
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_line(file: GzipFile, value: Any) -> None:
    """Write one line of JSON."""
    file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")


def write_header(file: GzipFile, header: Header) -> None:
    """Write the first line."""
    write_line(file, asdict(header))


# -- read -------------------------------------------------------------------------------------------------------------


@contextmanager
def reading(path: Path) -> Iterator[tuple[Header, Iterator[DumpedTable]]]:
    """Open a dump: what it says of itself, and its tables one after the other.

    Raises:
        NotMoved: The file is no dump, is damaged, or was written by a release that knows more.
    """
    try:
        with gzip.open(path, "rb") as file:
            header = _header(path, file.readline())
            yield header, _tables(path, file)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        msg = f"The dump {path} can't be read: {reason}."
        raise NotMoved(msg) from error


def _header(path: Path, line: bytes) -> Header:
    values = _parsed(path, line)
    if not isinstance(values, dict) or values.get("kind") != KIND:
        msg = f"{path} is no dump of an instance."
        raise NotMoved(msg)
    if values.get("format") != FORMAT:
        msg = (
            f"{path} was written by lamindb {values.get('lamindb')}, in a form that this release doesn't know: upgrade."
        )
        raise NotMoved(msg)
    return Header(**{name: values[name] for name in Header.__dataclass_fields__})


def _tables(path: Path, file: GzipFile) -> Iterator[DumpedTable]:
    for line in file:
        start = _parsed(path, line)
        if "end" in start:
            return
        yield _table(path, file, start)
    raise _damaged(path)


def _table(path: Path, file: GzipFile, start: dict[str, Any]) -> DumpedTable:
    table = DumpedTable(start["table"], start["columns"], start.get("last_key"))
    table.rows = _rows(path, file, table)
    return table


def _rows(path: Path, file: GzipFile, table: DumpedTable) -> Generator[list[Any]]:
    tally = Tally()
    for line in file:
        value = _parsed(path, line)
        if isinstance(value, dict):
            if value != {"rows": tally.rows, "digest": tally.digest}:
                msg = f"The dump is damaged: rows of {table.name} are not those that were written. Take another copy of it."
                raise NotMoved(msg)
            return
        tally.add(line.removesuffix(b"\n"))
        yield value
    raise _damaged(path)


def _parsed(path: Path, line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise _damaged(path) from None


def _damaged(path: Path) -> NotMoved:
    return NotMoved(f"The dump {path} is damaged or incomplete: take another copy of it.")
