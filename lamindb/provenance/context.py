"""Tracking: ``ln.track()`` makes the code that runs known, ``ln.run_context`` has what is tracked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from lamindb import log
from lamindb.errors import NotebookNotSavedError, NoTitleError, UpdateNbWithNonInteractiveEditorError
from lamindb.provenance import finding, notebooks, recognition, scripts
from lamindb.provenance.frontend import kernel_shell
from lamindb.setup import connection, settings
from lnschema_core import runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.provenance.notebooks import TrackedNotebook
    from lamindb.setup.instances import InstanceSettings
    from lamindb.types import PathLike
    from lnschema_core.models import Run, Transform

_OWN_ERRORS = (UpdateNbWithNonInteractiveEditorError, NotebookNotSavedError, NoTitleError)


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
    ) -> None:
        """Track what runs: from here on, saved data are its outputs, and loaded data its inputs.

        A notebook is recognised by an id in its metadata and is named by its title; a script is recognised by its path.

        Args:
            transform: What runs; by default the notebook or script that calls this function.
            new_run: Make a new run rather than continue your latest one; by default for everything but notebooks.
            reference: A reference of the run, such as the id of a workflow run.
            reference_type: What kind of reference.
            notebook_path: The notebook, where it can't be found.
            pypackage: Distributions to tell of, in addition to those that the notebook imports.
            editor: The editor of the notebook: ``"lab"``, ``"notebook"`` or ``"vs_code"``.

        Raises:
            TrackingError: The notebook that runs can't be tracked; the message says what to do.
            NotRecords: ``transform`` is no transform.

        Examples:
            >>> ln.track()
            >>> ln.track(ln.Transform(name="Cell Ranger", version="7.2.0", type="pipeline"))
        """
        connection.connect()
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


track = run_context._track  # noqa: SLF001 - the public name of the verb
