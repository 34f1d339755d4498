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
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model

from lamindb import log, setup
from lamindb.errors import NotStorable, StorageError
from lamindb.io import formats, hashing, listing, paths, sparing, transfer, workers
from lamindb.io.faults import point
from lamindb.io.placing import explaining, make_folder
from lamindb.io.progress import progress
from lnschema_core.annotation.slots import link_feature_sets, save_feature_sets
from lnschema_core.files import interrupted, meanwhile, places
from lnschema_core.files.keys import explaining_taken_keys, refuse_taken_keys
from lnschema_core.history import reproducing
from lnschema_core.rows.statements import insert, is_listened_to
from lnschema_core.rows.storable import check_storable
from lnschema_core.settings import settings
from lnschema_core.trash.content import make_way
from lnschema_core.trash.migrated import is_migrated
from lnschema_core.versioning import saving_family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from upath import UPath

    from lnschema_core.files.pending import PendingFile
    from lnschema_core.models import File, Storage

_UPLOADS = ".lamindb/uploads"
_PROVENANCE = ("storage", "storage_id"), ("transform", "transform_id"), ("run", "run_id")


@dataclass
class StoredContent:
    """Content that is in its storage location, but may not have its final name yet.

    Attributes:
        now: Where it is.
        target: Where it belongs.
        place: The root of the storage location and the key in it.
        spare: A free name in the storage location, for what lies at the target already.
        has_spared: Whether something was moved there.
        upload: What makes the content an object; without it, the content is one.
        strike_out: What says, in the transaction, that the replacement of other content is not interrupted.
    """

    now: UPath
    target: UPath
    place: tuple[str, str]
    spare: UPath
    has_spared: bool = False
    upload: transfer.Upload | None = None
    strike_out: Callable[[], object] | None = None

    @property
    def is_published(self) -> bool:
        """Whether it has its final name."""
        return self.now == self.target

    def publish(self) -> None:
        """Give it its final name; what was there is kept under the spare name."""
        if self.is_published:
            return
        if listing.has_object(self.target):
            if self.strike_out is None:  # else what is there is the former content of the same file
                make_way(*self.place)
            self.has_spared = sparing.spare(self.target, self.spare)
        if self.upload is None:
            transfer.move(self.now, self.target)
        else:
            self.upload.commit()
        self.now = self.target
        if self.strike_out is not None:
            self.strike_out()

    def settle(self) -> None:
        """Remove what was there before, once the record is committed."""
        if self.has_spared:
            _tidy_up(self.spare, transfer.remove_object)

    def withdraw(self) -> None:
        """Remove the content again, and put back what was there before."""
        if self.upload is None or self.is_published:
            transfer.remove_object(self.now)
        else:
            self.upload.discard()
        if self.has_spared and listing.has_object(self.spare):
            sparing.put_back(self.spare, self.target)
        if self.strike_out is not None and not transaction.get_connection().in_atomic_block:
            self.strike_out()


def save_file(file: File, *args: Any, **kwargs: Any) -> None:
    """Store the content of a file, then commit its record with all links.

    Raises:
        StorageError: The content can't be stored.
        IntegrityError: Another file of the storage location has the key, and other content.
    """
    try:
        if _is_only_row(file):
            with explaining_taken_keys([file]):
                save_row(file, *args, **kwargs)
            reproducing.link_runs([file])
        else:
            _save_with_more(file, *args, **kwargs)
    except IntegrityError:
        if not meanwhile.become_existing([file]):
            raise
        reproducing.link_runs([file])
    finish(file)


def _is_only_row(file: File) -> bool:
    """Whether a row is all there is to write, so that its statement is a transaction by itself."""
    return file.pending is None or not (file.pending.has_more or _unsettled_provenance(file))


def _save_with_more(file: File, *args: Any, **kwargs: Any) -> None:
    pending = file.pending
    assert pending is not None
    if file._state.adding and pending.has_content:
        refuse_taken_keys([file])
    with explaining_taken_keys([file]), stored_content(file) as content, transaction.atomic():
        meanwhile.refuse_same_content([file])
        save_provenance(file)
        save_feature_sets(pending.feature_sets)
        save_row(file, *args, is_within=True, **kwargs)
        link_feature_sets(file, pending.feature_sets)
        if pending.annotate is not None:
            pending.annotate()
        reproducing.link_runs([file])
        publish(file, content)
        point("save.before-commit")
    point("save.committed")


def publish(file: File, content: StoredContent | None) -> None:
    """Give the stored content of a file its final name."""
    if content is not None:
        point("save.before-publish")
        with _naming_failures(file):
            content.publish()
        point("save.published")


