"""The cache of the instance: which copies of cloud objects are in it, whether they are good, and which may go.

A copy may go only if its object is in its storage location with the same content. Other files in the cache, such as objects
in memory on their way to storage, are no copies and are never touched.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from lamindb import setup
from lamindb.errors import LaminError
from lamindb.io import cache
from lnschema_core.integrity.findings import Finding
from lnschema_core.integrity.locations import places_of_instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from lamindb.io.cache import Copy
    from lnschema_core.integrity.objects import Place

REMOVED = "removed"
State = Literal["good", "damaged", "unknown"]


@dataclass(frozen=True)
class CachedCopy:
    """A copy of a cloud object.

    Attributes:
        key: Its path within the cache of the instance.
        size: Its size in bytes.
        accessed: When it was last read, in seconds since 1970, as far as the file system notes that.
        modified: When it was fetched.
        address: The address of the object, ``None`` if it is in no storage location of the instance.
        state: ``"good"`` if it is as it was when it was compared with its digest, ``"damaged"`` if its content differs,
            ``"unknown"`` if nobody compared it.
        outcome: What was done about it: ``"removed"``, or why it was kept.
    """

    key: str
    size: int
    accessed: float
    modified: float
    address: str | None
    state: State
    outcome: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The copy as plain values."""
        return asdict(self)


def listed() -> list[CachedCopy]:
    """All copies in the cache of the instance, none of which is read."""
    return [_described(copy, _address(copy, places), read_data=False) for places in [_places()] for copy in _copies()]


def verified() -> list[CachedCopy]:
    """All copies in the cache of the instance, compared with their digests; reads all of them."""
    return [_described(copy, _address(copy, places), read_data=True) for places in [_places()] for copy in _copies()]


def pruned(wanted: Callable[[CachedCopy], bool], *, keep: int | None = None) -> list[CachedCopy]:
    """Remove copies whose objects are in their storage locations, unchanged since they were fetched.

    Args:
        wanted: Which copies are to be removed.
        keep: The size in bytes that the cache may have; those that nobody has read for longest go first, until it has it. By
            default all that are wanted go.

    Returns:
        The copies that were wanted, with what was done about them; not those that may stay because of ``keep``.
    """
    places = _places()
    found = []
    for copy in _copies():
        path = _path_in_storage(copy, places)
        found.append((copy, path, _described(copy, None if path is None else str(path), read_data=False)))
    excess = math.inf if keep is None else sum(described.size for *_, described in found) - keep
    done = []
    for copy, path, described in found if keep is None else sorted(found, key=lambda one: one[2].accessed):
        if excess > 0 and wanted(described):
            outcome = _removed(copy, path)
            excess -= described.size if outcome == REMOVED else 0
            done.append(replace(described, outcome=outcome))
    return done


def findings(places: Mapping[str, Place], *, read_data: bool) -> list[Finding]:
    """Copies in the cache that differ from what they were when they were compared with their digests."""
    found = []
    folder = setup.settings.storage.cache_dir
    for copy in _copies():
        one = _described(copy, _address(copy, list(places.values())), read_data=read_data)
        if one.state == "damaged":
            sentence = "the copy in the cache was changed; it is fetched again when it is needed"
            found.append(Finding("cached-copy", str(folder), one.key, None, sentence, one.size, one.modified))
    return found


def _places() -> list[Place]:
    return list(places_of_instance().values())


def _copies() -> Iterator[Copy]:
    return cache.copies(setup.settings.storage.cache_dir)


def _described(copy: Copy, address: str | None, *, read_data: bool) -> CachedCopy:
    status = copy.path.stat()
    state: State = "unknown" if not copy.is_known else "good" if copy.is_good(read_data=read_data) else "damaged"
    return CachedCopy(copy.key, status.st_size, status.st_atime, status.st_mtime, address, state)


def _address(copy: Copy, places: list[Place]) -> str | None:
    path = _path_in_storage(copy, places)
    return None if path is None else str(path)


def _path_in_storage(copy: Copy, places: list[Place]) -> Any:
    """The path of the object that a copy was made of, in the innermost storage location; ``None`` if it is in none."""
    found: list[tuple[int, Any]] = []
    for place in places:
        folder = None if place.local is not None else _folder_of(place)
        if folder is not None and copy.plain.is_relative_to(folder):
            key = copy.plain.relative_to(folder).as_posix()
            found.append((len(folder.parts), place.path(key)))
    return max(found, key=lambda one: one[0], default=(0, None))[1]


def _folder_of(place: Place) -> Path:
    # the address of a bucket has no key, so the folder is that of a key in it
    return cache.folder_of(setup.settings.storage.cache_dir, place.root / "x").parent


def _removed(copy: Copy, path: Any) -> str:
    if path is None:
        return "kept: it belongs to no storage location of the instance"
    if not copy.is_known:
        return "kept: nobody compared it with its object, so it may be the only copy"
    try:
        is_same = copy.is_of(path)
    except (LaminError, OSError) as error:
        return f"kept: the object can't be looked at ({error})"
    if not is_same:
        return "kept: the object is gone or was changed, so this may be the only copy"
    copy.remove()
    return REMOVED
