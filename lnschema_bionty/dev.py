"""What developers of schemas build on: the base of biological registries, and the class of ``lb.settings``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

if TYPE_CHECKING:
    from lnschema_bionty._settings import Settings
    from lnschema_bionty.models import BioRegistry

_NAMES = {
    "BioRegistry": "lnschema_bionty.models:BioRegistry",
    "Settings": "lnschema_bionty._settings:Settings",
}

__getattr__, __dir__ = door(__name__, _NAMES)

__all__ = ["BioRegistry", "Settings"]
