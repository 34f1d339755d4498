"""Django for one instance at a time: its settings, its applications, its database connection.

Knows how Django is started and moved to another instance in the same process; decides nothing about instances.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.conf import settings as django_settings
from django.db import connections

from lamindb.setup import database_url, guards, sqlite_files
from lamindb.setup.postgres import credentials, direct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"

_ALIAS = "default"
_SQLITE = "lamindb.setup.sqlite"
_CONNECTION_AGE = 600
_POSTGRES_OPTIONS = {
    "connect_timeout": "10",
    # a server that is gone without a word, such as behind a VPN, is noticed in two minutes rather than in two hours
    "keepalives_idle": "60",
    "keepalives_interval": "10",
    "keepalives_count": "6",
    "tcp_user_timeout": "120000",
}
_INIT_COMMAND = "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000"
"""Up to 64 MB of pages are held, so that bulk writes hold their indexes. What is committed is in a log until that has 16 MB (SQLite: 4),
so that pages which are written again and again get to their place less often."""


# -- databases --------------------------------------------------------------------------------------------------------


def sqlite_database(path: Path, *, writable: bool, committed: Callable[[], None] | None = None) -> dict[str, Any]:
    """The Django settings of an SQLite file.

    Write transactions begin with the write lock, so that two that read before they write wait for each other instead of
    failing; a commit is on disk when it returns.

    Args:
        path: The file.
        writable: Whether it may be written.
        committed: Called after every transaction that has changed something.
    """
    options: dict[str, Any] = {"timeout": sqlite_files.BUSY_TIMEOUT, "init_command": _INIT_COMMAND}
    if not writable:
        name = sqlite_files.read_only_uri(path)
        return _database(_SQLITE, name, OPTIONS={**options, "init_command": "PRAGMA query_only = ON"})
    return _database(_SQLITE, str(path), OPTIONS={**options, "transaction_mode": "IMMEDIATE"}, COMMITTED=committed)


def memory_database() -> dict[str, Any]:
    """The Django settings of a database that is about to be built."""
    return _database(_SQLITE, ":memory:")


def postgres_database(url: str, *, writable: bool) -> dict[str, Any]:
    """The Django settings of a Postgres database.

    Raises:
        InstanceUnreachable: The address has no user, and nothing on this machine names its server.
        InvalidDatabaseUrl: The address can't be used.
        MissingExtra: No driver is installed.
    """
    parts = credentials.completed(database_url.parse(url, needs_user=False))
    direct.driver()
    return _database(
        "lamindb.setup.postgres",
        parts.database,
        USER=parts.user,
        PASSWORD=parts.password,
        HOST=parts.host,
        PORT=parts.port,
        OPTIONS=_POSTGRES_OPTIONS | parts.options,
        READ_ONLY=not writable,
    )


def _database(backend: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "ENGINE": backend,
        "NAME": name,
        "CONN_MAX_AGE": _CONNECTION_AGE,
        "CONN_HEALTH_CHECKS": True,
        **more,
    }


# -- start and move ---------------------------------------------------------------------------------------------------


def use_database(packages: Sequence[str], database: dict[str, Any]) -> None:
    """Connect to a database, whether Django is configured already or not.

    Args:
        packages: What is going to be mounted.
        database: The Django settings of the database.
    """
    if not django_settings.configured:
        _configure(packages, database)
    disconnect()
    connections.settings[_ALIAS] = connections.configure_settings({_ALIAS: dict(database)})[_ALIAS]


def add_database(alias: str, database: dict[str, Any]) -> None:
    """Let a second database be used beside that of the instance."""
    both = {_ALIAS: connections.settings[_ALIAS], alias: dict(database)}
    connections.settings[alias] = connections.configure_settings(both)[alias]


def remove_database(alias: str) -> None:
    """Close a second database."""
    if any(connection.alias == alias for connection in connections.all(initialized_only=True)):
        connections[alias].close()
        del connections[alias]
    connections.settings.pop(alias, None)


def disconnect() -> None:
    """Close the connection of this thread; the next query opens another one."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        del connections[connection.alias]
    guards.renew()


