"""Work that other processes take over: workers of Dask, or of any executor.

What they are given is a function of this package that needs no instance, and plain values. They write nothing that stays: what they
find is returned, and whoever asked commits it. Asked again they find the same, so an executor may repeat what a worker was at that
died.
"""

from __future__ import annotations

import secrets
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_AHEAD = 256  # calls that are with workers at once


class Executor(Protocol):
    """What hands calls to other processes: ``concurrent.futures.Executor``, or a client of ``dask.distributed``."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """Begin to call a function; what is returned has a ``result()``."""


def answers(
    executor: Executor, function: Callable[..., Any], calls: Iterable[tuple[Any, ...] | None]
) -> Iterator[Callable[[], Any]]:
    """Let workers call a function, and yield what waits for each result, in the order of the calls.

    Args:
        executor: What has the workers.
        function: The function.
        calls: Its arguments, call by call; None where nothing is to be done, and nobody waits.
    """
    begun: deque[Callable[[], Any]] = deque()
    for arguments in calls:
        # executors that know the results of equal calls must not take an earlier one for this
        mark = secrets.token_hex(8)
        begun.append(_nothing if arguments is None else executor.submit(_call, mark, function, *arguments).result)
        if len(begun) > _AHEAD:
            yield begun.popleft()
    yield from begun


def _call(_: str, function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def _nothing() -> None:
    """What is waited for where nothing was done."""
