"""What ``lamin doctor`` looks at: installation, settings, instance, schemas, database, storage, cache.

Each check returns what it found; none prints, and none leaves an object behind. A check that can't be made is an error with
the sentence and exit status that the same failure has elsewhere.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Literal

from lamindb import __version__, log, setup
from lamindb.cli import exits
from lamindb.cli.problems import problem_of
from lamindb.errors import InstanceNotLoaded, MissingExtra, StorageError, StorageNotWritable
from lamindb.io import file_systems
from lamindb.setup import database_url, layers, locations, sqlite_files
from lamindb.setup.current import choose_instance
from lamindb.setup.postgres import direct

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lamindb.setup.current import ChosenInstance
    from lamindb.setup.instances import InstanceSettings
    from lamindb.setup.migration_state import MigrationState
    from lamindb.setup.storages import StorageSettings

Status = Literal["ok", "warning", "error"]

_LIBRARIES = (
    "django", "click", "pandas", "anndata", "pyarrow", "fsspec", "universal_pathlib", "blake3", "rapidfuzz", "graphviz",
    "s3fs", "gcsfs", "psycopg2-binary", "nbformat", "zarr",
)  # fmt: skip
_LARGEST_SKEW = 60.0  # seconds
_LEAST_FREE = 1 << 30  # bytes
_PATIENCE = 5  # seconds to wait for a database server
_OTHERS = 0o077  # permissions of group and others


@dataclass(frozen=True)
class Check:
    """What one look found."""

    name: str
    status: Status
    message: str
    facts: dict[str, Any] = field(default_factory=dict)
    exit_code: int = exits.OK

    def as_dict(self) -> dict[str, Any]:
        """The check as ``--json`` prints it."""
        return {"name": self.name, "status": self.status, "message": self.message, "facts": self.facts}


def all_checks() -> list[Check]:
    """Make every check that makes sense: without an instance only those of the installation."""
    checks = [_versions(), _made("settings", _settings), _made("cache", _cache)]
    try:
        chosen = choose_instance()
    except InstanceNotLoaded as error:
        return [*checks, Check("instance", "ok", str(error), {"identifier": None})]
    except Exception as error:  # noqa: BLE001 - said in the report
        return [*checks, _failed("instance", error)]
    instance = chosen.instance
    return [
        *checks,
        _instance(chosen),
        _made("database", lambda: _database(instance)),
        _made("schemas", lambda: _schemas(instance)),
        _made("storage", lambda: _storage(instance)),
    ]


def _made(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - said in the report
        return _failed(name, error)


def _failed(name: str, error: Exception) -> Check:
    problem = problem_of(error)
    return Check(name, "error", problem.message, {"error": problem.type}, problem.exit_code)


# -- this machine -----------------------------------------------------------------------------------------------------


def _versions() -> Check:
    facts = {"python": platform.python_version(), "platform": platform.platform(), "lamindb": __version__}
    libraries = {name: _version(name) for name in _LIBRARIES}
    message = f"lamindb {__version__}, Python {facts['python']}, Django {libraries['django']}"
    return Check("versions", "ok", message, {**facts, "executable": sys.executable, "libraries": libraries})


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _settings() -> Check:
    folder = locations.check_settings_dir()
    facts: dict[str, Any] = {"folder": str(folder), "mode": _mode(folder)}
    exposed = [path.name for path in sorted(folder.glob("*.env")) if path.stat().st_mode & _OTHERS]
    if exposed and os.name != "nt":
        message = f"others on this machine may read {', '.join(exposed)} in {folder}: chmod 600"
        return Check("settings", "warning", message, {**facts, "exposed": exposed})
    layers.choose("verbosity")  # reads the configuration files
    return Check("settings", "ok", str(folder), {**facts, "exposed": []})


def _mode(path: Path) -> str | None:
    return f"{path.stat().st_mode & 0o777:04o}" if path.exists() else None


def _cache() -> Check:
    folder = layers.cache_root()
    free = shutil.disk_usage(locations.nearest_existing(folder)).free
    facts = {"folder": str(folder), "free_bytes": free}
    message = f"{folder}, {free / (1 << 30):.1f} GiB free"
    return Check("cache", "warning" if free < _LEAST_FREE else "ok", message, facts)


# -- the instance -----------------------------------------------------------------------------------------------------


def _instance(chosen: ChosenInstance) -> Check:
    facts = {"identifier": chosen.instance.identifier, "origin": chosen.origin}
    return Check("instance", "ok", f"{chosen.instance.identifier}, {chosen.origin}", facts)


def _schemas(instance: InstanceSettings) -> Check:
    """Compare the migrations of the mounted schemas with those of the database."""
    from lamindb.setup import migration_state, mounting

    with log.muted():
        setup.connection.connect()
    state = migration_state.compare()
    problems = mounting.problems()
    facts = {"packages": [_package_facts(package, state) for package in instance.packages]}
    behind, ahead = (sum(package[key] for package in facts["packages"]) for key in ("missing", "unknown"))
    if problems:
        status = max(map(exits.status_of, problems.values()))
        return Check("schemas", "error", " ".join(map(str, problems.values())), facts, status)
    if ahead:
        message = f"the database has {ahead} migrations that are not installed: upgrade lamindb and the plug-ins"
        return Check("schemas", "error", message, facts, exits.DATABASE_AHEAD)
    if behind:
        message = f"the database misses {behind} migrations: lamin migrate deploy"
        return Check("schemas", "error", message, facts, exits.DATABASE_BEHIND)
    return Check("schemas", "ok", f"{', '.join(instance.packages)}: all migrations applied", facts)


def _package_facts(package: str, state: MigrationState) -> dict[str, Any]:
    return {
        "package": package,
        "version": __version__
        if package == "lnschema_core"
        else getattr(sys.modules.get(package), "__version__", None),
        "missing": sum(migration.app_label == package for migration in state.missing),
        "unknown": sum(name == package for name, _ in state.unknown),
    }


# -- the database -----------------------------------------------------------------------------------------------------


def _database(instance: InstanceSettings) -> Check:
    facts: dict[str, Any] = {"dialect": instance.dialect, "url": database_url.mask(instance.db)}
    if instance.dialect == "postgresql":
        return _postgres(instance, facts)
    if instance.is_cloud_sqlite:
        return Check("database", "ok", f"SQLite at {facts['url']}", facts)
    return _sqlite(instance.sqlite_file, facts)


def _sqlite(path: Path, facts: dict[str, Any]) -> Check:
    start = time.perf_counter()
    with closing(sqlite3.connect(sqlite_files.read_only_uri(path), uri=True, timeout=1)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    facts |= {
        "latency_ms": _milliseconds_since(start),
        "wal": sqlite_files.uses_wal(path),
        "file_system": file_systems.file_system(path),
        "network_file_system": file_systems.is_on_network(path),
        "writable": sqlite_files.is_writable(path),
        "size_bytes": path.stat().st_size,
    }
    message = (
        f"SQLite at {path}, WAL {'on' if facts['wal'] else 'off'}, {facts['file_system'] or 'unknown file system'}"
    )
    if facts["network_file_system"]:
        message += ": several machines that write at once may damage it; use Postgres"
        return Check("database", "warning", message, facts)
    if not facts["writable"]:
        return Check("database", "warning", f"{message}: it can only be read", facts)
    return Check("database", "ok", message, facts)


def _postgres(instance: InstanceSettings, facts: dict[str, Any]) -> Check:
    start = time.perf_counter()
    with closing(direct.connect(instance.db, patience=_PATIENCE)) as connection:
        facts |= {"latency_ms": _milliseconds_since(start), "server_version": connection.info.server_version}
    major, minor = divmod(facts["server_version"], 10_000)
    return Check("database", "ok", f"Postgres {major}.{minor} at {facts['url']}", facts)


# -- the storage ------------------------------------------------------------------------------------------------------


def _storage(instance: InstanceSettings) -> Check:
    """Write an object to the storage, look at its time, and take it away."""
    storage = instance.storage
    facts: dict[str, Any] = {"root": storage.root_as_str, "type": storage.type}
    if not storage.is_cloud and not os.path.isdir(storage.root_as_str):  # noqa: PTH112 - a text from the settings
        msg = (
            f"the storage {storage.root_as_str} does not exist: if it was moved, lamin load --storage <where it is now>"
        )
        raise StorageError(msg)
    facts |= _write_and_remove(storage)
    skew = facts["clock_skew_s"]
    message = f"{storage.root_as_str} can be written, and answers in {facts['latency_ms']:.1f} ms"
    if skew is not None and abs(skew) > _LARGEST_SKEW:
        return Check("storage", "warning", f"{message}; its clock differs by {skew:.0f} s", facts)
    return Check("storage", "ok", message, facts)


def _write_and_remove(storage: StorageSettings) -> dict[str, Any]:
    """How long a storage takes to answer, and by how many seconds its clock is ahead of ours."""
    try:
        path = storage.root / f".lamin-doctor-{os.urandom(6).hex()}"
        path.write_bytes(b"lamin doctor")
        path.fs.invalidate_cache()
        start = time.perf_counter()
        information = path.fs.info(path.path)
        latency = _milliseconds_since(start)
        path.unlink()
    except ImportError as error:
        extra = {"s3": "aws", "gs": "gcp"}.get(storage.type, "all")
        msg = f"the storage {storage.root_as_str} needs another package: pip install 'lamindb[{extra}]'"
        raise MissingExtra(msg) from error
    except Exception as error:  # every cloud's client has errors of its own
        msg = f"the storage {storage.root_as_str} can't be written: {getattr(error, 'strerror', None) or error}"
        raise StorageNotWritable(msg) from error
    return {"latency_ms": latency, "clock_skew_s": _skew(information)}


def _skew(information: dict[str, Any]) -> float | None:
    found = information.get("mtime", information.get("LastModified"))
    if found is None:
        return None
    seconds = found.timestamp() if hasattr(found, "timestamp") else float(found)
    return round(seconds - time.time(), 1)


def _milliseconds_since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)
