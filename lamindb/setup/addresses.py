"""Instances by address: a folder, a place in a bucket, an SQLite file, or a Postgres database; no hub is asked.

What a database says of its instance is read from the tables that every instance has. Knows no Django.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.errors import InstanceNotFound, InstanceUnreachable, InvalidSettings
from lamindb.io import paths
from lamindb.io.placing import explaining
from lamindb.setup import cloud_sqlite, database_url, describing, identity, instances, locations, sqlite_files
from lamindb.setup.instances import InstanceSettings
from lamindb.setup.postgres import direct, errors
from lamindb.setup.storages import StorageSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamindb.setup.describing import Description

    Fetch = Callable[[str], list[Any]]


@dataclass(frozen=True)
class Found:
    """An instance that was found by its address.

    Attributes:
        instance: The instance.
        registered_root: The root that its database has for the place where it was found; another one if it was moved.
    """

    instance: InstanceSettings
    registered_root: str


_SUFFIX = ".lndb"
_HUB = "https://lamin.ai/"
_STORAGE = (
    "SELECT s.root, s.region, u.handle, s.id FROM lnschema_core_storage s "
    "LEFT JOIN lnschema_core_user u ON u.id = s.created_by_id ORDER BY s.created_at, s.id"
)
_SCHEMAS = "SELECT app FROM django_migrations WHERE app LIKE 'lnschema_%' GROUP BY app ORDER BY MIN(id)"
_PACKAGE = "lnschema_"
_CORE = f"{_PACKAGE}core"
_PATIENCE = 10  # seconds to wait for a server


def is_address(identifier: str) -> bool:
    """Whether an identifier is an address rather than a name: folders begin with ``/``, ``.`` or ``~``."""
    if "://" in identifier:
        return not identifier.startswith((_HUB, identity.FILE_PREFIX))
    return identifier.startswith(("/", ".", "~")) or identifier.endswith(_SUFFIX) or Path(identifier).is_absolute()


def find(address: str, *, owner: str, db: str | None = None) -> Found:
    """The instance at an address.

    Args:
        address: What :func:`is_address` says yes to.
        owner: Who owns an instance that doesn't say it.
        db: The address of its Postgres database, with user and password.

    Raises:
        InstanceNotFound: There is none, or there are several.
        InstanceUnreachable: Its database can't be read.
        StorageError: The place can't be read.
    """
    if address.startswith(("postgresql://", "postgres://")):
        return _in_postgres(db or address, owner)
    root = StorageSettings(address)
    if root.root_as_str.endswith(_SUFFIX):
        folder, _, name = root.root_as_str.rpartition("/")
        return _of_database(StorageSettings(folder), name.removesuffix(_SUFFIX), owner)
    names = _databases(root)
    described = describing.read(root.root)
    if db is not None:
        return _with_database(db, described, address)
    if len(names) + len(described) > 1:
        several = [f"{root.root_as_str}/{name}{_SUFFIX}" for name in names] + [
            str(one.database) for one in described.values()
        ]
        msg = f"There are several instances at {address}: load one of {', '.join(several)}"
        raise InstanceNotFound(msg)
    if described:
        return _described(described, address)
    if not names:
        msg = f"There is no instance at {address}: make one with `lamin init --storage {address}`"
        raise InstanceNotFound(msg)
    return _of_database(root, names[0], owner)


def _databases(storage: StorageSettings) -> list[str]:
    """The names of the SQLite databases at the top of a storage location."""
    with explaining(storage.root, "read"):
        storage.root.fs.invalidate_cache()
        try:
            listed = storage.root.fs.ls(storage.root.path, detail=False)
        except FileNotFoundError:
            return []
    names = [paths.name_of(name) for name in listed]
    return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX) and not name.startswith("."))


# -- what storage locations say ---------------------------------------------------------------------------------------


def _described(described: dict[str, Description], address: str) -> Found:
    """The instance that is described in a storage location: with the address that this machine knows, else the described one."""
    (one,) = described.values()
    if one.database is None or not one.database.startswith("postgresql://"):
        return Found(
            InstanceSettings(one.owner, one.name, one.storage, one.region, one.database, one.schema), one.storage
        )
    place = database_url.place_of(one.database)
    try:
        return _with_database(_known(one, place) or place, described, address)
    except InstanceUnreachable as error:
        msg = (
            f"What is known on this machine doesn't open the database of {one.owner}/{one.name}. Say who you are there by "
            f"`lamin load {address} --db {place.replace('://', '://<user>:<password>@')}`\n{error}"
        )
        raise InstanceUnreachable(msg) from error


def _known(one: Description, place: str) -> str | None:
    """The address with which this machine opened the database of a described instance before, ``None`` if it didn't."""
    path = locations.instance_file(one.owner, one.name)
    try:
        known = instances.read_instance(path)
    except (FileNotFoundError, InvalidSettings):
        return None
    if known.dialect == "postgresql" and (
        database_url.place_of(known.db) == place or known.storage.root_as_str == one.storage
    ):
        return known.db
    return None


