"""Making files of all files in a folder."""

from __future__ import annotations

import os
import stat
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from lamindb import log
from lamindb.io import buckets, hashing, listing, paths, remembered, workers
from lamindb.io.placing import explaining
from lamindb.io.progress import progress
from lnschema_core import runs
from lnschema_core.catalogue import core_registry
from lnschema_core.files import construction
from lnschema_core.files.intake import (
    default_storage,
    digests_folder,
    inferred_place,
    known_storages,
    take_in,
    take_in_place,
)
from lnschema_core.rows import as_read, unchanged
from lnschema_core.rows.values import find_records, without_garbage_collection
from lnschema_core.settings import settings
from lnschema_core.users import current_user_id
from lnschema_core.versioning import plan_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from upath import UPath

    from lamindb.io.hashing import FileHash
    from lamindb.io.progress import Update
    from lamindb.types import PathLike
    from lnschema_core.files.intake import Storages
    from lnschema_core.files.pending import Intake
    from lnschema_core.models import File, Run, Storage

    Listed = dict[str, dict[str, Any]] | dict[str, None]
    Content = str | tuple[str | None, str | None, int | None]
    Known = dict[Content, File]


class Entry(NamedTuple):
    """One file of a folder.

    Attributes:
        name: Its posix name in the folder.
        key: The key that it gets by its place in the folder.
        size: Its size.
        hash: Its digest, ``None`` if it has none.
        source: What finds out the rest about it.
    """

    name: str
    key: str
    size: int | None
    hash: FileHash | None
    source: Source

    @property
    def content(self) -> Content:
        """What its content is recognised by; without a digest it is like no other."""
        return self.name if self.hash is None else (self.hash.value, self.hash.type, self.size)


class Source(Protocol):
    """What finds out about files of a folder."""

    def is_at(self, entry: Entry, file: File) -> bool:
        """Whether a file of the folder is the object of a registered one."""

    def take_in(self, entry: Entry) -> Intake:
        """All about a file of the folder."""


def files_from_folder(path: PathLike, key: str | None = None, *, run: Run | None = None) -> list[File]:
    """Make a file of every file below a folder; see ``File.from_dir``. A zarr store is one file."""
    folder = paths.as_local(path) or paths.to_path(path)
    listed = _listed(folder)
    if listed is None:
        return []
    storages = known_storages()
    place = _place_of_folder(folder, storages)
    folder_key = _folder_key(folder, key, place)
    run = runs.resolve(run)
    with without_garbage_collection():
        files = _files_of(_entries(folder, listed, folder_key, storages, place), run)
    storage = default_storage() if place is None else place[0]
    log.success(f"created {len(files)} files from directory using storage {storage.root} and key = {folder_key}/")
    return files


def _entries(
    folder: Path | UPath, listed: Listed, folder_key: str, storages: Storages, place: tuple[Storage, str] | None
) -> list[Entry]:
    keys = {name: f"{folder_key}/{name}" if folder_key else name for name in sorted(listed)}
    if not folder_key:
        keys = _without_ours(keys, folder)
    plain = PlainFolder.of(folder, place, storages)
    with progress(len(keys), "registering files", "file") as update:
        entries = {} if plain is None else plain.entries(keys, update)
        for name, key in keys.items():
            if name not in entries:
                entries[name] = Single.entry(folder / name, name, key, storages, listed[name])
                update(1)
    return [entries[name] for name in keys]


