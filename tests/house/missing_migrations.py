"""Fail if a model of ours differs from its migrations: ``python -m tests.house.missing_migrations``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.sandbox import Sandbox

CODE = """
import lnschema_core.models
from django.core.management import call_command
from lamindb.setup import settings
call_command("makemigrations", "--check", "--dry-run")
"""


def main() -> int:
    """Make an instance with our schemas and let Django compare."""
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder) / "home")
        sandbox.lamin("init", "--storage", str(sandbox.home / "storage"), "--schema", "bionty")
        done = sandbox.python(CODE, check=False)
    sys.stdout.write(done.stdout + done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
