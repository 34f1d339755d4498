"""What failed, with the mend that suggests itself: from findings to the entries of a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lamindb.text.suggestions import Suggestion, single_spaced, suggest
from lnschema_core.criteria.kinds import cast
from lnschema_core.criteria.reasons import sentence
from lnschema_core.criteria.report import Failure
from lnschema_core.criteria.vocabularies import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lnschema_core.criteria.checking import ColumnCheck, Finding
    from lnschema_core.criteria.criterion import Criterion
    from lnschema_core.criteria.examination import Lookups, SlotExamination
    from lnschema_core.criteria.vocabularies import Key

MOST_LISTED = 100_000
"""How many different values that fail for one reason are listed per column; further ones are counted."""


def failures_of_slot(slot: SlotExamination, lookups: Lookups) -> list[Failure]:
    """All that failed in a table: its columns first, then values, column by column."""
    failures = _failures_of_columns(slot)
    for name, findings in slot.findings.items():
        for finding in findings:
            failures += _failures_of_finding(slot, name, finding, lookups)
    positions = sorted({failure.position for failure in failures if failure.position is not None})
    rows = dict(zip(positions, slot.table.labels(positions), strict=True))
    return [_in_row(failure, rows) for failure in failures]


def _failures_of_columns(slot: SlotExamination) -> list[Failure]:
    failures = [
        Failure(slot.slot, one.column, one.reason, sentence(one.reason), suggestion=one.suggestion)
        for one in slot.columns
    ]
    if not slot.table.n_rows:
        failures.insert(0, Failure(slot.slot, None, "empty", sentence("empty")))
    return failures


def _failures_of_finding(slot: SlotExamination, column: str, finding: Finding, lookups: Lookups) -> list[Failure]:
    check, values = slot.checks[column], finding.values
    message = sentence(finding.reason, check.criterion, values.type)
    listed = values.where(slice(MOST_LISTED))
    suggestions = _suggestions(check, finding._replace(values=listed), lookups)
    rows = zip(listed.different, listed.counts.tolist(), listed.first.tolist(), suggestions, strict=True)
    failures = [
        Failure(slot.slot, column, finding.reason, message, value, n, position, suggestion=suggestion)
        for value, n, position, suggestion in rows
    ]
    n_others = finding.n_others + int(values.counts[MOST_LISTED:].sum())
    if n_others:
        more = f"and {n_others:,} cells more, of values that are too many to list: {message}"
        failures.append(Failure(slot.slot, column, finding.reason, more, n=n_others))
    return failures


def _in_row(failure: Failure, rows: Mapping[int, Any]) -> Failure:
    if failure.position is None:
        return failure
    return failure.at(failure.position, rows[failure.position], n=failure.n)


# -- what values may mean ---------------------------------------------------------------------------------------------


def look_for_mends(slots: Iterable[SlotExamination], lookups: Lookups) -> None:
    """Ask each registry once what values that it doesn't have may mean, the most frequent first."""
    unknown: dict[Key, dict[str, int]] = {key: {} for key in lookups}
    for slot in slots:
        for name, findings in slot.findings.items():
            for finding in findings:
                if finding.reason == "unregistered" and finding.values.type is str:
                    counts = dict(zip(finding.values.different, finding.values.counts.tolist(), strict=True))
                    for key in keys_of(slot.checks[name].criterion):
                        unknown[key] |= counts
    for key, counts in unknown.items():
        if counts:
            lookups[key].suggest(sorted(counts, key=lambda value: -counts[value]))


def _suggestions(check: ColumnCheck, finding: Finding, lookups: Lookups) -> list[Suggestion | None]:
    """What each of the failing values may mean."""
    criterion, values = check.criterion, list(finding.values.different)
    is_text = finding.values.type is str
    if finding.reason == "unregistered" and is_text:
        own = [lookups[key].suggestions for key in keys_of(criterion)]
        return [next((found[value] for found in own if value in found), None) for value in values]
    if finding.reason == "not-allowed" and is_text:
        allowed = [value for value in criterion.allowed or () if isinstance(value, str)]
        found = suggest(
            values, lambda: ((name, None) for name in allowed), set(allowed).intersection, count=allowed.__len__
        )
        return [found.get(value) for value in values]
    if finding.reason == "pattern" and is_text:
        pattern = re.compile(criterion.pattern or "")
        shorter = [single_spaced(value) for value in values]
        return [Suggestion(short, "strip") if pattern.fullmatch(short) else None for short in shorter]
    if finding.reason in ("type", "unregistered", "not-allowed"):
        return [_casted(criterion, value, lookups) for value in values]
    return [None] * len(values)


def _casted(criterion: Criterion, value: Any, lookups: Lookups) -> Suggestion | None:
    meant = cast(value, criterion.type)
    if meant is None or (criterion.allowed is not None and meant not in criterion.allowed):
        return None
    own = [lookups[key] for key in keys_of(criterion)]
    return Suggestion(meant, "cast") if not own or any(lookup.knows(meant) for lookup in own) else None
