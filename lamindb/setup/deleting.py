"""``delete``: remove what belongs to one instance, and nothing else. Stored data stays."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.arguments import check_text
from lamindb.errors import InvalidInstanceName, InvalidSettings, StorageNotWritable
from lamindb.setup import closing, cloud_sqlite, current, describing, envfile, instances, locations, sqlite_files

if TYPE_CHECKING:
    from pathlib import Path

    from lamindb.setup.instances import InstanceSettings


def delete(instance_name: str, force: bool = False) -> int | None:  # noqa: FBT001, FBT002 - the signature in the public API
    """Delete an instance of the current user: its settings file, its cache and its SQLite file.

    Args:
        instance_name: The name.
        force: Don't ask.

    Returns:
        -1 if the user did not confirm.

    Raises:
        InvalidInstanceName: The name has a slash.
        TypeError: The name is no text.
        SettingsNotWritable: The settings file can't be deleted.
        StorageNotWritable: The SQLite file can't be deleted; then nothing is.
    """
    check_text("instance_name", instance_name)
    _refuse_other_owner(instance_name)
    if not force and not _confirmed():
        return -1
    owner = current.settings.owner
    log.info(f"deleting instance {owner}/{instance_name}")
    path = locations.instance_file(owner, instance_name)
    if not path.exists():
        log.warning(
            "could not delete as instance settings do not exist locally. did you provide a wrong instance name? could you try "
            "loading it?"
        )
        return None
    try:
        instance = instances.read_instance(path)
    except InvalidSettings as error:
        log.warning(str(error))
        instance = None
    if instance is not None:
        _check_database(instance)
    _delete_settings(path, owner, instance_name)
    _delete_cache(instances.instance_cache_dir(owner, instance_name))
    if instance is not None:
        describing.remove(instance)
        _delete_database(instance)
    return None


def _refuse_other_owner(name: str) -> None:
    if "/" in name:
        log.warning(
            "Deleting the instance of another user is currently not supported with the CLI. Please provide only the instance "
            "name when deleting an instance ('/' delimiter not allowed)."
        )
        msg = "Invalid instance name: '/' delimiter not allowed."
        raise InvalidInstanceName(msg)


def _confirmed() -> bool:
    try:
        answer = input("Are you sure you want to delete this instance? (y/n): ")
    except EOFError:  # nobody is there to confirm
        return False
    return answer.strip().lower() in {"y", "yes"}


def _delete_settings(path: Path, owner: str, name: str) -> None:
    identifier = f"{owner}/{name}"
    if _is_current(identifier):
        closing.close(mute=True)
    if instances.is_loaded(identifier):  # this shell works with another one
        envfile.remove(locations.current_instance_file())
    envfile.remove(path)
    log.success(f"    deleted instance settings file: {path}")


def _is_current(identifier: str) -> bool:
    try:
        return current.settings.instance.identifier == identifier
    except RuntimeError:  # none is loaded, or its file is broken
        return False


def _delete_cache(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    log.success("    instance cache deleted")


def _check_database(instance: InstanceSettings) -> None:
    """Refuse before anything is deleted if the database can't be."""
    if instance.dialect != "sqlite" or instance.is_cloud_sqlite:
        return
    path = instance.sqlite_file
    if path.exists() and not os.access(path.parent, os.W_OK | os.X_OK):
        msg = f"The database {path} can't be deleted: you may not write the folder it is in."
        raise StorageNotWritable(msg)


def _delete_database(instance: InstanceSettings) -> None:
    is_cloud = instance.is_cloud_sqlite
    if instance.dialect == "sqlite" and not is_cloud and instance.sqlite_file.is_dir():
        log.warning(f"    {instance.sqlite_file} is a folder and no database, it stays")
    elif instance.dialect == "sqlite":
        if cloud_sqlite.delete(instance) if is_cloud else sqlite_files.remove(instance.sqlite_file):
            log.success("    deleted '.lndb' sqlite file")
        else:
            log.warning("    '.lndb' sqlite file does not exist")
    if instance.is_remote:
        log.warning("    consider manually deleting your remote instance on lamin.ai")
    log.warning(f"    consider manually deleting your stored data: {instance.storage.root_as_str}")