def _with_database(db: str, described: dict[str, Description], address: str) -> Found:
    """The one of the described instances that is in a Postgres database, which knows the storage location by its id."""
    told = _in_server(db)
    for storage, one in described.items():
        if storage in told.storages:
            return Found(InstanceSettings(one.owner, one.name, one.storage, one.region, db, told.schema), one.storage)
    msg = f"The database {database_url.mask(db)} is not that of an instance at {address}: it doesn't know this storage location."
    raise InstanceNotFound(msg)


def with_database(instance: InstanceSettings, db: str) -> InstanceSettings:
    """An instance that is known on this machine, with another address of its Postgres database.

    Raises:
        InstanceNotFound: The database is that of another instance.
        InstanceUnreachable: It can't be read.
        InvalidDatabaseUrl: The address can't be used.
    """
    root = instance.storage.root_as_str
    if root not in _in_server(db).storages.values():
        msg = (
            f"The database {database_url.mask(db)} is not that of {instance.identifier}: it doesn't know the storage location "
            f"{root}."
        )
        raise InstanceNotFound(msg)
    return instance.with_address(db)


# -- what databases say -----------------------------------------------------------------------------------------------


def _of_database(storage: StorageSettings, name: str, owner: str) -> Found:
    """The instance of an SQLite database in a storage location."""
    instance = InstanceSettings(owner, name, storage.root_as_str, storage.region)
    if instance.is_cloud_sqlite:
        return _of_cloud_database(instance)
    path = instance.sqlite_file
    if not path.exists():
        msg = f"There is no database {path}."
        raise InstanceNotFound(msg)
    try:
        with closing(sqlite3.connect(sqlite_files.read_only_uri(path), uri=True)) as connection:
            told = _told(lambda sql: connection.execute(sql).fetchall())
    except sqlite3.Error as error:
        if "no such table" in str(error):
            msg = f"There is no instance in the database {path}: it has none of the tables of one."
            raise InstanceNotFound(msg) from None
        msg = f"The database {path} can't be read ({error})."
        raise InstanceUnreachable(msg) from error
    registered = told.root or storage.root_as_str
    root = registered if _is_same_folder(registered, storage.root_as_str) else storage.root_as_str
    return Found(InstanceSettings(told.owner or owner, name, root, told.region, None, told.schema), registered)


def _of_cloud_database(instance: InstanceSettings) -> Found:
    """The instance of an SQLite database in a bucket, of which a copy is looked at."""
    with tempfile.TemporaryDirectory() as folder:
        copy = cloud_sqlite.fetch_copy(instance, Path(folder))
        with closing(sqlite3.connect(copy)) as connection:
            told = _told(lambda sql: connection.execute(sql).fetchall())
    root = instance.storage.root_as_str
    return Found(
        InstanceSettings(told.owner or instance.owner, instance.name, root, told.region, None, told.schema),
        told.root or root,
    )


def _is_same_folder(registered: str, root: str) -> bool:
    """Whether two roots are one folder, for example in two mounts."""
    both = Path(registered), Path(root)
    return all(path.is_dir() for path in both) and both[0].samefile(both[1])


def _in_postgres(url: str, owner: str) -> Found:
    url = database_url.checked(url, needs_user=False)
    told = _in_server(url)
    if told.root is None:
        msg = f"The database {database_url.mask(url)} has no storage location: init an instance with it first."
        raise InstanceNotFound(msg)
    described = describing.read_one(StorageSettings(told.root).root, str(told.storage))
    owner = described.owner if described else told.owner or owner
    name = described.name if described else identity.infer_name(storage="", db=url)
    return Found(InstanceSettings(owner, name, told.root, told.region, url, told.schema), told.root)


def _in_server(url: str) -> _Told:
    """What a Postgres database says of its instance."""
    try:
        with closing(direct.connect(url, patience=_PATIENCE)) as connection:
            cursor = connection.cursor()
            return _told(lambda sql: _all(cursor, sql))
    except direct.driver().Error as error:
        reason = " ".join(str(error).split())
        msg = (
            f"The database {database_url.mask(url)} can't be reached or has no instance ({reason}). "
            f"{errors.way_out(error)}"
        )
        raise InstanceUnreachable(msg) from error


def _all(cursor: Any, sql: str) -> list[Any]:
    cursor.execute(sql)
    return [*cursor.fetchall()]


@dataclass(frozen=True)
class _Told:
    """What a database says of its instance; the location that was registered first is the default one."""

    root: str | None
    region: str | None
    owner: str | None
    schema: str
    storage: str | None
    storages: dict[str, str]
    """The roots of all locations by their ids."""


def _told(fetch: Fetch) -> _Told:
    rows = fetch(_STORAGE)
    schemas = [app.removeprefix(_PACKAGE) for (app,) in fetch(_SCHEMAS) if app != _CORE]
    root, region, owner, storage = rows[0] if rows else (None, None, None, None)
    storages = {str(id_): root for root, _, _, id_ in rows}
    return _Told(root, region, owner, ",".join(schemas), storage, storages)
