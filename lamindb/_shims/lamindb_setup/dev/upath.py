"""The name under which schema packages of the 0.54 days know ``lamindb.setup.dev.upath``: the same module."""

import sys

from lamindb.setup.dev import upath

sys.modules[__name__] = upath
