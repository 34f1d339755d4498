"""OpenLineage events of runs: START, COMPLETE, FAIL and ABORT, sent where the user has configured a receiver.

The receiver is that of the client of OpenLineage (https://openlineage.io/docs/client/python): ``OPENLINEAGE_URL``,
``OPENLINEAGE_CONFIG`` or an ``openlineage.yml``. Events are sent by a thread of their own, so that a receiver that doesn't answer
takes no time of the user's.
"""

from __future__ import annotations

import os
import queue
import threading
import uuid
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from lamindb.provenance.going_on import going_on, say_once
from lamindb.setup import settings
from lnschema_core.catalogue import core_registry
from lnschema_core.executions import COMPLETED, FAILED, INTERRUPTED, RUNNING

if TYPE_CHECKING:
    from lnschema_core.models import File, Run

WHAT = "OpenLineage events"
PATIENCE = 2.0
"""How many seconds the end of the process waits for events that haven't been received."""

_PRODUCER = "https://lamin.ai/lamindb"
_STATES = {RUNNING: "START", COMPLETED: "COMPLETE", FAILED: "FAIL", INTERRUPTED: "ABORT"}
_SETTINGS = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG")


class _Sender:
    """The thread that sends events, and those that it still has to send."""

    def __init__(self) -> None:
        self.events: queue.Queue[Any] = queue.Queue(maxsize=1_000)
        self.process = 0

    def send(self, event: Any) -> None:
        """Have an event sent; too many that nobody receives are dropped, which is said."""
        if self.process != os.getpid():  # threads don't survive a fork
            self.events, self.process = queue.Queue(maxsize=1_000), os.getpid()
            threading.Thread(target=self._work, args=(self.events,), name="openlineage", daemon=True).start()
        try:
            self.events.put_nowait(event)
        except queue.Full:
            say_once(WHAT, "the receiver takes them too slowly")

    def _work(self, events: queue.Queue[Any]) -> None:
        client: Any = None
        while True:
            event = events.get()
            with going_on(WHAT):
                client = import_module("openlineage.client").OpenLineageClient() if client is None else client
                client.emit(event)
            events.task_done()

    def wait(self, seconds: float) -> None:
        """Wait until all events are sent, but not longer than this."""
        if self.process != os.getpid():
            return
        done = threading.Thread(target=self.events.join, daemon=True)
        done.start()
        done.join(seconds)
        if done.is_alive():
            say_once(WHAT, "the receiver doesn't answer")


_sender = _Sender()


def is_wanted() -> bool:
    """Whether the user has configured a receiver."""
    is_set = any(name in os.environ for name in _SETTINGS) or any(
        name.startswith("OPENLINEAGE__") for name in os.environ
    )
    return (is_set or Path("openlineage.yml").is_file()) and os.environ.get(
        "OPENLINEAGE_DISABLED", ""
    ).lower() != "true"


def tell(run_id: str, status: str, *, parent_id: str | None = None, error: str | None = None) -> None:
    """Send the event that a run begins or ends, if that is wanted."""
    if not is_wanted():
        return
    with going_on(WHAT):
        if find_spec("openlineage") is None:
            say_once(WHAT, "they need a package: pip install 'lamindb[openlineage]'")
            return
        run = core_registry("Run").objects.select_related("transform", "created_by").filter(pk=run_id).first()
        if run is not None:
            _sender.send(event_of(run, status, parent_id=parent_id, error=error))


def wait() -> None:
    """Give events that are on their way a moment at the end of the process."""
    _sender.wait(PATIENCE)


def event_of(run: Run, status: str, *, parent_id: str | None = None, error: str | None = None) -> Any:
    """The event of a run as the client of OpenLineage has it; at its end with inputs and outputs.

    Args:
        run: The run.
        status: How it goes.
        parent_id: The run that it is a step of.
        error: What went wrong.
    """
    events, facets = import_module("openlineage.client.event_v2"), import_module("openlineage.client.facet_v2")
    around: dict[str, Any] = {}
    if error is not None:
        around["errorMessage"] = facets.error_message_run.ErrorMessageRunFacet(
            message=error, programmingLanguage="PYTHON"
        )
    parent = (
        None
        if parent_id is None
        else core_registry("Run").objects.select_related("transform").filter(pk=parent_id).first()
    )
    if parent is not None:
        around["parent"] = facets.parent_run.ParentRunFacet(
            run=facets.parent_run.Run(runId=universal_id(parent.pk)),
            job=facets.parent_run.Job(namespace=settings.instance.identifier, name=_job_name(parent)),
        )
    about = {
        "jobType": facets.job_type_job.JobTypeJobFacet(processingType="BATCH", integration="LAMINDB", jobType="JOB")
    }
    return events.RunEvent(
        eventType=events.RunState[_STATES[status]],
        eventTime=timezone.now().isoformat(),
        run=events.Run(runId=universal_id(run.pk), facets=around),
        job=events.Job(namespace=settings.instance.identifier, name=_job_name(run), facets=about),
        producer=_PRODUCER,
        inputs=[_dataset(file, events.InputDataset, facets) for file in run.input_files.select_related("storage")],
        outputs=[_dataset(file, events.OutputDataset, facets) for file in run.output_files.select_related("storage")],
    )


def universal_id(run_id: str) -> str:
    """The UUID of a run, which the standard wants; always the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_PRODUCER}/run/{run_id}"))


def _job_name(run: Run) -> str:
    return run.transform.name or run.transform_id


def _dataset(file: File, kind: Any, facets: Any) -> Any:
    about: dict[str, Any] = {
        "storage": facets.storage_dataset.StorageDatasetFacet(
            storageLayer=file.storage.type, fileFormat=file.suffix.removeprefix(".") or None
        ),
    }
    if file.version is not None:
        about["version"] = facets.dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=file.version)
    return kind(namespace=settings.instance.identifier, name=file.key or file.pk, facets=about)
