"""OpenLineage events of runs: START, COMPLETE, FAIL and ABORT, sent where the user has configured a receiver.

The receiver is that of the client of OpenLineage (https://openlineage.io/docs/client/python): ``OPENLINEAGE_URL``,
``OPENLINEAGE_CONFIG`` or an ``openlineage.yml``. Events are sent by a thread of their own, so that a receiver that doesn't answer
takes no time of the user's.
"""

from __future__ import annotations

import os
import queue
import threading
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lamindb.provenance.exports.openlineage import event_of
from lamindb.provenance.going_on import going_on, say_once
from lnschema_core.catalogue import core_registry

WHAT = "OpenLineage events"
PATIENCE = 2.0
"""How many seconds the end of the process waits for events that haven't been received."""

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
    files = (Path("openlineage.yml"), Path(os.path.expanduser("~")) / ".openlineage" / "openlineage.yml")  # noqa: PTH111 - Path.home raises where there is none
    return (is_set or any(path.is_file() for path in files)) and os.environ.get(
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
