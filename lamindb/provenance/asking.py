"""Questions to the user, which nobody answers where there is no user: then the answer is None."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lamindb.provenance.frontend import kernel_shell

if TYPE_CHECKING:
    from collections.abc import Iterator


class _State:
    """Who may answer."""

    def __init__(self) -> None:
        self.by_pipe = False


_state = _State()


@contextmanager
def answered_by_pipe() -> Iterator[None]:
    """Take answers within the block from a pipe or a file as well, as commands do: ``yes | lamin track …``.

    Elsewhere what comes through a pipe is data of the user's script and no answer.
    """
    before = _state.by_pipe
    _state.by_pipe = True
    try:
        yield
    finally:
        _state.by_pipe = before


def ask(question: str) -> str | None:
    """Ask the user; None if nobody can answer.

    A kernel has no terminal, and asks through its frontend, unless that takes no questions, such as when a notebook is
    executed without a person.
    """
    if not _has_answers() and kernel_shell() is None:
        return None
    try:
        return input(question).strip()
    except (EOFError, NotImplementedError):
        return None


def _has_answers() -> bool:
    if sys.stdin is None or sys.stdin.closed:
        return False
    return _state.by_pipe or sys.stdin.isatty()
