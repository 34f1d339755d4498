"""The second look at what was found: writers may have been at work when it was looked at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnschema_core.integrity import leftovers, objects, rows
from lnschema_core.integrity.findings import DAMAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lnschema_core.integrity.findings import Finding
    from lnschema_core.integrity.objects import Place

_PER_QUERY = 2000


def confirmed(places: Mapping[str, Place], findings: Collection[Finding], *, unregistered: bool) -> list[Finding]:
    """Those findings that are still true, in their order.

    Of files whose content was moved aside, all bytes are compared: a process that was killed while it replaced the content may
    have left the new one in its place.
    """
    still: dict[tuple[str, str], Finding] = {}
    ordered = list(findings)
    for start in range(0, len(ordered), _PER_QUERY):
        for one in _still_true(places, ordered[start : start + _PER_QUERY], unregistered=unregistered):
            still[one.place] = one
    return list(still.values())


def _still_true(places: Mapping[str, Place], findings: Sequence[Finding], *, unregistered: bool) -> list[Finding]:
    found: list[Finding] = []
    by_name = {place.name: place for place in places.values()}
    existing = rows.rows_by_id([one.file for one in findings if one.file is not None])
    spared = rows.rows_by_id([id_ for one in findings if (id_ := leftovers.id_of_spare(one.key))])
    for one in findings:
        place = by_name[one.storage]
        if one.kind == "unreachable":
            found += [] if objects.is_there(place) else [one]
        elif one.kind in DAMAGE:
            row = existing.get(one.file or "")
            again = None if row is None else rows.examine(place, row, read_data=_needs_bytes(one))[0]
            found += [] if again is None else [again]
        else:
            found += _object_again(place, one, unregistered=unregistered)
            owner = spared.get(leftovers.id_of_spare(one.key) or "")
            damage = None if owner is None else rows.examine(places[owner.storage_id], owner, read_data=True)[0]
            found += [] if damage is None else [damage]
    return found


def _needs_bytes(finding: Finding) -> bool:
    return finding.kind in {"digest-mismatch", "unreadable"}


def _object_again(place: Place, finding: Finding, *, unregistered: bool) -> list[Finding]:
    facts = objects.look_at(place, finding.key)
    return [] if facts is None else leftovers.findings_of(place, [(finding.key, facts)], unregistered=unregistered)
