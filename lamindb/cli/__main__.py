"""``python -m lamindb.cli`` is ``lamin``."""

from __future__ import annotations

import sys

from lamindb.cli import main

sys.exit(main())
