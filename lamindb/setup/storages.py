"""Storage locations of an instance: where objects are, and where copies of remote objects are. Makes no folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.errors import InvalidStorage, SettingsNotWritable, StorageNotWritable
from lamindb.io import clients, paths
from lamindb.setup import layers

if TYPE_CHECKING:
    from upath import UPath

_SHOWN = 300  # characters of a path in a message


class StorageSettings:
    """A storage location.

    Args:
        root: A local folder, or the address of a bucket or of a place in it.
        region: The region of a bucket.
        cache_name: The folder in the cache where copies of remote objects are kept.
    """

    def __init__(
        self, root: str | os.PathLike[str] | UPath, region: str | None = None, *, cache_name: str = ""
    ) -> None:
        self.root_as_str = root_as_str(root)
        """The root as it is stored in the database: with ``/`` between folders and none at the end."""
        self.region = region
        """The region of a bucket, where it is known."""
        self._cache_name = cache_name
        self._root: UPath | None = None
        self._process = os.getpid()
        self._record: Any = None

    def __repr__(self) -> str:
        return f"StorageSettings(root={self.root_as_str!r}, region={self.region!r})"

    @property
    def type(self) -> str:
        """The protocol: ``local``, ``s3``, ``gs`` or another one of fsspec."""
        return storage_type(self.root_as_str)

    def find_region(self) -> str | None:
        """Ask the provider in which region the bucket is; None where there is none, or no answer within seconds."""
        from lamindb.io import buckets

        return buckets.region_of(self.root) if self.type == "s3" else None

    def check_writable(self) -> None:
        """See that objects can be stored here; a local folder is made.

        Raises:
            StorageNotWritable: They can't.
            StorageError: There is no such bucket, or it can't be reached.
            MissingExtra: What talks to the object store isn't installed.
        """
        from lamindb.io import buckets

        if self.is_cloud:
            buckets.check_writable(self.root)
        else:
            make_folder(Path(self.root_as_str))

    @property
    def is_cloud(self) -> bool:
        """Whether the location is not on this machine's file system."""
        return self.type != "local"

    @property
    def is_missing_folder(self) -> bool:
        """Whether the location is a local folder that isn't there."""
        return not self.is_cloud and not Path(self.root_as_str).is_dir()

    @property
    def root(self) -> UPath:
        """The root as a path."""
        # clients of object stores don't survive a fork
        if self._root is None or self._process != os.getpid():
            self._root, self._process = paths.to_path(self.root_as_str), os.getpid()
        return self._root

    def set_options(self, **options: Any) -> None:
        """Use options of the file system, such as credentials or an endpoint, in this process; they are stored nowhere."""
        location = paths.location_of(self.root_as_str)
        clients.remember_options((location.protocol, *location.segments), options)
        self._root = None

    _set_fs_kwargs = set_options  # its name in 0.54

    @property
    def cache_dir(self) -> Path:
        """Where copies of remote objects are kept; made when first asked for.

        Raises:
            SettingsNotWritable: The folder can't be made.
        """
        folder = layers.cache_root() / self._cache_name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = (
                f"The cache folder {folder} can't be made ({error.strerror}): set LAMIN_CACHE_DIR to a folder that can."
            )
            raise SettingsNotWritable(msg) from error
        return folder

    # -- the registry ---------------------------------------------------------------------------------------------------

    @property
    def record(self) -> Any:
        """The record of this location in the registry of storage locations; asked for once.

        A process that has used no registry yet connects to the current instance.
        """
        from django.apps import apps
        from django.conf import settings

        if not apps.ready:
            _ = settings.INSTALLED_APPS  # the first look at a setting connects, see ``django_settings``
        if self._record is None:
            self._record = apps.get_model("lnschema_core", "Storage")._default_manager.get(root=self.root_as_str)
        return self._record

    def use_record(self, record: Any) -> None:
        """Take a record for that of this location, though the database has it at another root."""
        self._record = record

    @property
    def id(self) -> str:
        """The universal id of this location in the registry of storage locations."""
        return str(self.record.pk)

    # -- paths ----------------------------------------------------------------------------------------------------------

    def key_to_filepath(self, key: str | os.PathLike[str]) -> UPath:
        """The path of an object.

        Raises:
            InvalidKey: The key is empty or absolute, or leads out of the location.
        """
        from lamindb.io import paths

        return paths.path_of_key(self.root, str(key))

    def cloud_to_local_no_update(self, path: str | os.PathLike[str] | UPath) -> Path:
        """Where a copy of a remote object is kept, whether there is one or not; a local path is its own copy."""
        from lamindb.io import cache

        found = paths.to_path(path)
        return Path(str(found)) if paths.is_local(found) else cache.cached_path(self.cache_dir, found)

    def cloud_to_local(self, path: str | os.PathLike[str] | UPath) -> Path:
        """A local copy of an object, fetched if there is none or the remote object is another one now."""
        from lamindb.io import cache

        return cache.ensure_cached(paths.to_path(path), self.cache_dir)

    def local_filepath(self, key: str | os.PathLike[str]) -> Path:
        """Where a copy of an object is kept, whether there is one or not."""
        return self.cloud_to_local_no_update(self.key_to_filepath(key))


def root_as_str(root: str | os.PathLike[str] | UPath) -> str:
    """A root as it is stored: local ones absolute and resolved, with ``/`` between folders and none at the end.

    Who goes to a server is no part of it; this process goes there as an address says, from then on.

    Raises:
        InvalidStorage: It is no address of a storage location.
    """
    text = str(root) if paths.is_path(root) else ""
    if not text.strip() or any(character in text for character in "\n\r\0"):
        msg = "`storage` is neither a valid local, a Google Cloud nor an S3 path."
        raise InvalidStorage(msg)
    if storage_type(text) != "local":
        address = _without_credentials(text).partition("://")[2].strip("/")
        if not address:
            msg = f"{text} names no bucket: pass an address such as s3://bucket/folder"
            raise InvalidStorage(msg)
        return f"{storage_type(text)}://{address}"
    try:
        return Path(text.removeprefix("file://")).expanduser().resolve().as_posix()
    except RuntimeError as error:  # a circle of links, or the home of nobody
        msg = f"The storage folder {text} can't be used: {str(error).rstrip('.')}."
        raise InvalidStorage(msg) from error


def _without_credentials(address: str) -> str:
    """An address without the user and the password of a server, with which it is reached from now on."""
    if "@" not in address.partition("://")[2].partition("/")[0]:
        return address
    path = paths.to_path(address)
    if not paths.server_of(path):  # in other addresses it stands for something else
        return address
    if paths.has_options(path):
        location = paths.location_of(path)
        clients.remember_options((location.protocol, *location.segments), path.storage_options)
    return str(path)


def make_folder(folder: Path) -> None:
    """Make a local storage folder, or see that it can be written.

    Raises:
        StorageNotWritable: It can't be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_made(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        msg = f"The storage folder {folder} can't be written: choose another one."
        raise StorageNotWritable(msg)


def not_made(folder: Path, error: OSError) -> StorageNotWritable:
    """The error of a storage folder that can't be made."""
    text = str(folder)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return StorageNotWritable(f"The storage folder {shown} can't be made: {error.strerror}.")


def storage_type(root: str) -> str:
    """The protocol of a root: ``local``, ``s3``, ``gs`` or another one of fsspec."""
    return paths.protocol_of(root) or "local"
