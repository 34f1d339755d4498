"""Holding data to criteria: one pass over the columns, then one look at each registry, then the report."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lamindb.errors import InvalidCriteria
from lamindb.io.streams.table import Renamed
from lnschema_core.criteria import columns
from lnschema_core.criteria.cells import failing_cells
from lnschema_core.criteria.checking import MOST_DIFFERENT, Finding, repeated_hashes, repeated_values
from lnschema_core.criteria.dividing import check_columns, of_each, starts_of
from lnschema_core.criteria.examination import Examination, SlotExamination
from lnschema_core.criteria.failing import failures_of_slot
from lnschema_core.criteria.kinds import cast
from lnschema_core.criteria.matrices import MatrixCriteria, check_matrices
from lnschema_core.criteria.meanings import look_for_mends
from lnschema_core.criteria.reasons import REASONS
from lnschema_core.criteria.report import CriteriaReport
from lnschema_core.criteria.sources import open_source
from lnschema_core.criteria.stored import OBS, VAR
from lnschema_core.criteria.tally import Tally
from lnschema_core.criteria.vocabularies import Lookup, keys_of, unregistered
from lnschema_core.models import Feature
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lamindb.io.streams.table import Table
    from lnschema_core.criteria.checking import ColumnCheck
    from lnschema_core.criteria.criteria import Criteria
    from lnschema_core.criteria.examination import Lookups
    from lnschema_core.criteria.report import Failure
    from lnschema_core.criteria.stored import Source
    from lnschema_core.criteria.tally import Values
    from lnschema_core.criteria.vocabularies import Key

_MOST_SENT = 100_000
"""How many numbers of values a worker is told to look for; where there are more, they are looked for here."""


def examine(criteria: Criteria, data: Any) -> Examination:
    """Hold data to criteria.

    Raises:
        InvalidCriteria: The criteria are for another kind of data, or name a registry that isn't mounted.
        TypeError: Data of this type have no columns.
    """
    source = open_source(data)
    _check_slots(criteria, source)
    lookups = {key: Lookup(key[0], one.scope) for one in criteria.all() for key in keys_of(one)}
    slots = [_scan(slot, source.tables[slot], criteria) for slot in criteria.slots]
    _look_up(slots, lookups)
    for slot in slots:
        slot.findings = {
            name: sorted(_findings(slot, check, lookups), key=_in_order) for name, check in slot.checks.items()
        }
    look_for_mends(slots, lookups)
    failures = [failure for slot in slots for failure in failures_of_slot(slot, lookups)]
    failures += _failures_of_matrix(criteria, source)
    n_rows = {slot.slot: slot.table.n_rows for slot in slots}
    report = CriteriaReport(failures, n_rows, len(criteria), partial(failing_cells, slots, failures))
    return Examination(source, slots, lookups, report)


def _in_order(finding: Finding) -> tuple[int, int]:
    """Sorts findings by reason, and by where the first value is."""
    return REASONS.index(finding.reason), int(finding.values.first[0])


def _check_slots(criteria: Criteria, source: Source) -> None:
    missing = [slot for slot in criteria.slots if slot not in source.tables]
    if missing:
        msg = (
            f"there are criteria for {', '.join(missing)}, but a {source.kind} has {', '.join(source.tables)}: criteria for "
            "frames are passed as a list, those for AnnData objects as obs=[…] and var=[…]"
        )
        raise InvalidCriteria(msg)
    if criteria.checks_matrix and not source.matrices:
        msg = f"x_finite, x_integer and x_minimum are for AnnData objects, but this is a {source.kind}"
        raise InvalidCriteria(msg)


def _failures_of_matrix(criteria: Criteria, source: Source) -> list[Failure]:
    if not criteria.checks_matrix:
        return []
    expected = MatrixCriteria(finite=criteria.x_finite, integer=criteria.x_integer, minimum=criteria.x_minimum)
    return list(check_matrices(source.matrices, expected, source.tables[OBS].tables(), source.tables[VAR].tables()))


# -- one pass over the columns ----------------------------------------------------------------------------------------


def _scan(slot: str, table: Table, criteria: Criteria) -> SlotExamination:
    """Check the columns that are there; one that is missing is read from the column that is probably meant."""
    expected = criteria.slots[slot]
    synonyms = _synonyms_of_features(columns.missing_columns(table, expected))
    found = columns.compare(table, expected, allow_others=criteria.allow_others, synonyms=synonyms)
    meant = {one.column: one.suggestion.value for one in found if one.reason == "missing-column" and one.suggestion}
    names = {name: value for name, value in meant.items() if value is not None}
    read = Renamed(table, names) if names else table
    present = {name: expected[name] for name in columns.readable(read, expected)}
    return SlotExamination(slot, *check_columns(read, present), found)


def _synonyms_of_features(names: Sequence[str]) -> dict[str, str]:
    """The synonyms of registered features of these names. One query if there are names."""
    if not names:
        return {}
    features = Feature.filter().filter(AnyOf("name", names)).exclude(synonyms=None).order_by("-created_at", "-pk")
    return {name: synonyms or "" for name, synonyms in features.values_list("name", "synonyms")}


def _look_up(slots: Iterable[SlotExamination], lookups: Lookups) -> None:
    """Ask each registry once for the values of all columns."""
    wanted: dict[Key, dict[Any, None]] = {key: {} for key in lookups}
    for check in (check for slot in slots for check in slot.checks.values()):
        for key in keys_of(check.criterion):
            wanted[key] |= dict.fromkeys(_to_look_up(check, lookups[key]))
    for key, values in wanted.items():
        if values:
            lookups[key].find(list(values))


def _to_look_up(check: ColumnCheck, lookup: Lookup) -> Iterator[Any]:
    """The values of a column, of those that aren't texts their texts where the registry has texts."""
    for values in [*check.to_look_up(), *_of_wrong_type(check)]:
        if values.type is str or not lookup.has_texts:
            yield from (member for value in values.different for member in check.criterion.members(value))
        else:
            yield from (text for text in (cast(value, "text") for value in values.different) if text is not None)