@dataclass(frozen=True)
class Arrival:
    """Content that a worker copies.

    Attributes:
        now: Where to.
        wait: Returns once it is there, or raises what the worker did.
    """

    now: UPath
    wait: Callable[[], object]


def arrivals(files: Sequence[File]) -> Iterator[Arrival | None]:
    """Let the workers of the executor copy the content of files: ``None`` for each that is to be copied here.

    Those are all of them without an executor; with one, folders and what no other machine sees.
    """
    if settings.executor is None:
        yield from repeat(None, len(files))
        return
    sources = [None if file.pending is None or file.pending.is_temporary else _source(file.pending) for file in files]
    places_now = [
        _place_now(file) if source is not None and source.is_file() else None
        for file, source in zip(files, sources, strict=True)
    ]
    notes = _notes()
    make_folder(notes)
    calls = (
        None if now is None else (source, now, _expected(file), notes)
        for file, source, now in zip(files, sources, places_now, strict=True)
    )
    waits = workers.answers(settings.executor, transfer.store_as_worker, calls)
    with progress(len(files) - places_now.count(None), "storing files", unit="file") as update:
        for now, wait in zip(places_now, waits, strict=True):
            yield None if now is None else Arrival(now, wait)
            update(now is not None)


@contextmanager
def stored_content(file: File, arrival: Arrival | None = None) -> Iterator[StoredContent | None]:
    """Have the content in the storage location within the block, withdrawn again if its record isn't committed.

    Args:
        file: The file.
        arrival: Its content, if a worker copies it.
    """
    with _naming_failures(file):
        content = store_content(file, arrival)
    try:
        yield content
    except BaseException:
        if content is not None and _is_surely_not_committed(file, content):
            content.withdraw()
        raise
    if content is not None:
        transaction.on_commit(content.settle)


@contextmanager
def _naming_failures(file: File) -> Iterator[None]:
    """Say which file it is whose content can't be stored."""
    try:
        yield
    except (OSError, StorageError):
        log.warning(f"could not upload file: {file}")
        raise


def _is_surely_not_committed(file: File, content: StoredContent) -> bool:
    """Whether the record is known not to be there.

    A commit can succeed although its answer was lost, or although an interrupt followed at once. Content is only withdrawn
    when no record refers to it: bytes without a row are garbage, a row without bytes would be a loss.
    """
    if not content.is_published:
        return True
    try:
        return not type(file).objects.filter(pk=file.pk, hash=file.hash, size=file.size).exists()
    except DatabaseError:
        return False


def store_content(file: File, arrival: Arrival | None = None) -> StoredContent | None:
    """Copy the content of a file into its storage location, ``None`` if there is nothing to copy; see :func:`_place_now`.

    Raises:
        StorageError: It can't be stored, or differs from what was registered.
    """
    pending = file.pending
    if pending is None or not pending.has_content:
        return None
    target = places.path_in_storage(file)
    log.save(f"storing file '{file.id}' at '{places.storage_key(file)}'")
    root = places.storage_root(file)
    now = _place_now(file) if arrival is None else arrival.now
    upload = _copy(pending, file, now, target, None if arrival is None else arrival.wait)
    spare = _free_name(root, file.suffix, owner=f"{file.id}.")
    place = (places.root_as_str(file), places.storage_key(file))
    strike_out = None
    if not file._state.adding and pending.stale is None and is_migrated():
        strike_out = interrupted.write_down(file.pk, *place, str(paths.relative_key(spare, root)))
    return StoredContent(now=now, target=target, place=place, spare=spare, upload=upload, strike_out=strike_out)


def _place_now(file: File) -> UPath:
    """Where content is before its row is committed.

    A file without key owns its place, since no other file has its id. The place of a key belongs to the file whose row is
    committed first, so that content waits below a temporary name; so does that of a version, since the ids of versions differ by two
    characters only, and another process may give one the same at this moment.
    """
    waits = file.key is not None or not file._state.adding or file.initial_version_id is not None
    return _free_name(places.storage_root(file), file.suffix) if waits else places.path_in_storage(file)


def _free_name(root: UPath, suffix: str, *, owner: str = "") -> UPath:
    """A free temporary name; content that is moved aside is named by its file, so that it finds its way back."""
    return paths.path_of_key(root, f"{paths.TEMPORARY_FOLDER}/{owner}{secrets.token_hex(10)}{suffix}")


