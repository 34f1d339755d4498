"""Objects without a row: what a killed process left, what nobody registered, and the last copy of something.

Only objects that LaminDB made are garbage: those with a temporary name, and those named like the id of a file without a key.
Whatever else lies in a storage location is its owner's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Q

from lamindb.io import hashing, listing, paths
from lamindb.io.hashing import FileHash
from lamindb.io.progress import unseen
from lamindb.setup import describing
from lnschema_core.integrity import objects
from lnschema_core.integrity.findings import Finding
from lnschema_core.integrity.rows import is_whole, rows_by_id, rows_of
from lnschema_core.models import File
from lnschema_core.models.recovering import Deletion
from lnschema_core.rows.values import AnyOf
from lnschema_core.trash.content import FOLDER
from lnschema_core.trash.migrated import is_migrated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lnschema_core.integrity.findings import Kind
    from lnschema_core.integrity.objects import Facts, Place
    from lnschema_core.integrity.rows import Row

KEPT = ".lamindb/damaged"
"""Where a repair moves content that isn't what was registered; never garbage."""

_ID = re.compile(r"[0-9A-Za-z]{20}(?=\.|$)")
_OF_INSTANCES = re.compile(rf".*\.lndb(-\w+|\.\w+)?|{re.escape(describing.FOLDER)}/.*")


def findings_of(place: Place, found: Sequence[tuple[str, Facts]], *, unregistered: bool) -> list[Finding]:
    """What is wrong with some of the objects of a storage location; at most three queries.

    Args:
        place: The storage location.
        found: Keys and facts.
        unregistered: Whether to tell of objects that nobody registered, too.
    """
    named = {key: id_ for key, _ in found if (id_ := id_of_name(key))}
    trashed = {key: id_ for key, _ in found if (id_ := id_in_trash(key))}
    by_id = rows_by_id(list(named.values()))
    owned = {row.object_key for row in by_id.values() if row.storage_id == place.id and row.key is None}
    owned |= _restorable(place, named, trashed)
    ours = {*named, *trashed}
    others = [key for key, _ in found if key not in ours and not is_temporary(key)] if unregistered else []
    registered = _registered(place, others)
    findings = []
    for key, facts in found:
        if is_temporary(key):
            findings.append(_finding("temporary", place, key, facts, "a process that ended left it"))
        elif key in named and key not in owned:
            findings.append(_finding("orphan", place, key, facts, "no file has this id and suffix"))
        elif key in trashed and key not in owned:
            findings.append(_finding("orphan", place, key, facts, "nothing that was deleted has this id"))
        elif key in others and key not in registered and not _is_of_instances(key):
            findings.append(_finding("unregistered", place, key, facts, "no file has this key"))
    return [_of_its_owner(place, one) for one in findings if place.is_ours or unregistered]


def _of_its_owner(place: Place, finding: Finding) -> Finding:
    """In a storage location that others use, what this instance doesn't know is not garbage."""
    if place.is_ours or finding.kind == "unregistered":
        return finding
    return Finding(
        "unregistered", finding.storage, finding.key, None, "no file has this key", finding.size, finding.touched
    )


def is_temporary(key: str) -> bool:
    """Whether a key is one that objects have only until they are complete."""
    is_below = key.startswith(f"{paths.TEMPORARY_FOLDER}/")
    return is_below or any(segment.startswith(paths.TEMPORARY_PREFIX) for segment in key.split("/"))


def id_of_name(key: str) -> str | None:
    """The id of the file that an object without key is named by, ``None`` for all other keys."""
    name = key.removeprefix(paths.AUTO_KEY_PREFIX)
    match = _ID.match(name) if name != key and "/" not in name else None
    return None if match is None else match.group()


def _is_of_instances(key: str) -> bool:
    """Whether an object is a database, or a description of an instance."""
    return _OF_INSTANCES.fullmatch(key) is not None


def id_in_trash(key: str) -> str | None:
    """The id of the deletion whose content is at a key in the trash, ``None`` for all other keys."""
    name = key.removeprefix(f"{FOLDER}/")
    match = _ID.match(name) if name != key else None
    return None if match is None else match.group()


def _restorable(place: Place, named: Mapping[str, str], trashed: Mapping[str, str]) -> set[str]:
    """Keys of what was deleted and can be restored; what is on its way to the trash is still in its place. One query at most."""
    if not (named or trashed) or not is_migrated():
        return set()
    deleted = Deletion.objects.filter(AnyOf("key", [*named]) | AnyOf("pk", [*trashed.values()]), root=place.name)
    known = {str(value) for pair in deleted.values_list("pk", "key") for value in pair}
    return {key for key, id_ in trashed.items() if id_ in known} | (known & named.keys())


def id_of_spare(key: str) -> str | None:
    """The id of the file whose content was moved aside under a temporary key, ``None`` for other temporary objects."""
    name = key.removeprefix(f"{paths.TEMPORARY_FOLDER}/")
    match = _ID.match(name) if name != key else None
    return None if match is None else match.group()


def _registered(place: Place, keys: Sequence[str]) -> set[str]:
    if not keys:
        return set()
    same = File.objects.filter(AnyOf("key", keys), storage_id=place.id)
    return set(same.values_list("key", flat=True))


def _finding(kind: Kind, place: Place, key: str, facts: Facts, message: str) -> Finding:
    return Finding(kind, place.name, key, None, message, facts.size, facts.touched)


# -- the last copy ----------------------------------------------------------------------------------------------------


def needing(place: Place, key: str, places: Mapping[str, Place]) -> Row | None:
    """The file whose content is nowhere but in a temporary object; reads the object and what should have its content.

    Args:
        place: Where the object is.
        key: Its key.
        places: All storage locations, by id.

    Raises:
        FileNotFoundError: The object has gone.
        StorageError: The object can't be read.
    """
    with objects.local_copy(place.path(key)) as local:
        size = listing.size_of(local)
        digests = possible_digests(local)
    for row in _rows_with(size, digests, id_of_spare(key)):
        if row.storage_id in places and not is_whole(places[row.storage_id], row):
            return row
        if row.digest is None:
            return row  # nobody can tell which of the two was committed
    return None


def _rows_with(size: int, digests: Sequence[FileHash], spared: str | None) -> list[Row]:
    same = File.objects.filter(AnyOf("hash", [digest.value for digest in digests]), size=size)
    unknown = Q(pk=spared, hash=None) | Q(hash_type__in=hashing.REPORTED, size=size)
    rows = rows_of(same.order_by()) + rows_of(File.objects.filter(unknown).order_by())
    return list({row.id: row for row in rows}.values())


def possible_digests(path: Path) -> list[FileHash]:
    """The digests that a file may have been registered with, also by earlier releases."""
    first = hashing.digest_path(path, progress=unseen)
    if first.type == hashing.MD5 or path.is_dir():
        return [first]
    with path.open("rb") as file:
        md5 = hashing.hasher(hashing.MD5)
        while chunk := file.read(1 << 22):
            md5.update(chunk)
    return [first, FileHash(*hashing.hash_file(path)), FileHash(hashing.to_b64_str(md5.digest()), hashing.MD5)]
