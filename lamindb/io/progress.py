"""Progress of work that takes longer than a second: one bar on standard error, for people only.

Nothing is shown where standard error is neither a terminal nor a notebook, when verbosity is 0, or within
:func:`silenced`.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lamindb import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    Update: TypeAlias = Callable[[int], object]

DELAY = 1.0
"""Seconds before a bar appears."""

_silencers: list[None] = []


@contextmanager
def silenced() -> Iterator[None]:
    """Show no bars within the block."""
    _silencers.append(None)
    try:
        yield
    finally:
        _silencers.pop()


@contextmanager
def progress(total: int | None, description: str, unit: str = "B") -> Iterator[Update]:
    """Show a bar while the block runs, if it runs for more than a second and somebody watches.

    Args:
        total: How much there is to do, in units; None if unknown.
        description: What is being done, shown in front of the bar.
        unit: What is counted; bytes are shown as kB, MB, ….

    Yields:
        A function that is told by how much the work has advanced.
    """
    if not _has_audience():
        yield unseen
        return
    bar_class: Any = import_module("tqdm.auto" if _has_widgets() else "tqdm").tqdm
    is_bytes = unit == "B"
    with bar_class(
        total=total, desc=description, unit=unit, unit_scale=is_bytes, delay=DELAY, file=sys.stderr, leave=False
    ) as bar:
        yield bar.update


def continued(
    update: Update | None, total: int | None, description: str, unit: str = "B"
) -> AbstractContextManager[Update]:
    """A bar of one's own, or the caller's if the work is part of something larger."""
    return progress(total, description, unit) if update is None else nullcontext(update)


def unseen(_: int) -> None:
    """Nobody watches."""


def _has_audience() -> bool:
    if _silencers or log.verbosity() == 0:
        return False
    return _is_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def _has_widgets() -> bool:
    """Whether bars of notebooks can be drawn; tqdm asks for ``ipywidgets`` in a warning where they aren't installed."""
    return find_spec("ipywidgets") is not None


def _is_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return type(shell).__name__ == "ZMQInteractiveShell"