def _configure(packages: Sequence[str], database: dict[str, Any]) -> None:
    # Cells and coroutines run inside an event loop, where Django otherwise refuses to query; a query blocks it as any call does.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    django_settings.configure(
        INSTALLED_APPS=list(packages),
        DATABASES={_ALIAS: database},
        DEFAULT_AUTO_FIELD=DEFAULT_AUTO_FIELD,
        TIME_ZONE=TIME_ZONE,
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )


def mount(packages: Sequence[str]) -> None:
    """Make the registries of packages those of this process.

    Raises:
        Exception: Whatever the import of a package raises; the packages that can be imported are not mounted then.
    """
    if apps.ready and mounted() == list(packages):
        return
    django_settings.INSTALLED_APPS = list(packages)
    if apps.loading:
        stop()
    apps.populate(list(packages))
    for config in apps.app_configs.values():
        _bind_models(config.name)
    apps.clear_cache()  # classes remember relations to registries that are not mounted any more


def mounted() -> list[str]:
    """The packages whose registries are those of this process, in their order."""
    return [config.name for config in apps.app_configs.values()]


def _bind_models(package: str) -> None:
    """Let ``package.models`` be found while the import of that very module has started Django; migrations look there."""
    models = sys.modules.get(f"{package}.models")
    if models is not None and "models" not in vars(sys.modules[package]):
        setattr(sys.modules[package], "models", models)  # noqa: B010 - what the import does when it ends


def is_being_imported(package: str) -> bool:
    """Whether the import of a package's registries has started Django, and goes on when it is there."""
    models = sys.modules.get(f"{package}.models")
    specification = getattr(models, "__spec__", None)
    return bool(getattr(specification, "_initializing", False))  # which Python asks when it explains an error


def stop() -> None:
    """Unmount all packages, also after an import has failed half-way."""
    apps.app_configs = {}
    apps.apps_ready = apps.models_ready = apps.loading = apps.ready = False
    apps.clear_cache()


def unmount(package: str) -> None:
    """Forget a mounted package and its registries; the others have to be mounted again."""
    config = next(config for config in apps.app_configs.values() if config.name == package)
    stop()
    forget_models(config)


def label_of(package: str) -> str:
    """The label of a package's application.

    Raises:
        Exception: Whatever its ``apps.py`` raises.
    """
    return str(AppConfig.create(package).label)


def has_models(package: str) -> bool:
    """Whether a mounted package has registries."""
    return any(True for config in apps.get_app_configs() if config.name == package for _ in config.get_models())


def has_migrations(package: str) -> bool:
    """Whether a mounted package has a migration."""
    folders = [Path(config.path) / "migrations" for config in apps.get_app_configs() if config.name == package]
    return any(any(folder.glob("[!_]*.py")) for folder in folders if (folder / "__init__.py").exists())


def failing_config(error: BaseException) -> AppConfig | None:
    """The application that has just stopped Django: whose registries can't be imported, or whose code raised the error."""
    for config in apps.app_configs.values():
        if config.models_module is None and find_spec(f"{config.name}.models") is not None:
            return config
    from traceback import walk_tb

    names = [frame.f_globals.get("__name__", "").partition(".")[0] for frame, _ in walk_tb(error.__traceback__)]
    configs = {config.name: config for config in apps.app_configs.values()}
    return next((configs[name] for name in reversed(names) if name in configs), None)


def forget_models(config: AppConfig) -> None:
    """Forget the registries of an application that could be imported only in part."""
    apps.all_models.pop(config.label, None)
    for name in [name for name in sys.modules if name.startswith(f"{config.name}.")]:
        del sys.modules[name]
    apps.clear_cache()
