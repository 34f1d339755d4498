"""Questions to the user, which nobody answers where there is no user: then the answer is None."""

from __future__ import annotations

import sys

from lamindb.provenance.frontend import kernel_shell


def ask(question: str) -> str | None:
    """Ask the user; None if nobody can answer.

    A kernel has no terminal, and asks through its frontend, unless that takes no questions, such as when a notebook is
    executed without a person.
    """
    is_terminal = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
    if not is_terminal and kernel_shell() is None:
        return None
    try:
        return input(question).strip()
    except (EOFError, NotImplementedError):
        return None
