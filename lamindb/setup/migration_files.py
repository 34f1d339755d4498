"""Migrations of mounted packages that can't be loaded: whose they are, and what is wrong with them.

Django's loader stops at the first one, with whatever it raises, and nothing can be asked of any package's migrations then.
"""

from __future__ import annotations

import pkgutil
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import Error
from django.db.migrations.exceptions import CircularDependencyError, NodeNotFoundError

from lamindb.errors import SchemaNotUsable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.apps import AppConfig


@contextmanager
def naming_faults() -> Iterator[None]:
    """Load migrations in the block.

    Raises:
        SchemaNotUsable: The migrations of a package can't be loaded.
    """
    try:
        yield
    except Error:
        raise
    except Exception as error:
        fault = _fault(error)
        if fault is None:
            raise
        package, reason = fault
        msg = f"The package {package} of schema '{package.removeprefix('lnschema_')}' can't be used: {reason}."
        raise SchemaNotUsable(msg, name=package) from error


def _fault(error: Exception) -> tuple[str, str] | None:
    """The package at fault, and the reason; None if it is none of the mounted ones."""
    packages = {config.label: config.name for config in apps.get_app_configs()}
    if isinstance(error, NodeNotFoundError):
        label = getattr(error.origin, "app_label", "")
        reason = (
            f"its migration {getattr(error.origin, 'name', '')} builds on {'.'.join(error.node)}, which is not there"
        )
        return (packages[label], reason) if label in packages else None
    if isinstance(error, CircularDependencyError):
        circle = [one.strip() for one in str(error).split(",")]
        labels = [label for label in packages if any(one.startswith(f"{label}.") for one in circle)]
        return (packages[labels[-1]], f"migrations build on each other in a circle: {' → '.join(circle)}")
    faults = ((config, _fault_of_files(config)) for config in apps.get_app_configs())
    return next(((config.name, reason) for config, reason in faults if reason), None)


def _fault_of_files(config: AppConfig) -> str:
    """What is wrong with the files of an application's migrations; empty if nothing is."""
    folder = Path(config.path) / "migrations"
    names = [
        name for _, name, is_package in pkgutil.iter_modules([str(folder)]) if not is_package and name[0] not in "_~"
    ]
    for name in names:
        try:
            module = import_module(f"{config.name}.migrations.{name}")
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            return f"its migration {name} can't be imported: {type(error).__name__}: {error}".rstrip(". ")
        if not hasattr(module, "Migration"):
            return f"its migration {name} has no class Migration"
    return ""
