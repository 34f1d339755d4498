"""Deleting files and datasets: the row first, then the content, both into the trash."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb import log
from lamindb.arguments import check_truth
from lamindb.io import transfer
from lamindb.io.faults import point
from lnschema_core.files import places
from lnschema_core.models.registry import Registry
from lnschema_core.rows.storable import refuse_deleted
from lnschema_core.trash import content
from lnschema_core.trash.migrated import is_migrated
from lnschema_core.trash.recording import delete_recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from upath import UPath

    from lnschema_core.models import Dataset, File


def delete_file(file: File, *, storage: bool | None = None, permanent: bool = False) -> None:
    """Delete a file; see ``File.delete``."""
    refuse_deleted(file)
    _delete([file], file, with_content=is_confirmed(file, storage=storage), permanent=permanent)


def delete_dataset(dataset: Dataset, *, storage: bool | None = None, permanent: bool = False) -> None:
    """Delete a dataset, and its file if it has exactly one; see ``Dataset.delete``."""
    refuse_deleted(dataset)
    file = dataset.file
    if file is None:
        _delete([dataset], None, with_content=False, permanent=permanent)
        return
    _delete([dataset, file], file, with_content=is_confirmed(file, storage=storage), permanent=permanent)


def is_confirmed(file: File, *, storage: bool | None) -> bool:
    """Whether the content is to be deleted; asks if nobody said.

    Raises:
        EOFError: Nobody can answer, such as in a job.
        TypeError: ``storage`` is neither true nor false.
    """
    if storage is not None:
        check_truth("storage", storage)
        return bool(storage)
    try:
        return input(f"Are you sure you want to delete {file} from storage? (y/n)") == "y"
    except (EOFError, NotImplementedError) as error:  # the latter is that of a kernel without a person
        msg = f"nobody is here to say whether the content of {file} is deleted, too: pass storage=True or storage=False"
        raise EOFError(msg) from error


def _delete(records: Sequence[Any], file: File | None, *, with_content: bool, permanent: bool) -> None:
    path = None if file is None else places.path_in_storage(file)
    with transaction.atomic():
        if permanent or not is_migrated():
            for record in records:
                Registry.delete(record)
            dispose = remove_content
        else:
            key = delete_recorded(records, file=file, has_content=with_content)
            dispose = partial(content.move_to_trash_and_say, key)
        if with_content and path is not None:
            transaction.on_commit(partial(_after_commit, dispose, path))


def _after_commit(dispose: Any, path: UPath) -> None:
    point("delete.committed")
    dispose(path)


def remove_content(path: UPath) -> None:
    """Remove an object from storage, for good, and say so; one that is missing already is no error."""
    if transfer.remove_object(path):
        log.success(f"deleted stored object {path}")
    else:
        log.warning(f"there was no stored object {path}")
