"""Histories as Workflow Run RO-Crates: a folder with the data, the code that made it, and a description of every run."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lamindb.provenance.exports import crate_parameters, crate_workflow
from lamindb.provenance.exports.crate import Crate, moment_of
from lamindb.provenance.exports.crate_code import codes_of
from lamindb.provenance.exports.history import history_of, library, name_of
from lnschema_core.history.executions import COMPLETED, execution_of

if TYPE_CHECKING:
    from lamindb.provenance.exports.crate_code import Codes
    from lamindb.provenance.exports.history import History, Host
    from lnschema_core.models import Run

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
"""The profile that crates conform to: https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate"""

VERSION = "1.1"
"""The version of RO-Crate that the profiles build on."""

_STATUSES = {"completed": "CompletedActionStatus", "running": "ActiveActionStatus"}
_NO_LICENSE = "Nobody has said under which licence this may be used: ask the author."


def write_crate(host: Host, folder: Path, *, with_inputs: bool = False, license: str | None = None) -> None:  # noqa: A002 - the word of the standard
    """Write a file or dataset with its history as an RO-Crate.

    A history with steps makes it a Provenance Run Crate, another one a Process Run Crate.

    Args:
        host: The file or dataset.
        folder: Where the crate is written; made if it isn't there.
        with_inputs: Copy the content of what led to it, too, rather than only describe it.
        license: The address of the licence that the data are under.

    Raises:
        MissingExtra: The package ``rocrate`` is not installed.
    """
    made = library("rocrate.rocrate", "ro-crate").ROCrate(version=VERSION)
    with TemporaryDirectory(prefix="lamin-crate-") as copies:
        _describe(Crate(made, Path(copies)), host, with_inputs=with_inputs, license_=license)
        made.write(folder)


def _describe(crate: Crate, host: Host, *, with_inputs: bool, license_: str | None) -> None:
    history = history_of(host)
    root = crate.root
    root["name"] = name_of(host)
    root["description"] = f"{name_of(host)} with the history of how it was made"
    root["conformsTo"] = crate.standard(PROFILE, "Process Run Crate")
    root["author"] = crate.person(host.created_by)
    root["license"] = _NO_LICENSE if license_ is None else crate.entity(
        license_, "CreativeWork", name=license_.rstrip("/").rpartition("/")[2], description=f"The licence at {license_}"
    )  # fmt: skip
    data = {one.pk: crate.data(one, with_content=with_inputs or one.pk == host.pk) for one in history.hosts.values()}
    codes = codes_of(crate, history)
    actions = {run.pk: _add_run(crate, run, codes, history, data) for run in history.runs}
    crate_workflow.describe(crate, codes, history, actions)


def _add_run(crate: Crate, run: Run, codes: Codes, history: History, data: dict[str, Any]) -> Any:
    execution = execution_of(run)
    status = COMPLETED if execution is None else execution.status
    code = codes.of(run)
    action = crate.entity(
        f"#{run.pk}",
        "CreateAction",
        name=f"Run of {run.transform.name or run.transform_id}",
        description=f"{code['name']}, run by {run.created_by.handle}",
        startTime=moment_of(run.run_at),
        endTime=None if execution is None or execution.ended_at is None else moment_of(execution.ended_at),
        actionStatus=f"http://schema.org/{_STATUSES.get(status, 'FailedActionStatus')}",
        error=None if execution is None else execution.error,
    )
    action["instrument"] = code
    action["agent"] = crate.person(run.created_by)
    crate_parameters.add(crate, run, code, action, history, data)
    crate.root.append_to("mentions", action)
    return action
