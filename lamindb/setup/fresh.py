"""The tables of a database that has none yet, made at once as the last migrations leave them.

Going through all migrations one by one gives the same tables in three times the time: for each change of a column, Django
builds the classes of all registries that relate to it.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.migrations import operations

if TYPE_CHECKING:
    from django.db.migrations import Migration
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.operations.base import Operation

_ONLY_TABLES = (
    operations.CreateModel,
    operations.DeleteModel,
    operations.RenameModel,
    operations.AddField,
    operations.AlterField,
    operations.RemoveField,
    operations.RenameField,
    operations.AlterUniqueTogether,
    operations.AlterModelOptions,
    operations.AddIndex,
    operations.RemoveIndex,
    operations.RenameIndex,
    operations.AddConstraint,
    operations.RemoveConstraint,
)
"""Operations that do nothing but change which tables and columns there are; others can say so by ``makes_only_tables``."""


def make_tables(executor: MigrationExecutor, targets: list[tuple[str, str]]) -> list[Migration]:
    """Make the tables of packages whose migrations make nothing but tables, if no migration was applied yet.

    Packages are taken in their order, up to the first one whose migrations do more, such as filling
    rows. All tables are there afterwards, or none.

    Args:
        executor: Of the connected database.
        targets: The last migration of each package, in the order in which they are mounted.

    Returns:
        The migrations that needn't be applied any more.
    """
    if executor.loader.applied_migrations:
        return []
    nodes = list(takewhile(lambda node: _makes_only_tables(executor, node), targets))
    if not nodes:
        return []
    plan = [migration for migration, _ in executor.migration_plan(nodes)]
    labels = {label for label, _ in nodes}
    models = [
        model
        for model in executor.loader.project_state(nodes).apps.get_models()
        if model._meta.app_label in labels and model._meta.can_migrate(connection)
    ]
    with connection.constraint_checks_disabled(), transaction.atomic():
        executor.recorder.ensure_schema()
        with connection.schema_editor() as editor:
            for model in models:
                editor.create_model(model)
        for migration in plan:
            for app_label, name in migration.replaces or [(migration.app_label, migration.name)]:
                executor.recorder.record_applied(app_label, name)
    return plan


def _makes_only_tables(executor: MigrationExecutor, node: tuple[str, str]) -> bool:
    migrations = [migration for migration, _ in executor.migration_plan([node])]
    return all(_is_about_tables(operation) for migration in migrations for operation in migration.operations)


def _is_about_tables(operation: Operation) -> bool:
    if isinstance(operation, operations.SeparateDatabaseAndState):
        return not operation.database_operations and all(map(_uses_a_table, operation.state_operations))
    return type(operation) in _ONLY_TABLES or getattr(operation, "makes_only_tables", False)


def _uses_a_table(operation: Operation) -> bool:
    """Whether an operation adds a relation whose link table is a model of its own, so that there is nothing to do."""
    field: Any = operation.field if isinstance(operation, operations.AddField) else None
    return field is not None and field.many_to_many and field.remote_field.through is not None
