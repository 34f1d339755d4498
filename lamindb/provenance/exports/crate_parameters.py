"""What runs took and made in RO-Crates: parameters of the code, and the values and data that stood for them.

A parameter is a ``FormalParameter`` of the code, and what stood for it is an ``exampleOfWork`` of it. Data that were no arguments,
but were loaded or saved by the code, stand for one parameter together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lamindb.provenance.exports.crate import as_list, link, short_name
from lnschema_core.history.executions import execution_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lamindb.provenance.exports.crate import Crate
    from lamindb.provenance.exports.history import History
    from lnschema_core.models import Run

_PROFILE = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
_LOADED, _SAVED = "loaded data", "saved data"
_KINDS = {bool: "Boolean", int: "Integer", float: "Float", str: "Text"}
_FURTHER_KINDS = {"PropertyValue", "Dataset", "Collection"}


def add(crate: Crate, run: Run, code: Any, action: Any, history: History, data: dict[str, Any]) -> None:
    """Describe what a run took and made, and let its action and its code refer to that.

    What its steps took from elsewhere and made for elsewhere counts as its own, as it does for workflows.
    """
    execution = execution_of(run)
    params = {} if execution is None else execution.params or {}
    used, made = _across(run, history)
    taken = []
    for number, (name, value) in enumerate(params.items(), start=1):
        arguments = [data[one] for one in _ids_in(value) if one in data]
        if not arguments:
            arguments = [crate.entity(f"#{run.pk}-{number}", "PropertyValue", name=name, value=str(value))]
        for one in arguments:
            _stand_for(crate, code, "input", name, one, _KINDS.get(type(value)))
        taken += arguments
    for one in (data[key] for key in used if data[key] not in taken):
        _stand_for(crate, code, "input", _LOADED, one)
        taken.append(one)
    for one in (data[key] for key in made):
        _stand_for(crate, code, "output", _SAVED, one)
    link(action, "object", taken)
    link(action, "result", [data[key] for key in made])


def _across(run: Run, history: History) -> tuple[list[str], list[str]]:
    """What a run with its steps used that was made elsewhere, and made that it was asked for or was used elsewhere."""
    inside = history.within(run.pk)
    within = [one.pk for one in history.runs if one.pk in inside]
    used, made = _of(history.used, within), _of(history.made, within)
    asked_for = {history.host.pk, *history.made.get(run.pk, ()), *_of(history.used, history.used.keys() - inside)}
    return [one for one in used if one not in made], [one for one in made if one in asked_for]


def _of(hosts: Mapping[str, Sequence[str]], runs: Iterable[str]) -> list[str]:
    """The hosts of runs, each once."""
    return list(dict.fromkeys(host for run in runs for host in hosts.get(run, ())))


def _ids_in(value: Any) -> list[str]:
    """The ids of the files and datasets that a parameter is or has as items."""
    if isinstance(value, list):
        return [one for item in value for one in _ids_in(item)]
    is_data = isinstance(value, dict) and value.get("registry") in {"File", "Dataset"}
    return [str(value.get("id"))] if is_data else []


def _stand_for(crate: Crate, code: Any, role: str, name: str, entity: Any, kind: str | None = None) -> None:
    """Let something stand for a parameter of the code."""
    address = f"#{short_name(code)}-{role}-{quote(name, safe='')}"
    parameter = crate.entity(address, "FormalParameter", name=name)
    parameter["conformsTo"] = crate.standard(_PROFILE, "FormalParameter of Bioschemas")
    link(parameter, "additionalType", [kind or _kind_of(entity)])
    link(entity, "exampleOfWork", [parameter])
    link(code, role, [parameter])


def _kind_of(entity: Any) -> str:
    """What stands for a parameter; of data that are only described the kind isn't told."""
    return next((one for one in as_list(entity.type) if one in _FURTHER_KINDS), "File")