def _of_wrong_type(check: ColumnCheck) -> list[Values]:
    return [finding.values for finding in check.findings() if finding.reason == "type"]


def _findings(slot: SlotExamination, check: ColumnCheck, lookups: Lookups) -> Iterator[Finding]:
    """What failed in a column."""
    import numpy as np

    yield from check.findings()
    if check.has_too_many:
        first = next(iter(check.candidates.values())).total()
        yield Finding("too-many-values", first.where(slice(1)))
    known = [lookups[key] for key in keys_of(check.criterion)]
    for values in check.to_look_up():
        has_unknown = [bool(unregistered(check.criterion, value, known)) for value in values.different]
        unknown = values.where(np.array(has_unknown, dtype=bool))
        if len(unknown):
            yield Finding("unregistered", unknown)
    yield from _repeated(slot.table, check)


def _repeated(table: Table, check: ColumnCheck) -> Iterator[Finding]:
    """Values that occur several times although they have to be unique. Reads the column again if there may be some."""
    repeated = repeated_hashes(check.hashes)
    if not len(repeated):
        return
    tallies: dict[type, Tally] = {}
    is_for_workers = len(repeated) <= _MOST_SENT
    found = of_each(table, repeated_values, check.criterion.name, repeated, is_for_workers=is_for_workers)
    for start, some in zip(starts_of(table), found, strict=True):
        for kind, tally in some.items():
            tallies.setdefault(kind, Tally(kind, limit=MOST_DIFFERENT)).take_in(tally, start)
    for tally in tallies.values():
        values = tally.total()
        several = values.where(values.counts > 1)
        if len(several):
            yield Finding("duplicate", several, tally.n_others)
