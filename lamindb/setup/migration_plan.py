"""What ``deploy`` would do: the pending migrations in their order, each with its risk. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.migrations.exceptions import AmbiguityError
from django.db.migrations.executor import MigrationExecutor

from lamindb.errors import UnknownMigration
from lamindb.setup import migration_state
from lamindb.setup.migration_risk import Assessor, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.migrations import Migration
    from django.db.migrations.loader import MigrationLoader

    from lamindb.setup.migration_risk import Step

Name = tuple[str, str]


@dataclass(frozen=True)
class PendingMigration:
    """A migration that the database misses."""

    package: str
    name: str
    steps: tuple[Step, ...]

    @property
    def risk(self) -> Risk:
        """That of its riskiest step."""
        return max((step.risk for step in self.steps), default=Risk.SAFE)

    def as_dict(self) -> dict[str, Any]:
        """The migration as ``--json`` prints it."""
        return {
            "package": self.package,
            "name": self.name,
            "risk": self.risk.name,
            "operations": [step.operation for step in self.steps],
            "steps": [step.as_dict() for step in self.steps],
        }


@dataclass(frozen=True)
class Plan:
    """The migrations that are between a database and the installed packages."""

    missing: tuple[PendingMigration, ...] = ()
    """What would be applied, in this order."""
    unknown: tuple[Name, ...] = ()
    """Applied, but not installed: the database is ahead, and nothing can be applied."""

    @property
    def risk(self) -> Risk:
        """That of the riskiest migration."""
        return max((migration.risk for migration in self.missing), default=Risk.SAFE)

    def as_dict(self) -> dict[str, Any]:
        """The plan as ``--json`` prints it."""
        return {
            "risk": self.risk.name,
            "missing": [migration.as_dict() for migration in self.missing],
            "unknown": [{"package": package, "name": name} for package, name in self.unknown],
        }


def make(to: str | None = None) -> Plan:
    """The plan for the connected database.

    Args:
        to: The last migration to apply, as ``package.name`` or ``package.0002``; by default all.

    Raises:
        UnknownMigration: There is no such migration.
    """
    state = migration_state.compare()
    if not state.missing:
        if to is not None:
            targets(MigrationExecutor(connection).loader, to)
        return Plan((), state.unknown)
    executor = MigrationExecutor(connection)
    pending = [migration for migration, _ in executor.migration_plan(targets(executor.loader, to))]
    return Plan(tuple(_assessed(executor.loader, pending)), state.unknown)


def _assessed(loader: MigrationLoader, pending: Iterable[Migration]) -> list[PendingMigration]:
    applied = [name for name in loader.applied_migrations if name in loader.graph.nodes]
    assessor = Assessor(loader.project_state(applied))
    return [PendingMigration(migration.app_label, migration.name, assessor.assess(migration)) for migration in pending]


def targets(loader: MigrationLoader, to: str | None) -> list[Name]:
    """The migrations to arrive at: the last ones of all packages in their order, or a given one; none if that is applied.

    Args:
        loader: Knows the migrations.
        to: ``package.name``, of which the name may be shortened as long as it means one migration.

    Raises:
        UnknownMigration: There is no such migration, or there are several.
    """
    if to is None:
        return migration_state.in_order(loader.graph.leaf_nodes())
    package, _, start = to.partition(".")
    label = package if package.startswith("lnschema_") else f"lnschema_{package.replace('-', '_')}"
    try:
        migration = loader.get_migration_by_prefix(label, start or "?")
    except KeyError:
        msg = f"No migration is called {to!r}: name it as in `lnschema_core.0020`; `lamin migrate plan` lists what is pending."
        raise UnknownMigration(msg) from None
    except AmbiguityError as error:
        msg = f"Several migrations begin with {to!r}: name it in full."
        raise UnknownMigration(msg) from error
    name = (migration.app_label, migration.name)
    return [] if name in loader.applied_migrations else [name]