class Single:
    """A file of a folder that is looked at by itself."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    @classmethod
    def entry(cls, path: Path | UPath, name: str, key: str, storages: Storages, facts: dict[str, Any] | None) -> Entry:
        """Find out all about a file."""
        intake = take_in(path, id="", key=key, storages=storages, facts=facts)
        return Entry(name, key, intake.size, intake.hash, cls(intake))

    def is_at(self, entry: Entry, file: File) -> bool:  # noqa: ARG002 - there is one entry
        """Whether it is the object of a registered file."""
        place = self._intake.storage.id, self._intake.key
        return self._intake.is_in_place and place == (file.storage_id, file.key)

    def take_in(self, entry: Entry) -> Intake:  # noqa: ARG002 - likewise
        """All about it."""
        return self._intake


class PlainFolder:
    """A local folder in one storage location: where its files lie follows from their names, unless links are on the way."""

    def __init__(self, root: str, storage: Storage, key: str) -> None:
        self._root = root
        self._storage = storage
        self._storage_id = storage.id
        self._prefix = f"{key}/" if key else ""
        self._is_straight: dict[str, bool] = {"": True}

    @classmethod
    def of(cls, folder: Path | UPath, place: tuple[Storage, str] | None, storages: Storages) -> PlainFolder | None:
        """A folder, ``None`` if it is in the cloud, or if its files are in no storage location or in several."""
        if place is None or not paths.is_local(folder):
            return None
        here = paths.location_of(folder)
        if any(root.location.key_below(here) is not None for root in storages):
            return None
        return cls(os.path.realpath(str(folder)), *place)

    def entries(self, keys: dict[str, str], update: Update) -> dict[str, Entry]:
        """The files of the folder itself, rather than stores and what links lead to, by their names.

        What nobody touched since it was read isn't read again.

        Args:
            keys: The keys that files get, by their names in the folder.
            update: Is told how many there are.
        """
        if settings.upon_file_create_skip_size_hash:
            return {name: Entry(name, key, None, None, self) for name, key in keys.items() if self._status_of(name)}
        entries: dict[str, Entry] = {}
        unread = []
        with remembered.digests_below(self._root, digests_folder()) as digests:
            for name, key in keys.items():
                status = self._status_of(name)
                if status is None:
                    continue
                digest = digests.find(name, status)
                if digest is None:
                    unread.append(name)
                else:
                    entries[name] = Entry(name, key, status.st_size, digest, self)
            update(len(entries))
            for name, measure in zip(unread, _measures(map(self._path_of, unread)), strict=True):
                status, digest = measure()
                digests.learn(name, status, digest)
                entries[name] = Entry(name, keys[name], status.st_size, digest, self)
                update(1)
        return entries

    def is_at(self, entry: Entry, file: File) -> bool:
        """Whether a file of the folder is the object of a registered one."""
        return file.storage_id == self._storage_id and file.key == self._prefix + entry.name

    def take_in(self, entry: Entry) -> Intake:
        """All about a file of the folder."""
        key = self._prefix + entry.name
        return take_in_place(self._path_of(entry.name), self._storage, key, entry.size, entry.hash)

    def _path_of(self, name: str) -> str:
        return f"{self._root}/{name}"  # a path takes ten times as long to make

    def _status_of(self, name: str) -> os.stat_result | None:
        """What the system says of a regular file of the folder itself, ``None`` of anything else."""
        status = os.lstat(self._path_of(name))
        return status if stat.S_ISREG(status.st_mode) and self._has_straight(name.rpartition("/")[0]) else None

    def _has_straight(self, above: str) -> bool:
        """Whether no link is on the way to a folder below."""
        if above not in self._is_straight:
            path = os.path.normpath(os.path.join(self._root, above))  # noqa: PTH118 - as text, since it is compared so
            self._is_straight[above] = os.path.realpath(path) == path
        return self._is_straight[above]


def _measures(paths: Iterable[str]) -> Iterator[Callable[[], tuple[os.stat_result, FileHash]]]:
    """What tells status and digest of each file: by reading it here, or by what a worker of the session has read."""
    if settings.executor is None:
        return (partial(hashing.measure_file, path) for path in paths)
    return workers.answers(settings.executor, hashing.measure_file, ((path,) for path in paths))


def _without_ours(keys: dict[str, str], folder: Path | UPath) -> dict[str, str]:
    """The objects in a storage location that are the user's own: neither the database nor an object without key."""
    from lamindb import setup

    instance = setup.settings.instance
    ours = [paths.AUTO_KEY_PREFIX]
    if instance.dialect == "sqlite":
        database = paths.relative_key(instance.db if instance.is_cloud_sqlite else instance.sqlite_file, folder)
        ours += [] if database is None else [database]
    return {name: key for name, key in keys.items() if not _target(folder, name).startswith(tuple(ours))}


