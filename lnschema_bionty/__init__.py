"""Registries of basic biological entities. Mounts as schema ``bionty``; its registries are not part of this release."""

from __future__ import annotations

from lamindb import __version__
from lamindb._lazy import door

_schema_id = "zdno"
_name = "bionty"

_NAMES: dict[str, str] = {}

__getattr__, __dir__ = door(__name__, _NAMES)

__all__: list[str] = ["__version__"]
