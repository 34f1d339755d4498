"""``migrate``: write migrations, apply them, compare them with the registries, merge them."""

from __future__ import annotations

import site
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import DatabaseBehind, InvalidSchemaName, UnknownMigration
from lamindb.setup import backups, connection, current

if TYPE_CHECKING:
    from lamindb.setup.instances import InstanceSettings
    from lamindb.setup.migration_plan import Plan


class migrate:  # noqa: N801 - the name in the public API
    """Manage the migrations of the current instance."""

    @classmethod
    def create(cls, *package_names: str) -> None:
        """Write migrations for registries that have changed.

        Args:
            package_names: The packages to write them into; by default those under development, that is, mounted packages
                that are not installed in a ``site-packages`` folder.

        Raises:
            InstanceNotLoaded: No instance is loaded.
            InvalidSchemaName: A package is not mounted.
        """
        from django.core.management import call_command

        with log.muted():
            connection.connect()
        labels = _chosen(package_names) if package_names else _under_development()
        if not labels:
            log.info("No changes detected: no mounted package is under development; name one to write into it")
            return
        call_command("makemigrations", *labels)

    @classmethod
    def plan(cls, *, to: str | None = None) -> Plan:
        """What :meth:`deploy` would do: the pending migrations, each with its risk and the reasons. Changes nothing.

        Args:
            to: The last migration to apply, such as ``lnschema_core.0020``; by default all.

        Raises:
            InstanceNotLoaded: No instance is loaded.
            UnknownMigration: There is no such migration.
        """
        with log.muted():  # what is missing is said once, by the plan
            connection.connect()
        from lamindb.setup import migration_plan

        return migration_plan.make(to)

    @classmethod
    def deploy(cls, *, to: str | None = None, backup: bool = True) -> None:
        """Apply to the database the migrations that it misses, and make the search indexes that it misses.

        The database is copied before: an SQLite file always, a Postgres database by ``pg_dump`` where that is installed,
        unless all migrations are safe.

        Args:
            to: The last migration to apply, such as ``lnschema_core.0020``; by default all.
            backup: Copy the database before.

        Raises:
            DatabaseAhead: The database has migrations that the installed library doesn't know.
            DatabaseBehind: A migration failed.
            InstanceNotLoaded: No instance is loaded.
            UnknownMigration: There is no migration ``to``.
        """
        plan = cls.plan(to=to)
        from lamindb.setup import signals

        connection.check_writable()
        instance = current.settings.instance
        if not plan.missing:
            signals.tables_ready.send(sender=None)
            log.success("database already up-to-date with migrations!")
            return
        needs_copy = backup and (instance.dialect == "sqlite" or plan.risk > 0)
        apply(instance, backups.back_up(instance) if needs_copy else None, to=to)

    @classmethod
    def check(cls) -> bool:
        """Whether registries and migrations agree.

        Raises:
            InstanceNotLoaded: No instance is loaded.
        """
        from django.core.management import call_command

        with log.muted():
            connection.connect()
        try:
            call_command("makemigrations", check_changes=True, verbosity=0)
        except SystemExit:
            log.error("migrations are not in sync with ORMs, please create a migration: lamin migrate create")
            return False
        return True

    @classmethod
    def squash(cls, package_name: str, migration_nr: str | int, start_migration_nr: str | int | None = None) -> None:
        """Merge migrations of a package into one.

        Args:
            package_name: The package.
            migration_nr: The number of the last migration to merge.
            start_migration_nr: The number of the first one.

        Raises:
            InstanceNotLoaded: No instance is loaded.
            InvalidSchemaName: The package is not mounted.
            UnknownMigration: There is no such migration, or they can't be merged, because one runs a function of its own that isn't
                marked as ``elidable``.
        """
        from django.core.management import CommandError, call_command

        with log.muted():
            connection.connect()
        numbers = [str(number) for number in (start_migration_nr, migration_nr) if number is not None]
        [label] = _chosen([package_name])
        _refuse_functions(label, numbers)
        try:
            call_command("squashmigrations", label, *numbers)
        except CommandError as error:
            raise UnknownMigration(str(error)) from error


# -- which packages ---------------------------------------------------------------------------------------------------


def _chosen(names: tuple[str, ...] | list[str]) -> list[str]:
    from django.apps import apps

    mounted = {config.name: config.label for config in apps.get_app_configs()}
    unknown = [name for name in names if name not in mounted]
    if unknown:
        msg = (
            f"{', '.join(unknown)} is not mounted by {current.settings.instance.identifier}: {', '.join(mounted)} are."
        )
        raise InvalidSchemaName(msg)
    return [mounted[name] for name in names]


def _under_development() -> list[str]:
    """The labels of mounted packages whose code somebody can be expected to edit."""
    from django.apps import apps

    installed = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    installed |= {*site.getsitepackages(), site.getusersitepackages()}
    folders = [Path(folder).resolve() for folder in installed]
    return [
        config.label
        for config in apps.get_app_configs()
        if not any(Path(config.path).resolve().is_relative_to(folder) for folder in folders)
    ]


# -- squash -----------------------------------------------------------------------------------------------------------


def _refuse_functions(label: str, numbers: list[str]) -> None:
    """Refuse to merge migrations that run functions of their own: Django would write a file that Python can't read.

    Raises:
        UnknownMigration: Names the migration and the function.
    """
    from django.db.migrations import RunPython

    for migration in _merged(label, numbers):
        for operation in migration.operations:
            code = operation.code if isinstance(operation, RunPython) and not operation.elidable else None
            if code is not None and "migrations" in code.__module__.split("."):
                function = getattr(code, "__name__", code)
                msg = (
                    f"{label}.{migration.name} runs {function}(), which can't be merged: merge those before it, or say "
                    "`elidable=True` where new databases don't need it"
                )
                raise UnknownMigration(msg)


def _merged(label: str, numbers: list[str]) -> list[Any]:
    """The migrations from the first number, if there are two, to the last; none if one of them isn't known."""
    from django.db import connection as database
    from django.db.migrations.exceptions import AmbiguityError
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(database)
    try:
        first, last = (loader.get_migration_by_prefix(label, number).name for number in (numbers[0], numbers[-1]))
    except (AmbiguityError, KeyError):
        return []  # Django says it
    names = [name for app, name in loader.graph.forwards_plan((label, last)) if app == label]
    start = names.index(first) if len(numbers) > 1 and first in names else 0
    return [loader.get_migration(label, name) for name in names[start:]]


# -- deploy -----------------------------------------------------------------------------------------------------------


def apply(instance: InstanceSettings, backup: Path | None, *, to: str | None = None) -> None:
    """Apply what the connected database misses.

    Args:
        instance: The connected instance.
        backup: A copy of the database, to be named if a migration fails.
        to: The last migration to apply; by default all.

    Raises:
        DatabaseBehind: A migration failed.
    """
    from django.db import Error

    from lamindb.setup import guards, migrating, migration_state

    try:
        count = migrating.apply_all(lambda name: log.info(f"applied {name}"), to=to)
    except Error as error:
        help_ = f" The database as it was before is in {backup}." if backup is not None else ""
        msg = f"A migration of {instance.identifier} failed: {' '.join(str(error).split())}.{help_}"
        raise DatabaseBehind(msg) from error
    left = migration_state.compare().missing
    guards.remember_missing((migration.app_label, migration.name) for migration in left)
    if count:
        log.success(f"deployed {count} migration{'s' if count != 1 else ''}")
    if not left:
        connection.announce_ready(instance)
