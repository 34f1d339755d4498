"""A key belongs to one file of a storage location. The database refuses the second; here it is said which file has it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError

from lnschema_core.files import places
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnschema_core.models import File


def refuse_taken_keys(files: Sequence[File]) -> None:
    """Check, before anything is copied, that no other file has the key of any. One query for all.

    Raises:
        IntegrityError: Another file of the storage location has it, or two of these have the same.
    """
    message = _what_is_taken(files)
    if message is not None:
        raise IntegrityError(message)


@contextmanager
def explaining_taken_keys(files: Sequence[File]) -> Iterator[None]:
    """Name the file that has the key, if that is why the transaction within the block fails.

    Raises:
        IntegrityError: As within the block, with the message of :func:`refuse_taken_keys` if a key is taken.
    """
    try:
        yield
    except IntegrityError as error:
        message = _what_is_taken(files)
        if message is None:
            raise
        raise IntegrityError(message) from error


def _what_is_taken(files: Sequence[File]) -> str | None:
    wanted: dict[tuple[str, str], File] = {}
    for file in files:
        if file.key is not None and wanted.setdefault((file.storage_id, file.key), file).pk != file.pk:
            return f"could not save two files with key {file.key!r}: give one of them another key"
    if not wanted:
        return None
    registry = type(files[0])
    owners = registry.objects.filter(AnyOf("key", [key for _, key in wanted])).values_list("storage_id", "key", "pk")
    for storage_id, key, owner in owners:
        refused = wanted.get((storage_id, key))
        if refused is not None and refused.pk != owner:
            return (
                f"could not save {refused}: its key is that of file {owner} in {places.root_as_str(refused)}. "
                f"Give it another key, or replace the content of that file: ln.File.filter(id={owner!r}).one().replace(…)"
            )
    return None
