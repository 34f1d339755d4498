"""Files whose key another process has given to a file with the same content since their constructors looked for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnschema_core.files.construction import warn_returning
from lnschema_core.rows.values import AnyOf
from lnschema_core.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnschema_core.models import File


def become_existing(files: Sequence[File]) -> list[File]:
    """Let new files become those that have their key and their content by now, as their constructors would have. One query.

    Returns:
        Those that did: none where the session wants another file, or an error, for content that is registered. Versions of another file are
        none, either.
    """
    if settings.upon_file_create_if_hash_exists != "warn_return_existing":
        return []
    wanted: dict[tuple[str, str | None], File] = {
        (file.storage_id, file.key): file
        for file in files
        if file._state.adding and file.key and file.hash and (file.family is None or file.family.previous is None)
    }
    if not wanted:
        return []
    became = []
    for existing in type(files[0]).filter().filter(AnyOf("key", [key for _, key in wanted])):
        file = wanted.get((existing.storage_id, existing.key))
        if file is not None and _content(file) == _content(existing):
            run = file.run
            file.become(existing)
            file.family, file.made_again_by = None, run
            became.append(file)
    if became:
        warn_returning(became)
    return became


def _content(file: File) -> tuple[str | None, str | None, int | None]:
    return file.hash, file.hash_type, file.size
