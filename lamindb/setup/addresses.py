"""Instances by address: a folder, a place in a bucket, an SQLite file, or a Postgres database; no hub is asked.

What a database says of its instance is read from the tables that every instance has. Knows no Django.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.errors import InstanceNotFound, InstanceUnreachable, MissingExtra
from lamindb.io import paths
from lamindb.io.placing import explaining
from lamindb.setup import cloud_sqlite, database_url, describing, identity, sqlite_files
from lamindb.setup.instances import InstanceSettings
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
        return not identifier.startswith(_HUB)
    return identifier.startswith(("/", ".", "~")) or identifier.endswith(_SUFFIX) or Path(identifier).is_absolute()


def find(address: str, *, owner: str) -> Found:
    """The instance at an address.

    Args:
        address: What :func:`is_address` says yes to.
        owner: Who owns an instance that doesn't say it.

    Raises:
        InstanceNotFound: There is none, or there are several.
        InstanceUnreachable: Its database can't be read.
        StorageError: The place can't be read.
    """
    if address.startswith(("postgresql://", "postgres://")):
        return _in_postgres(address, owner)
    root = StorageSettings(address.removesuffix("/"))
    if root.root_as_str.endswith(_SUFFIX):
        folder, _, name = root.root_as_str.rpartition("/")
        return _of_database(StorageSettings(folder), name.removesuffix(_SUFFIX), owner)
    names = _databases(root)
    descriptions = describing.read(root.root)
    if len(names) + len(descriptions) > 1:
        several = [f"{root.root_as_str}/{name}{_SUFFIX}" for name in names] + [
            str(one.database) for one in descriptions
        ]
        msg = f"There are several instances at {address}: load one of {', '.join(several)}"
        raise InstanceNotFound(msg)
    if descriptions:
        return _described(descriptions[0])
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


def _described(description: Description) -> Found:
    if description.database is not None and description.database.startswith("postgresql://"):
        place = description.database.removeprefix("postgresql://")
        msg = (
            f"The instance {description.owner}/{description.name} has its database at {place}: load it by its address with "
            f"your user and password: lamin load postgresql://<user>:<password>@{place}"
        )
        raise InstanceNotFound(msg)
    one = description
    instance = InstanceSettings(one.owner, one.name, one.storage, one.region, one.database, one.schema)
    return Found(instance, one.storage)


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
    parts = database_url.parse(url)
    driver = _driver()
    given = {"user": parts.user, "password": parts.password, "host": parts.host, "port": parts.port}
    options = {name: value for name, value in given.items() if value} | {"connect_timeout": _PATIENCE} | parts.options
    try:
        with closing(driver.connect(dbname=parts.database, **options)) as connection:
            cursor = connection.cursor()
            told = _told(lambda sql: _all(cursor, sql))
    except driver.Error as error:
        reason = " ".join(str(error).split())
        msg = f"The database {database_url.mask(url)} can't be reached or has no instance ({reason})."
        raise InstanceUnreachable(msg) from error
    if told.root is None:
        msg = f"The database {database_url.mask(url)} has no storage location: init an instance with it first."
        raise InstanceNotFound(msg)
    described = describing.read_one(StorageSettings(told.root).root, str(told.storage))
    owner = described.owner if described else told.owner or owner
    name = described.name if described else identity.infer_name(storage="", db=url)
    return Found(InstanceSettings(owner, name, told.root, told.region, url, told.schema), told.root)


def _all(cursor: Any, sql: str) -> list[Any]:
    cursor.execute(sql)
    return [*cursor.fetchall()]


def _driver() -> Any:
    from importlib import import_module

    name = next((name for name in ("psycopg2", "psycopg") if find_spec(name)), None)
    if name is None:
        msg = "Postgres needs a driver: pip install 'lamindb[postgres]'"
        raise MissingExtra(msg)
    return import_module(name)


@dataclass(frozen=True)
class _Told:
    """What a database says of its instance; the location that was registered first is the default one."""

    root: str | None
    region: str | None
    owner: str | None
    schema: str
    storage: str | None


def _told(fetch: Fetch) -> _Told:
    locations = fetch(_STORAGE)
    schemas = [app.removeprefix(_PACKAGE) for (app,) in fetch(_SCHEMAS) if app != _CORE]
    root, region, owner, storage = locations[0] if locations else (None, None, None, None)
    return _Told(root, region, owner, ",".join(schemas), storage)
