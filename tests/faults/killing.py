"""Stopping a process at every step of what it does: in a fork, one step later each time."""

from __future__ import annotations

import os
import signal
from itertools import count
from typing import TYPE_CHECKING

from django.db import connections

from lamindb.io import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def kill_at_every_step(verb: Callable[[], object], prepare: Callable[[], object]) -> Iterator[str]:
    """Prepare, then do something in a process that is killed at its first step, at its second, and so on.

    Yields:
        The name of each step at which a process was killed, and ``""`` for the last one, which came to its end.
    """
    for n in count(1):
        prepare()
        reached, has_ended = _run_until(verb, n)
        yield "" if has_ended else reached[-1]
        if has_ended:
            return


def _run_until(verb: Callable[[], object], n: int) -> tuple[list[str], bool]:
    """Run a fork until its n-th step.

    Returns:
        The names of the steps that it reached, and whether it came to its end.
    """
    reading, writing = os.pipe()
    connections.close_all()
    child = os.fork()
    if not child:
        os.close(reading)
        _be_killed(verb, n, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        names = pipe.read().split()
    status = os.waitpid(child, 0)[1]
    has_ended = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
    assert has_ended or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL), (names, status)
    return names, has_ended


def _be_killed(verb: Callable[[], object], n: int, writing: int) -> None:
    remaining = iter(range(n - 1, -1, -1))

    def die(name: str) -> None:
        os.write(writing, f"{name}\n".encode())
        if next(remaining) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    status = 1
    try:
        with faults.hooked(die):
            verb()
        status = 0
    finally:
        os._exit(status)
