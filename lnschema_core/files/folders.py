"""Making files of all files in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb import log
from lamindb.io import listing, paths
from lamindb.io.progress import progress
from lnschema_core import runs
from lnschema_core.catalogue import core_registry
from lnschema_core.files import construction
from lnschema_core.files.intake import default_storage, inferred_place, known_storages, take_in
from lnschema_core.settings import settings
from lnschema_core.versioning import plan_version

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import PathLike
    from lnschema_core.files.pending import Intake
    from lnschema_core.models import File, Run


def files_from_folder(path: PathLike, key: str | None = None, *, run: Run | None = None) -> list[File]:
    """Make a file of every file below a folder; see ``File.from_dir``. A zarr store is one file."""
    folder = paths.to_path(path)
    if not folder.exists():
        raise FileNotFoundError(str(folder))
    if not folder.is_dir():
        return []
    folder_key = _folder_key(folder, key)
    run = runs.resolve(run)
    names = sorted(listing.files_below(folder))
    intakes = []
    storages = known_storages()
    with progress(len(names), "registering files", "file") as update:
        for name in names:
            file_key = f"{folder_key}/{name}" if folder_key else name
            intake = take_in(folder / name, id="", key=file_key, storages=storages)
            construction.check_place(folder / name, file_key, intake)
            intakes.append(intake)
            update(1)
    files = _files_of(intakes, run)
    log.success(
        f"created {len(files)} files from directory using storage {default_storage().root} and key = {folder_key}/"
    )
    return files


def _folder_key(folder: UPath, key: str | None) -> str:
    if key is not None:
        return key.rstrip("/")
    place = inferred_place(folder)
    if place is not None:
        return place[1]
    root = default_storage().root
    if paths.relative_key(paths.to_path(root), folder) is None and str(folder.resolve()) == root:
        return ""
    log.warning(f"folder is outside existing storage location, will copy files from {folder} to {root}/{folder.name}")
    return folder.name


def _files_of(intakes: list[Intake], run: Run | None) -> list[File]:
    """One file per content: existing records where the content is known, new ones elsewhere."""
    registry = core_registry("File")
    known = _known_content(registry, intakes)
    files: list[File] = []
    seen: set[tuple[str, int | None]] = set()
    dropped: list[str] = []
    for intake in intakes:
        content = None if intake.hash is None else (intake.hash.value, intake.size)
        if content is not None and content in seen:
            dropped.append(str(intake.key))
            continue
        if content is not None:
            seen.add(content)
        files.append(known.get(content) or _new_file(registry, intake, run))
    if dropped:
        log.warning(
            f"there are different file ids with the same hashes, dropping {len(dropped)} duplicates out of "
            f"{len(intakes)} files:\n    {dropped}"
        )
    return files


def _known_content(registry: type[File], intakes: list[Intake]) -> dict[tuple[str | None, int | None] | None, File]:
    """The registered files among contents; one query per thousand contents."""
    if settings.upon_file_create_if_hash_exists == "warn_create_new":
        return {}
    hashes = [intake.hash.value for intake in intakes if intake.hash is not None]
    rows = registry.objects.filter(hash__in=hashes).order_by("-created_at", "-id")
    types: dict[str | None, str] = {
        intake.hash.value: intake.hash.type for intake in intakes if intake.hash is not None
    }
    return {(file.hash, file.size): file for file in rows if types.get(file.hash) == file.hash_type}


def _new_file(registry: type[File], intake: Intake, run: Run | None) -> File:
    file = registry.__new__(registry)
    construction.become_new(file, intake, plan_version(registry, None, None), None, run)
    return file
