"""What is known of a run, as facts, as text and as HTML."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db.models import Value

from lnschema_core.history import reproducing
from lnschema_core.history.executions import execution_of, status_of
from lnschema_core.html import titled_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lnschema_core.models import Run

MOST = 10
"""How many inputs and outputs are named in texts."""

_INPUT, _OUTPUT, _REPRODUCED = "input", "output", "reproduced"


def facts_of(run: Run) -> dict[str, Any]:
    """All that is known of a run, in words, numbers and times; five queries. Its outputs include those that it made again."""
    execution = execution_of(run)
    facts: dict[str, Any] = {
        "id": run.pk,
        "transform": run.transform.name,
        "version": run.transform.version,
        "type": str(run.transform.type),
        "transform_id": run.transform_id,
        "reference": run.reference,
        "user": run.created_by.handle,
        "status": None if execution is None else status_of(execution),
        "started_at": run.run_at,
        "ended_at": None if execution is None else execution.ended_at,
    }
    names = ("params", "arguments", "host", "python", "git_commit", "git_is_dirty", "error")
    facts |= {name: None if execution is None else getattr(execution, name) for name in names}
    links = ("parent_id", "source_id", "modules_id", "environment_id", "report_id")
    facts |= {name: None if execution is None else getattr(execution, name) for name in links}
    return facts | _linked(run)


def _linked(run: Run) -> dict[str, list[dict[str, Any]]]:
    """Registry, id and name of inputs and outputs, files before datasets and old before new; two queries."""
    found: dict[str, list[dict[str, Any]]] = {"inputs": [], "outputs": []}
    for registry, names in (("File", ("key", "description")), ("Dataset", ("name",))):
        for _, key, role, *more in sorted(_rows(run, registry, names), key=lambda row: row[:3]):
            record = {"registry": registry, "id": key, "name": next(filter(None, more), key)}
            if role != _INPUT:
                record["is_reproduced"] = role == _REPRODUCED
            found["inputs" if role == _INPUT else "outputs"].append(record)
    return found


def _rows(run: Run, registry: str, names: tuple[str, ...]) -> Any:
    """When a linked record was made, its key, its role and its possible names."""
    roles = [_INPUT, _OUTPUT, *([_REPRODUCED] if reproducing.can_be_kept() else [])]
    relations = [(role, getattr(run, f"{role}_{registry.lower()}s").order_by()) for role in roles]
    first, *others = [
        relation.annotate(role=Value(role)).values_list("created_at", "pk", "role", *names)
        for role, relation in relations
    ]
    return first.union(*others, all=True)


def describe(run: Run) -> str:
    """The text that ``run.describe()`` prints."""
    return "\n".join([f"Run {run.pk}", *(f"  {name}: {value}" for name, value in _shown(facts_of(run)).items())])


def describe_html(run: Run) -> str:
    """The same as a table for notebooks; every value is escaped."""
    return titled_table("Run", _shown(facts_of(run)).items())


def _shown(facts: Mapping[str, Any]) -> dict[str, str]:
    """Those facts that are known, as texts."""
    hidden = {"id", "transform_id", "type", "version", "git_is_dirty"}
    shown = {name: value for name, value in facts.items() if value not in (None, [], {}) and name not in hidden}
    version = f"version {facts['version']}, " if facts["version"] is not None else ""
    shown["transform"] = f"{facts['transform']} ({facts['type']}, {version}{facts['transform_id']})"
    if facts["git_is_dirty"]:
        shown["git_commit"] = f"{facts['git_commit']} with changes"
    return {name.removesuffix("_id").replace("_", " "): _text(value) for name, value in shown.items()}


def _text(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        more = [f"and {len(value) - MOST} more"] if len(value) > MOST else []
        return ", ".join([*(_named(one) for one in value[:MOST]), *more])
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}={one!r}" for name, one in value.items())
    return _time(value) if hasattr(value, "astimezone") else str(value)


def _named(record: Mapping[str, Any]) -> str:
    known = ", made before" if record.get("is_reproduced") else ""
    return f"{record['name']} ({record['id']}{known})"


def _time(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
