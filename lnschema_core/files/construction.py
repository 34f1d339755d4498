"""Constructing a file: from data to an unsaved record, or to the record that has this content already."""

from __future__ import annotations

import reprlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import DuplicateContent, MissingData
from lamindb.io import listing, paths
from lnschema_core import runs
from lnschema_core.files import places
from lnschema_core.files.intake import take_in
from lnschema_core.files.pending import PendingFile, remove_when_forgotten
from lnschema_core.models.registry import fill
from lnschema_core.rows.statements import has_row
from lnschema_core.settings import settings
from lnschema_core.users import current_user_id
from lnschema_core.versioning import join_family, plan_version, tell_first_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from upath import UPath

    from lnschema_core.files.pending import Intake
    from lnschema_core.models import File, Run
    from lnschema_core.versioning import Family

_ARGUMENTS = ("data", "key", "run", "description", "version", "is_new_version_of")
_SHOWN = 10  # files in messages
_SEMI_PRIVATE = ("initial_version_id", "format", "log_hint", "skip_check_exists", "intake")


def construct(file: File, arguments: dict[str, Any]) -> None:
    """Make an unsaved file of the constructor's arguments, or become the existing file with the same content.

    Raises:
        MissingData: No data are passed.
        ValueError: An argument isn't known, none of key, description and run is given, or the key contradicts the place of the data.
    """
    _check_arguments(arguments)
    old = arguments.get("is_new_version_of")
    family = plan_version(type(file), old, arguments.get("version"), arguments.get("initial_version_id"))
    tell_first_version(file, family)
    run = runs.resolve(arguments.get("run"))
    key = arguments.get("key")
    intake = arguments.get("intake") or take_in(
        arguments["data"], id=family.id, key=key, format=arguments.get("format")
    )
    if intake.is_temporary and intake.source is not None:
        remove_when_forgotten(file, intake.source)
    existing = find_same_content(type(file), intake)
    if existing is not None:
        warn_returning([existing])
        file.become(existing)
        file.made_again_by = run
        file.memory = intake.memory
        complete(file, intake)
        return
    check_place(arguments["data"], key, intake)
    description = arguments.get("description")
    if description is None and old is not None:
        description = old.description
    if intake.key is None and description is None and run is None:
        msg = "Pass one of key, run or description as a parameter"
        raise ValueError(msg)
    become_new(file, intake, family, description, run, current_user_id())
    if intake.hash is not None and old is None and returns_existing():
        file.looked_for = {"hash": file.hash, "hash_type": file.hash_type, "size": file.size}
    log_hints(file, intake, log_hint=arguments.get("log_hint", True))


def become_new(
    file: File, intake: Intake, family: Family, description: str | None, run: Run | None, user_id: str
) -> None:
    """Fill the fields of a new file."""
    fields: dict[str, Any] = {
        "id": family.id,
        "storage_id": intake.storage.id,
        "key": intake.key,
        "suffix": intake.suffix,
        "accessor": intake.accessor,
        "description": description,
        "version": family.version,
        "size": intake.size,
        "hash": None if intake.hash is None else intake.hash.value,
        "hash_type": None if intake.hash is None else intake.hash.type,
        "initial_version_id": family.initial_version_id,
        "created_by_id": user_id,
    }
    fill(file, fields)
    file._meta.get_field("storage").set_cached_value(file, intake.storage)
    if run is not None:
        file.run, file.transform = run, run.transform
    join_family(file, family)
    file.memory = intake.memory
    file.pending = pending_of(intake)


def pending_of(intake: Intake) -> PendingFile:
    """What is to be done on save for data that was taken in."""
    if intake.is_in_place:
        return PendingFile()
    return PendingFile(source=intake.source, shown_path=_shown_path(intake), is_temporary=intake.is_temporary)


def _shown_path(intake: Intake) -> UPath | None:
    """The source of the data; for a store that was made of an object, the place where it will be."""
    if intake.source is None or (intake.is_temporary and paths.is_store(intake.source)):
        return None
    source = paths.to_path(intake.source)
    return source.resolve() if paths.is_local(source) else source


