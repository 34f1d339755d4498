"""What is asked to end from outside: a last word before that happens. Knows no run and no database.

Where the user's program leaves SIGTERM and SIGHUP to the operating system, they end the process at once and no code runs, that of
:mod:`atexit` included. Here a function is called before; whatever it does, the process ends within :data:`GRACE` seconds, by the
signal that it got.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

GRACE = 2.0
"""Seconds that the last word may take."""

_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def before_termination(say: Callable[[], None]) -> None:
    """Have a function called in a thread of its own when the process is terminated.

    Signals that the program handles or ignores stay as they are, and so do those of processes that it forks. Outside of the
    main thread nothing can be done, and nothing is.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    process = os.getpid()

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        if os.getpid() == process:
            # The thread that was interrupted may be in a transaction or hold a lock, which another one doesn't share.
            last_word = threading.Thread(target=say, name="lamin-last-word", daemon=True)
            last_word.start()
            last_word.join(GRACE)
        os.kill(os.getpid(), number)

    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
