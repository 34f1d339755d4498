"""Recording how a run goes, in the database: its begin with all that is known then, and its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from lamindb.provenance import environment, events, keeping, modules, parameters, sources
from lamindb.provenance.going_on import going_on
from lamindb.provenance.repositories import state_of
from lamindb.provenance.sources import Source
from lnschema_core.catalogue import core_registry
from lnschema_core.history import executions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lnschema_core.models import Run

_CAPTURED = {
    "source": "the source code",
    "modules": "the modules beside it",
    "environment": "the installed distributions",
}


@dataclass(frozen=True)
class Begin:
    """What is known when a run begins."""

    path: Path | None = None
    """The script or notebook."""
    params: Mapping[str, Any] = field(default_factory=dict)
    parent_id: str | None = None
    """The run that it is a step of; what that one has captured is not captured again."""


def begin(run: Run, known: Begin) -> None:
    """Record that a run begins; whatever can't be recorded is said, and the rest is."""
    if executions.can_be_kept():
        _keep(run, known)
    events.tell(run.pk, executions.RUNNING, parent_id=known.parent_id)


def _keep(run: Run, known: Begin) -> None:
    values = _facts(known)
    if known.parent_id is None:
        values |= _surroundings(known.path) | _captured(known.path)
    registry = core_registry("Execution")
    execution = registry.from_fields(run_id=run.pk, **values)
    with going_on("how the run goes"), transaction.atomic():
        # A run of a notebook goes on when the notebook is tracked again.
        registry.objects.bulk_create([execution], update_conflicts=True, unique_fields=["run"], update_fields=[*values])


def end(run_id: str, status: str, error: str | None = None) -> None:
    """Record that a run ended.

    Raises:
        DatabaseError: It can't be recorded.
    """
    values: dict[str, Any] = {"status": status, "ended_at": timezone.now(), "error": error}
    same = core_registry("Execution").objects.filter(run_id=run_id)
    try:
        with transaction.atomic():
            same.update(**values)
    except (DatabaseError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()  # a server may have hung up during a long computation
        same.update(**values)


def add_captured(run_id: str, role: str, source: Source) -> None:
    """Keep what a run that ended leaves, and record it as its ``report`` or ``modules``.

    Raises:
        StorageError: It can't be stored.
        DatabaseError: It can't be recorded.
    """
    core_registry("Execution").objects.filter(run_id=run_id).update(**{f"{role}_id": keeping.keep(source)})


def _facts(known: Begin) -> dict[str, Any]:
    values: dict[str, Any] = {"status": executions.RUNNING, "ended_at": None, "error": None}
    values |= {"host": executions.host(), "process": executions.this_process()}
    values |= {"python": environment.python_version(), "parent_id": known.parent_id, "params": None}
    with going_on("the parameters"):
        values["params"] = parameters.kept(known.params) or None
    return values


def _surroundings(path: Path | None) -> dict[str, Any]:
    """How the code was called, and which commit it belongs to."""
    values: dict[str, Any] = {}
    if path is None:
        return values
    with going_on("the arguments"):
        values["arguments"] = parameters.arguments() if path.suffix != ".ipynb" else None
    with going_on("the state of the git repository"):
        state = state_of(path)
        values |= {"git_commit": state.commit, "git_is_dirty": state.is_dirty}
    return values


def _captured(path: Path | None) -> dict[str, Any]:
    """The files with the code and the environment, stored where they aren't yet; one query if they are."""
    texts: dict[str, Source] = {}
    with going_on(_CAPTURED["environment"]):
        texts["environment"] = Source(environment.lock(), ".txt", "installed distributions of runs")
    with going_on(_CAPTURED["source"]):
        source = None if path is None else sources.source_of(path)
        texts |= {} if source is None else {"source": source}
    with going_on(_CAPTURED["modules"]):
        beside = None if path is None else modules.source_of(modules.imported(path), path)
        texts |= {} if beside is None else {"modules": beside}
    known: dict[str, str] = {}
    with going_on("the source code and the installed distributions"), transaction.atomic():
        known = keeping.known_ids(texts.values())
    values = {}
    for role, text in texts.items():
        with going_on(_CAPTURED[role]):
            values[f"{role}_id"] = known.get(keeping.key_of(text)) or keeping.store(text)
    return values
