"""Files whose content another process has registered since their constructors looked for it and found none.

Who is about to commit such a file looks again, behind everybody else who is about to commit the same content: see
:mod:`lnschema_core.rows.meanwhile`. Files in place, and those of a folder, are only told apart by their keys, of which the database takes each
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, connection

from lnschema_core.files.construction import warn_returning
from lnschema_core.rows.meanwhile import is_looked_for, wait_for_others
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnschema_core.models import File


_MOST_AWAITED = 100
"""Up to so many files at once wait for others with their content, in a transaction of their own. More would take room that a server has little
of, and hold others up for as long as it takes to give all of them their places; in one of the caller's, for as long as that goes on."""


def refuse_same_content(files: Sequence[File]) -> None:
    """Check, within the transaction, that nobody has registered the content of any that is to be stored; one query, and another on Postgres.

    Raises:
        IntegrityError: Somebody has; :func:`become_existing` makes those files the registered ones.
    """
    new = [file for file in files if file.pending is not None and file.pending.has_content and is_looked_for(file)]
    if len(new) <= _MOST_AWAITED and not connection.savepoint_ids:
        wait_for_others({f"{file._meta.db_table} {file.hash}" for file in new})
    if _existing(new):
        msg = "content that is to be stored was registered meanwhile: construct the file again, which returns the one that has it"
        raise IntegrityError(msg)


def become_existing(files: Sequence[File]) -> list[File]:
    """Let new files become those that have their content by now, as their constructors would have. One query.

    Returns:
        Those that did: none where constructors don't return files of the same content.
    """
    new = [file for file in files if is_looked_for(file)]
    existing = _existing(new)
    became = [file for file in new if _content(file) in existing]
    for file in became:
        run = file.run
        file.become(existing[_content(file)])
        file.family, file.made_again_by = None, run
    if became:
        warn_returning(became)
    return became


def _existing(new: Sequence[File]) -> dict[tuple[str | None, str | None, int | None], File]:
    """The oldest file with the content of each that is registered."""
    if not new:
        return {}
    rows = type(new[0]).filter().filter(AnyOf("hash", [file.hash for file in new])).order_by("-created_at", "-pk")
    return {_content(row): row for row in rows}


def _content(file: File) -> tuple[str | None, str | None, int | None]:
    return file.hash, file.hash_type, file.size
