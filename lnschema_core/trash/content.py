"""The content of what was deleted: on its way to the trash, and back.

The row goes first, then the content moves; so until it has moved, it is where it was. Whoever needs its place meanwhile moves it
on behalf of the one who deleted it. The row of the deletion is what both lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lamindb import log, setup
from lamindb.errors import NotRestorable
from lamindb.io import comparing, listing, paths, transfer
from lamindb.io.faults import point
from lamindb.io.hashing import FileHash
from lnschema_core.catalogue import core_registry
from lnschema_core.models.recovering import Deletion
from lnschema_core.trash.migrated import is_migrated

if TYPE_CHECKING:
    from upath import UPath

FOLDER = f"{paths.AUTO_KEY_PREFIX}trash"
"""Where, below the root of a storage location, the content of deleted files is."""


def place_in_trash(deletion: Deletion) -> UPath:
    """Where the content of a deletion is once it has moved."""
    return paths.path_of_key(_root(deletion), f"{FOLDER}/{deletion.pk}{deletion.suffix}")


def place_before(deletion: Deletion) -> UPath:
    """Where the content was."""
    return paths.path_of_key(_root(deletion), str(deletion.key))


def _root(deletion: Deletion) -> UPath:
    return paths.to_path(str(deletion.root))


def is_whole(path: UPath, deletion: Deletion) -> bool:
    """Whether there is an object of the size of the content."""
    return listing.has_object(path) and deletion.size in {None, listing.size_of(path)}


def _is_content(path: UPath, deletion: Deletion) -> bool:
    """Whether there is the very content, as far as its digest can be compared; reads all of it."""
    if not is_whole(path, deletion):
        return False
    files = [row["values"] for row in deletion.rows if row["registry"] == "lnschema_core.file"]
    digests = [FileHash(one["hash"], one["hash_type"] or "") for one in files if one["hash"]]
    return all(comparing.has_content(path, digest, setup.settings.storage.cache_dir) for digest in digests)


def _is_taken(deletion: Deletion) -> bool:
    """Whether a file that exists has the place where the content was."""
    return bool(core_registry("File").objects.filter(storage__root=deletion.root, key=deletion.key).exists())


def move_to_trash(key: str) -> bool:
    """Move the content of a deletion, given by its key, unless that was done.

    Returns:
        Whether there was content.

    Raises:
        StorageError: It can't be moved; it stays where it was, and can be restored from there.
    """
    with transaction.atomic():
        found = Deletion.objects.select_for_update().filter(pk=key, has_content=True, is_moved=False)
        were_there = [_move(deletion, is_its_own=not _is_taken(deletion)) for deletion in found]
    return all(were_there)


def _move(deletion: Deletion, *, is_its_own: bool = True) -> bool:
    """Move the content, unless it has moved; what is where it was is left alone if it is that of another file."""
    trash, before = place_in_trash(deletion), place_before(deletion)
    is_there = is_whole(trash, deletion)
    if not is_there and is_its_own and listing.has_object(before):
        transfer.move(before, trash)
        is_there = True
    deletion.is_moved = True
    deletion.save(update_fields=["is_moved"])
    return is_there


def make_way(root: str, key: str) -> None:
    """Move what was deleted out of a place that another file is about to take; call it in the transaction that inserts its row.

    Not for a file that has the place already: what is there then is its own. One query.
    """
    if is_migrated():
        waiting = Deletion.objects.select_for_update().filter(root=root, key=key, has_content=True, is_moved=False)
        for deletion in waiting:
            _move(deletion)


def move_back(deletion: Deletion) -> None:
    """Let the content be where it was; call it in the transaction that inserts the row again.

    Raises:
        NotRestorable: The content is gone, or something else is in its place.
    """
    trash, before = place_in_trash(deletion), place_before(deletion)
    if deletion.has_content and is_whole(trash, deletion):
        if listing.has_object(before) and not _is_content(before, deletion):
            msg = f"{deletion.name} can't be restored: there is something else at {before}; move it away, then restore"
            raise NotRestorable(msg)
        transfer.move(trash, before)
        point("restore.moved")
    elif not (_is_content if deletion.has_content else is_whole)(before, deletion):
        msg = f"{deletion.name} can't be restored: its content is neither in the trash nor at {before}"
        raise NotRestorable(msg)


def remove(deletion: Deletion) -> None:
    """Remove the content of a deletion from the trash, for good; content that never moved there stays where it is.

    Raises:
        StorageError: It can't be removed.
    """
    if deletion.has_content:
        transfer.remove_object(place_in_trash(deletion))


def move_to_trash_and_say(key: str, path: UPath) -> None:
    """Move the content of a deletion, and say so; content that is missing already is no error.

    Raises:
        StorageError: It can't be moved.
    """
    if move_to_trash(key):
        log.success(f"deleted stored object {path}")
        log.hint(f"it can be restored: `lamin trash restore {key}`")
    else:
        log.warning(f"there was no stored object {path}")
