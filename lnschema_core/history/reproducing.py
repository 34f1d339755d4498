"""What runs made again: content that is registered gets no second record, so the run is linked to the record there is.

``file.run`` stays the run that made the content first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.setup import connection
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnschema_core.models import Dataset, File, Run

MIGRATION = "0024_reproduced"


def can_be_kept() -> bool:
    """Whether the database has the tables."""
    return not connection.misses("lnschema_core", MIGRATION)


def link_runs(hosts: Iterable[File | Dataset]) -> None:
    """Link saved files, or datasets, to the runs that made them again; two queries, none if there are no such runs.

    What a run has used it hasn't made.
    """
    again: list[Any] = [host for host in hosts if host.made_again_by and host.made_again_by.pk != host.run_id]
    if not again or not can_be_kept():
        return
    for run in {host.made_again_by for host in again if host.made_again_by._state.adding}:
        run.save()
    field = f"{again[0]._meta.concrete_model._meta.model_name}_id"
    pairs = {(host.pk, host.made_again_by.pk) for host in again}
    uses = type(again[0]).input_of.through.objects.filter(AnyOf(field, [host.pk for host in again]))
    used = set(uses.values_list(field, "run_id"))
    link = type(again[0]).reproduced_by.through
    rows = [link(**{field: host_id, "run_id": run_id}) for host_id, run_id in sorted(pairs - used)]
    link.objects.bulk_create(rows, ignore_conflicts=True)


def made_by(run: Run, registry: str, *related: str) -> list[Any]:
    """The files or datasets that a run made first or made again, in the order in which they were registered; two queries.

    Args:
        run: The run.
        registry: ``"File"`` or ``"Dataset"``.
        *related: The names of what is queried together with them.
    """
    name = f"{registry.lower()}s"
    relations = [f"output_{name}", *([f"reproduced_{name}"] if can_be_kept() else [])]
    made = [host for one in relations for host in getattr(run, one).select_related(*related).order_by()]
    return sorted(made, key=lambda host: (host.created_at, host.pk))


def forget(*hosts: File | Dataset) -> None:
    """Saving hosts once more says nothing of runs."""
    for host in hosts:
        host.made_again_by = None
