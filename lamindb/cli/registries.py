"""Registries by their names as typed on the command line. Imports Django, so import it after parsing only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lamindb.cli.problems import shortened

if TYPE_CHECKING:
    from lnschema_core.models import Registry


def connected_registries() -> dict[str, type[Registry]]:
    """Connect to the instance, and give its registries by name: ``core.ULabel``, ``bionty.CellType``."""
    from lamindb.setup import connection

    connection.connect()
    from django.apps import apps

    from lnschema_core.models import LinkORM, Registry

    return {
        qualified_name(model): model
        for model in apps.get_models()
        if issubclass(model, Registry) and not issubclass(model, LinkORM)
    }


def qualified_name(registry: type[Registry]) -> str:
    """The name of a registry with its schema, such as ``core.ULabel``."""
    return f"{registry._meta.app_label.removeprefix('lnschema_')}.{registry.__name__}"


def find_registry(name: str) -> type[Registry]:
    """The registry of a name, with or without its schema, in any case.

    Raises:
        UsageError: No registry has this name, or several schemas have one.
    """
    registries = connected_registries()
    wanted = name.casefold()
    found = [full for full in registries if wanted in {full.casefold(), full.casefold().partition(".")[2]}]
    if len(found) == 1:
        return registries[found[0]]
    if found:
        msg = f"several schemas have a registry {name}: say which, {' or '.join(sorted(found))}"
    else:
        msg = f"no registry {shortened(name)!r}; there are {', '.join(sorted(registries))}"
    raise click.UsageError(msg, click.get_current_context(silent=True))


def record_as_dict(record: Registry) -> dict[str, Any]:
    """The columns of a record, foreign keys as ``…_id``."""
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}
