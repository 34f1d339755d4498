"""The end of runs: by ``ln.finish()``, by the next ``ln.track()``, or by the end of the process."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from asyncio import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.provenance import editors, events, modules, parameters, recording, reports, shown, terminating
from lamindb.provenance.frontend import kernel_shell
from lamindb.provenance.going_on import going_on, say_once
from lamindb.setup import connection, settings
from lnschema_core.history.executions import COMPLETED, FAILED, INTERRUPTED

if TYPE_CHECKING:
    from pathlib import Path

    from lnschema_core.models import Run

_REPORT = "the report of the notebook"
_MODULES = "the modules beside the code"


@dataclass(frozen=True)
class _Open:
    """A run that this process has begun."""

    run_id: str
    process: int
    instance: str
    notebook: Path | None
    is_edited: bool
    """Whether an editor has the notebook, so that its file may have outputs of this session."""
    failure_before: BaseException | None
    """The last exception of the session when the run began, which is none of the run."""
    code: Path | None = None
    """The script or notebook whose modules are kept."""
    modules: frozenset[str] = frozenset()
    """The places of the modules beside it that were imported when the run began."""


class _State:
    """The runs that are to be ended."""

    def __init__(self) -> None:
        self.open: dict[str, _Open] = {}
        self.is_registered = False
        self.last_cell_error: BaseException | None = None
        self.listener: shown.Listener | None = None
        self.lock = threading.Lock()


_state = _State()


def listen() -> None:
    """Hear what the kernel shows from now on, for the reports of the notebook."""
    if _state.listener is None:
        with going_on(_REPORT):
            _state.listener = shown.listener()


def expect(run: Run, notebook: Path | None = None, *, is_edited: bool = False, code: Path | None = None) -> None:
    """Have a run ended when the process ends, if nothing ends it before.

    Args:
        run: The run.
        notebook: The notebook that it is of.
        is_edited: Whether an editor has the notebook.
        code: The script or notebook whose modules are kept, those that it imports from now on as well.
    """
    beside: frozenset[str] = frozenset()
    with going_on(_MODULES):
        beside = beside if code is None else frozenset(modules.imported(code))
    begun = _Open(
        run.pk, os.getpid(), settings.instance.identifier, notebook, is_edited, _last_exception(), code, beside
    )
    with _state.lock:
        _state.open[run.pk] = begun
        if _state.is_registered:
            return
        _state.is_registered = True
    atexit.register(_end_at_exit)
    shell = kernel_shell()
    if shell is not None:
        shell.events.register("post_run_cell", _remember_cell)
    else:
        terminating.before_termination(_end_by_signal)


def end(run_id: str, status: str = COMPLETED, error: BaseException | None = None, *, is_hurried: bool = False) -> None:
    """End a run of this process, if it hasn't ended; a forked process ends no run of its parent.

    Args:
        run_id: The id of the run.
        status: How it ended.
        error: What went wrong.
        is_hurried: Whether the process ends: who executes a notebook gives its kernel two seconds for that.
    """
    with _state.lock:
        begun = _state.open.pop(run_id, None)
    if begun is None or begun.process != os.getpid():
        return
    what = "the end of the run"
    if not connection.is_connected() or settings.instance.identifier != begun.instance:
        say_once(what, f"this process is not connected to {begun.instance} any more")
        return
    text = text_of(error)
    with going_on(what):
        recording.end(run_id, status, text)
        _keep_modules(begun)
        _keep_report(begun, as_page=not is_hurried)
    events.tell(run_id, status, error=text)


def end_all_but(run_id: str | None) -> None:
    """End the runs of this process, all but one: it does something else from now on."""
    for other in list(_state.open):
        if other != run_id:
            end(other)


def text_of(error: BaseException | None) -> str | None:
    """What went wrong, in one line without secrets."""
    if error is None:
        return None
    told = parameters.masker().mask(f"{type(error).__name__}: {error}")
    return " ".join(told.replace("\0", "").split())[:1_000].encode(errors="replace").decode()


def status_by(error: BaseException | None) -> str:
    """How something ended that raised this, or nothing."""
    if error is None or isinstance(error, GeneratorExit) or (isinstance(error, SystemExit) and not error.code):
        return COMPLETED
    return INTERRUPTED if isinstance(error, KeyboardInterrupt | CancelledError) else FAILED


def _end_at_exit() -> None:
    for begun in list(_state.open.values()):
        error = _failure_since(begun)
        end(begun.run_id, status_by(error), error, is_hurried=True)
    events.wait()


def _end_by_signal() -> None:
    for run_id in list(_state.open):
        end(run_id, INTERRUPTED)
    events.wait()


def _failure_since(begun: _Open) -> BaseException | None:
    """What ended the process; in a session only what its last cell raised, since people go on after errors."""
    if kernel_shell() is not None:
        return _state.last_cell_error
    error = _last_exception()
    is_session = hasattr(sys, "ps1") or bool(sys.flags.interactive)
    return None if is_session or error is begun.failure_before else error


def _last_exception() -> BaseException | None:
    """The last exception that nobody caught."""
    return getattr(sys, "last_value", None)


def _remember_cell(result: Any) -> None:
    _state.last_cell_error = result.error_before_exec or result.error_in_exec


def _keep_report(begun: _Open, *, as_page: bool) -> None:
    """Keep the report of a notebook."""
    if begun.notebook is None:
        return
    with going_on(_REPORT):
        executions = () if _state.listener is None else _state.listener.executions()
        page = reports.report_of(begun.notebook, executions, is_fresh=begun.is_edited, as_page=as_page)
        if page is not None:
            recording.add_captured(begun.run_id, "report", page)


def _keep_modules(begun: _Open) -> None:
    """Keep the modules beside the code, if more were imported while it ran."""
    if begun.code is None:
        return
    with going_on(_MODULES):
        beside = modules.imported(begun.code)
        source = modules.source_of(beside, begun.code) if beside.keys() - begun.modules else None
        if source is not None:
            recording.add_captured(begun.run_id, "modules", source)


def save_in_editor(run_id: str) -> None:
    """Ask the editor of the run's notebook to write the file, so that the report has what the user sees."""
    begun = _state.open.get(run_id)
    if begun is not None and begun.notebook is not None:
        with going_on(_REPORT):
            editors.save(begun.notebook)
