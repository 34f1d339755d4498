"""The user's computation goes on, whatever happens to what observes it: what could not be recorded is said once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.text.masking import mask_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator


class _State:
    """What has been said."""

    def __init__(self) -> None:
        self.said: set[str] = set()


_state = _State()


@contextmanager
def going_on(what: str) -> Iterator[None]:
    """Say that something could not be recorded if the block fails, once per process, and go on behind it.

    Args:
        what: What the block records, such as ``"the source code"``.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - an observer may fail in ways nobody knows, and must not be the user's failure
        say_once(what, error)


def say_once(what: str, reason: object) -> None:
    """Say that something could not be recorded, unless that has been said."""
    if what not in _state.said:
        _state.said.add(what)
        told = " ".join(mask_patterns(str(reason)).split())
        log.warning(f"{what} could not be recorded, your work goes on ({told or type(reason).__name__:.300})")
