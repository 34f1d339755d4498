"""The IPython session of this process, if it has one. Imports nothing of IPython: a session has done so."""

from __future__ import annotations

import sys
from typing import Any


def shell() -> Any | None:
    """The IPython shell, in a terminal or a kernel; None in plain Python."""
    ipython = sys.modules.get("IPython")
    get_ipython = getattr(ipython, "get_ipython", None)
    return None if get_ipython is None else get_ipython()


def kernel_shell() -> Any | None:
    """The IPython shell of a kernel, such as that of a notebook; None in a terminal and in plain Python."""
    found = shell()
    return found if hasattr(found, "kernel") else None


def has_person() -> bool:
    """Whether somebody is at the notebook; programs that execute notebooks let kernels ask no questions."""
    kernel = getattr(kernel_shell(), "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", True))
