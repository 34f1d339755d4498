"""The current run, and what becomes an input of it.

The run of the process is plain module state: a context variable would be lost between the cells of a notebook. Within a step
its run stands before that, in a context variable, since several threads or tasks may be in steps at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import transaction

from lamindb import log, setup
from lamindb.errors import NotRecords
from lnschema_core.catalogue import core_registry
from lnschema_core.rows.storable import refuse_deleted
from lnschema_core.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnschema_core.models import Dataset, File, Run

    Host: TypeAlias = File | Dataset


class _Current:
    """The run of this process, and the instance it belongs to."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self.instance: str | None = None


_current = _Current()
_step: ContextVar[tuple[Run | None, str | None]] = ContextVar("step", default=(None, None))


def current() -> Run | None:
    """The run of the step or process, ``None`` if nothing is tracked in the instance that the process is connected to."""
    run, instance = _step.get()
    if run is not None and instance == _connected_instance():
        return run
    is_here = _current.run is not None and _current.instance == _connected_instance()
    return _current.run if is_here else None


def set_current(run: Run | None) -> None:
    """Make a run the run of this process, as long as it is connected to this instance."""
    _current.run, _current.instance = run, _connected_instance()


@contextmanager
def within(run: Run) -> Iterator[None]:
    """Make a run the current one of this thread or task within the block."""
    token = _step.set((run, _connected_instance()))
    try:
        yield
    finally:
        _step.reset(token)


def _connected_instance() -> str | None:
    return setup.settings.instance.identifier if setup.connection.is_connected() else None


def resolve(run: Run | None) -> Run | None:
    """The passed run, else the current one; says how to get one if there is none.

    Raises:
        NotRecords: Something else than a run is passed.
        NotStorable: The run was deleted.
    """
    if run is not None and not isinstance(run, core_registry("Run")):
        msg = f"pass a Run record as run, not {run!r:.80}"
        raise NotRecords(msg)
    if run is not None:
        refuse_deleted(run)
    found = run if run is not None else current()
    if found is None:
        log.warning("no run & transform get linked, consider passing a `run` or calling ln.track()")
    return found


def track_input(hosts: Host | list[Host], *, is_run_input: bool | None = None, run: Run | None = None) -> None:
    """Record files or datasets as inputs of the current run, as far as the session wants that.

    Args:
        hosts: What is read.
        is_run_input: Whether it is an input; by default if ``settings.track_run_inputs`` and the run didn't make it.
        run: The run, by default the current one.

    Raises:
        ValueError: An input is asked for, but there is no run.
    """
    hosts = hosts if isinstance(hosts, list) else [hosts]
    run = run if run is not None else current()
    if is_run_input is False:
        return
    if run is None:
        _explain_missing_run(required=bool(is_run_input))
        return
    inputs = hosts if is_run_input else [host for host in hosts if host.run_id != run.id]
    if not inputs:
        return
    if is_run_input is None and not settings.track_run_inputs:
        log.hint("track this file as a run input by passing `is_run_input=True`")
        return
    if is_run_input is None:
        _announce(inputs, run)
    link_inputs(inputs, run)


def link_inputs(hosts: Sequence[Host], run: Run) -> None:
    """Link saved hosts to a run as its inputs, and their transforms as parents of its transform.

    An output of a run is never its input.
    """
    saved = [host for host in hosts if not host._state.adding and host.run_id != run.id]
    if not saved:
        return
    with transaction.atomic():
        if run._state.adding:
            run.save()
        tables: set[Any] = {host._meta.concrete_model for host in saved}
        for registry in tables:
            relation = "input_files" if registry.__name__ == "File" else "input_datasets"
            getattr(run, relation).add(*[host for host in saved if host._meta.concrete_model is registry])
        made_by = {host.transform_id for host in saved if host.transform_id is not None}
        parents: Any = made_by - {run.transform_id}
        if parents:
            run.transform.parents.add(*parents)


def _announce(hosts: list[Any], run: Run) -> None:
    for host in hosts:
        parent = f", adding parent transform {host.transform_id}" if host.transform_id is not None else ""
        log.info(f"adding {type(host).__name__.lower()} {host.id} as input for run {run.id}{parent}")


def _explain_missing_run(*, required: bool) -> None:
    if required:
        msg = "No run context set. Call ln.track() or link input to a run object via `run.input_files.add(file)`"
        raise ValueError(msg)
    if settings.track_run_inputs:
        log.hint("you can auto-track this file as a run input by calling `ln.track()`")
