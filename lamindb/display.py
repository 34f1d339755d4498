"""Showing what is in the registries: ``ln.view``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

from lamindb import log
from lamindb.arguments import check_amount, check_text
from lamindb.errors import SchemaNotInstalled
from lamindb.text.batch import as_list
from lnschema_core.fields import has_field
from lnschema_core.html import show_frame
from lnschema_core.models import LinkORM, Registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_PREFIX = "lnschema_"


def view(n: int | None = 7, schema: str | None = None, registries: str | Sequence[str] | None = None) -> None:
    """Show the most recent records of every registry; empty registries are left out.

    Needs one query per registry.

    Args:
        n: How many records to show, ``None`` for all.
        schema: The schema to show, such as ``"bionty"``; by default all that the instance mounts.
        registries: The registry or registries to show, by name; by default all.

    Raises:
        ModuleNotFoundError: The instance doesn't mount the schema.
        TypeError: ``n`` is no number, or a name no text.
        ValueError: No such registry is mounted, or ``n`` is negative.

    Examples:
        >>> ln.view()
        >>> ln.view(n=3, registries=["File", "Dataset"])
    """
    if n is not None:
        check_amount("n", n)
    shown = {name: registries_of(name) for name in ([schema] if schema is not None else mounted_schemas())}
    names = None if registries is None else _known_names(registries, shown)
    for name, found in shown.items():
        wanted = [registry for registry in found if names is None or registry.__name__ in names]
        if wanted and len(shown) > 1:
            _show_banner(name)
        for registry in wanted:
            _show(registry, n)


def mounted_schemas() -> list[str]:
    """The schemas that the instance mounts, the core first."""
    return [config.name.removeprefix(_PREFIX) for config in apps.get_app_configs() if config.name.startswith(_PREFIX)]


def mounted_name(schema: str) -> str:
    """The name of a schema, if the instance mounts it.

    Raises:
        SchemaNotInstalled: It doesn't.
        TypeError: The schema is no text.
    """
    check_text("schema", schema)
    name = schema.replace("-", "_")
    if name not in mounted_schemas():
        msg = f"the instance doesn't mount the schema {schema!r}: it has {', '.join(mounted_schemas())}"
        raise SchemaNotInstalled(msg)
    return name


def registries_of(schema: str) -> list[type[Registry]]:
    """The registries of a schema by name, without those that only link others.

    Raises:
        SchemaNotInstalled: The instance doesn't mount the schema.
        TypeError: The schema is no text.
    """
    models = apps.get_app_config(f"{_PREFIX}{mounted_name(schema)}").get_models()
    found = [model for model in models if issubclass(model, Registry) and not issubclass(model, LinkORM)]
    return sorted(found, key=lambda registry: registry.__name__)


def recent(registry: type[Registry], n: int | None) -> pd.DataFrame:
    """The most recently changed records of a registry, newest first; all if no number is given."""
    times = [name for name in ("updated_at", "run_at", "created_at") if has_field(registry, name)]
    return registry.filter().order_by(*[f"-{name}" for name in times[:1]], "-pk")[:n].df()


def _known_names(registries: str | Sequence[str], shown: dict[str, list[type[Registry]]]) -> Sequence[str]:
    """The names of registries as a list, if there are registries of these names."""
    names = as_list(registries)
    known = {registry.__name__ for found in shown.values() for registry in found}
    unknown = [name for name in names if name not in known]
    if unknown:
        msg = f"no registry is called {', '.join(map(repr, unknown))}: there are {', '.join(sorted(known))}"
        raise ValueError(msg)
    return names


def _show_banner(schema: str) -> None:
    title = f"* module: {log.bold(schema)} *"
    line = "*" * len(f"* module: {schema} *")
    log.plain(f"{line}\n{title}\n{line}")


def _show(registry: type[Registry], n: int | None) -> None:
    frame = recent(registry, n)
    if len(frame):
        log.plain(log.coloured(registry.__name__, "blue"))
        show_frame(frame)
