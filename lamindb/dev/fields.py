"""Fields of registries, such as ``ULabel.name``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_NAMES = {"FieldAttr": "lnschema_core.models:FieldAttr"}

__getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lnschema_core.models import FieldAttr

__all__ = ["FieldAttr"]
