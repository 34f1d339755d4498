"""Undoing replacements that were interrupted: a process was killed after new content took its place and before its row was committed.

A replacement is written down before its transaction begins, and struck out within it: as long as it is there, the row in the
database is that of the old content, which lies under its second name. The writer has the row of the file locked from before the
content moves until its transaction ends.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from lamindb import log
from lamindb.errors import StorageError
from lamindb.io import listing, paths, sparing
from lnschema_core.catalogue import core_registry
from lnschema_core.trash.migrated import is_migrated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lnschema_core.models.recovering import Replacement

_FORGOTTEN = timedelta(hours=1)


def write_down(file_id: str, root: str, key: str, spare: str) -> Callable[[], object]:
    """Write down that the content of a file is about to be replaced.

    Args:
        file_id: The id of the file.
        root: The root of its storage location.
        key: The path of the content within it.
        spare: The path that the old content gets.

    Returns:
        What strikes it out, to be called in the transaction that commits the row.
    """
    from lnschema_core.models.recovering import Replacement

    entry = Replacement.objects.create(file_id=file_id, root=root, key=key, spare=spare)
    return partial(Replacement.objects.filter(pk=entry.pk).delete)


def undo_all() -> None:
    """Undo the replacements that were interrupted, and leave those that somebody is at work on. One query if there are none."""
    from lnschema_core.models.recovering import Replacement

    if not is_migrated():
        return
    for entry in Replacement.objects.order_by("begun_at"):
        try:
            with _without_waiting(), transaction.atomic():
                _undo(entry)
        except OperationalError as error:
            log.debug(f"{entry} is left alone: {error}")  # somebody writes
        except StorageError as error:
            log.warning(f"the old content of file {entry.file_id} could not be put back: {error}")


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Fail soon within the block if somebody else writes to an SQLite database."""
    if connection.vendor != "sqlite":
        yield
        return
    database: Any = connection
    patience, database.patience = database.patience, 0
    try:
        yield
    finally:
        database.patience = patience


def _undo(entry: Replacement) -> None:
    files = core_registry("File").objects
    can_skip = connection.features.has_select_for_update_skip_locked
    is_free = files.select_for_update(skip_locked=can_skip).filter(pk=entry.file_id).order_by().first() is not None
    if not is_free and files.filter(pk=entry.file_id).exists():
        return  # its writer is at work
    root = paths.to_path(entry.root)
    spare, place = paths.path_of_key(root, entry.spare), paths.path_of_key(root, entry.key)
    if is_free and listing.has_object(spare):
        sparing.put_back(spare, place)
        log.warning(f"replacing the content of file {entry.file_id} was interrupted: it has its old content again")
    elif is_free and timezone.now() - entry.begun_at < _FORGOTTEN:
        return  # its writer may not have begun yet
    entry.delete()
