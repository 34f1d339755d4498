"""A whole pass as a sequence of steps, which can begin after any of them. Knows no clock and no journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from lamindb.io.paths import AUTO_KEY_PREFIX, protocol_of
from lnschema_core.integrity import leftovers, objects, rows
from lnschema_core.integrity.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnschema_core.integrity.journal import Position
    from lnschema_core.integrity.objects import Facts, Place

_OBJECTS_PER_QUERY = 2000
_NO_PARTIAL_OBJECTS = frozenset({"s3", "gs"})


@dataclass(frozen=True)
class Scope:
    """What a pass looks at.

    Attributes:
        places: The storage locations, in the order of their ids.
        read_data: Whether all bytes are read.
        unregistered: Whether objects that nobody registered are findings.
    """

    places: tuple[Place, ...]
    read_data: bool
    unregistered: bool


@dataclass(frozen=True)
class Step:
    """Something was looked at.

    Attributes:
        position: How far the pass is with it.
        findings: What is wrong with it.
    """

    position: Position
    findings: tuple[Finding, ...] = ()


def steps(scope: Scope, start: Position) -> Iterator[Step]:
    """The steps of a pass after a position."""
    position = start
    for place in scope.places:
        if place.id < start.storage:
            continue
        if place.id != position.storage:
            position = replace(position, storage=place.id, phase="rows", after="")
        for step in _steps_of_place(scope, place, position):
            position = step.position
            yield step


def _steps_of_place(scope: Scope, place: Place, position: Position) -> Iterator[Step]:
    if not objects.is_there(place):
        missing = Finding("unreachable", place.name, "", None, "the storage location isn't there, or can't be read")
        yield Step(replace(position, phase="objects", after="\U0010ffff"), (missing,))
        return
    if position.phase == "rows":
        for step in _rows(scope, place, position):
            position = step.position
            yield step
        position = replace(position, phase="objects", after="")
    yield from _objects(scope, place, position)


def _rows(scope: Scope, place: Place, position: Position) -> Iterator[Step]:
    for page in rows.pages(place.id, position.after):
        compared = rows.compared(place, page, read_data=scope.read_data)
        for row, (finding, n_bytes) in zip(page, compared, strict=True):
            position = replace(position, after=row.id, n_files=position.n_files + 1, n_bytes=position.n_bytes + n_bytes)
            yield Step(position, () if finding is None else (finding,))


def _objects(scope: Scope, place: Place, position: Position) -> Iterator[Step]:
    for found in _batches(_listed(scope, place, position.after)):
        findings = leftovers.findings_of(place, found, unregistered=scope.unregistered)
        position = replace(position, after=found[-1][0], n_objects=position.n_objects + len(found))
        yield Step(position, tuple(findings))


def _listed(scope: Scope, place: Place, after: str) -> Iterator[tuple[str, Facts]]:
    """The objects among which findings can be: in the stores that have no partial objects, only what LaminDB named."""
    if not place.is_ours and not scope.unregistered:
        return iter(())
    if scope.unregistered or protocol_of(place.root) not in _NO_PARTIAL_OBJECTS:
        return objects.walk(place, after=after)
    return objects.walk(place, prefix=AUTO_KEY_PREFIX, after=after.removeprefix(AUTO_KEY_PREFIX))


def _batches(found: Iterator[tuple[str, Facts]]) -> Iterator[Sequence[tuple[str, Facts]]]:
    while batch := list(islice(found, _OBJECTS_PER_QUERY)):
        yield batch
