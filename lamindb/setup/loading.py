"""``load``: make an instance the current one, by its name if it is known on this machine, or by its address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.arguments import check_text
from lamindb.errors import InstanceNotFound, InstanceUnreachable
from lamindb.io import paths
from lamindb.setup import (
    addresses,
    cloud_sqlite,
    connection,
    current,
    database_url,
    describing,
    instances,
    layers,
    locations,
)

if TYPE_CHECKING:
    from lamindb.setup.instances import InstanceSettings
    from lamindb.types import PathLike


def load(
    identifier: str,
    *,
    storage: PathLike | None = None,
    db: str | None = None,
    break_lock: bool = False,
    _raise_not_reachable_error: bool = True,
    _test: bool = False,
) -> str | None:
    """Load an instance.

    Args:
        identifier: ``owner/name``, the name (of an instance of the current user), the url on the hub, or the address of a file in it,
            ``lamin://owner/name/…``; or where it is: a folder such as ``./mydata``, ``s3://bucket/folder``, an SQLite file, or
            ``postgresql://…``.
        storage: Where its storage folder is now, if it was moved or copied.
        db: The address of its Postgres database, with user and password, where this machine doesn't know it.
        break_lock: If its database is a file in a bucket, take it from whoever works with it, since nobody does any more.
        _raise_not_reachable_error: Raise an error if the instance isn't known, rather than return a word for it.
        _test: Make its settings the current ones only, and open no database.

    Returns:
        Nothing, or ``"instance-not-reachable"``.

    Raises:
        InstanceLockedException: Somebody else works with its database, which is a file in a bucket.
        InstanceNotFound: The instance isn't known on this machine, or there is none at the address.
        InstanceUnreachable: Its database can't be opened.
        InvalidDatabaseUrl: The address of the database can't be used.
        InvalidInstanceName: The identifier can't be understood.
        TypeError: The identifier or the address of the database is no text.
    """
    check_text("identifier", str(identifier) if paths.is_path(identifier) else identifier)
    if db is not None:
        db = database_url.checked(db)
    locations.check_settings_dir()
    try:
        instance, registered_root = _found(str(identifier), db)
    except InstanceNotFound:
        if _raise_not_reachable_error:
            raise
        return "instance-not-reachable"
    moved = _moved(instance, storage) if storage is not None else instance
    if _test:
        instances.write_instance(moved)
        return None
    with connection.switching():
        if moved.is_cloud_sqlite and break_lock:
            cloud_sqlite.break_lock(moved)
        connection.open_instance(moved)
        if moved.is_cloud_sqlite:
            cloud_sqlite.refuse_locked(moved)
        _finish(moved, registered_root)
    log.important(f"loaded instance: {moved.identifier}")
    _warn_about_missing_folder(moved)
    warn_if_another_is_chosen(moved)
    log.settle()
    return None


def _found(identifier: str, db: str | None) -> tuple[InstanceSettings, str]:
    """The instance that is meant, and the root that its storage location is registered with."""
    owner = current.settings.owner
    if addresses.is_address(identifier):
        found = addresses.find(identifier, owner=owner, db=db)
        _warn_about_namesake(found.instance)
        return found.instance, found.registered_root
    path, instance = instances.find_instance(identifier, owner=owner)
    log.info(f"found cached instance metadata: {path}")
    if db is not None:
        instance = addresses.with_database(instance, db)
    return instance, instance.storage.root_as_str


def _warn_about_namesake(instance: InstanceSettings) -> None:
    """Say so if another instance was known by the name until now."""
    path = locations.instance_file(instance.owner, instance.name)
    if not path.exists():
        return
    known = instances.read_instance(path)
    if database_url.place_of(known.db) != database_url.place_of(instance.db):
        log.warning(
            f"{instance.identifier} was the instance with the database {database_url.mask(known.db)} on this machine until now; "
            f"load it by its address: {database_url.mask(known.db).removeprefix('sqlite://')}"
        )


def _warn_about_missing_folder(instance: InstanceSettings) -> None:
    """Say so if the database is there, but the folder with the files isn't."""
    if instance.storage.is_missing_folder:
        log.warning(
            f"the files of {instance.identifier} are in {instance.storage.root_as_str}, which does not exist here: mount it, or if it was moved, run "
            f"`lamin load {instance.identifier} --storage <where it is now>`"
        )


def _finish(instance: InstanceSettings, registered_root: str) -> None:
    is_moved = instance.storage.root_as_str != registered_root
    if connection.is_writable():
        from lamindb.setup import storage_rows

        if is_moved:
            storage_rows.move(registered_root, instance.storage.root_as_str)
        connection.announce_ready(instance)
        describing.write(instance)
    elif is_moved and instance.database_address is None:
        log.warning(f"the database can't be written, and goes on saying that its files are at {registered_root}")
    elif is_moved:
        log.warning("the storage root in the database can't be updated: files are looked up at the old one")
    instances.write_instance(instance)


def _moved(instance: InstanceSettings, storage: PathLike) -> InstanceSettings:
    """The instance with its storage elsewhere, which must exist.

    Raises:
        InstanceUnreachable: It doesn't.
    """
    moved = instance.with_storage(storage)
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
