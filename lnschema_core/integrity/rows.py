"""Rows against objects: is the content of every file there as it was registered?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lamindb.errors import InvalidKey, StorageError
from lamindb.io import comparing, workers
from lamindb.io.hashing import REPORTED, FileHash
from lamindb.io.paths import auto_key
from lnschema_core.integrity import objects
from lnschema_core.integrity.findings import Finding
from lnschema_core.integrity.objects import Facts
from lnschema_core.models import File
from lnschema_core.rows.values import AnyOf
from lnschema_core.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lnschema_core.integrity.findings import Kind
    from lnschema_core.integrity.objects import Place

PER_PAGE = 2000
"""How many rows one query reads."""

_AT_ONCE = 32  # requests to a store
_COLUMNS = ("id", "storage_id", "key", "suffix", "size", "hash", "hash_type")


@dataclass(frozen=True)
class Row:
    """What the row of a file says of its content."""

    id: str
    storage_id: str
    key: str | None
    suffix: str
    size: int | None
    hash: str | None
    hash_type: str | None

    @property
    def object_key(self) -> str:
        """The key of the object, that of the place without key included."""
        return self.key if self.key is not None else auto_key(self.id, self.suffix)

    @property
    def digest(self) -> FileHash | None:
        """The digest of the content, ``None`` if it was registered without."""
        return None if self.hash is None else FileHash(self.hash, self.hash_type or "")


def pages(storage_id: str, after: str = "") -> Iterator[list[Row]]:
    """The rows of a storage location in the order of their ids; a query per page."""
    while True:
        found = rows_of(File.objects.filter(storage_id=storage_id, pk__gt=after).order_by("pk")[:PER_PAGE])
        if found:
            yield found
        if len(found) < PER_PAGE:
            return
        after = found[-1].id


def rows_of(queryset: Any) -> list[Row]:
    """The rows of a query."""
    return [Row(*values) for values in queryset.values_list(*_COLUMNS)]


def rows_by_id(ids: Sequence[str]) -> dict[str, Row]:
    """The rows of files; one query."""
    return {row.id: row for row in rows_of(File.objects.filter(AnyOf("pk", ids)).order_by())} if ids else {}


Looked = Facts | Exception | None
"""What looking at an object told: facts, why it can't be told, or that there is none."""


def looks(place: Place, page: Sequence[Row]) -> Iterator[Looked]:
    """Look at the objects of rows; at many at once in the cloud, where each takes its time."""
    if place.local is not None:
        yield from (_look(place, row) for row in page)
        return
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        for start in range(0, len(page), _AT_ONCE):
            yield from executor.map(partial(_look, place), page[start : start + _AT_ONCE])


def _look(place: Place, row: Row) -> Looked:
    try:
        return objects.look_at(place, row.object_key)
    except (StorageError, InvalidKey, OSError) as error:
        return error


def examine(place: Place, row: Row, *, read_data: bool) -> tuple[Finding | None, int]:
    """Compare a row with its object.

    Returns:
        What is wrong, or None, and how many bytes were read.
    """
    return compare(place, row, _look(place, row), read_data=read_data)


def compared(place: Place, page: Sequence[Row], *, read_data: bool) -> Iterator[tuple[Finding | None, int]]:
    """Compare rows with their objects, in their order; see :func:`examine`. The workers of the session read, if it has some."""
    looked = looks(place, page)
    if settings.executor is None or not read_data:
        for row, one in zip(page, looked, strict=True):
            yield compare(place, row, one, read_data=read_data)
        return
    pairs = list(zip(page, looked, strict=True))
    calls = (_call(place, row, one) for row, one in pairs)
    answers = workers.answers(settings.executor, comparing.has_content_at, calls)
    for (row, one), answer in zip(pairs, answers, strict=True):
        yield compare(place, row, one, read_data=True, is_content=answer)


def _call(place: Place, row: Row, looked: Looked) -> tuple[str, dict[str, Any], FileHash] | None:
    """What a worker has to know to read the object of a row, ``None`` if there is no need to read it."""
    if not isinstance(looked, Facts) or row.digest is None or _from_facts(place, row, looked) is not None:
        return None
    path = place.path(row.object_key)
    return str(path), dict(getattr(path, "storage_options", {})), row.digest


def compare(
    place: Place, row: Row, looked: Looked, *, read_data: bool, is_content: Callable[[], bool] | None = None
) -> tuple[Finding | None, int]:
    """Compare a row with what looking at its object told; see :func:`examine`.

    Args:
        place: The storage location.
        row: The row.
        looked: What looking told.
        read_data: Whether all bytes are read.
        is_content: What tells whether they are what was registered; by default they are read here.
    """
    if isinstance(looked, Exception):
        return _finding("unreadable", place, row, None, str(looked)), 0
    found = _from_facts(place, row, looked)
    if found is not None or not read_data or looked is None or row.digest is None:
        return found, 0
    is_content = is_content or partial(objects.has_content, place, row.object_key, row.digest)
    try:
        return None if is_content() else _of_other_content(place, row, looked), looked.size
    except FileNotFoundError:
        return _from_facts(place, row, None), 0
    except (StorageError, OSError) as error:
        return _finding("unreadable", place, row, looked, str(error)), 0


def is_whole(place: Place, row: Row) -> bool:
    """Whether the content of a file is there as it was registered; reads all of it."""
    return examine(place, row, read_data=True)[0] is None


def _from_facts(place: Place, row: Row, facts: Facts | None) -> Finding | None:
    if facts is None:
        return _finding("missing", place, row, None, "there is no object")
    if row.size is not None and facts.size != row.size:
        sentence = f"the object has {facts.size:,} bytes instead of {row.size:,}"
        return _finding("size-mismatch", place, row, facts, sentence)
    reported = facts.digest
    if row.hash_type in REPORTED and reported is not None and reported.value != row.hash:
        return _finding("digest-mismatch", place, row, facts, "the store reports another digest than was registered")
    return None


def _of_other_content(place: Place, row: Row, facts: Facts) -> Finding:
    return _finding("digest-mismatch", place, row, facts, "the content is not what was registered")


def _finding(kind: Kind, place: Place, row: Row, facts: Facts | None, message: str) -> Finding:
    size, touched = (None, None) if facts is None else (facts.size, facts.touched)
    return Finding(kind, place.name, row.object_key, row.id, message, size, touched)


def same_content(row: Row) -> Iterable[Row]:
    """Rows of other files with equal content."""
    if row.digest is None or not row.digest.covers_all:
        return []
    same = File.objects.filter(hash=row.hash, hash_type=row.hash_type, size=row.size).exclude(pk=row.id)
    return rows_of(same.order_by("pk")[:PER_PAGE])