def find_same_content(registry: type[File], intake: Intake) -> File | None:
    """The registered file with the same content, as far as the session wants to know.

    Equal content means equal digest, algorithm and size.

    Raises:
        RuntimeError: There is one, and the session wants that to be an error.
    """
    if intake.hash is None:
        return None
    if not has_row(registry, "hash", intake.hash.value):
        return None  # as for most files, and quicker to ask than what follows
    same = registry.filter(hash=intake.hash.value, hash_type=intake.hash.type, size=intake.size)
    existing = same.order_by("created_at", "id").first()
    return existing if existing is not None and shall_return([existing]) else None


def returns_existing() -> bool:
    """Whether the session wants a registered file with the same content rather than another one, or an error."""
    return settings.upon_file_create_if_hash_exists == "warn_return_existing"


def shall_return(existing: Sequence[File]) -> bool:
    """Whether registered files are to be returned in place of new ones with their content, as the session wants it.

    Raises:
        RuntimeError: There are such files, and the session wants that to be an error.
    """
    choice = settings.upon_file_create_if_hash_exists
    if existing and choice == "error":
        msg = (
            f"file with same hash exists: {existing[0]}\n💡 you can make this error a warning:\n"
            "    ln.settings.upon_file_create_if_hash_exists"
        )
        raise DuplicateContent(msg)
    if choice == "warn_create_new":
        _warn_of_each("creating new File object despite existing file with same hash", existing)
        return False
    return True


def warn_returning(existing: Sequence[File]) -> None:
    """Say that registered files are returned in place of new ones."""
    _warn_of_each("returning existing file with same hash", existing)


def _warn_of_each(message: str, files: Sequence[File]) -> None:
    for file in files[:_SHOWN]:
        log.warning(f"{message}: {file}")
    if len(files) > _SHOWN:
        log.warning(f"{message}: {len(files) - _SHOWN} more")


def complete(existing: File, intake: Intake) -> None:
    """Have the content of a registered file stored again on save, if its object is missing."""
    if not listing.has_object(places.path_in_storage(existing)):
        log.warning(f"the object of {existing} is missing in storage, `save()` stores it again")
        existing.pending = PendingFile(source=intake.source, is_temporary=intake.is_temporary)


def check_place(data: Any, key: str | None, intake: Intake) -> None:
    """Refuse a key that contradicts where the data lies.

    Raises:
        ValueError: It does.
    """
    if key is not None and intake.key != key:
        msg = (
            f"The path '{data}' is already in registered storage '{intake.storage.root}' with key '{intake.key}'\n"
            f"You passed conflicting key '{key}': please move the file before registering it."
        )
        raise ValueError(msg)
    if intake.key is not None and intake.key.startswith(paths.AUTO_KEY_PREFIX):
        msg = "Key cannot start with .lamindb/"
        raise ValueError(msg)


def log_hints(file: File, intake: Intake, *, log_hint: bool) -> None:
    """Say where the file is or will be, and how to link its features."""
    if not log.shows("hint"):
        return
    if intake.is_in_place:
        log.hint(f"file in storage '{_shown_root(intake.storage.root)}' with key '{intake.key}'")
    elif intake.key is not None:
        log.hint(f"file will be copied to default storage upon `save()` with key '{intake.key}'")
    else:
        log.hint(f"file will be copied to default storage upon `save()` with key `None` ('{places.storage_key(file)}')")
    if not log_hint:
        return
    if intake.memory is not None and intake.accessor == "DataFrame":
        log.hint("data is a dataframe, consider using .from_df() to link column names as features")
    elif intake.accessor == "AnnData":
        log.hint("data is AnnDataLike, consider using .from_anndata() to link var_names and obs.columns as features")


def _shown_root(root: str) -> str:
    """A root as seen from the working directory, where it is below it."""
    return paths.relative_key(root, Path.cwd()) or root


def _check_arguments(arguments: dict[str, Any]) -> None:
    if arguments.get("data") is None:
        msg = "pass data: a path, a data frame or an AnnData object"
        raise MissingData(msg)
    unknown = {name: value for name, value in arguments.items() if name not in (*_ARGUMENTS, *_SEMI_PRIVATE)}
    if unknown:
        msg = f"Only data, key, run, description, version, is_new_version_of can be passed, you passed: {reprlib.repr(unknown)}"
        raise ValueError(msg)
