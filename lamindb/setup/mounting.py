"""Mounting the schema packages of an instance: in order, and without those that can't be imported.

Also remembers the packages whose ``__init__`` asked the gate before their registries could be imported, and imports
them again once they can.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.errors import SchemaNotInstalled
from lamindb.setup import django_start

if TYPE_CHECKING:
    from typing import Any

    from lamindb.setup.instances import InstanceSettings

_CORE = "lnschema_core"


def mount(instance: InstanceSettings, database: dict[str, Any], *, strict: bool) -> None:
    """Make the registries of an instance's schemas those of this process, on a database.

    Args:
        instance: The instance.
        database: The Django settings of its database.
        strict: Refuse packages that can't be imported, rather than warn and go on without them.

    Raises:
        SchemaNotInstalled: A package can't be imported, and ``strict``.
    """
    packages = [package for package in instance.packages if _is_importable(package, strict=strict)]
    django_start.use_database(packages, database)
    while True:
        try:
            django_start.mount(packages)
        except Exception as error:  # a plug-in may raise anything
            culprit = django_start.failing_config()
            django_start.stop()
            if culprit is None or culprit.name == _CORE:
                raise
            django_start.forget_models(culprit)
            _refuse(culprit.name, error, strict=strict)
            packages.remove(culprit.name)
        else:
            return


def reload_gated(packages: list[str]) -> None:
    """Import packages again whose ``__init__`` found the gate closed."""
    for package in dict.fromkeys(packages):
        if package not in sys.modules:
            continue
        try:
            importlib.reload(sys.modules[package])
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            log.warning(f"{package} is mounted, but could not be imported again: {_told(error)}")


def _is_importable(package: str, *, strict: bool) -> bool:
    if package == _CORE:
        return True
    try:
        importlib.import_module(package)
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
        _refuse(package, error, strict=strict)
        return False
    return True


def _refuse(package: str, error: Exception, *, strict: bool) -> None:
    schema = package.removeprefix("lnschema_")
    if isinstance(error, ModuleNotFoundError) and error.name == package:
        msg = f"No module named '{package}': schema '{schema}' is not installed."
    else:
        msg = f"The package {package} of schema '{schema}' can't be imported: {_told(error)}"
    if strict:
        msg = f"{msg} Install or mend it, or leave it out of `--schema`."
        raise SchemaNotInstalled(msg, name=package) from error
    log.warning(f"{msg} The instance is opened without it; its tables stay as they are.")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
