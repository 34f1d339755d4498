"""Replacing the content of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb import log
from lamindb.errors import DuplicateContent
from lamindb.io.paths import is_path
from lnschema_core import runs
from lnschema_core.files import construction, places
from lnschema_core.files.intake import take_in
from lnschema_core.files.pending import remove_when_forgotten

if TYPE_CHECKING:
    from lamindb.types import DataLike
    from lnschema_core.files.pending import Intake
    from lnschema_core.models import File, Run


def replace(file: File, data: DataLike, *, run: Run | None = None, format: str | None = None) -> None:  # noqa: A002
    """Take in new content for a file; see ``File.replace``. Storage and database change on save only.

    Raises:
        RuntimeError: Another file has the new content.
        ValueError: The data lies in storage at another key, or is an object that isn't stored in the format of the key.
    """
    run = runs.resolve(run)
    intake = take_in(data, id=file.id, key=None if is_path(data) else file.key, format=format)
    if intake.is_temporary and intake.source is not None:
        remove_when_forgotten(file, intake.source)
    _refuse_duplicate(file, intake)
    old_path = places.path_in_storage(file)
    new_key = _new_key(file, intake)
    if new_key != file.key and file.key is not None:
        log.warning(
            f"replacing the file will replace key '{file.key}' with '{new_key}' and delete '{file.key}' upon `save()`"
        )
    kept_feature_sets = {} if file.pending is None else file.pending.feature_sets
    file.key = new_key
    file.suffix = intake.suffix
    file.accessor = intake.accessor
    file.size = intake.size
    file.hash = None if intake.hash is None else intake.hash.value
    file.hash_type = None if intake.hash is None else intake.hash.type
    if run is not None:
        file.run, file.transform = run, run.transform
    file.memory = intake.memory
    file.pending = construction.pending_of(intake)
    file.pending.feature_sets = kept_feature_sets
    if not file._state.adding and places.path_in_storage(file) != old_path:
        file.pending.stale = old_path


def _new_key(file: File, intake: Intake) -> str | None:
    if intake.is_in_place:
        if file.key is not None:
            construction.check_place(intake.source, file.key, intake)
        return intake.key
    if file.key is None:
        return None
    return file.key.removesuffix(file.suffix) + intake.suffix


def _refuse_duplicate(file: File, intake: Intake) -> None:
    existing = construction.find_same_content(type(file), intake)
    if existing is not None and existing.pk != file.pk:
        msg = f"can't replace the content of {file}: another file has it: {existing}"
        raise DuplicateContent(msg)
