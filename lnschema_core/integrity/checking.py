"""The check as users call it: ``ln.fsck`` and ``lamin fsck``."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamindb import log, setup
from lamindb.arguments import check_number
from lamindb.io.progress import progress as bar
from lamindb.io.progress import silenced
from lnschema_core.integrity import cached, collecting, objects, repairing
from lnschema_core.integrity.confirming import confirmed
from lnschema_core.integrity.journal import Journal
from lnschema_core.integrity.locations import chosen, places_of_instance
from lnschema_core.integrity.report import FsckReport
from lnschema_core.integrity.steps import Scope, steps
from lnschema_core.models import File

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lamindb.types import PathLike
    from lnschema_core.integrity.findings import Finding
    from lnschema_core.integrity.journal import Position
    from lnschema_core.integrity.objects import Place
    from lnschema_core.models import Storage

GRACE = 86_400.0
"""For how many seconds garbage is left alone by default: a day."""


def fsck(
    *,
    read_data: bool = False,
    storage: Storage | PathLike | None = None,
    time_limit: float | None = None,
    resume: bool = True,
    repair: bool = False,
    collect: bool = False,
    grace: float = GRACE,
    unregistered: bool = False,
    progress: bool = True,
) -> FsckReport:
    """Compare every file with its object, and find what processes left that were killed.

    A pass that was interrupted, by its time limit or otherwise, is continued by the next call with the same arguments. What
    is found is looked at a second time before it is reported, so that writers at work are no reason for alarm.

    Args:
        read_data: Read all bytes and compare digests; by default sizes are compared.
        storage: Check this storage location only, a record or its root.
        time_limit: Stop after so many seconds; the next call goes on from there.
        resume: Go on with an interrupted pass; if false, begin anew.
        repair: Restore content from a copy with the registered digest: one that a killed process left, one in the cache, or
            another file with equal content.
        collect: Delete garbage that is older than the grace period.
        grace: For how many seconds garbage is left alone, since a writer may be at work on it.
        unregistered: Also tell of objects that nobody registered. They are never garbage.
        progress: Show a bar.

    Returns:
        A report: ``report.df`` has a row per finding, ``report.status`` is ``"clean"``, ``"garbage"``, ``"incomplete"`` or
        ``"damaged"``.

    Raises:
        NoResultFound: ``storage`` is no storage location of the instance.
        TypeError: A time is no number, or ``storage`` neither a record nor a path.

    Examples:
        >>> ln.fsck(read_data=True)
    """
    check_number("grace", grace)
    if time_limit is not None:
        check_number("time_limit", time_limit)
    options = {"read_data": read_data, "storage": str(storage or ""), "unregistered": unregistered}
    places = places_of_instance()
    scope = Scope(tuple(chosen(places, storage)), read_data, unregistered)
    journal = Journal(_journal_path(options), resume=resume)
    is_complete = _pass(scope, journal, time_limit, with_progress=progress)
    findings = confirmed(places, journal.findings.values(), unregistered=unregistered)
    if is_complete and storage is None:
        findings += cached.findings(places, read_data=read_data)
    if is_complete:
        journal.finish()
    done = _acted_upon(findings, places, _Wanted(repair=repair, collect=collect, grace=grace))
    return _report(done, scope, journal.position, is_complete=is_complete, grace=grace)


def _report(
    findings: Sequence[Finding], scope: Scope, position: Position, *, is_complete: bool, grace: float
) -> FsckReport:
    return FsckReport(
        tuple(findings),
        n_files=position.n_files,
        n_objects=position.n_objects,
        n_bytes=position.n_bytes,
        storages=tuple(place.name for place in scope.places),
        read_data=scope.read_data,
        is_complete=is_complete,
        grace=grace,
    )


@dataclass(frozen=True)
class _Wanted:
    """What is to be done about findings."""

    repair: bool
    collect: bool
    grace: float


def _journal_path(options: dict[str, object]) -> Path:
    name = hashlib.blake2b(json.dumps(options, sort_keys=True).encode(), digest_size=8).hexdigest()
    return setup.settings.storage.cache_dir / objects.SCRATCH / f"{name}.jsonl"


def _pass(scope: Scope, journal: Journal, time_limit: float | None, *, with_progress: bool) -> bool:
    """Take steps until the end or until the time is up.

    Returns:
        Whether the pass came to its end.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    total = File.objects.filter(storage_id__in=[place.id for place in scope.places]).count() if with_progress else None
    if journal.position.storage:
        log.info(f"going on after {journal.position.n_files:,} files")
    with bar(total, "checking", unit=" files") if with_progress else silenced() as update:
        try:
            for step in steps(scope, journal.position):
                if update is not None:
                    update(step.position.n_files - journal.position.n_files)
                journal.record(step.position, step.findings)
                if deadline is not None and time.monotonic() > deadline:
                    return False
        finally:
            journal.write()
    return True


def _acted_upon(findings: Sequence[Finding], places: dict[str, Place], wanted: _Wanted) -> list[Finding]:
    done = repairing.repaired(findings, places) if wanted.repair else list(findings)
    return collecting.collected(done, places, grace=wanted.grace) if wanted.collect else done
