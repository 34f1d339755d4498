"""What failed, with the mend that suggests itself: from findings to the entries of a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lnschema_core.criteria.meanings import suggestions_for
from lnschema_core.criteria.reasons import sentence
from lnschema_core.criteria.report import Failure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lnschema_core.criteria.checking import Finding
    from lnschema_core.criteria.examination import Lookups, SlotExamination
    from lnschema_core.criteria.reasons import Reason

MOST_LISTED = 100_000
"""How many different values that fail for one reason are listed per column; further ones are counted."""


def failures_of_slot(slot: SlotExamination, lookups: Lookups) -> list[Failure]:
    """All that failed in a table: its columns first, then values, column by column."""
    failures = _failures_of_columns(slot)
    for name, findings in slot.findings.items():
        tolerated = _tolerated(slot.checks[name].criterion.tolerance * slot.table.n_rows, findings)
        for finding in findings:
            of_finding = _failures_of_finding(slot, name, finding, lookups)
            failures += [replace(one, is_tolerated=one.reason in tolerated) for one in of_finding]
    positions = sorted({failure.position for failure in failures if failure.position is not None})
    rows = dict(zip(positions, slot.table.labels(positions), strict=True))
    return [_in_row(failure, rows) for failure in failures]


def _tolerated(most: float, findings: Sequence[Finding]) -> Collection[Reason]:
    """The conditions that no more cells fail than that."""
    counts: Counter[Reason] = Counter()
    for finding in findings:
        counts[finding.reason] += int(finding.values.counts.sum()) + finding.n_others
    return {reason for reason, count in counts.items() if count <= most and reason != "too-many-values"}


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
    suggestions = suggestions_for(check.criterion, finding._replace(values=listed), lookups)
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
