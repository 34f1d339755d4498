"""How runs went, as far as it is known: of runs of 0.54 nothing is."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.setup import connection
from lnschema_core.catalogue import core_registry

if TYPE_CHECKING:
    from lnschema_core.models import Execution, File, Run

MIGRATION = "0025_modules"
"""The migration from which on the table has all columns."""

RUNNING = "running"
COMPLETED = "completed"
FAILED = "failed"
INTERRUPTED = "interrupted"
LOST = "lost"
"""The process is gone and left no word; this status is found, not stored."""

STATUSES = (RUNNING, COMPLETED, FAILED, INTERRUPTED, LOST)


def can_be_kept() -> bool:
    """Whether the database has the table."""
    return not connection.misses("lnschema_core", MIGRATION)


def execution_of(run: Run) -> Execution | None:
    """How a run went, None if nobody recorded that; one query unless the run was queried together with it."""
    if "execution" in run._state.fields_cache:
        cached: Execution | None = run._state.fields_cache["execution"]
        return cached
    if not can_be_kept():
        return None
    found: Execution | None = core_registry("Execution").objects.filter(run_id=run.pk).first()
    return found


def captured_file(run: Run, role: str) -> File | None:
    """A file that a run captured: its ``source``, ``modules``, ``environment`` or ``report``."""
    execution = execution_of(run)
    file_id = None if execution is None else getattr(execution, f"{role}_id")
    found: File | None = None if file_id is None else core_registry("File").objects.filter(pk=file_id).first()
    return found


def status_of(execution: Execution) -> str:
    """The status, in which a run counts as lost whose process on this machine is gone."""
    is_lost = execution.status == RUNNING and execution.host == host() and not is_alive(execution.process or "")
    return LOST if is_lost else execution.status


# -- processes --------------------------------------------------------------------------------------------------------


def host() -> str:
    """The name of this machine."""
    return socket.gethostname()[:255]


def this_process() -> str:
    """What tells this process from all others of this machine, those with the same number at another time included."""
    return _told(os.getpid())


def is_alive(process: str) -> bool:
    """Whether a process of this machine is there; True where nobody can tell."""
    number = process.partition(" ")[0]
    if not number.isdecimal() or os.name != "posix":
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        pass
    return process == _told(int(number))


def _told(number: int) -> str:
    """The number of a process and, on Linux, when it started in ticks since the machine did."""
    try:
        after_name = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
    except OSError:
        return str(number)
    return f"{number} {after_name.split()[19]}"
