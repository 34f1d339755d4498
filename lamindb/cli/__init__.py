"""The command line ``lamin``: parse, call, print.

Loads click and nothing else; each group of commands is a file in ``lamindb.cli.commands`` that is imported when one of
its commands runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What follows ``lamin``; by default the arguments of this process.

    Returns:
        The exit status; see ``docs/reference/exit-codes.md``.
    """
    try:
        from lamindb.cli.running import run  # click takes most of the time, in which Ctrl-C gives no traceback either
    except KeyboardInterrupt:
        return 130
    return run(arguments)
