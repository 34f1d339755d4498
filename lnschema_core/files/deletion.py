"""Deleting files and datasets: the row first, then the content."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import models, transaction

from lamindb import log
from lamindb.io import transfer
from lnschema_core.files import places

if TYPE_CHECKING:
    from upath import UPath

    from lnschema_core.models import Dataset, File


def delete_file(file: File, *, storage: bool | None = None) -> None:
    """Delete a file; see ``File.delete``."""
    with_content = is_confirmed(file, storage=storage)
    path = places.path_in_storage(file)
    models.Model.delete(file)
    if with_content:
        transaction.on_commit(partial(remove_content, path))


def delete_dataset(dataset: Dataset, *, storage: bool | None = None) -> None:
    """Delete a dataset, and its file if it has exactly one; see ``Dataset.delete``."""
    file = dataset.file
    if file is None:
        models.Model.delete(dataset)
        return
    with_content = is_confirmed(file, storage=storage)
    path = places.path_in_storage(file)
    with transaction.atomic():
        models.Model.delete(dataset)
        models.Model.delete(file)
    if with_content:
        transaction.on_commit(partial(remove_content, path))


def is_confirmed(file: File, *, storage: bool | None) -> bool:
    """Whether the content is to be deleted; asks if nobody said."""
    if storage is not None:
        return storage
    return input(f"Are you sure you want to delete {file} from storage? (y/n)") == "y"


def remove_content(path: UPath) -> None:
    """Remove an object from storage, and say so; one that is missing already is no error."""
    if transfer.remove_object(path):
        log.success(f"deleted stored object {path}")
    else:
        log.warning(f"there was no stored object {path}")
