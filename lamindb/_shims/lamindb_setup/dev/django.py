"""The name under which schema packages of the 0.54 days know ``lamindb.setup.dev.django``: the same module."""

import sys

from lamindb.setup.dev import django

sys.modules[__name__] = django
