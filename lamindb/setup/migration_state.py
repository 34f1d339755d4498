"""Whether a database and the installed library have the same migrations.

The usual answer, yes, takes one query and the names of files. Django's loader, which imports every migration, is asked only
when they differ.
"""

from __future__ import annotations

import ast
import pkgutil
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import OperationalError, ProgrammingError, connection

from lamindb.setup import django_start

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.apps import AppConfig
    from django.db.migrations import Migration
    from django.db.migrations.loader import MigrationLoader

MISSING_MIGRATIONS_WARNING = """

Your database is not up to date with your installed Python library.

The database misses the following migrations:
{missing_migrations}

Only if you are an admin and manage migrations manually, deploy them to the database: lamin migrate deploy

Otherwise, downgrade your Python library to match the database!
"""

_REPLACES = re.compile(r"^    replaces(?::[^=\n]+)? = (\[[^\n]*\]$|\[$.*?^    \]$)", re.DOTALL | re.MULTILINE)

Name = tuple[str, str]


@dataclass(frozen=True)
class MigrationState:
    """How the migrations of a database differ from those of the installed library."""

    missing: tuple[Migration, ...] = ()
    """Installed, but not applied."""
    unknown: tuple[Name, ...] = ()
    """Applied, but not installed: the database is ahead."""


def compare() -> MigrationState:
    """Compare the connected database with the installed library.

    Raises:
        SchemaNotUsable: The migrations of a package can't be loaded, and names alone don't show that all is well.
    """
    applied = _applied()
    if all(_is_in_sync(config, applied) for config in apps.get_app_configs()):
        return MigrationState()
    if any(django_start.is_being_imported(config.name) for config in apps.get_app_configs()):
        return _compare_names(applied)
    from django.db.migrations.executor import MigrationExecutor

    from lamindb.setup.migration_files import naming_faults

    with naming_faults():
        executor = MigrationExecutor(connection)
    plan = executor.migration_plan(in_order(executor.loader.graph.leaf_nodes()))
    return MigrationState(
        missing=tuple(migration for migration, _ in plan),
        unknown=tuple(sorted(_unknown(executor.loader, applied))),
    )


def in_order(names: Iterable[Name]) -> list[Name]:
    """Migrations in the order in which their packages are mounted, which is that of deploying them."""
    order = [config.label for config in apps.get_app_configs()]
    return sorted(names, key=lambda name: order.index(name[0]))


def _applied() -> set[Name]:
    """App and name of each migration that the database has had."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return {(app, name) for app, name in cursor.fetchall()}
    except ProgrammingError:  # Postgres: the table doesn't exist
        return set()
    except OperationalError as error:
        if "no such table" in str(error):
            return set()
        raise


def has_core() -> bool:
    """Whether the connected database has tables of core, so that it is one of an instance at all."""
    return any(name.startswith("lnschema_core_") for name in connection.introspection.table_names())


def missing_migrations_warning(state: MigrationState) -> str:
    """What users are told when the database is behind."""
    return MISSING_MIGRATIONS_WARNING.format(missing_migrations=list(state.missing))


# -- the quick look ---------------------------------------------------------------------------------------------------


def _is_in_sync(config: AppConfig, applied: set[Name]) -> bool:
    """Whether names alone show that nothing is missing and nothing unknown; False if in doubt."""
    folder = Path(config.path) / "migrations"
    if not (folder / "__init__.py").exists():
        return not folder.exists() or not any(folder.iterdir())
    return _differing_names(config, applied) == (set(), set())


def _differing_names(config: AppConfig, applied: set[Name]) -> tuple[set[str], set[str]]:
    """The migrations of an application that seem to be missing, and those that seem to be unknown."""
    folder = Path(config.path) / "migrations"
    installed = {name for _, name, is_package in pkgutil.iter_modules([str(folder)]) if name[0] not in "_~"}
    replaced = {(name, old) for name in installed for old in _replaced(folder / f"{name}.py", config.label)}
    done = {name for app, name in applied if app == config.label}
    squashed = {name for name, _ in replaced}
    covered = {name for name in squashed if {old for new, old in replaced if new == name} <= done}
    return installed - done - covered, done - installed - {old for _, old in replaced}


def _compare_names(applied: set[Name]) -> MigrationState:
    """Compare by names alone: migrations can't be imported before the registries are that have brought us here."""
    from django.db.migrations import Migration

    missing: list[Migration] = []
    unknown: list[Name] = []
    for config in apps.get_app_configs():
        if not django_start.has_migrations(config.name):
            continue
        behind, ahead = _differing_names(config, applied)
        missing += [Migration(name, config.label) for name in sorted(behind)]
        unknown += [(config.label, name) for name in sorted(ahead)]
    return MigrationState(tuple(missing), tuple(unknown))


def _replaced(path: Path, label: str) -> list[str]:
    """The names of those migrations of an application that a migration replaces, read without importing it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return []
    found = _REPLACES.search(text)
    if found is None:
        return []
    try:
        pairs = ast.literal_eval(found[1])
    except (ValueError, SyntaxError):
        return []
    return [name for app, name in pairs if app == label]


# -- the thorough look ------------------------------------------------------------------------------------------------


def _unknown(loader: MigrationLoader, applied: set[Name]) -> set[Name]:
    """Applied migrations of applications with migrations that are neither installed nor replaced by installed ones."""
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update((app, name) for app, name in migration.replaces)
    return {(app, name) for app, name in applied if app in loader.migrated_apps and (app, name) not in known} & {
        (app, name) for app, name in applied if any(app == other for other, _ in loader.disk_migrations)
    }
