"""What an instance says of itself in its storage locations, so that it can be loaded by their address.

An SQLite database that lies in a storage location says all by itself. Where the database is elsewhere, there is a small file
below ``.lamindb/instances/`` with owner, name, storage, schemas and the address of the database; secrets are never in it. It is named
by the id of the storage location in the database, so that instances that share a location know of each other.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import InvalidSettings, LaminError
from lamindb.io import paths
from lamindb.io.placing import explaining
from lamindb.setup import database_url

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.setup.instances import InstanceSettings

FOLDER = ".lamindb/instances"
"""Where descriptions are, below the root of a storage location."""


@dataclass(frozen=True)
class Description:
    """What is needed to load an instance, without secrets.

    Attributes:
        owner: The handle of its owner.
        name: Its name.
        storage: The root of its default storage location.
        region: The region of that location.
        schema: The names of mounted schemas, separated by commas.
        database: The address of its database, without user and password; ``None`` for SQLite in the default storage location.
    """

    owner: str
    name: str
    storage: str
    region: str | None
    schema: str | None
    database: str | None


def write(instance: InstanceSettings) -> None:
    """Describe an instance in its default storage location, if its database isn't there.

    Who may not write the location leaves it as it is, and a folder that isn't there isn't made: its disk may not be mounted. An address that only this machine understands, such as the end of a
    tunnel, doesn't take the place of one that others understand.
    """
    if instance.database_address is None or instance.storage.is_missing_folder:
        return
    path = _path(instance)
    try:
        with explaining(path):
            before = _read(path)
            known = None if before is None else _parsed(before, path).database
            content = _content(instance, _lasting(known, database_url.place_of(instance.database_address)))
            if before != content:
                path.fs.makedirs(path.parent.path, exist_ok=True)
                path.fs.pipe_file(path.path, content)
    except LaminError as error:
        log.debug(f"the instance isn't described in its storage location: {error}")


def _lasting(known: str | None, database: str) -> str:
    """Of the described address of a database and the one it was opened with, the one that others understand."""
    servers = [database_url.server_of(one) for one in (known or "", database)]
    is_tunnel = bool(servers[0]) and [database_url.is_loopback(server) for server in servers] == [False, True]
    return known if known is not None and is_tunnel else database


def _content(instance: InstanceSettings, database: str) -> bytes:
    storage = instance.storage
    description = Description(
        instance.owner, instance.name, storage.root_as_str, storage.region, instance.schema_str, database
    )
    return json.dumps(asdict(description), indent=2).encode()


def remove(instance: InstanceSettings) -> None:
    """Remove the descriptions of an instance that is being deleted, as far as they can be."""
    root = instance.storage.root
    try:
        with explaining(root, "deleted"):
            for path, description in _found(root):
                if (description.owner, description.name) == (instance.owner, instance.name):
                    path.fs.rm_file(path.path)
    except LaminError as error:
        log.debug(f"the description of the instance stays: {error}")


def read(root: UPath) -> dict[str, Description]:
    """The descriptions in a storage location, each by the id that the location has in the database.

    Raises:
        StorageError: They can't be read.
        InvalidSettings: One can't be understood.
    """
    with explaining(root, "read"):
        return {path.stem: description for path, description in _found(root)}


def read_one(root: UPath, storage: str) -> Description | None:
    """The description of the instance for which a storage location has an id, ``None`` if it can't be read."""
    path = _path_of(root, storage)
    try:
        with explaining(root, "read"):
            content = _read(path)
            return None if content is None else _parsed(content, path)
    except LaminError as error:
        log.debug(f"the instance has no description: {error}")
        return None


def _path(instance: InstanceSettings) -> UPath:
    return _path_of(instance.storage.root, instance.storage.id)


def _path_of(root: UPath, storage: str) -> UPath:
    return paths.path_of_key(root, f"{FOLDER}/{storage}.json")


def _read(path: UPath) -> bytes | None:
    try:
        content: bytes = path.fs.cat_file(path.path)
    except FileNotFoundError:
        return None
    return content


def _found(root: UPath) -> list[tuple[UPath, Description]]:
    folder = paths.path_of_key(root, FOLDER)
    folder.fs.invalidate_cache()
    try:
        listed = folder.fs.ls(folder.path, detail=False)
    except FileNotFoundError:
        return []
    names = sorted(name.rstrip("/").rpartition("/")[2] for name in listed if name.endswith(".json"))
    found = [paths.path_of_key(root, f"{FOLDER}/{name}") for name in names]
    return [(path, _parsed(content, path)) for path in found if (content := _read(path)) is not None]


def _parsed(content: bytes, path: UPath) -> Description:
    try:
        values: dict[str, Any] = json.loads(content)
        return Description(**{name: values[name] for name in Description.__dataclass_fields__})
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} is no description of an instance: delete it, and load the instance by its name"
        raise InvalidSettings(msg) from error
