"""The command line ``lamin``: parse, call, print.

Loads click and nothing else; each group of commands is a file in ``lamindb.cli.commands`` that is imported when one of
its commands runs.
"""

from __future__ import annotations

from lamindb.cli.running import main

__all__ = ["main"]
