"""Taking in data: what it is, where it lies, how large it is, and its digest. Writes nothing but temporary files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import InvalidKey, UnsupportedFormat
from lamindb.io import cache, formats, hashing, paths
from lamindb.io.storage import longest_root, normalise_root, storage_type
from lnschema_core.files.pending import Intake
from lnschema_core.models.storage import Storage
from lnschema_core.settings import settings

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import DataLike


def take_in(
    data: DataLike, *, id: str, key: str | None, format: str | None = None, with_digest: bool = True  # noqa: A002
) -> Intake:
    """Find out all about data that becomes a file.

    Args:
        data: A path or an object of a known format.
        id: The id of the file.
        key: The wanted key.
        format: The wanted format of an object.
        with_digest: Compute size and digest here; otherwise the caller does.

    Raises:
        FileNotFoundError: The path doesn't exist.
        UnsupportedFormat: It is not known how to store the object.
        ValueError: The key contradicts the suffix or is not allowed.
    """
    if key is not None:
        check_wanted_key(key)
    if is_path(data):
        return _take_in_path(paths.to_path(data), key, with_digest=with_digest)
    return _take_in_object(data, id, key, format)


def is_path(data: Any) -> bool:
    """Whether data is given by its path."""
    return isinstance(data, (str, Path)) or hasattr(data, "__fspath__") or hasattr(data, "storage_options")


def check_wanted_key(key: str) -> None:
    """Refuse keys that leave their storage location or lie in the folder for files without key.

    Raises:
        InvalidKey: The key is not allowed.
    """
    paths.check_key(key)
    if key.startswith(paths.AUTO_KEY_PREFIX):
        msg = "Key cannot start with .lamindb/"
        raise InvalidKey(msg)


def inferred_place(path: UPath) -> tuple[Storage, str] | None:
    """The registered storage location that a path lies in and its key there, ``None`` if it lies in none."""
    default = default_storage()
    key = paths.relative_key(path, paths.to_path(default.root))
    if key is not None:
        return default, key
    roots = {storage.root: storage for storage in Storage.objects.exclude(pk=default.pk)}
    root = longest_root(path, roots)
    if root is not None:
        key = paths.relative_key(path, paths.to_path(root))
        if key is not None:
            return roots[root], key
    if paths.is_local(path):
        return None
    return _bucket_of(path)


def default_storage() -> Storage:
    """The record of the default storage location."""
    from lamindb import setup

    return setup.settings.storage.record


def _bucket_of(path: UPath) -> tuple[Storage, str]:
    """The bucket of a cloud path as a storage location that is still to be registered."""
    root = normalise_root(f"{path.protocol}://{path.parts[0].strip('/')}")
    key = paths.relative_key(path, paths.to_path(root))
    if key is None:
        msg = f"{path} is no object of a bucket"
        raise InvalidKey(msg)
    return Storage.from_fields(root=root, type=storage_type(root)), key


def _take_in_path(path: UPath, key: str | None, *, with_digest: bool) -> Intake:
    if not path.exists():
        raise FileNotFoundError(str(path))
    finding = paths.suffix_of(path)
    if finding.note:
        log.warning(finding.note)
    place = inferred_place(path)
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
    return with_size_and_digest(intake) if with_digest else intake


def _take_in_object(data: Any, id: str, key: str | None, format: str | None) -> Intake:  # noqa: A002
    from lamindb import setup

    if formats.format_of_object(data) is None:
        msg = f"Do not know how to create a file object from {data}, pass a filepath instead!"
        raise UnsupportedFormat(msg)
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


def with_size_and_digest(intake: Intake) -> Intake:
    """Add size and digest of all bytes, unless the session wants files without."""
    if settings.upon_file_create_skip_size_hash:
        return intake
    path = intake.source
    assert path is not None  # noqa: S101 - every intake has one by now
    if not paths.is_local(path):
        facts = hashing.cloud_facts(path)
        if facts.hash is None:
            log.warning(f"did not add hash for {path}")
        return replace(intake, size=facts.size, hash=facts.hash)
    if path.is_dir():
        if intake.suffix not in formats.FOLDER_SUFFIXES:
            msg = f"{path} is a folder: register its files with ln.File.from_dir"
            raise IsADirectoryError(msg)
        return replace(intake, size=hashing.folder_size(path), hash=hashing.digest_folder(path))
    return replace(intake, size=path.stat().st_size, hash=hashing.digest_file(path))
