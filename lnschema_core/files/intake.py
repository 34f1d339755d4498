"""Taking in data: what it is, where it lies, how large it is, and its digest. Writes nothing but temporary files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lamindb import log, setup
from lamindb.errors import SettingsNotWritable
from lamindb.io import buckets, cache, clients, formats, hashing, listing, paths, remembered
from lamindb.io.placing import explaining
from lamindb.io.storage import StorageRoot, innermost_place
from lnschema_core.files.pending import Intake
from lnschema_core.models.storage import Storage
from lnschema_core.rows.statements import all_records
from lnschema_core.settings import settings

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from upath import UPath

    from lamindb.types import DataLike, PathLike

    Storages = dict[StorageRoot, Storage]
    Facts = Mapping[str, Any]

_DIGESTS = ".lamindb/digests"


def take_in(
    data: DataLike,
    *,
    id: str,  # noqa: A002 - the field of the registry
    key: str | None,
    format: str | None = None,  # noqa: A002 - the API of 0.54
    storages: Storages | None = None,
    facts: Facts | None = None,
) -> Intake:
    """Find out all about data that becomes a file.

    Args:
        data: A path or an object of a known format.
        id: The id of the file.
        key: The wanted key.
        format: The wanted format of an object.
        storages: The registered storage locations, if the caller has them already.
        facts: What the object store says of the object, if the caller has listed it already.

    Raises:
        FileNotFoundError: The path doesn't exist.
        UnsupportedFormat: It is not known how to store the object.
        ValueError: The key contradicts the suffix or is not allowed.
    """
    if key is not None:
        _check_key(key)
    if paths.is_path(data):
        given = cast("PathLike", data)
        return _take_in_path(paths.as_local(given) or paths.to_path(given), key, storages, facts)
    return _take_in_object(data, id, key, format)


def _check_key(key: Any) -> None:
    if not isinstance(key, str):
        msg = f"a key is text such as 'folder/name.csv', not {key!r:.80}"
        raise TypeError(msg)
    paths.check_user_key(key)


def known_storages() -> Storages:
    """All registered storage locations, by their roots; one query."""
    return {StorageRoot(storage.root, storage.type): storage for storage in all_records(Storage)}


def inferred_place(path: PathLike, storages: Storages | None = None) -> tuple[Storage, str] | None:
    """The innermost storage location that a path lies in and its key there, ``None`` if a local path lies in none.

    The bucket of a cloud path in none becomes a storage location that is saved with the file; it is added to ``storages``.
    """
    storages = known_storages() if storages is None else storages
    place = innermost_place(path, storages)
    if place is None and not paths.is_local(path):
        bucket = _bucket_of(paths.to_path(path))
        storages[bucket] = Storage.from_fields(root=bucket.root, type=bucket.type, region=bucket.region)
        place = bucket, bucket.key_of(path) or ""
    return None if place is None else (storages[place[0]], place[1])


def default_storage() -> Storage:
    """The record of the default storage location."""
    record: Storage = setup.settings.storage.record
    return record


def _bucket_of(path: UPath) -> StorageRoot:
    """The bucket of a cloud path, reached as the path is."""
    location = paths.location_of(path)
    if paths.has_options(path):
        clients.remember_options((location.protocol, location.segments[0]), path.storage_options)
    bucket = paths.to_path(f"{location.protocol}://{location.segments[0]}")
    return StorageRoot.of(bucket, region=buckets.region_of(bucket))


def _take_in_path(path: Path | UPath, key: str | None, storages: Storages | None, facts: Facts | None) -> Intake:
    if paths.is_local(path):
        if not path.exists():
            raise FileNotFoundError(str(path))
    elif facts is None:
        facts = _facts_of(paths.to_path(path))
    finding = paths.suffix_of(path)
    if finding.note:
        log.warning(finding.note)
    place = inferred_place(path, storages)
    storage, inferred = place if place is not None else (default_storage(), key)
    intake = Intake(
        storage=storage,
        key=inferred,
        suffix=finding.suffix,
        source=path,
        memory=None,
        is_in_place=place is not None,
        is_temporary=False,
        size=None,
        hash=None,
        accessor=formats.accessor_of(path),
    )
    return with_size_and_digest(intake, facts)


def take_in_place(path: str, storage: Storage, key: str, size: int | None, digest: hashing.FileHash | None) -> Intake:
    """Find out the rest about a local regular file of which place and content are known.

    Args:
        path: The file.
        storage: The storage location that it lies in.
        key: The key there.
        size: Its size, ``None`` if the session wants files without.
        digest: Its digest, likewise.
    """
    _check_key(key)
    name = key.rpartition("/")[2]
    finding = paths.suffix_of(name)
    if finding.note:
        log.warning(finding.note)
    return Intake(
        storage=storage,
        key=key,
        suffix=finding.suffix,
        source=path,
        memory=None,
        is_in_place=True,
        is_temporary=False,
        size=size,
        hash=digest,
        accessor=formats.accessor_of(name),
    )


def _facts_of(path: UPath) -> Facts:
    try:
        with explaining(path, "read"):
            return buckets.facts_of(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(str(path)) from error


def _take_in_object(data: Any, id: str, key: str | None, format: str | None) -> Intake:  # noqa: A002
    suffix = formats.suffix_of_object(data, format=format, key=key)
    intake = Intake(
        storage=default_storage(),
        key=key,
        suffix=suffix,
        source=None,
        memory=data,
        is_in_place=False,
        is_temporary=True,
        size=None,
        hash=None,
        accessor=formats.accessor_of(data),
    )
    source = cache.new_file(setup.settings.storage.cache_dir, id, suffix)
    formats.write(data, source, suffix)
    return with_size_and_digest(replace(intake, source=source))


def with_size_and_digest(intake: Intake, facts: Facts | None = None) -> Intake:
    """Add size and digest of all bytes, unless the session wants files without.

    Raises:
        IsADirectoryError: It is a folder, and no store.
    """
    path = intake.source
    assert path is not None
    local = Path(str(path))
    is_folder = local.is_dir() if facts is None else facts["type"] == "directory"
    if is_folder and not paths.is_store(path):
        msg = f"{path} is a folder: register its files with ln.File.from_dir"
        raise IsADirectoryError(msg)
    if settings.upon_file_create_skip_size_hash:
        return intake
    if facts is not None:
        return _with_facts_of_listing(intake, facts)
    if is_folder:
        return replace(intake, size=listing.size_of(path), hash=hashing.digest_folder(local))
    status, digest = hashing.measure_file(local) if intake.is_temporary else _measured(local)
    return replace(intake, size=status.st_size, hash=digest)


def _measured(path: Path) -> tuple[os.stat_result, hashing.FileHash]:
    """Status and digest of a local file; unless it is small, it isn't read again if nobody touched it since it was read."""
    folder = None if path.stat().st_size < remembered.PAYS_FROM else digests_folder()
    return hashing.measure_file(path) if folder is None else remembered.measure_file(path, folder)


def digests_folder() -> Path | None:
    """Where the digests of local files are kept, ``None`` on a machine where nothing can be kept."""
    try:
        return setup.settings.storage.cache_dir / _DIGESTS
    except SettingsNotWritable:
        return None


def _with_facts_of_listing(intake: Intake, facts: Facts) -> Intake:
    """Add what the object store says of an object."""
    path = paths.to_path(intake.source)  # type: ignore[arg-type]
    if paths.is_store(path):
        return replace(intake, size=facts.get("size") or listing.size_of(path))
    digest = hashing.hash_of_listing(facts)
    if digest is None:
        log.warning(f"did not add hash for {path}")
    return replace(intake, size=facts.get("size"), hash=digest)
