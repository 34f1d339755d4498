"""The name under which schema packages of the 0.54 days know the set-up layer: see ``lamindb.setup``."""

from __future__ import annotations

from lamindb._lazy import door
from lamindb.setup import _NAMES

__getattr__, __dir__ = door(__name__, {**_NAMES, "dev": "lamindb_setup.dev", "_TESTING": "lamindb.setup:_TESTING"})
