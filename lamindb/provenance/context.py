"""Tracking: ``ln.track()`` makes the code that runs known, ``ln.run_context`` has what is tracked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import DatabaseError

from lamindb import log
from lamindb.errors import (
    InstanceLockedException,
    NotebookNotSavedError,
    NoTitleError,
    StorageNotWritable,
    UpdateNbWithNonInteractiveEditorError,
)
from lamindb.provenance import editors, ending, finding, going_on, notebooks, recognition, recording, scripts, steps
from lamindb.provenance.frontend import kernel_shell
from lamindb.setup import connection, settings
from lnschema_core import runs
from lnschema_core.history import executions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    from lamindb.provenance.notebooks import TrackedNotebook
    from lamindb.setup.instances import InstanceSettings
    from lamindb.types import PathLike
    from lnschema_core.models import Run, Transform

_NOT_WRITTEN = (DatabaseError, InstanceLockedException, StorageNotWritable)
_OWN_ERRORS = (*_NOT_WRITTEN, UpdateNbWithNonInteractiveEditorError, NotebookNotSavedError, NoTitleError)


class _RunContextMeta(type):
    """Makes ``run_context.run`` the current run, which lives below the registries."""

    @property
    def run(cls) -> Run | None:
        """The run that is tracked; assign None to track nothing from here on."""
        return runs.current()

    @run.setter
    def run(cls, run: Run | None) -> None:
        runs.set_current(run)


class run_context(metaclass=_RunContextMeta):  # noqa: N801 - the name in the public API
    """What is tracked: the instance, the transform and the run of this process."""

    instance: ClassVar[InstanceSettings | None] = None
    """The instance that tracking was started in."""
    transform: ClassVar[Transform | None] = None
    """What runs."""

    @classmethod
    def _track(
        cls,
        transform: Transform | None = None,
        *,
        new_run: bool | None = None,
        reference: str | None = None,
        reference_type: str | None = None,
        notebook_path: PathLike | None = None,
        pypackage: str | Iterable[str] | None = None,
        editor: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> None:
        """Track what runs: from here on, saved data are its outputs, and loaded data its inputs.

        A notebook is recognised by an id in its metadata and is named by its title; a script is recognised by its
        path, and is a new version when it has changed. Where nothing can be written, that is said, and the work goes on.

        Args:
            transform: What runs; by default the notebook or script that calls this function.
            new_run: Make a new run rather than continue your latest one; by default for everything but notebooks.
            reference: A reference of the run, such as the id of a workflow run.
            reference_type: What kind of reference.
            notebook_path: The notebook, where it can't be found.
            pypackage: Distributions to tell of, in addition to those that the notebook imports.
            editor: The editor of the notebook: ``"lab"``, ``"notebook"`` or ``"vs_code"``.
            params: Parameters of the run by name, such as ``{"resolution": 0.5}``; secrets are masked.

        Raises:
            TrackingError: The notebook that runs can't be tracked; the message says what to do.
            NotRecords: ``transform`` is no transform.

        Examples:
            >>> ln.track()
            >>> ln.track(ln.Transform(name="Cell Ranger", version="7.2.0", type="pipeline"), params={"cells": 5000})
        """
        connection.connect()
        try:
            found, notebook = _what_runs(transform, notebook_path, editor, pypackage)
            if found is None:
                log.warning("no automatic metadata detection, consider passing transform")
                return
            cls.instance = settings.instance
            cls.transform = found
            cls.run = recognition.run_of(found, new_run=new_run, reference=reference, reference_type=reference_type)
            recognition.tell_parents(found)
            if notebook is not None:
                notebook.finish()
            _begin(cls.run, notebook, params or {})
        except _NOT_WRITTEN as error:
            _stop()
            cls.transform = None
            going_on.say_once("the run", error)


def _what_runs(
    transform: Transform | None,
    notebook_path: PathLike | None,
    editor: str | None,
    pypackage: str | Iterable[str] | None,
) -> tuple[Transform | None, TrackedNotebook | None]:
    """The transform that runs, and the notebook that it is; None for what isn't known."""
    if transform is not None:
        return recognition.stored_transform(transform), None
    if notebook_path is not None or finding.is_told() or kernel_shell() is not None:
        ending.listen()
        return _recognise_notebook(notebook_path, editor, pypackage)
    script = scripts.running_script(settings.user.id)
    return None if script is None else recognition.transform_of(script), None


def _recognise_notebook(*arguments: Any) -> tuple[Transform, TrackedNotebook]:
    try:
        return recognition.transform_of_notebook(notebooks.running_notebook(*arguments))
    except _OWN_ERRORS:
        raise
    except Exception as error:
        log.warning(f"automatic tracking of notebook failed: {error}")
        raise


def _begin(run: Run, notebook: TrackedNotebook | None, params: Mapping[str, Any]) -> None:
    """Record what surrounds a run, and see to it that its end is recorded, too."""
    ending.end_all_but(run.pk)
    file = None if notebook is None or notebook.file is None else notebook.file.path
    path = file if notebook is not None else scripts.find_script()
    recording.begin(run, recording.Begin(path, params))
    is_edited = notebook is not None and notebook.editor != editors.RUNNER
    ending.expect(run, file, is_edited=is_edited, code=path)
    os.environ[steps.AROUND] = f"{settings.instance.identifier} {run.pk}"


def finish(*, status: Literal["completed", "failed", "interrupted"] = "completed") -> None:
    """End the current run: its end is recorded, and what the notebook shows is kept; nothing is tracked from here on.

    At the end of the process this happens by itself.

    Args:
        status: How it ended.

    Raises:
        ValueError: There is no such status.

    Examples:
        >>> ln.track()
        >>> ln.finish()
    """
    if status not in (executions.COMPLETED, executions.FAILED, executions.INTERRUPTED):
        msg = f"a run is completed, failed or interrupted, not {status!r}"
        raise ValueError(msg)
    run = run_context.run
    if run is None:
        log.warning("there is no run to finish: start one with ln.track()")
        return
    ending.save_in_editor(run.pk)
    ending.end(run.pk, status)
    _stop()


def _stop() -> None:
    """Track nothing from here on, neither here nor in processes that this one starts."""
    os.environ.pop(steps.AROUND, None)
    run_context.run = None


track = run_context._track  # noqa: SLF001 - the public name of the verb
