"""The table of a source: a snapshot of this package, parsed before, or fetched and parsed now; read once in a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.errors import StorageError
from lnschema_bionty.public import places
from lnschema_bionty.public.terms import Terms

if TYPE_CHECKING:
    from pathlib import Path

    from lnschema_bionty.public.source import Source

_loaded: dict[Path, tuple[tuple[int, int], Terms]] = {}


def load(source: Source) -> Terms:
    """The terms of a source.

    Raises:
        StorageError: It is neither here nor can it be fetched.
        DigestMismatch: What was fetched isn't what was announced.
        UnreadableFile: The file of the source is broken.
        MissingExtra: A package that has it, or that reads it, isn't installed.
    """
    path = find_table(source) or _make(source)
    stat = path.stat()
    stamp = (stat.st_mtime_ns, stat.st_size)
    if path not in _loaded or _loaded[path][0] != stamp:
        import pyarrow.parquet as pq

        _loaded[path] = (stamp, Terms(pq.read_table(path, use_threads=False)))
    return _loaded[path][1]


def find_table(source: Source) -> Path | None:
    """The file with the table of a source, if it is here."""
    candidates = (places.snapshot_path(source), places.cached_table_path(source))
    return next((path for path in candidates if path.exists()), None)


def _make(source: Source) -> Path:
    msg = f"the data of {source} aren't on this machine"
    raise StorageError(msg)
