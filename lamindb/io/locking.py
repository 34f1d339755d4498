"""Locks of files between the processes of a machine, which the system gives back when a process dies; Windows has none of them."""

from __future__ import annotations

import sys
from typing import IO, Any

if sys.platform != "win32":
    import fcntl

IS_SUPPORTED = sys.platform != "win32"
"""Whether there are such locks."""


def lock(file: IO[Any]) -> None:
    """Wait until no other process has a lock of the file, then have the only one."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX)


def try_lock(file: IO[Any]) -> bool:
    """Have the only lock of the file, if no other process has any; it is false where there are no locks."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def share(file: IO[Any]) -> None:
    """Have a lock of the file that other processes can have, too."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_SH)
