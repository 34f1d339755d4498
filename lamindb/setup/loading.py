"""``load``: make an instance that is known on this machine the current one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.errors import InstanceUnreachable
from lamindb.setup import connection, current, instances, layers, locations

if TYPE_CHECKING:
    from lamindb.setup.instances import InstanceSettings
    from lamindb.types import PathLike


def load(identifier: str, *, storage: PathLike | None = None) -> None:
    """Load an instance.

    Args:
        identifier: ``owner/name``, the name (of an instance of the current user), or the url on the hub.
        storage: Where its storage folder is now, if it was moved or copied.

    Raises:
        InstanceNotFound: The instance isn't known on this machine.
        InstanceUnreachable: Its database can't be opened.
        InvalidInstanceName: The identifier can't be understood.
    """
    locations.check_settings_dir()
    path, instance = instances.find_instance(identifier, owner=current.settings.owner)
    log.info(f"found cached instance metadata: {path}")
    moved = _moved(instance, storage) if storage is not None else instance
    with connection.switching():
        connection.open_instance(moved)
        _finish(instance, moved)
    log.important(f"loaded instance: {moved.identifier}")
    warn_if_another_is_chosen(moved)


def _finish(instance: InstanceSettings, moved: InstanceSettings) -> None:
    if connection.is_writable():
        from lamindb.setup import storage_rows

        if moved is not instance:
            storage_rows.move(instance.storage.root_as_str, moved.storage.root_as_str)
        connection.announce_ready(moved)
    elif moved is not instance:
        log.warning("the storage root in the database can't be updated: files are looked up at the old one")
    instances.write_instance(moved)


def _moved(instance: InstanceSettings, storage: PathLike) -> InstanceSettings:
    """The instance with its storage elsewhere, which must exist.

    Raises:
        InstanceUnreachable: It doesn't.
    """
    moved = instance.with_storage(str(storage))
    if moved.storage.is_cloud:
        return moved
    root = Path(moved.storage.root_as_str)
    if not root.is_dir():
        msg = f"The storage folder {root} does not exist: pass the folder that {instance.identifier} is in now."
        raise InstanceUnreachable(msg)
    if moved.dialect == "sqlite" and not moved.sqlite_file.exists():
        msg = f"SQLite file does not exist: there is no {moved.sqlite_file.name} in {root}."
        raise InstanceUnreachable(msg)
    return moved


def warn_if_another_is_chosen(instance: InstanceSettings) -> None:
    """Say so if new processes of this shell go on using another instance than the one that was just loaded."""
    choice = layers.choose_above_user("instance")
    if choice.value not in {None, instance.name, instance.identifier}:
        log.warning(f"other processes of this shell use {choice.value}, as {choice.origin} says")
