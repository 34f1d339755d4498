"""Instances: a name, a storage location, a database, mounted schemas; and the files in which they are kept."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lamindb.arguments import check_text
from lamindb.errors import InstanceNotFound, InvalidSchemaName, InvalidSettings, StorageError
from lamindb.io import paths
from lamindb.setup import database_url, envfile, identity, layers, locations, users
from lamindb.setup.storages import StorageSettings, make_folder

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import PathLike

_SHOWN = 5  # names in a message
_PREFIX = "lamindb_instance_"
_KEYS = ("owner", "name", "storage_root", "storage_region", "db", "schema_str", "id")


class InstanceSettings:
    """An instance.

    Args:
        owner: The handle of its owner.
        name: Its name.
        storage_root: The root of its default storage location.
        storage_region: The region of that location.
        db: The address of its database; None for SQLite in the default storage location.
        schema: The names of mounted schemas, separated by commas.
        id: The id on a hub.
    """

    def __init__(
        self,
        owner: str,
        name: str,
        storage_root: PathLike,
        storage_region: str | None = None,
        db: str | None = None,
        schema: str | None = None,
        id: str | None = None,  # noqa: A002 - the name in the public API
    ) -> None:
        self.owner = owner
        self.name = name
        self.id = id
        self.schema_str = schema
        self.storage = StorageSettings(storage_root, storage_region, cache_name=_cache_name(owner, name))
        self._db = None if db in {None, _sqlite_url(self.storage, name)} else db

    @property
    def identifier(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"

    # -- schemas --------------------------------------------------------------------------------------------------------

    @property
    def schemas(self) -> tuple[str, ...]:
        """The names of mounted schemas, in the order in which they were declared."""
        return tuple(split_schemas(self.schema_str))

    @property
    def schema(self) -> set[str]:
        """The names of mounted schemas."""
        return {*self.schemas}

    @property
    def packages(self) -> tuple[str, ...]:
        """The Python packages of mounted schemas, core first."""
        return ("lnschema_core", *map(package_of, self.schemas))

    # -- database -------------------------------------------------------------------------------------------------------

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return "sqlite" if self._db is None or not self._db.startswith("postgresql") else "postgresql"

    @property
    def db(self) -> str:
        """The address of the database, with its password."""
        return self._db or _sqlite_url(self.storage, self.name)

    @property
    def database_address(self) -> str | None:
        """The address of the database if it isn't an SQLite file in the default storage location, with its password."""
        return self._db

    @property
    def sqlite_file(self) -> Path:
        """The file of an SQLite database on this machine; of one in a bucket, its working copy.

        Raises:
            StorageError: The database is none.
        """
        if self.dialect != "sqlite":
            msg = f"The database of {self.identifier} is not an SQLite file."
            raise StorageError(msg)
        if self.is_cloud_sqlite:
            digest = hashlib.blake2b(self.db.encode(), digest_size=8).hexdigest()
            return instance_cache_dir(self.owner, self.name) / ".lamindb" / f"database-{digest}" / f"{self.name}.lndb"
        return Path(self.db.removeprefix("sqlite:///"))

    @property
    def is_cloud_sqlite(self) -> bool:
        """Whether the database is an SQLite file in a bucket."""
        return self.dialect == "sqlite" and not self.db.startswith("sqlite://")

    @property
    def is_remote(self) -> bool:
        """Whether others can reach the instance: its storage is in the cloud, and its database not only on this machine."""
        if not self.storage.is_cloud:
            return False
        return self.dialect == "sqlite" or not database_url.is_on_this_machine(self.db)

    # -- names of 0.54, which scripts of that time use ------------------------------------------------------------------

    _sqlite_file_local = sqlite_file
    _is_cloud_sqlite = is_cloud_sqlite

    @property
    def _id(self) -> str | None:
        return self.id

    @property
    def _schema_str(self) -> str | None:
        return self.schema_str

    @property
    def _sqlite_file(self) -> UPath | Path:
        """The file of an SQLite database where everybody finds it: in the bucket, if it is in one."""
        return paths.to_path(self.db) if self.is_cloud_sqlite else self.sqlite_file

    def _get_settings_file(self) -> Path:
        return locations.instance_file(self.owner, self.name)

    def _persist(self) -> None:
        """Store these settings as those of the instance that is loaded; a local storage folder is made."""
        if not self.storage.is_cloud:
            make_folder(Path(self.storage.root_as_str))
        write_instance(self)

    def _update_cloud_sqlite_file(self, unlock_cloud_sqlite: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - of 0.54
        """Send an SQLite database to its bucket now; who has the lock keeps it until they close the instance."""
        if self.is_cloud_sqlite:
            from lamindb.setup import cloud_sqlite  # and sqlite3, which is slow to load

            cloud_sqlite.send(self)

    def _update_local_sqlite_file(self, lock_cloud_sqlite: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - of 0.54
        """Have a working copy of an SQLite database in a bucket, and its lock if nobody else has it."""
        if self.is_cloud_sqlite:
            from lamindb.setup import cloud_sqlite

            cloud_sqlite.begin(self, user=users.current_user())

    # -- words ----------------------------------------------------------------------------------------------------------

    @property
    def session(self) -> NoReturn:
        """There is none: the database is used through registries, or through ``django.db.connection``.

        Raises:
            NotImplementedError: Always.
        """
        msg = "There are no sessions: use registries, or django.db.connection for statements of your own."
        raise NotImplementedError(msg)

    def __repr__(self) -> str:
        schemas = f"{{{', '.join(map(repr, self.schemas))}}}" if self.schemas else "set()"
        return "\n".join(
            (
                f"Current instance: {self.identifier}",
                f"- owner: {self.owner}",
                f"- name: {self.name}",
                f"- storage root: {self.storage.root_as_str}",
                f"- storage region: {self.storage.region}",
                f"- db: {database_url.mask(self.db)}",
                f"- schema: {schemas}",
            )
        )

    def with_storage(self, root: PathLike, region: str | None = None) -> InstanceSettings:
        """The same instance with its database and its default storage location at another root."""
        return InstanceSettings(self.owner, self.name, root, region, self._db, self.schema_str, self.id)

    def with_address(self, db: str) -> InstanceSettings:
        """The same instance with another address of its database."""
        return InstanceSettings(
            self.owner, self.name, self.storage.root_as_str, self.storage.region, db, self.schema_str, self.id
        )

    def with_default_storage(self, root: PathLike, region: str | None = None) -> InstanceSettings:
        """The same instance with its default storage location at another root, and its database where it is."""
        return InstanceSettings(self.owner, self.name, root, region, self.db, self.schema_str, self.id)


def _sqlite_url(storage: StorageSettings, name: str) -> str:
    base = storage.root_as_str.rstrip("/")
    return f"{base}/{name}.lndb" if storage.is_cloud else f"sqlite:///{base}/{name}.lndb"


def instance_cache_dir(owner: str, name: str) -> Path:
    """The folder with everything that is cached for an instance, whether it exists or not."""
    return layers.cache_root() / _cache_name(owner, name)


def _cache_name(owner: str, name: str) -> str:
    return f"instances/{locations.prefix()}{owner}--{name}"


def split_schemas(schema: str | None) -> list[str]:
    """The names in a text separated by commas, each once, in order."""
    names = (name.strip() for name in (schema or "").split(","))
    return list(dict.fromkeys(name for name in names if name and name != "core"))


def check_schemas(schema: str | None) -> list[str]:
    """The names in a text that somebody typed, each of which a schema can have.

    Raises:
        InvalidSchemaName: A schema can't be called so.
        TypeError: It is no text.
    """
    if schema is not None:
        check_text("schema", schema)
    names = split_schemas(schema)
    for name in names:
        if not package_of(name).isidentifier():
            msg = f"{name[:40]!r} can't be the name of a schema: pass names such as `bionty`, separated by commas."
            raise InvalidSchemaName(msg)
    return names


def package_of(schema: str) -> str:
    """The Python package of a schema."""
    return f"lnschema_{schema.replace('-', '_')}"


# -- files ------------------------------------------------------------------------------------------------------------


def write_instance(instance: InstanceSettings, *, make_current: bool = True) -> None:
    """Store an instance, and mark it as the one that is loaded.

    Raises:
        SettingsNotWritable: The settings folder can't be written.
    """
    values = to_values(instance)
    envfile.write(locations.instance_file(instance.owner, instance.name), values)
    if make_current:
        envfile.write(locations.current_instance_file(), values)


def is_loaded(identifier: str) -> bool:
    """Whether an instance is the one that was loaded last, by whichever process."""
    try:
        return read_instance(locations.current_instance_file()).identifier == identifier
    except (FileNotFoundError, InvalidSettings):
        return False


def to_values(instance: InstanceSettings) -> dict[str, str | None]:
    """The values in an instance's file, in their order."""
    storage = instance.storage
    is_bare_bucket = storage.is_cloud and "/" not in storage.root_as_str.partition("://")[2]
    values = {
        "owner": instance.owner,
        "name": instance.name,
        "storage_root": f"{storage.root_as_str}/" if is_bare_bucket else storage.root_as_str,
        "storage_region": storage.region,
        "db": instance._db,  # noqa: SLF001 - this file's business: None for SQLite in the storage location
        "schema_str": instance.schema_str,
        "id": instance.id,
    }
    return {f"{_PREFIX}{key}": value for key, value in values.items()}


def read_instance(path: Path, *, overridable: bool = False) -> InstanceSettings:
    """Read an instance's file.

    Args:
        path: The file.
        overridable: Let environment variables ``LAMINDB_INSTANCE_*`` win over the file.

    Raises:
        FileNotFoundError: There is no such file.
        InvalidSettings: The file can't be understood.
    """
    values = envfile.read(path)
    if overridable:
        values.update(environment_values())
    return from_values(values, path)


def environment_values() -> dict[str, str | None]:
    """What environment variables ``LAMINDB_INSTANCE_*`` say."""
    names = {f"{_PREFIX}{key}": os.environ.get(f"{_PREFIX}{key}".upper()) for key in _KEYS}
    return {key: None if value == "null" else value for key, value in names.items() if value is not None}


def from_environment() -> InstanceSettings | None:
    """The instance that environment variables alone describe, or None if they don't."""
    values = environment_values()
    if not {f"{_PREFIX}{key}" for key in ("owner", "name", "storage_root")} <= values.keys():
        return None
    return from_values(dict.fromkeys(f"{_PREFIX}{key}" for key in _KEYS) | values, "the environment variables")


def from_values(values: dict[str, str | None], path: Path | str) -> InstanceSettings:
    """An instance from the values of its file.

    Raises:
        InvalidSettings: A value is missing or can't be used.
    """
    owner, name, root = (values.get(f"{_PREFIX}{key}") for key in ("owner", "name", "storage_root"))
    is_complete = all(f"{_PREFIX}{key}" in values for key in _KEYS)
    if not is_complete or not root or not identity.is_usable(owner or "") or not identity.is_usable(name or ""):
        msg = f"Your instance settings file is invalid, please delete {path} and init the instance again."
        raise InvalidSettings(msg)
    region, db, schema, hub_id = (values[f"{_PREFIX}{key}"] for key in ("storage_region", "db", "schema_str", "id"))
    return InstanceSettings(str(owner), str(name), root, region, db, schema, hub_id)


def find_instance(identifier: str, *, owner: str) -> tuple[Path, InstanceSettings]:
    """The file and the settings of an instance that is known on this machine.

    Args:
        identifier: ``owner/name``, ``name`` or the url on the hub.
        owner: Whose instance a bare name means; where they have none of that name, the only one of that name is meant.

    Raises:
        InstanceNotFound: It isn't known.
        InvalidInstanceName: The identifier can't be understood.
        InvalidSettings: Its file can't be understood.
    """
    owner, name = identity.parse_identifier(identifier, owner=owner)
    path = locations.instance_file(owner, name)
    if not path.exists() and "/" not in identifier:
        others = [other for other in locations.instance_files() if _is_called(other, name)]
        path = others[0] if len(others) == 1 else path
    try:
        return path, read_instance(path)
    except FileNotFoundError:
        msg = (
            f"Instance {owner}/{name} neither loadable from hub nor local cache. {_known(f'{owner}/{name}')} "
            "Check the name, or create the instance with `lamin init`."
        )
        raise InstanceNotFound(msg) from None


def _is_called(path: Path, name: str) -> bool:
    """Whether a file may be that of an instance of this name: owner and name may have dashes, too."""
    if not path.name.endswith(f"--{name}.env"):
        return False
    try:
        return read_instance(path).name == name
    except (FileNotFoundError, InvalidSettings):  # whoever loads it is told so
        return True


def _known(identifier: str) -> str:
    """The instances of this machine, those whose names are most like another one first."""
    from difflib import get_close_matches

    start = f"{locations.prefix()}instance--"
    names = [
        path.name.removeprefix(start).removesuffix(".env").replace("--", "/", 1) for path in locations.instance_files()
    ]
    if not names:
        return "No instance is known on this machine."
    nearest = get_close_matches(identifier, names, n=len(names), cutoff=0)[:_SHOWN]
    others = f" and {len(names) - len(nearest)} others" if len(names) > len(nearest) else ""
    return f"Known on this machine: {', '.join(nearest)}{others}."
