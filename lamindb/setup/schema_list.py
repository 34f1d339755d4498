"""Changing which schemas an instance mounts: ``add_schema`` and ``remove_schema``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb import log
from lamindb.arguments import check_text
from lamindb.errors import InvalidSchemaName, SchemaInUse, SchemaNotInstalled
from lamindb.setup import backups, connection, current, instances

if TYPE_CHECKING:
    from lamindb.setup.instances import InstanceSettings


def add_schema(schema: str) -> None:
    """Mount further schemas in the current instance, and make their tables.

    The database is copied before. If a package can't be used or a migration fails, the instance is as it was.

    Args:
        schema: The names of schemas, separated by commas, as ``init`` takes them.

    Raises:
        DatabaseAhead: The database has migrations that the installed packages don't know.
        DatabaseBehind: A migration failed.
        InstanceNotLoaded: No instance is loaded.
        InvalidSchemaName: A schema can't be called so.
        SchemaNotInstalled: A package can't be imported.
        SchemaNotUsable: A package clashes with another one, or needs another version of lamindb.
    """
    instance = _connected()
    new = [name for name in instances.check_schemas(schema) if not _mounts(instance, name)]
    if not new:
        log.success(f"{instance.identifier} mounts {schema} already")
        return
    connection.check_writable()
    changed = _with_schemas(instance, [*instance.schemas, *new])
    with connection.switching():
        _migrate(changed)
        _write(changed)
    log.success(f"{changed.identifier} mounts {', '.join(changed.schemas)}")


def remove_schema(schema: str) -> None:
    """Mount schemas no longer. Their tables and rows stay in the database, and are back when they are added again.

    Args:
        schema: The names of schemas, separated by commas.

    Raises:
        InstanceNotLoaded: No instance is loaded.
        InvalidSchemaName: None is named but core, which is always mounted.
        SchemaInUse: The registries of another mounted schema relate to one of them.
        SchemaNotInstalled: The instance doesn't mount one of them.
        TypeError: The names are no text.
    """
    check_text("schema", schema)
    instance = _connected()
    gone = {instances.package_of(name) for name in instances.split_schemas(schema)}
    if not gone:
        msg = f"{schema[:40]!r} names no schema that can be removed; core is always mounted."
        raise InvalidSchemaName(msg)
    unknown = gone - set(instance.packages)
    if unknown:
        msg = f"{instance.identifier} doesn't mount {', '.join(sorted(unknown))}: it mounts {', '.join(instance.packages)}."
        raise SchemaNotInstalled(msg)
    _check_unused(instance, gone)
    changed = _with_schemas(instance, [name for name in instance.schemas if instances.package_of(name) not in gone])
    with connection.switching():
        connection.open_instance(changed)
        _write(changed)
    log.success(f"{changed.identifier} mounts {', '.join(changed.schemas) or 'core only'}; tables and rows are kept")


def _connected() -> InstanceSettings:
    with log.muted():
        connection.connect()
    return current.settings.instance


def _mounts(instance: InstanceSettings, schema: str) -> bool:
    return instances.package_of(schema) in instance.packages


def _with_schemas(instance: InstanceSettings, schemas: list[str]) -> InstanceSettings:
    changed = instance.with_default_storage(instance.storage.root_as_str, instance.storage.region)
    changed.schema_str = ",".join(schemas)
    return changed


def _migrate(instance: InstanceSettings) -> None:
    """Mount the schemas of an instance on its database, all of them or none, and make the tables that it misses."""
    with connection.opened_strictly(instance):
        from lamindb.setup import migration_state, migration_verbs

        state = migration_state.compare()
        if state.unknown:
            raise connection.ahead_error(instance, state.unknown)
        backup = backups.back_up(instance) if state.missing else None
        migration_verbs.apply(instance, backup)
    connection.announce_connected(instance)


def _write(instance: InstanceSettings) -> None:
    """Store the schemas; the instance stays the current one, or one among others, as it was."""
    instances.write_instance(instance, make_current=instances.is_loaded(instance.identifier))


def _check_unused(instance: InstanceSettings, gone: set[str]) -> None:
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    from lamindb.setup.migration_files import naming_faults

    with naming_faults():
        loader = MigrationLoader(None)
    names = {config.label: config.name for config in apps.get_app_configs()}
    for (label, _), migration in loader.disk_migrations.items():
        needed = {names.get(other, other) for other, _ in migration.dependencies} & gone
        if needed and names.get(label) not in gone:
            msg = f"{names.get(label)} builds on {', '.join(sorted(needed))}: remove it from {instance.identifier} first, or both at once."
            raise SchemaInUse(msg)
