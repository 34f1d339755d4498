"""Named steps of everything that writes, so that tests can stop a process exactly there.

Does nothing unless a test installs a hook.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POINTS = (
    "store.start",
    "store.temporary-open",
    "store.half-copied",
    "store.copied",
    "store.checked",
    "store.synced",
    "store.placed",
    "store.done",
    "store-tree.start",
    "store-tree.half-copied",
    "store-tree.copied",
    "store-tree.checked",
    "store-tree.old-moved",
    "store-tree.placed",
    "store-tree.done",
    "fetch.start",
    "fetch.copied",
    "fetch.checked",
    "fetch.done",
    "remove.start",
    "remove.moved-aside",
    "remove.done",
    "move.start",
    "move.done",
    "spare.done",
    "delete.committed",
    "restore.moved",
    "save.before-publish",
    "save.published",
    "save.before-commit",
    "save.committed",
)
"""All steps, in the order in which they are passed."""

_hooks: list[Callable[[str], None]] = []


def point(name: str) -> None:
    """Pass a step."""
    for hook in _hooks:
        hook(name)


@contextmanager
def hooked(hook: Callable[[str], None]) -> Iterator[None]:
    """Call ``hook(name)`` at each step within the block. For tests only."""
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)
