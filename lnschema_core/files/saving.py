"""Saving a file: bytes first, row last.

1. The content is copied below a temporary name and its digest is checked.
2. In one transaction: the row and its links are written, and the content gets its final name.

The commit of the transaction is the only moment at which the file becomes visible. What is left behind if the process
dies before it, are objects without a row.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model

from lamindb import log
from lamindb.errors import StorageError
from lamindb.io import formats, hashing, paths, transfer
from lamindb.io.faults import point
from lnschema_core.annotation.slots import link_feature_sets, save_feature_sets
from lnschema_core.files import places
from lnschema_core.versioning import saving_family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

    from lnschema_core.files.pending import PendingFile
    from lnschema_core.models import File


@dataclass
class StoredContent:
    """Content that is in its storage location, but may not have its final name yet.

    Attributes:
        now: Where it is.
        target: Where it belongs.
        spare: A free name in the storage location, for what lies at the target already.
        has_spared: Whether something was moved there.
    """

    now: UPath
    target: UPath
    spare: UPath
    has_spared: bool = False

    def publish(content: StoredContent | None) -> None:
    """Give stored content its final name."""
    if content is not None:
        point("save.before-publish")
        content.publish()
        point("save.published")


@contextmanager
def stored_content(file: File) -> Iterator[StoredContent | None]:
    """Have the content in the storage location within the block, removed again if the block fails."""
    content = store_content(file)
    try:
        yield content
    except BaseException:
        if content is not None:
            content.withdraw()
        raise
    if content is not None:
        content.settle()


def store_content(file: File) -> StoredContent | None:
    """Copy the content of a file into its storage location, ``None`` if there is nothing to copy.

    A file without key owns its place, since no other file has its id. The place of a key belongs to the file whose row is
    committed first, so that content waits below a temporary name.

    Raises:
        StorageError: It can't be stored, or differs from what was registered.
    """
    pending = file._pending
    if pending is None or not pending.has_content:
        return None
    target = places.path_in_storage(file)
    log.save(f"storing file '{file.id}' at '{places.storage_key(file)}'")
    root = places.storage_root(file)
    waits = file.key is not None or not file._state.adding
    now = _free_name(root, file.suffix) if waits else target
    _copy(pending, file, now)
    return StoredContent(now=now, target=target, spare=_free_name(root, file.suffix))


def _free_name(root: UPath, suffix: str) -> UPath:
    return paths.path_of_key(root, f"{transfer.TEMPORARY_FOLDER}/{secrets.token_hex(10)}{suffix}")


def _copy(pending: PendingFile, file: File, target: UPath) -> None:
    source = pending.source
    expected = None if file.hash is None else hashing.FileHash(file.hash, file.hash_type or "")
    try:
        if source is None:
            formats.write(pending.memory, target, file.suffix)
        elif source.is_dir():
            transfer.store_tree(source, target, expected=expected)
        else:
            transfer.store_file(source, target, expected=expected)
    except FileNotFoundError as error:
        msg = f"could not store {file}: {error.filename or source} doesn't exist any more"
        raise StorageError(msg) from error


def save_provenance(host: Any) -> None:
    """Save the records that a file or dataset refers to, as far as they are new."""
    for name in ("storage", "transform", "run"):
        record = host._state.fields_cache.get(name)
        if record is not None and record._state.adding:
            record.save()


def finish(file: File) -> None:
    """Tidy up once the record is committed: temporary sources and objects that were replaced go."""
    pending, file._pending = file._pending, None
    if pending is None:
        return
    if pending.is_temporary and pending.source is not None:
        transfer.remove(pending.source)
    if pending.stale is not None and transfer.remove(pending.stale):
        log.success(f"deleted stale object at storage key {pending.stale}")


def save_row(file: File, *args: Any, **kwargs: Any) -> None:
    """Write the row, and give the version before it a version where it has none."""
    with saving_family(file):
        Model.save(file, *args, **kwargs)
