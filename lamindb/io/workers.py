"""Work that other processes take over: workers of Dask, or of any executor.

What they are given is a function of this package that needs no instance, and plain values. They write nothing that stays: what they
find is returned, and whoever asked commits it. Asked again they find the same, so an executor may repeat what a worker was at that
died.
"""

from __future__ import annotations

import secrets
from collections import deque
from concurrent.futures import BrokenExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lamindb import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Result = TypeVar("Result")

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
    given = _Calls(executor, function)
    for arguments in calls:
        begun.append(_nothing if arguments is None else given.begin(arguments))
        if len(begun) > _AHEAD:
            yield begun.popleft()
    yield from begun


class _Calls:
    """Calls of a function that workers take over, or this process, once the executor has lost them, as a pool has if one dies."""

    def __init__(self, executor: Executor, function: Callable[..., Any]) -> None:
        self._executor = executor
        self._function = function
        self._has_workers = True

    def begin(self, arguments: tuple[Any, ...]) -> Callable[[], Any]:
        """Begin a call, and return what waits for its result."""
        here = partial(self._function, *arguments)
        if not self._has_workers:
            return here
        # executors that know the results of equal calls must not take an earlier one for this
        mark = secrets.token_hex(8)
        try:
            return partial(self._wait, self._executor.submit(_call, mark, self._function, *arguments), here)
        except BrokenExecutor as error:
            self._lose(error)
            return here

    def _wait(self, future: Any, here: Callable[[], Any]) -> Any:
        try:
            return future.result()
        except BrokenExecutor as error:
            self._lose(error)
            return here()

    def _lose(self, error: BrokenExecutor) -> None:
        if not self._has_workers:
            return
        self._has_workers = False
        log.warning(f"ln.settings.executor has lost its workers, so that this process does their work: {error}")
        if hasattr(self._executor, "shutdown"):
            self._executor.shutdown()  # waits for those that are about to die, and have locks until then


def results(
    executor: Executor | None, function: Callable[..., Result], calls: Sequence[tuple[tuple[Any, ...], bool]]
) -> Iterator[Result]:
    """Call a function, and yield its results in the order of the calls: workers do, as far as they can, else this process.

    Args:
        executor: What has the workers, if there are some.
        function: The function.
        calls: Its arguments, call by call, and whether another process can see what they stand for.
    """
    if executor is None:
        yield from (function(*arguments) for arguments, _ in calls)
        return
    waits = answers(executor, function, (arguments if is_for_workers else None for arguments, is_for_workers in calls))
    for (arguments, is_for_workers), wait in zip(calls, waits, strict=True):
        yield _result(wait, function, arguments) if is_for_workers else function(*arguments)


def _result(wait: Callable[[], Result], function: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
    try:
        return wait()
    except FileNotFoundError:  # it may be of this machine, and the worker on another one
        return function(*arguments)


def _call(_: str, function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def _nothing() -> None:
    """What is waited for where nothing was done."""