def _target(folder: Path | UPath, name: str) -> str:
    """The name of an object in a folder; of a local link that of what it leads to, if that is in the folder."""
    if paths.is_local(folder) and os.path.islink(f"{folder}/{name}"):  # noqa: PTH114 - quicker than a path
        return paths.relative_key(folder / name, folder) or name
    return name


def _listed(folder: Path | UPath) -> Listed | None:
    """What is below a folder, in the cloud with what its one listing says; ``None`` if it is a file."""
    if not paths.is_local(folder):
        with explaining(folder, "read"):
            cloud = paths.to_path(folder)
            return _with_kind_of_keys(cloud, listing.facts_below(cloud)) or None
    if not folder.exists():
        raise FileNotFoundError(str(folder))
    return dict.fromkeys(listing.files_below(folder)) if folder.is_dir() else None


def _with_kind_of_keys(folder: UPath, facts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Add whether the objects of a folder in S3 are encrypted with keys of their own, which no listing says: as the first is."""
    first = next((name for name, one in facts.items() if one["type"] != "directory"), None)
    if first is None or paths.protocol_of(folder) != "s3" or not buckets.facts_of(folder / first)["has_own_key"]:
        return facts
    return {name: {**one, "has_own_key": True} for name, one in facts.items()}


def _place_of_folder(folder: Path | UPath, storages: Storages) -> tuple[Storage, str] | None:
    """The storage location that the files of a folder lie in and the key of the folder there, ``""`` for its root."""
    place = inferred_place(folder / "any", storages)
    return None if place is None else (place[0], place[1].rpartition("/")[0])


def _folder_key(folder: Path | UPath, key: str | None, place: tuple[Storage, str] | None) -> str:
    if key is not None:
        return key.rstrip("/")
    if place is not None:
        return place[1]
    says_where = folder.name in ("", "..")  # rather than what it is called
    name = folder.resolve().name if says_where else folder.name
    root = default_storage().root
    log.warning(f"folder is outside existing storage location, will copy files from {folder} to {root}/{name}")
    return name


def _files_of(entries: list[Entry], run: Run | None) -> list[File]:
    """One file per content: existing records where the content is known, new ones elsewhere."""
    registry = core_registry("File")
    first: dict[Content, Entry] = {}
    repeated = [entry for entry in entries if first.setdefault(entry.content, entry) is not entry]
    known = _known_content(registry, first)
    _warn_repeated(repeated, known, len(entries))
    user_id = current_user_id()
    return [
        _known_file(known[content], entry, run) if content in known else _new_file(registry, entry, run, user_id)
        for content, entry in first.items()
    ]


def _warn_repeated(repeated: list[Entry], known: Known, total: int) -> None:
    new = [entry.key for entry in repeated if entry.content not in known]
    if len(new) < len(repeated):
        log.warning("dropping duplicate records in list of file records")
    if new:
        log.warning(
            f"there are different file ids with the same hashes, dropping {len(new)} duplicates out of {total} files:\n"
            f"    {new}"
        )


def _known_content(registry: type[File], contents: dict[Content, Entry]) -> Known:
    """The registered files among contents, of several with one content the first.

    Raises:
        RuntimeError: There are some, and the session wants that to be an error.
    """
    hashes = {entry.hash.value for entry in contents.values() if entry.hash is not None}
    known: Known = {}
    state = unchanged.state()
    files = find_records(registry.filter(), "hash", hashes)
    as_read.note(files, state)
    for file in files:
        content = (file.hash, file.hash_type, file.size)
        other = known.get(content)
        if content in contents and (other is None or (file.created_at, file.id) < (other.created_at, other.id)):
            known[content] = file
    existing = [known[content] for content in contents if content in known]
    if not construction.shall_return(existing):
        return {}
    construction.warn_returning(existing)
    return known


def _known_file(file: File, entry: Entry, run: Run | None) -> File:
    if not entry.source.is_at(entry, file):  # else it has just been seen
        construction.complete(file, entry.source.take_in(entry))
    file.made_again_by = run
    return file


def _new_file(registry: type[File], entry: Entry, run: Run | None, user_id: str) -> File:
    intake = entry.source.take_in(entry)
    construction.check_place(intake.source, entry.key, intake)
    file = registry.__new__(registry)
    construction.become_new(file, intake, plan_version(registry, None, None), None, run, user_id)
    return file
