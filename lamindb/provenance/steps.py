"""Steps: functions and blocks that are runs of their own, with parameters, inputs and outputs, within the run around them."""

from __future__ import annotations

import functools
import inspect
import os
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast, overload

from lamindb.provenance import ending, recognition, recording, scripts
from lamindb.provenance.going_on import going_on
from lamindb.provenance.identity import Code, stem_from
from lamindb.setup import connection, settings
from lnschema_core import runs
from lnschema_core.catalogue import core_registry
from lnschema_core.settings import settings as session

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType

    from lnschema_core.models import Run

P = ParamSpec("P")
R = TypeVar("R")

AROUND = "LAMIN_RUN"
"""The environment variable that tells processes which this one starts the run around them."""

_MOST_HOSTS = 10_000


@dataclass
class Step:
    """What makes a function a step, or runs a block as one: see :func:`step`."""

    name: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    entered: list[AbstractContextManager[Run | None]] = field(default_factory=list, repr=False)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Make a function a step."""
        return _wrapped(function, self.name, self.params)

    def __enter__(self) -> Run | None:
        """Begin a block as a step; returns its run, None if it can't be recorded."""
        caller = inspect.currentframe()
        path = None if caller is None or caller.f_back is None else caller.f_back.f_code.co_filename
        block = _running(_code(path, self.name or "block", self.name), self.params, Path(path or ""))
        self.entered.append(block)
        return block.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the block."""
        self.entered.pop().__exit__(kind, error, trace)


@overload
def step(name: Callable[P, R]) -> Callable[P, R]: ...
@overload
def step(name: str | None = None, *, params: Mapping[str, Any] | None = None) -> Step: ...
def step(name: Callable[..., Any] | str | None = None, *, params: Mapping[str, Any] | None = None) -> Any:
    """Make a function a step of the run around it, or run a block as one.

    Arguments are its parameters; files and datasets among them are its inputs, and so is what it loads. What it saves or
    returns are its outputs. Steps within steps know the run around them; so do steps in threads and in processes that are
    started while a run is tracked.

    Args:
        name: What the step is called; by default the name of the function.
        params: Further parameters by name.

    Examples:
        >>> @ln.step
        ... def normalize(file: ln.File, scale: float = 1.0) -> ln.File: ...
        >>> with ln.step("find hits", params={"threshold": 0.5}) as run:
        ...     hits = ln.File(values, description="hits")
    """
    if callable(name):
        return _wrapped(name, None, {})
    return Step(name, dict(params or {}))


def _wrapped(function: Callable[P, R], name: str | None, params: Mapping[str, Any]) -> Callable[P, R]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def run_later(*args: P.args, **kwargs: P.kwargs) -> Any:
            with _calling(function, name, params, args, kwargs) as run:
                return _made_by(run, await function(*args, **kwargs))

        return run_later  # type: ignore[return-value]

    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def run_along(*args: P.args, **kwargs: P.kwargs) -> Any:
            def work() -> Generator[Any, Any, Any]:
                with _calling(function, name, params, args, kwargs) as run:
                    return _made_by(run, (yield from cast("Any", function(*args, **kwargs))))

            return (yield from _apart(work()))

        return run_along

    @functools.wraps(function)
    def run_now(*args: P.args, **kwargs: P.kwargs) -> R:
        with _calling(function, name, params, args, kwargs) as run:
            result = function(*args, **kwargs)
            _made_by(run, result)
            return result

    return run_now


def _apart(generator: Any) -> Generator[Any, Any, Any]:
    """The same generator in a context of its own: what goes through it is not in the step."""
    context = copy_context()
    resume: Callable[[], Any] = functools.partial(context.run, next, generator)
    while True:
        try:
            item = resume()
        except StopIteration as end:
            return end.value
        try:
            sent = yield item
        except GeneratorExit:
            context.run(generator.close)
            raise
        except BaseException as error:  # noqa: BLE001 - the generator decides what becomes of it
            resume = functools.partial(context.run, generator.throw, error)
        else:
            resume = functools.partial(context.run, generator.send, sent)


@contextmanager
def _calling(
    function: Callable[..., Any],
    name: str | None,
    params: Mapping[str, Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Iterator[Run | None]:
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = dict(bound.arguments)
    except (TypeError, ValueError):  # the call itself says what is wrong
        arguments = dict(kwargs)
    path = function.__code__.co_filename if hasattr(function, "__code__") else None
    with _running(_code(path, function.__qualname__, name), {**params, **arguments}, Path(path or "")) as run:
        if run is not None and session.track_run_inputs:
            with going_on("the inputs of a step"):
                runs.link_inputs(list(_hosts(arguments.values())), run)
        yield run


@contextmanager
def _running(code: Code | None, params: Mapping[str, Any], path: Path) -> Iterator[Run | None]:
    """Have a run of its own within the block, if it can be recorded."""
    run = None if code is None else _begin(code, params, path if path.is_file() else None)
    if run is None:
        yield None
        return
    with runs.within(run):
        try:
            yield run
        except BaseException as error:
            ending.end(run.pk, ending.status_by(error), error)
            raise
    ending.end(run.pk)


def _begin(code: Code, params: Mapping[str, Any], path: Path | None) -> Run | None:
    with going_on("a step"):
        connection.connect()
        run: Run = core_registry("Run")(transform=recognition.transform_of_step(code))
        run.save()
        recording.begin(run, recording.Begin(path, params, _around()))
        ending.expect(run)
        return run
    return None


def _around() -> str | None:
    """The id of the run around a step: that of this process, else that of the process that started it."""
    run = runs.current()
    if run is not None:
        return run.pk
    instance, _, run_id = os.environ.get(AROUND, "").partition(" ")
    if instance != settings.instance.identifier:
        return None
    return run_id if core_registry("Run").objects.filter(pk=run_id).exists() else None


def _code(path: str | None, qualified_name: str, name: str | None) -> Code | None:
    """What identifies a step: the file that has it, and its name there."""
    with going_on("a step"):
        place = path or "interactive"
        if path is not None and Path(path).is_file():
            place = scripts.key_of(Path(os.path.realpath(path)), settings.user.id)
        elif path is not None:  # a cell or what is typed, which has a new name each time
            place = f"{settings.user.id} interactive"
        reference = f"{place.partition(' ')[2] or place}::{qualified_name}"
        return Code(
            stem=stem_from(f"{place}::{qualified_name}"),
            version=None,
            name=name or qualified_name,
            short_name=qualified_name,
            type="pipeline",
            reference=reference,
            reference_type="path",
        )
    return None


# -- inputs and outputs -----------------------------------------------------------------------------------------------


def _made_by(run: Run | None, result: Any) -> Any:
    """The result; the unsaved files and datasets in it become outputs of the run."""
    if run is not None:
        for host in _hosts([result]):
            if host._state.adding and host.run_id is None:
                host.run, host.transform = run, run.transform
    return result


def _hosts(values: Iterable[Any]) -> Iterator[Any]:
    """The files and datasets among values, and among those of lists and dictionaries."""
    kinds = core_registry("File"), core_registry("Dataset")
    pending = list(values)
    for value in pending:
        if isinstance(value, kinds):
            yield value
        elif isinstance(value, list | tuple | set) and len(pending) < _MOST_HOSTS:
            pending.extend(value)
        elif isinstance(value, dict) and len(pending) < _MOST_HOSTS:
            pending.extend(value.values())
