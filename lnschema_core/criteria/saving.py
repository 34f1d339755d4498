"""Saving data that meet criteria: the record, its features and its labels, in one transaction."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb.errors import CriteriaNotMet, SourceChanged
from lamindb.io import formats, paths
from lamindb.io.paths import is_path
from lnschema_core.criteria.annotating import annotate, save_described_features
from lnschema_core.criteria.inspecting import examine
from lnschema_core.criteria.sources import type_names
from lnschema_core.files.pending import PendingDataset, PendingFile
from lnschema_core.models import Dataset, File
from lnschema_core.saving import save as save_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnschema_core.criteria.criteria import Criteria
    from lnschema_core.criteria.report import CriteriaReport
    from lnschema_core.models import Feature, Registry

    Host = File | Dataset


def save(criteria: Criteria, data: Any, kind: type[Host] | None, arguments: Mapping[str, Any]) -> Host:
    """Save data with their annotation; see ``Criteria.save``."""
    record, report = save_if_met(criteria, data, kind, arguments)
    if record is None:
        raise CriteriaNotMet("\n".join(report.lines()), report)
    return record


def save_if_met(
    criteria: Criteria, data: Any, kind: type[Host] | None, arguments: Mapping[str, Any]
) -> tuple[Host | None, CriteriaReport]:
    """Save data with their annotation if they meet the criteria.

    Returns:
        The record, None if they don't; and the report.

    Raises:
        SourceChanged: They were changed while they were checked.
    """
    kind = _checked_kind(data, kind, arguments)
    before = _state_of(data)
    examination = examine(criteria, data)
    if not examination.report.ok:
        return None, examination.report
    record = data if isinstance(data, kind) else _construct(kind, _storable(data), arguments)
    if _state_of(data) != before:
        msg = f"{data} was changed while it was checked against the criteria: save it once it is complete"
        raise SourceChanged(msg)
    if record is data and not record._state.adding and record.pending is None:
        with transaction.atomic():
            annotate(record, examination)
        return record, examination.report
    if record.pending is None:
        record.pending = PendingFile() if isinstance(record, File) else PendingDataset()
    record.pending.annotate = partial(annotate, record, examination)
    record.save()
    return record, examination.report


def save_features(criteria: Criteria) -> list[Feature]:
    """Save the features that criteria describe; see ``Criteria.save_features``."""
    with transaction.atomic():
        return list(save_described_features(list(criteria.all())).values())


def register(criteria: Criteria, data: Any) -> list[Registry]:
    """Save records for values that public references know; see ``Criteria.register``."""
    examination = examine(criteria, data)
    records = [record for lookup in examination.lookups.values() for record in lookup.records_of_reference()]
    new = [record for record in records if record._state.adding]
    if new:
        save_records(new)
    return new


# -- records ----------------------------------------------------------------------------------------------------------


def _checked_kind(data: Any, kind: type[Host] | None, arguments: Mapping[str, Any]) -> type[Host]:
    """The registry of the record.

    Raises:
        TypeError: It isn't that of files or datasets.
        ValueError: An argument is for records of the other kind, or the record exists already.
    """
    if kind is None:
        kind = Dataset if "name" in arguments or isinstance(data, Dataset) else File
    if kind not in (File, Dataset):
        msg = f"data are saved as ln.File or ln.Dataset, not as {kind!r:.80}"
        raise TypeError(msg)
    if isinstance(data, kind) and arguments:
        msg = f"{', '.join(arguments)} can't be given for a record that exists: {data!r:.200}"
        raise ValueError(msg)
    strange = {"name"} if kind is File else {"key"}
    if strange & arguments.keys():
        msg = f"a {kind.__name__} has no {strange.pop()}: pass a key for files, and a name for datasets"
        raise ValueError(msg)
    return kind


def _construct(kind: type[Host], data: Any, arguments: Mapping[str, Any]) -> Host:
    """An unsaved record of data, or the one that has them already."""
    if kind is Dataset and is_path(data):
        file = File(data, description=arguments.get("name"), run=arguments.get("run"))
        file.save()
        data = file
    return kind(data, **arguments)


def _storable(data: Any) -> Any:
    """The data in a type that can be stored: what exports a table of Arrow as that table."""
    if isinstance(data, File) or is_path(data) or formats.format_of_object(data) is not None:
        return data
    import pyarrow as pa

    return data if "pyarrow.Table" in type_names(data) else pa.table(data)


def _state_of(data: Any) -> tuple[int, int] | None:
    """What changes when a local file does; None for everything else."""
    local = paths.as_local(data) if is_path(data) else None
    if local is None or not Path(local).is_file():
        return None
    facts = Path(local).stat()
    return facts.st_size, facts.st_mtime_ns
