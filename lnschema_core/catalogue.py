"""Core registries by name, for code below the registries that must not import them."""

from __future__ import annotations

from typing import Any

from django.apps import apps


def core_registry(name: str) -> Any:
    """The core registry of a name, such as ``Feature``."""
    return apps.get_model("lnschema_core", name)


def registry_by_name(name: str) -> Any:
    """The registry of a name with schema, such as ``core.ULabel`` or ``bionty.CellType``.

    Raises:
        LookupError: No such registry is mounted.
    """
    schema, _, model = name.partition(".")
    return apps.get_model(f"lnschema_{schema}", model)
