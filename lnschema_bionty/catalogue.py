"""Biological registries by name, for code below them that must not import them."""

from __future__ import annotations

from typing import Any

from lamindb.setup import connection
from lnschema_core.catalogue import registry_by_name


def bio_registry(name: str) -> Any:
    """The registry of a name, such as ``Species``; connects to the current instance if need be."""
    connection.connect_for_registries()
    connection.check_mounted("lnschema_bionty")
    return registry_by_name(f"bionty.{name}")
