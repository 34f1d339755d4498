"""Histories as Workflow Run RO-Crates: a folder with the data, the code that made it, and a description of every run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.provenance.exports.history import history_of, library, name_of
from lnschema_core.catalogue import core_registry
from lnschema_core.executions import COMPLETED, execution_of
from lnschema_core.files.reading import local_path

if TYPE_CHECKING:
    from pathlib import Path

    from lamindb.provenance.exports.history import History, Host
    from lnschema_core.models import Run

PROFILES = ("https://w3id.org/ro/wfrun/process/0.5",)
"""The profiles that crates conform to: https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate"""

_STATUSES = {"completed": "CompletedActionStatus", "running": "ActiveActionStatus"}


def write_crate(host: Host, folder: Path, *, with_inputs: bool = False) -> None:
    """Write a file or dataset with its history as an RO-Crate.

    Args:
        host: The file or dataset.
        folder: Where the crate is written; made if it isn't there.
        with_inputs: Copy the content of what led to it, too, rather than only describe it.

    Raises:
        MissingExtra: The package ``rocrate`` is not installed.
    """
    rocrate = library("rocrate.rocrate", "ro-crate")
    history = history_of(host)
    crate = rocrate.ROCrate()
    crate.name = name_of(host)
    crate.description = f"{name_of(host)} with the history of how it was made"
    crate.root_dataset["conformsTo"] = [
        crate.add(library("rocrate.model.contextentity", "ro-crate").ContextEntity(
            crate, profile, {"@type": "CreativeWork", "name": "Process Run Crate", "version": profile.rpartition("/")[2]}
        ))
        for profile in PROFILES
    ]  # fmt: skip
    data = {
        one.pk: _add_host(crate, one, with_content=with_inputs or one.pk == host.pk) for one in history.hosts.values()
    }
    for run in history.runs:
        _add_run(crate, run, history, data)
    crate.write(folder)


def _add_host(crate: Any, host: Host, *, with_content: bool) -> Any:
    facts: dict[str, Any] = {"name": name_of(host), "identifier": host.pk}
    if host.hash is not None:
        facts["sha256" if host.hash_type == "sha256" else "hash"] = host.hash  # type: ignore[union-attr]
    file: Any = host if hasattr(host, "suffix") else host.file
    if file is None or not with_content:
        return crate.add(_entity(crate, f"#{host.pk}", {"@type": "CreativeWork", **facts}))
    facts["contentSize"] = str(file.size)
    return crate.add_file(local_path(file), f"data/{file.pk}{file.suffix}", properties=facts)


def _add_run(crate: Any, run: Run, history: History, data: dict[str, Any]) -> None:
    execution = execution_of(run)
    agent = crate.add(_entity(crate, f"#{run.created_by_id}", {"@type": "Person", "name": run.created_by.handle}))
    status = COMPLETED if execution is None else execution.status
    facts: dict[str, Any] = {
        "@type": "CreateAction",
        "name": f"Run of {run.transform.name}",
        "startTime": run.run_at.isoformat(),
        "actionStatus": f"http://schema.org/{_STATUSES.get(status, 'FailedActionStatus')}",
    }
    if execution is not None and execution.ended_at is not None:
        facts["endTime"] = execution.ended_at.isoformat()
    if execution is not None and execution.error is not None:
        facts["error"] = execution.error
    action = crate.add(_entity(crate, f"#{run.pk}", facts))
    action["instrument"] = _add_code(crate, run)
    action["agent"] = agent
    action["object"] = [data[one] for one in history.used.get(run.pk, ()) if one in data] + _add_params(crate, run)
    action["result"] = [data[one] for one in history.made.get(run.pk, ()) if one in data]
    crate.root_dataset.append_to("mentions", action)


def _add_code(crate: Any, run: Run) -> Any:
    """The code that ran: the source if it was captured, else what is known of the transform."""
    execution = execution_of(run)
    source_id = None if execution is None else execution.source_id
    source = None if source_id is None else core_registry("File").objects.filter(pk=source_id).first()
    facts: dict[str, Any] = {"name": run.transform.name or run.transform_id}
    if run.transform.version is not None:
        facts["version"] = run.transform.version
    if source is None:
        return crate.add(_entity(crate, f"#{run.transform_id}", {"@type": "SoftwareApplication", **facts}))
    name = f"code/{source.pk}{source.suffix}"
    found = crate.dereference(name)
    return found or crate.add_file(
        local_path(source), name, properties={"@type": ["File", "SoftwareSourceCode"], **facts}
    )


def _add_params(crate: Any, run: Run) -> list[Any]:
    execution = execution_of(run)
    params = {} if execution is None else execution.params or {}
    return [
        crate.add(_entity(crate, f"#{run.pk}-{name}", {"@type": "PropertyValue", "name": name, "value": str(value)}))
        for name, value in params.items()
    ]


def _entity(crate: Any, identifier: str, facts: dict[str, Any]) -> Any:
    found = crate.dereference(identifier)
    entity = library("rocrate.model.contextentity", "ro-crate").ContextEntity
    return found or entity(crate, identifier, facts)
