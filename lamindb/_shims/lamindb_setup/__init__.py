"""The name under which schema packages of the 0.54 days know the set-up layer: see ``lamindb.setup``."""

from __future__ import annotations

import sys

_is_first = "lamindb" not in sys.modules

from lamindb import log  # noqa: E402 - after the look
from lamindb._lazy import door  # noqa: E402
from lamindb.setup import _NAMES  # noqa: E402

__getattr__, __dir__ = door(__name__, {**_NAMES, "dev": "lamindb_setup.dev", "_TESTING": "lamindb.setup:_TESTING"})
if _is_first:  # nobody asked for quiet yet
    log.talk_until_connected()
