"""Applying migrations to the connected database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor

from lamindb.errors import DatabaseBehind
from lamindb.setup import fresh, migration_plan, signals
from lamindb.setup.migration_files import naming_faults
from lamindb.setup.postgres.patience import take_time
from lamindb.setup.postgres.waiting import naming_holders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.migrations import Migration
    from django.db.migrations.state import ProjectState


_LOCK = 5_513_107_280_364_921  # any number: all processes that migrate an instance ask for the same lock


class Executor(MigrationExecutor):
    """Applies migrations whole or not at all: that one was applied is recorded in the transaction that applies it."""

    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,  # noqa: FBT001, FBT002 - the signature is Django's
        fake_initial: bool = False,  # noqa: FBT001, FBT002
    ) -> ProjectState:
        """Apply a migration, unless another process has just done so."""
        if not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        with self.connection.constraint_checks_disabled(), transaction.atomic():
            if (migration.app_label, migration.name) in self.recorder.applied_migrations():
                return migration.mutate_state(state)
            take_time(self.connection)
            return super().apply_migration(state, migration, fake, fake_initial)


def apply_all(on_applied: Callable[[str], None] | None = None, *, to: str | None = None) -> int:
    """Apply the migrations that the database misses; two processes that migrate wait for each other.

    Args:
        on_applied: Called with the name of each migration that was applied.
        to: The last migration to apply, as in :func:`lamindb.setup.migration_plan.targets`; by default all.

    Returns:
        The number of migrations that were applied.

    Raises:
        DatabaseBehind: The installed migrations of a package contradict each other, or what the database has had.
        SchemaNotUsable: The migrations of a package can't be loaded.
        UnknownMigration: There is no migration ``to``.
    """

    def progress(action: str, migration: Any = None, fake: bool | None = False) -> None:  # noqa: FBT001, FBT002, ARG001 - the signature is Django's
        if action == "apply_success" and on_applied is not None:
            transaction.on_commit(lambda: on_applied(str(migration)))

    with _one_at_a_time(), naming_holders(connection):
        with naming_faults():
            executor = Executor(connection, progress)
        conflicts = executor.loader.detect_conflicts()
        if conflicts:
            names = "; ".join(f"{label}: {', '.join(sorted(leaves))}" for label, leaves in conflicts.items())
            msg = f"Migrations contradict each other ({names}): several are the last one of their package."
            raise DatabaseBehind(msg)
        try:
            executor.loader.check_consistent_history(connection)
        except InconsistentMigrationHistory as error:
            msg = f"Migrations were applied before others that they build on: {error}"
            raise DatabaseBehind(msg) from error
        targets = migration_plan.targets(executor.loader, to)
        plan = executor.migration_plan(targets)
        if plan:
            signals.tables_changing.send(sender=None)
        for migration in [] if to else fresh.make_tables(executor, targets):
            progress("apply_success", migration)
        _migrate(executor, targets)
        signals.tables_ready.send(sender=None)
    return len(plan)


def _migrate(executor: MigrationExecutor, targets: list[tuple[str, str]]) -> None:
    """Apply the migrations of one package after the other.

    For each change of a column, Django builds the classes of all registries that relate to it: those of other packages are
    related to most of core's.
    """
    for target in targets:
        executor.loader.build_graph()
        executor.migrate([target], executor.migration_plan([target]))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold the lock for migrations, where the database is one that several processes can migrate at once.

    A transaction of another connection holds it: a session would lose it behind a pool of connections, and each migration is a
    transaction of its own.
    """
    if connection.vendor != "postgresql":
        yield
        return
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        take_time(holder)
        with naming_holders(holder), holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield
    finally:
        holder.close()
