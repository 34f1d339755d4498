"""Deleting garbage. When in doubt, an object stays."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lamindb.errors import StorageError
from lamindb.io import transfer
from lnschema_core.integrity import leftovers, objects
from lnschema_core.integrity.findings import GARBAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnschema_core.integrity.findings import Finding
    from lnschema_core.integrity.objects import Place


def collected(findings: Sequence[Finding], places: Mapping[str, Place], *, grace: float) -> list[Finding]:
    """Delete garbage that nobody has touched for longer than the grace period; what fails doesn't keep others from it.

    Returns:
        The findings, with what was done or why nothing was.
    """
    by_name = {place.name: place for place in places.values()}
    return [_collect(one, by_name[one.storage], places, grace) if _is_open(one) else one for one in findings]


def _is_open(finding: Finding) -> bool:
    return finding.kind in GARBAGE and finding.outcome == "found"


def _collect(finding: Finding, place: Place, places: Mapping[str, Place], grace: float) -> Finding:
    try:
        why = _reason_to_keep(finding, place, places, grace)
        if why is not None:
            return finding.with_outcome("kept", why)
        transfer.remove(place.path(finding.key))
    except FileNotFoundError:
        return finding.with_outcome("collected", "it has gone meanwhile")
    except (StorageError, OSError) as error:
        return finding.with_outcome("error", f"it could not be deleted: {error}")
    return finding.with_outcome("collected", "deleted")


def _reason_to_keep(finding: Finding, place: Place, places: Mapping[str, Place], grace: float) -> str | None:
    """Why an object must not be deleted now, ``None`` if it may be; looks at it and at the rows once more."""
    facts = objects.look_at(place, finding.key)
    if facts is None:
        raise FileNotFoundError(finding.key)
    if time.time() - facts.touched <= grace:
        return "it is younger than the grace period, so a writer may be at work on it"
    if finding.kind == "temporary":
        needing = leftovers.needing(place, finding.key, places)
        if needing is not None:
            return f"it may be the last copy of the content of file {needing.id}: repair that first"
    if leftovers.findings_of(place, [(finding.key, facts)], unregistered=False):
        return None
    return "a file has it now"
