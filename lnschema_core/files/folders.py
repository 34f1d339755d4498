"""Making files of all files in a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.io import buckets, hashing, listing, paths, workers
from lamindb.io.placing import explaining
from lamindb.io.progress import progress
from lnschema_core import runs
from lnschema_core.catalogue import core_registry
from lnschema_core.files import construction
from lnschema_core.files.intake import default_storage, inferred_place, known_storages, take_in, take_in_place
from lnschema_core.settings import settings
from lnschema_core.versioning import plan_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from upath import UPath

    from lamindb.io.hashing import FileHash
    from lamindb.types import PathLike
    from lnschema_core.files.intake import Storages
    from lnschema_core.files.pending import Intake
    from lnschema_core.models import File, Run, Storage

    Listed = dict[str, dict[str, Any]] | dict[str, None]
    Known = dict[tuple[str | None, int | None] | None, File]


@dataclass(frozen=True)
class Entry:
    """One file of a folder.

    Attributes:
        path: Where it is.
        key: The key that it gets by its place in the folder.
        intake: What was found out about it.
    """

    path: UPath | Path
    key: str
    intake: Intake

    @property
    def content(self) -> tuple[str, int | None] | None:
        """What its content is recognised by, ``None`` if it has no digest."""
        digest = self.intake.hash
        return None if digest is None else (digest.value, self.intake.size)


def files_from_folder(path: PathLike, key: str | None = None, *, run: Run | None = None) -> list[File]:
    """Make a file of every file below a folder; see ``File.from_dir``. A zarr store is one file."""
    folder = paths.to_path(path)
    listed = _listed(folder)
    if listed is None:
        return []
    storages = known_storages()
    place = _place_of_folder(folder, storages)
    folder_key = _folder_key(folder, key, place)
    run = runs.resolve(run)
    files = _files_of(_entries(folder, listed, folder_key, storages, place), run)
    storage = default_storage() if place is None else place[0]
    log.success(f"created {len(files)} files from directory using storage {storage.root} and key = {folder_key}/")
    return files


def _entries(
    folder: UPath, listed: Listed, folder_key: str, storages: Storages, place: tuple[Storage, str] | None
) -> list[Entry]:
    keys = {name: f"{folder_key}/{name}" if folder_key else name for name in sorted(listed)}
    names = [name for name in keys if folder_key or not _is_ours(folder / name, name)]
    plain = PlainFolder.of(folder, place, storages)
    own = set() if plain is None else {name for name in names if plain.has(name)}
    measures = iter(()) if plain is None else plain.measures([name for name in names if name in own])
    entries = []
    with progress(len(names), "registering files", "file") as update:
        for name in names:
            entries.append(
                plain.entry(name, keys[name], next(measures, None))
                if plain is not None and name in own
                else _entry(folder, name, keys[name], storages, listed[name])
            )
            update(1)
    return entries


def _entry(folder: UPath, name: str, key: str, storages: Storages, facts: dict[str, Any] | None) -> Entry:
    path = folder / name
    return Entry(path, key, take_in(path, id="", key=key, storages=storages, facts=facts))


class PlainFolder:
    """A local folder in one storage location: where its files lie follows from their names, unless links are on the way."""

    def __init__(self, root: str, storage: Storage, key: str) -> None:
        self._root = root
        self._storage = storage
        self._key = key
        self._is_straight: dict[str, bool] = {"": True}

    @classmethod
    def of(cls, folder: UPath, place: tuple[Storage, str] | None, storages: Storages) -> PlainFolder | None:
        """A folder, ``None`` if it is in the cloud, or if its files are in no storage location or in several."""
        if place is None or not paths.is_local(folder):
            return None
        here = paths.location_of(folder)
        if any(root.location.key_below(here) is not None for root in storages):
            return None
        return cls(os.path.realpath(str(folder)), *place)

    def has(self, name: str) -> bool:
        """Whether a file is a file of the folder itself, rather than a store or what a link leads to."""
        above, _, last = name.rpartition("/")
        if os.path.islink(f"{self._root}/{name}") or paths.is_store(last):  # noqa: PTH114 - quicker than a path
            return False
        if above not in self._is_straight:
            path = os.path.normpath(os.path.join(self._root, above))  # noqa: PTH118 - as text, since it is compared so
            self._is_straight[above] = os.path.realpath(path) == path
        return self._is_straight[above]

    def measures(self, names: list[str]) -> Iterator[Callable[[Path], tuple[int, FileHash]]]:
        """What tells size and digest of each file, in their order, if the session has workers that read them."""
        if settings.executor is None or settings.upon_file_create_skip_size_hash:
            return
        calls = ((Path(self._root, name),) for name in names)
        for answer in workers.answers(settings.executor, hashing.measure_file, calls):
            yield _waiting_for(answer)

    def entry(self, name: str, key: str, measure: Callable[[Path], tuple[int, FileHash]] | None = None) -> Entry:
        """What there is to know about a file."""
        path = Path(self._root, name)
        own_key = f"{self._key}/{name}" if self._key else name
        return Entry(path, key, take_in_place(path, self._storage, own_key, measure))


def _waiting_for(answer: Callable[[], Any]) -> Callable[[Path], tuple[int, FileHash]]:
    return lambda _: answer()


def _is_ours(path: UPath, key: str) -> bool:
    """Whether an object in a storage location is none of the user's own: the database, or an object without key."""
    from lamindb import setup

    instance = setup.settings.instance
    if instance.is_cloud_sqlite:
        is_database = str(path) == instance.db
    else:
        is_database = instance.dialect == "sqlite" and str(path.resolve()).startswith(
            str(instance.sqlite_file.resolve())
        )
    return is_database or key.startswith(paths.AUTO_KEY_PREFIX)


