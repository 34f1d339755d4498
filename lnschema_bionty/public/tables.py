"""The table of a source: a snapshot of this package, parsed before, or fetched and parsed now; read once in a process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from lamindb import log
from lamindb.errors import DigestMismatch, MissingExtra, StorageError, UnreadableFile
from lamindb.io.placing import discard
from lnschema_bionty.public import places
from lnschema_bionty.public.fetching import fetch, find_difference, shown
from lnschema_bionty.public.parsing import parse
from lnschema_bionty.public.places import is_at_hand, misses_package
from lnschema_bionty.public.sources import available
from lnschema_bionty.public.terms import Terms
from lnschema_bionty.public.writing import write_table

if TYPE_CHECKING:
    from lnschema_bionty.public.source import Source

_FILE = "file:"

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
        _loaded[path] = (stamp, _read(path, source))
    return _loaded[path][1]


def _read(path: Path, source: Source) -> Terms:
    """The terms of a table, which is made anew if the one in the cache is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return Terms(pq.read_table(path, use_threads=False))
    except (pa.ArrowException, OSError) as error:
        if path == places.cached_table_path(source):
            discard(path)
            return Terms(pq.read_table(_make(source), use_threads=False))
        msg = f"{path} is damaged ({error}): install lamindb anew"
        raise UnreadableFile(msg) from error


def find_table(source: Source) -> Path | None:
    """The file with the table of a source, if it is here."""
    candidates = (places.snapshot_path(source), places.cached_table_path(source))
    return next((path for path in candidates if path.exists()), None)


def _make(source: Source) -> Path:
    """Write the table of a source, of its file."""
    path = file_of(source)
    if not source.licence:
        log.warning(f"{source} states no licence: ask its publisher before you pass its terms on")
    table = parse(path, source)
    write_table(table, places.cached_table_path(source))
    return places.cached_table_path(source)


def file_of(source: Source) -> Path:
    """The file of a source, fetched if it isn't on this machine.

    Raises:
        StorageError: It can't be fetched.
        DigestMismatch: It isn't the one that was announced.
        MissingExtra: The package that has it isn't installed.
    """
    if source.url.startswith(places.PACKAGE):
        return _packaged(source)
    if source.url.startswith(_FILE):
        return _local(source)
    path = places.cached_file_path(source)
    if not path.exists():
        log.info(f"fetching {source} from {shown(source.url)}")
        try:
            fetch(source.url, path, md5=source.md5, digest=source.digest, name=source.file_name)
        except DigestMismatch:
            raise
        except StorageError as error:
            msg = f"{source} isn't on this machine, and {error}. {_way_out(source)}"
            raise StorageError(msg) from error
    return path


def _packaged(source: Source) -> Path:
    path = places.packaged_path(source)
    if path is None:
        msg = f"{source} comes with another package: pip install 'lamindb[bionty]'"
        raise MissingExtra(msg)
    return path


def _local(source: Source) -> Path:
    path = Path(url2pathname(urlsplit(source.url).path))
    if not path.exists():
        msg = f"{source} was made of {path}, which is gone. {_way_out(source)}"
        raise StorageError(msg)
    difference = find_difference(path, md5=source.md5, digest=source.digest)
    if difference:
        msg = f"{path} isn't the file that {source} is made of ({difference}): register it as another version"
        raise DigestMismatch(msg)
    return path


def _way_out(source: Source) -> str:
    """What somebody can do who needs the terms now."""
    others = [one for one in available() if one.entity == source.entity and one.key != source.key]
    here = [one for one in others if is_at_hand(one)]
    packages = [one for one in others if misses_package(one)]
    call = f"public.register({source.entity!r}, path, source=…, version=…, licence=…)"
    sentences = [
        f"Here are {_listed(here)}. " if here else "",
        f"With pip install 'lamindb[bionty]' there are {_listed(packages)}. " if packages else "",
        f"A file of your own becomes a source by lnschema_bionty.{call}.",
    ]
    return "".join(sentences)


def _listed(sources: list[Source]) -> str:
    return ", ".join(f"{one.source} {one.version} ({one.species})" for one in sources)
