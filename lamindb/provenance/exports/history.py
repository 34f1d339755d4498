"""What led to a file or dataset: the runs, and what they used and made of it."""

from __future__ import annotations

import mimetypes
from collections import defaultdict
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from lamindb.errors import MissingExtra, NoResultFound
from lamindb.provenance.addresses import file_at
from lnschema_core.catalogue import core_registry
from lnschema_core.history import lineage
from lnschema_core.history.executions import can_be_kept, execution_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from types import ModuleType

    from lnschema_core.models import Dataset, File, Run

    Host: TypeAlias = File | Dataset


_MEDIA_TYPES = {
    ".csv": "text/csv", ".feather": "application/vnd.apache.arrow.file", ".h5": "application/x-hdf5",
    ".h5ad": "application/x-hdf5", ".h5mu": "application/x-hdf5", ".ipynb": "application/x-ipynb+json",
    ".parquet": "application/vnd.apache.parquet", ".py": "text/x-python", ".tsv": "text/tab-separated-values",
}  # fmt: skip


@dataclass(frozen=True)
class History:
    """The origin of a file or dataset."""

    host: Host
    runs: Sequence[Run]
    """All runs that led to it and those around their steps, oldest first; with their transforms, users and executions."""
    hosts: Mapping[str, Host]
    """It, and what the runs used, by id."""
    used: Mapping[str, Sequence[str]]
    """Per run the ids of what it used."""
    made: Mapping[str, Sequence[str]]
    """Per run the ids of what it made of all these."""
    around: Mapping[str, str]
    """Per step the run around it."""

    def within(self, run_id: str) -> frozenset[str]:
        """A run and its steps, with theirs, among the runs."""
        steps = lineage.neighbours(((around, step) for step, around in self.around.items()), directed=True)
        return frozenset(lineage.within(run_id, steps))


def host_named(name: str) -> Host:
    """The file or dataset with an id, or the file with a key.

    Raises:
        NoResultFound: There is none.
    """
    dataset: Dataset | None = core_registry("Dataset").filter(pk=name).one_or_none()
    if dataset is not None:
        return dataset
    try:
        return file_at(name)
    except FileNotFoundError as error:
        msg = f"no dataset or file has the id or key {name!r}"
        raise NoResultFound(msg) from error


def history_of(host: Host) -> History:
    """What led to a file or dataset; four queries however long that is, and one per level of steps within steps."""
    flow = lineage.flow_of(lineage.registry_of(host), host.pk, host.run_id, with_children=False)
    used, made = defaultdict(list), defaultdict(list)
    is_used = {tail for tail, head in flow.edges if head in flow.runs}
    for tail, head in sorted(flow.edges):
        if head in flow.runs:
            used[head].append(tail)
        elif head in is_used or head == host.pk:
            made[tail].append(head)
    runs = _with_those_around(flow.runs)
    around = {key: found for key, run in runs.items() if (found := _id_around(run)) in runs}
    hosts: dict[str, Host] = {}
    for name, ids in (("File", flow.files), ("Dataset", flow.datasets)):
        wanted = [one for one in ids if one in is_used]
        related = ["created_by", *(["storage"] if name == "File" else [])]
        rows = core_registry(name).objects.filter(pk__in=wanted).select_related(*related) if wanted else ()
        hosts |= {row.pk: row for row in rows}
    hosts[host.pk] = host
    in_order = sorted(runs.values(), key=lambda run: (run.run_at, run.pk))
    return History(host, in_order, hosts, used, made, around)


def _with_those_around(ids: Collection[str]) -> dict[str, Run]:
    """Runs by id, and those that they are steps of; a query per level of steps within steps."""
    related = ["transform", "created_by", *(["execution"] if can_be_kept() else [])]
    found: dict[str, Run] = {}
    while ids:
        runs = core_registry("Run").filter(pk__in=ids).select_related(*related).order_by()
        found |= (further := {run.pk: run for run in runs})
        ids = {around for run in further.values() if (around := _id_around(run)) is not None} - found.keys()
    return found


def _id_around(run: Run) -> str | None:
    """The id of the run that a run is a step of."""
    execution = execution_of(run)
    return None if execution is None else execution.parent_id


def name_of(host: Host) -> str:
    """What people call a file or dataset."""
    names: tuple[Any, ...] = (getattr(host, name, None) for name in ("key", "name", "description"))  # type: ignore[assignment]
    return next((str(name) for name in names if name), str(host.pk))


def media_type(suffix: str) -> str:
    """The media type of files with a suffix, as far as that is known."""
    return _MEDIA_TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")


def library(name: str, extra: str) -> ModuleType:
    """The package of a standard.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        msg = f"this needs the package {name.partition('.')[0]}: pip install 'lamindb[{extra}]'"
        raise MissingExtra(msg) from error