def _listed(folder: UPath) -> Listed | None:
    """What is below a folder, in the cloud with what its one listing says; ``None`` if it is a file."""
    if not paths.is_local(folder):
        with explaining(folder, "read"):
            facts = listing.facts_below(folder)
            return _with_kind_of_keys(folder, facts) or None
    if not folder.exists():
        raise FileNotFoundError(str(folder))
    return dict.fromkeys(listing.files_below(folder)) if folder.is_dir() else None


def _with_kind_of_keys(folder: UPath, facts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Add whether the objects of a folder in S3 are encrypted with keys of their own, which no listing says: as the first is."""
    first = next((name for name, one in facts.items() if one["type"] != "directory"), None)
    if first is None or paths.protocol_of(folder) != "s3" or not buckets.facts_of(folder / first)["has_own_key"]:
        return facts
    return {name: {**one, "has_own_key": True} for name, one in facts.items()}


def _place_of_folder(folder: UPath, storages: Storages) -> tuple[Storage, str] | None:
    """The storage location that the files of a folder lie in and the key of the folder there, ``""`` for its root."""
    place = inferred_place(folder / "any", storages)
    return None if place is None else (place[0], place[1].rpartition("/")[0])


def _folder_key(folder: UPath, key: str | None, place: tuple[Storage, str] | None) -> str:
    if key is not None:
        return key.rstrip("/")
    if place is not None:
        return place[1]
    root = default_storage().root
    log.warning(f"folder is outside existing storage location, will copy files from {folder} to {root}/{folder.name}")
    return folder.name


def _files_of(entries: list[Entry], run: Run | None) -> list[File]:
    """One file per content: existing records where the content is known, new ones elsewhere."""
    registry = core_registry("File")
    known = _known_content(registry, entries)
    files: list[File] = []
    seen: set[tuple[str, int | None]] = set()
    repeated: list[Entry] = []
    for entry in entries:
        if entry.content in seen:
            repeated.append(entry)
            continue
        if entry.content is not None:
            seen.add(entry.content)
        files.append(
            _known_file(known[entry.content], entry) if entry.content in known else _new_file(registry, entry, run)
        )
    _warn_repeated(repeated, known, len(entries))
    return files


def _warn_repeated(repeated: list[Entry], known: Known, total: int) -> None:
    new = [entry.key for entry in repeated if entry.content not in known]
    if len(new) < len(repeated):
        log.warning("dropping duplicate records in list of file records")
    if new:
        log.warning(
            f"there are different file ids with the same hashes, dropping {len(new)} duplicates out of {total} files:\n"
            f"    {new}"
        )


def _known_content(registry: type[File], entries: list[Entry]) -> Known:
    """The registered files among contents; one query per thousand contents.

    Raises:
        RuntimeError: There are some, and the session wants that to be an error.
    """
    types = {entry.intake.hash.value: entry.intake.hash.type for entry in entries if entry.intake.hash is not None}
    rows = registry.filter(hash__in=types).order_by("-created_at", "-id")
    known: Known = {(file.hash, file.size): file for file in rows if types.get(str(file.hash)) == file.hash_type}
    contents = dict.fromkeys(entry.content for entry in entries)
    existing = [known[content] for content in contents if content in known]
    if not construction.shall_return(existing):
        return {}
    construction.warn_returning(existing)
    return known


def _known_file(file: File, entry: Entry) -> File:
    intake = entry.intake
    is_its_object = intake.is_in_place and (file.storage_id, file.key) == (intake.storage.id, intake.key)
    if not is_its_object:
        construction.complete(file, intake)
    return file


def _new_file(registry: type[File], entry: Entry, run: Run | None) -> File:
    construction.check_place(entry.path, entry.key, entry.intake)
    file = registry.__new__(registry)
    construction.become_new(file, entry.intake, plan_version(registry, None, None), None, run)
    return file
