"""Restoring content from a copy that has the registered digest. What is in the place of it is kept below ``.lamindb/damaged``."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction

from lamindb import setup
from lamindb.errors import StorageError
from lamindb.io import cache, hashing, listing, paths, transfer
from lamindb.io.progress import unseen
from lnschema_core.integrity import leftovers, objects, rows
from lnschema_core.integrity.findings import DAMAGE
from lnschema_core.models import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from upath import UPath

    from lamindb.io.hashing import FileHash
    from lnschema_core.integrity.findings import Finding
    from lnschema_core.integrity.objects import Place
    from lnschema_core.integrity.rows import Row


def repaired(findings: Sequence[Finding], places: Mapping[str, Place]) -> list[Finding]:
    """Try to restore the content of all damaged files; one that can't be doesn't keep others from it.

    Returns:
        The findings, with what was done or why nothing could be.
    """
    existing = rows.rows_by_id([one.file for one in findings if one.file is not None and one.kind in DAMAGE])
    done = [_repair(one, existing.get(one.file or ""), places) if one.kind in DAMAGE else one for one in findings]
    by_name = {place.name: place for place in places.values()}
    return [one for one in done if not _is_used_up(one, by_name)]


def _is_used_up(finding: Finding, by_name: Mapping[str, Place]) -> bool:
    """Whether a temporary object has become the content of a file."""
    return finding.kind == "temporary" and objects.look_at(by_name[finding.storage], finding.key) is None


def _repair(finding: Finding, row: Row | None, places: Mapping[str, Place]) -> Finding:
    if row is None:
        return finding.with_outcome("impossible", "nothing can be done about it here")
    if row.digest is None or row.hash_type in hashing.REPORTED:
        return finding.with_outcome("impossible", "no digest is registered by which a copy could be recognised")
    place = places[row.storage_id]
    try:
        for path in _copies(place, row, places):
            if _has(path, row.digest):
                return _restore(finding, place, row, path)
    except (StorageError, OSError) as error:
        return finding.with_outcome("error", f"it could not be repaired: {error}")
    return finding.with_outcome("impossible", "there is no copy in the cache or in another place: save it again")


# -- finding a copy ---------------------------------------------------------------------------------------------------


def _copies(place: Place, row: Row, places: Mapping[str, Place]) -> Iterator[UPath]:
    """Where the content of a file may be besides its own place, the likeliest first."""
    aside = list(objects.walk(place, prefix=f"{paths.TEMPORARY_FOLDER}/"))
    spared = [key for key, facts in aside if facts.size == row.size]
    yield from (place.path(key) for key in sorted(spared, key=lambda key: leftovers.id_of_spare(key) != row.id))
    if place.local is None:
        yield paths.to_path(cache.cached_path(setup.settings.storage.cache_dir, place.path(row.object_key)))
    for other in rows.same_content(row):
        if other.storage_id in places:
            yield places[other.storage_id].path(other.object_key)


def _has(path: UPath, digest: FileHash) -> bool:
    """Whether there is an object with the digest."""
    try:
        with objects.local_copy(path) as local:
            return hashing.matches(local, digest, progress=unseen)
    except (FileNotFoundError, NotADirectoryError):
        return False


# -- restoring --------------------------------------------------------------------------------------------------------


def _restore(finding: Finding, place: Place, row: Row, source: UPath) -> Finding:
    target = place.path(row.object_key)
    with _prepared(place, row, source) as content, transaction.atomic():
        # the row is locked where the database can, so that nobody replaces the content meanwhile
        same = File.objects.select_for_update().filter(pk=row.id, hash=row.hash, size=row.size)
        if not same.exists():
            return finding.with_outcome("kept", "the file was changed meanwhile")
        if rows.is_whole(place, row):
            return finding.with_outcome("repaired", "somebody restored it meanwhile")
        if listing.has_object(target):  # what lies below a prefix of the same name is others'
            transfer.move(target, _kept_name(place, row))
        transfer.move(content, target)
    return finding.with_outcome("repaired", f"restored from {source}")


@contextmanager
def _prepared(place: Place, row: Row, source: UPath) -> Iterator[UPath]:
    """The content under a temporary name in the storage location; what was put aside there is taken itself."""
    if paths.relative_key(source, place.path(paths.TEMPORARY_FOLDER)) is not None:
        yield source
        return
    copy = place.path(f"{paths.TEMPORARY_FOLDER}/{secrets.token_hex(10)}{row.suffix}")
    try:
        with objects.local_copy(source) as local:
            store = transfer.store_tree if local.is_dir() else transfer.store_file
            store(local, copy, expected=row.digest)
        yield copy
    finally:
        transfer.remove(copy)


def _kept_name(place: Place, row: Row) -> UPath:
    return place.path(f"{leftovers.KEPT}/{row.id}.{secrets.token_hex(4)}{row.suffix}")
