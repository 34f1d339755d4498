"""The name under which schema packages of the 0.54 days know ``lamindb.setup.dev``."""

from __future__ import annotations

from lamindb._lazy import door
from lamindb.setup.dev import _NAMES

__getattr__, __dir__ = door(__name__, _NAMES)
