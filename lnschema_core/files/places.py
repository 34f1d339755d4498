"""Where the content of files is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb import setup
from lamindb.io.paths import auto_key, path_of_key, to_path

if TYPE_CHECKING:
    from upath import UPath

    from lnschema_core.models import File


def storage_key(file: File) -> str:
    """The path of a file within its storage location.

    Raises:
        AssertionError: The file was deleted, and has no id any more.
    """
    if file.key is not None:
        return file.key
    if file.id is None:
        msg = "the file was deleted: it has no path"
        raise AssertionError(msg)
    return auto_key(file.id, file.suffix)


def path_in_storage(file: File) -> UPath:
    """The place of a file in its storage location, whether or not it is there already."""
    return path_of_key(storage_root(file), storage_key(file))


def storage_root(file: File) -> UPath:
    """The root of a file's storage location; no query for the default one."""
    default = setup.settings.storage
    if file.storage_id == default.id:
        return default.root
    return to_path(file.storage.root)


def root_as_str(file: File) -> str:
    """The root of a file's storage location as its record has it; no query for the default one."""
    default = setup.settings.storage
    return default.root_as_str if file.storage_id == default.id else file.storage.root


def path_of_file(file: File) -> UPath:
    """Where the bytes of a file are: the source of one that is still to be stored, else its place in storage."""
    source = None if file.pending is None else file.pending.source
    return path_in_storage(file) if source is None else to_path(source)


def shown_path(file: File) -> UPath:
    """What ``file.path`` is: the source of an unsaved file, else its place in storage."""
    shown = None if file.pending is None else file.pending.shown_path
    return path_in_storage(file) if shown is None else shown
