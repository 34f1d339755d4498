"""Ctrl-C and termination: a command ends within two seconds, also while a library blocks in C code.

Python delivers a signal between two bytecodes of the main thread. A database that waits for a lock, or a connection that
waits for its peer, can put that off for long, so a thread watches the signals as the operating system delivers them.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

GRACE = 1.5
"""Seconds that a command has for its own clean-up after a signal."""


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


@contextmanager
def interruptible(grace: float = GRACE) -> Iterator[None]:
    """Turn SIGTERM into :class:`Terminated`, and end the process if a signal has no effect for ``grace`` seconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        with _watched(grace):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


@contextmanager
def _watched(grace: float) -> Iterator[None]:
    if os.name == "nt":  # a wake-up descriptor has to be a socket there
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading, grace), name="lamin-signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writing)


def _watch(reading: int, grace: float) -> None:
    """Wait for a signal, then end the process unless it ends by itself.

    After a signal the thread goes on when the command has returned: what hangs may as well be the end of the
    interpreter, which waits for the threads of libraries.
    """
    while received := os.read(reading, 1):
        if received[0] in (signal.SIGINT, signal.SIGTERM):
            threading.Event().wait(grace)
            os._exit(128 + received[0])
    os.close(reading)
