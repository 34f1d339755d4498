"""Runs with steps in RO-Crates, as Provenance Run Crates have them: workflows, their steps, and what carried out which.

See https://www.researchobject.org/workflow-run-crate/profiles/provenance_run_crate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.provenance.exports.crate import as_list, link, moment_of, short_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lamindb.provenance.exports.crate import Crate
    from lamindb.provenance.exports.crate_code import Codes
    from lamindb.provenance.exports.history import History
    from lnschema_core.models import Run

PROFILES = {
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
"""The profiles that crates with steps conform to, in addition to that of all crates."""

_BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_PYTHON = "https://www.python.org"
_ENGINE = "https://lamin.ai/lamindb"


def describe(crate: Crate, codes: Codes, history: History, actions: Mapping[str, Any]) -> None:
    """Describe the steps of a history, if it has some and the code around them was captured.

    Args:
        crate: The crate, which has the code and the actions of all runs.
        codes: The code.
        history: The history.
        actions: The actions by run.
    """
    runs = {run.pk: run for run in history.runs}
    around = {*history.around.values()}
    outermost = [run for key, run in runs.items() if key in around and key not in history.around]
    main = _main(history, [run for run in outermost if run.pk in codes.sources])
    if main is None:
        return
    profiles = [crate.standard(address, name) for address, name in PROFILES.items()]
    link(crate.root, "conformsTo", profiles)
    link(crate.crate.metadata, "conformsTo", profiles[-1:])
    crate.root["mainEntity"] = codes.of(main)
    for key in around:
        _describe_workflow(crate, codes.of(runs[key]), runs[key])
    for run in outermost:
        engine = _engine_run(crate, run, actions[run.pk])
        for key in sorted(history.within(run.pk) & history.around.keys(), key=list(runs).index):
            step = _step(crate, codes.of(runs[history.around[key]]), codes.of(runs[key]))
            link(engine, "object", [_control(crate, history.around[key], step, actions[key])])


def _main(history: History, candidates: Sequence[Run]) -> Run | None:
    """The run that a crate is about: the one that the host was made in, else the last one."""
    made_in = [run for run in candidates if history.host.run_id in history.within(run.pk)]
    return next(reversed(made_in or candidates), None)


def _describe_workflow(crate: Crate, workflow: Any, run: Run) -> None:
    """What Bioschemas asks to be told of a workflow."""
    workflow["conformsTo"] = crate.standard(_BIOSCHEMAS, "ComputationalWorkflow of Bioschemas")
    workflow["programmingLanguage"] = crate.entity(_PYTHON, "ComputerLanguage", name="Python", url=_PYTHON)
    workflow["creator"] = workflow["sdPublisher"] = crate.person(run.created_by)
    workflow["dateCreated"] = moment_of(run.transform.created_at)
    workflow["license"] = crate.root["license"]


def _engine_run(crate: Crate, run: Run, action: Any) -> Any:
    """What carried out the steps of a run: us."""
    engine = crate.entity(_ENGINE, "SoftwareApplication", name="LaminDB", url=_ENGINE)
    return crate.entity(
        f"#{run.pk}-steps", "OrganizeAction", name=f"Steps of {run.transform.name or run.transform_id}",
        instrument=engine, result=action, agent=action["agent"], startTime=action["startTime"], endTime=action.get("endTime"),
    )  # fmt: skip


def _step(crate: Crate, workflow: Any, tool: Any) -> Any:
    """A step of a workflow, which runs a tool."""
    position = len(as_list(workflow.get("step"))) + 1
    address = f"#{short_name(workflow)}-step-{short_name(tool)}"
    step = crate.entity(address, "HowToStep", name=tool["name"], position=str(position), workExample=tool)
    link(workflow, "step", [step])
    link(workflow, "hasPart", [tool])
    return step


def _control(crate: Crate, around: str, step: Any, action: Any) -> Any:
    """That a step was carried out, in a run around it."""
    address = f"#{around}-{step.id.lstrip('#')}"
    control = crate.entity(address, "ControlAction", name=f"Run of the step {step['name']}", instrument=step)
    link(control, "object", [action])
    return control
