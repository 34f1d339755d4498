"""Files that runs leave by themselves: each content is stored once, as an ordinary file of the instance."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from lamindb import log
from lamindb.io import cache, hashing
from lamindb.setup import settings
from lnschema_core.catalogue import core_registry
from lnschema_core.files.pending import PendingFile
from lnschema_core.history.captured import KEY_PREFIX, new_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from lamindb.provenance.sources import Source

_LONGEST_DESCRIPTION = 255


def known_ids(sources: Collection[Source]) -> dict[str, str]:
    """The ids of the files by key, of those texts that the default storage location has; one query."""
    keys = [key_of(source) for source in sources]
    rows = core_registry("File").objects.filter(storage=settings.storage.record, key__in=keys).order_by()
    return dict(rows.values_list("key", "pk"))


def keep(source: Source) -> str:
    """The id of the file with a text, stored if the default storage location doesn't have it yet.

    Raises:
        StorageError: It can't be stored.
        DatabaseError: It can't be registered.
    """
    known = known_ids([source]).get(key_of(source))
    return store(source) if known is None else known


def store(source: Source) -> str:
    """Store a text that the default storage location doesn't have yet; returns the id of its file.

    Raises:
        StorageError: It can't be stored.
        DatabaseError: It can't be registered.
    """
    file = _new_file(source)
    try:
        with log.muted(), transaction.atomic():
            file.save()
    except IntegrityError:  # another process was quicker
        return known_ids([source])[key_of(source)]
    file_id: str = file.id
    return file_id


def key_of(source: Source) -> str:
    """The key of the file with a text."""
    return f"{KEY_PREFIX}{sha256(source.text.encode()).hexdigest()[:32]}{source.suffix}"


def _new_file(source: Source) -> Any:
    content = source.text.encode()
    digest = hashing.digest_bytes(content)
    file_id = new_id()
    path = cache.new_file(settings.storage.cache_dir, file_id, source.suffix)
    path.write_bytes(content)
    file = core_registry("File").from_fields(
        id=file_id,
        storage=settings.storage.record,
        key=key_of(source),
        suffix=source.suffix,
        description=source.description[:_LONGEST_DESCRIPTION],
        size=len(content),
        hash=digest.value,
        hash_type=digest.type,
    )
    file.pending = PendingFile(source=path, is_temporary=True)
    return file
