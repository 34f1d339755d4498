"""Histories as W3C PROV: entities, activities and agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.provenance.exports.history import history_of, library, name_of
from lamindb.setup import settings
from lnschema_core.history.executions import execution_of

if TYPE_CHECKING:
    from lamindb.provenance.exports.history import History, Host
    from lnschema_core.models import Run


def to_prov(host: Host) -> Any:
    """The history of a file or dataset as a ``prov.model.ProvDocument``.

    Args:
        host: The file or dataset.

    Raises:
        MissingExtra: The package ``prov`` is not installed.

    Examples:
        >>> to_prov(file).serialize("file.prov.json", format="json")
    """
    model = library("prov.model", "prov")
    document = model.ProvDocument()
    document.add_namespace("lamin", f"urn:lamin:{settings.instance.identifier}:")
    history = history_of(host)
    for one in history.hosts.values():
        document.entity(f"lamin:{one.pk}", _facts_of_host(one))
    for run in history.runs:
        _add_run(document, run, history)
    return document


def _facts_of_host(host: Host) -> dict[str, Any]:
    facts = {"prov:label": name_of(host), "prov:type": f"lamin:{type(host).__name__}"}
    values = {name: getattr(host, name, None) for name in ("key", "suffix", "hash", "hash_type", "size", "version")}
    return facts | {f"lamin:{name}": value for name, value in values.items() if value is not None}


def _add_run(document: Any, run: Run, history: History) -> None:
    execution = execution_of(run)
    ended = None if execution is None else execution.ended_at
    facts: dict[str, Any] = {"prov:label": run.transform.name or run.pk}
    if execution is not None:
        params = (execution.params or {}).items()
        facts |= {"lamin:status": execution.status} | {f"lamin:parameter_{name}": str(value) for name, value in params}
    activity = document.activity(f"lamin:{run.pk}", run.run_at, ended, facts)
    plan = document.entity(
        f"lamin:{run.transform_id}", {"prov:label": run.transform.name or "", "prov:type": "prov:Plan"}
    )
    agent = document.agent(
        f"lamin:{run.created_by_id}", {"prov:label": run.created_by.handle, "prov:type": "prov:Person"}
    )
    document.wasAssociatedWith(activity, agent, plan)
    for host_id in history.used.get(run.pk, ()):
        document.used(activity, f"lamin:{host_id}")
    for host_id in history.made.get(run.pk, ()):
        _add_output(document, history.hosts[host_id], activity, run)
    if run.pk in history.around:
        document.wasInformedBy(activity, f"lamin:{history.around[run.pk]}")


def _add_output(document: Any, host: Host, activity: Any, run: Run) -> None:
    """What a run made; since an entity is generated once, what was made again is an alternate of it."""
    if host.run_id == run.pk:
        document.wasGeneratedBy(f"lamin:{host.pk}", activity)
        return
    again = document.entity(
        f"lamin:{host.pk}-{run.pk}", {"prov:label": name_of(host), "prov:type": "lamin:Reproduction"}
    )
    document.wasGeneratedBy(again, activity)
    document.alternateOf(again, f"lamin:{host.pk}")
