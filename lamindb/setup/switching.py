"""``set.storage``: another default storage location for the current instance, on any database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.io import paths
from lamindb.setup import connection, current, deprecation, describing, instances, locations, storages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamindb.types import PathLike


class set:  # noqa: A001, N801 - the name in the public API
    """Change the current instance."""

    @staticmethod
    def storage(root: PathLike, **fs_kwargs: Any) -> None:
        """Use another default storage location from now on; what is stored stays where it is.

        Args:
            root: A local folder, or the address of a bucket or of a place in it.
            fs_kwargs: Options of the file system, kept in this process only.

        Raises:
            InstanceNotLoaded: No instance is loaded.
            InvalidStorage: It is no path.
            StorageNotWritable: The folder or bucket can't be written.
            StorageError: There is no such bucket, or it can't be reached.
        """
        locations.check_settings_dir()
        connection.connect()
        connection.check_writable()
        instance = current.settings.instance
        storage = storages.StorageSettings(root)
        with _reached_with(storage, {**getattr(root, "storage_options", {}), **fs_kwargs}):
            storage.check_writable()
            region = storage.find_region()
        switched = instance.with_default_storage(storage.root_as_str, region)
        connection.replace_instance(switched)
        if switched.dialect == "postgresql":
            describing.write(switched)
        instances.write_instance(switched, make_current=instances.is_loaded(switched.identifier))
        log.save(f"set storage {switched.storage.root_as_str}")


@deprecation.deprecated("set.storage")
def set_storage(storage: PathLike) -> None:
    """Use another default storage location from now on."""
    set.storage(storage)


@contextmanager
def _reached_with(storage: storages.StorageSettings, options: dict[str, Any]) -> Iterator[None]:
    """Use options of the file system from now on, unless the block fails; without options those that are in use stay."""
    before = dict(getattr(paths.to_path(storage.root_as_str), "storage_options", {}))
    if options and storage.is_cloud:
        storage.set_options(**options)
    try:
        yield
    except BaseException:
        if storage.is_cloud:
            storage.set_options(**before)
        raise