def _copy(
    pending: PendingFile, file: File, now: UPath, target: UPath, wait: Callable[[], object] | None
) -> transfer.Upload | None:
    """Copy content to where it is now, or send it to its target for good if that can be done without its being there."""
    source, expected = _source(pending), _expected(file)
    try:
        with explaining(now if source is None else source, "read"):
            if wait is not None and _has_copied(wait, now, file.size):
                return None
            if source is None:
                formats.write(pending.memory, Path(str(now)), file.suffix)
            elif source.is_dir():
                transfer.store_tree(source, now, expected=expected)
            elif now == target:
                transfer.store_file(source, now, expected=expected, notes=_notes())
            else:
                return _send(source, now, target, expected)
    except FileNotFoundError as error:
        msg = f"could not store {file}: {error.filename or source} doesn't exist any more"
        raise StorageError(msg) from error
    return None


def _has_copied(wait: Callable[[], object], now: UPath, size: int | None) -> bool:
    """Whether a worker has copied the content to where this process sees it, too.

    One on another machine may not see the source, or have a storage location of its own at the same address.
    """
    try:
        wait()
        return size in {None, listing.size_of(now)}
    except FileNotFoundError:
        return False


def _source(pending: PendingFile) -> Path | None:
    return None if pending.source is None else Path(str(pending.source))


def _expected(file: File) -> hashing.FileHash | None:
    return None if file.hash is None else hashing.FileHash(file.hash, file.hash_type or "")


def _send(source: Path, now: UPath, target: UPath, expected: hashing.FileHash | None) -> transfer.Upload | None:
    upload = transfer.begin_upload(source, target, expected=expected, notes=_notes())
    if upload is None:
        transfer.store_file(source, now, expected=expected)
    return upload


def _notes() -> Path:
    """Where notes are that let a later process go on with an upload of this one."""
    return setup.settings.storage.cache_dir / _UPLOADS


def save_provenance(host: Any) -> None:
    """Save the records that a file or dataset refers to, as far as they are new."""
    for name, record in _unsettled_provenance(host):
        if record._state.adding:
            _save_storage(record) if name == "storage" else record.save()
        if record.pk != getattr(host, f"{name}_id"):
            setattr(host, name, record)


def _unsettled_provenance(host: Any) -> list[tuple[str, Any]]:
    """The records that a file or dataset refers to and that are new, or have become other ones, by the names of the fields."""
    known = host._state.fields_cache
    return [
        (name, known[name])
        for name, column in _PROVENANCE
        if known.get(name) is not None and (known[name]._state.adding or known[name].pk != getattr(host, column))
    ]


def _save_storage(storage: Storage) -> None:
    """Save a new storage location, or become the one that was registered meanwhile."""
    facts = {"id": storage.id, "type": storage.type, "region": storage.region, "created_by_id": storage.created_by_id}
    saved, _ = type(storage).objects.get_or_create(root=storage.root, defaults=facts)
    storage.become(saved)


def finish(file: File) -> None:
    """Tidy up after saving: temporary sources go, and objects that were replaced once that is committed for good."""
    reproducing.forget(file)
    pending = file.pending
    if pending is None:
        return
    file.pending = None
    if pending.is_temporary and pending.source is not None:
        transfer.remove(pending.source)
    if pending.stale is not None:
        key = paths.relative_key(pending.stale, places.storage_root(file)) or str(pending.stale)
        transaction.on_commit(partial(_remove_stale, pending.stale, key))


def _remove_stale(path: UPath, key: str) -> None:
    if _tidy_up(path, transfer.remove_object):
        log.success(f"deleted stale object at storage key {key}")


def _tidy_up(path: UPath, remove: Callable[[UPath], bool]) -> bool:
    """Remove what nobody needs any more; the record is committed, so a failure is none of saving."""
    try:
        return remove(path)
    except StorageError as error:
        log.warning(f"{error}: it is not needed any more, you may delete it")
        return False


def refuse_lost_content(file: File) -> None:
    """Refuse to write a row again that somebody has deleted together with the content: a row without bytes would be a loss.

    Raises:
        NotStorable: The object is gone.
    """
    brings_content = file.pending is not None and file.pending.has_content
    if not brings_content and not listing.has_object(places.path_in_storage(file)):
        msg = (
            f"{file} was deleted meanwhile, with its content: `ln.trash.restore(…)` restores it if it is in the trash, "
            "otherwise make it anew"
        )
        raise NotStorable(msg)


def save_row(file: File, *args: Any, is_within: bool = False, **kwargs: Any) -> None:
    """Write the row, and give the version before it a version where it has none; see :func:`saving_family`."""
    check_storable([file])
    is_new = file._state.adding and not args
    with saving_family(file, is_within=is_within):
        if is_new and not kwargs and not is_listened_to(type(file)):
            insert(file)
            return
        if is_new:
            kwargs = {"force_insert": not kwargs.keys() & {"force_update", "update_fields"}, **kwargs}
        Model.save(file, *args, **kwargs)
