"""Which public ontologies there are, in which versions, and which one is taken where nobody names a version.

Four lists are laid over each other: the user's own file, the snapshots of this package, what other installed packages
bring, and the releases that LaminDB listed in 2023. Of an entity and species these go first, each if there is one: what
the user chose, what the user registered, the snapshot, what an installed package brings, the release of 2023.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.errors import NoSuchSource
from lamindb.io.placing import explaining, make_folder, place, temporary
from lnschema_bionty.public import places
from lnschema_bionty.public.columns import ENTITIES
from lnschema_bionty.public.listing import read_sources, write_sources
from lnschema_bionty.public.source import Source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Source",
    "available",
    "choose",
    "current",
    "embedded",
    "find",
    "own",
    "packaged",
    "reference",
    "reference_current",
]

_read: dict[tuple[Path, int, int], list[Source]] = {}


def reference() -> list[Source]:
    """The releases that LaminDB listed in 2023, in their order: what a new instance knows of."""
    return _list(places.HERE / "sources.yaml")


def reference_current() -> list[Source]:
    """The first release of 2023 of each entity and species."""
    first: dict[tuple[str, str], Source] = {}
    for one in reference():
        first.setdefault((one.entity, one.species), one)
    return list(first.values())


def embedded() -> list[Source]:
    """The snapshots that come with this package."""
    return _list(places.SNAPSHOTS / "sources.yaml")


def packaged() -> list[Source]:
    """What packages of the extra ``bionty`` bring, whether they are installed or not."""
    return _list(places.HERE / "packages.yaml")


def own() -> list[Source]:
    """What the user registered: entries of the user's file that aren't those of 2023."""
    known = {one.key for one in reference()}
    return [one for one in _list(places.local_sources_file()) if one.key not in known]


def available() -> list[Source]:
    """All sources, each once; by entity, and those first that are preferred."""
    known = {(one.entity, one.source) for one in reference()}
    ours = [one for one in own() if (one.entity, one.source) not in known]
    further = [one for one in own() if (one.entity, one.source) in known]  # of a former list, perhaps
    listed = {one.key: one for one in [*ours, *embedded(), *packaged(), *map(_mirrored, reference()), *further]}
    entities = {one.entity: number for number, one in reversed([*enumerate(reference())])}
    return sorted(listed.values(), key=lambda one: entities.get(one.entity, len(entities)))


def _mirrored(source: Source) -> Source:
    """The source with the user's address, if the user's file has another one for the same content."""
    listed = (one for one in _list(places.local_sources_file()) if one.key == source.key)
    return next((one for one in listed if one.md5 == source.md5 and source.md5), source)


def current() -> list[Source]:
    """The source that is taken of each entity and species where nobody names a version."""
    return _in_use(available())


def _in_use(sources: list[Source]) -> list[Source]:
    chosen = {one.key for one in _list(places.choices_file())}
    groups: dict[tuple[str, str], list[Source]] = {}
    for one in sources:
        groups.setdefault((one.entity, one.species), []).append(one)
    order = {(one.entity, one.species): number for number, one in enumerate(reference_current())}
    return [_preferred(groups[key], chosen) for key in sorted(groups, key=lambda key: order.get(key, len(order)))]


def _preferred(sources: list[Source], chosen: set[tuple[str, str, str, str]]) -> Source:
    for one in sources:
        if one.key in chosen:
            return one
    return next((one for one in sources if not places.misses_package(one)), sources[0])


def find(entity: str, species: str | None = None, source: str | None = None, version: str | None = None) -> Source:
    """The source that is meant.

    Among sources in use the first one that matches, else among all. Without any condition those go first that are
    there without a network.

    Raises:
        NoSuchSource: None matches.
    """
    sources = [one for one in available() if one.entity == entity]
    if not sources:
        call = f"register a file or an address of it with `public.register({entity!r}, ...)`"
        msg = f"no source of {entity} is known: {call if entity in ENTITIES else f'list one in {places.local_sources_file()}'}"
        raise NoSuchSource(msg)
    in_use = _in_use(sources)
    asked = {"source": source, "version": version, "species": species}
    given = {name: str(value) for name, value in asked.items() if value is not None}
    if not given:
        return next((one for one in in_use if places.is_at_hand(one)), in_use[0])
    for candidates in (in_use, sources):
        for one in candidates:
            if all(getattr(one, name) == value for name, value in given.items()):
                return one
    msg = f"No source is available with {given}\nCheck `bionty.display_available_sources()`"
    raise NoSuchSource(msg)


# -- the user's file and choices --------------------------------------------------------------------------------------


def choose(entity: str, species: str | None = None, source: str | None = None, version: str | None = None) -> Source:
    """Take a source from now on where nobody names a version; kept in the user's settings.

    Raises:
        NoSuchSource: None matches.
    """
    found = find(entity, species, source, version)
    path = places.choices_file()
    others = [one for one in _list(path) if (one.entity, one.species) != (found.entity, found.species)]
    _write(path, write_sources([*others, found]))
    return found


def add_own(source: Source) -> None:
    """Put a source first in the user's file."""
    path = places.local_sources_file()
    others = [one for one in _list(path) if one.key != source.key]
    _write(path, write_sources([source, *others]))


def remove_own(source: Source) -> None:
    """Take a source out of the user's file."""
    path = places.local_sources_file()
    _write(path, write_sources(one for one in _list(path) if one.key != source.key))


def _write(path: Path, text: str) -> None:
    with explaining(path):
        make_folder(path.parent)
    with explaining(path), temporary(path) as new:
        new.write_text(text, encoding="utf-8")
        place(new, path)


def _list(path: Path) -> list[Source]:
    """The sources of a list; read again when the file changed."""
    if not path.exists():
        return []
    stat = path.stat()
    key = (path, stat.st_mtime_ns, stat.st_size)
    if key not in _read:
        _read[key] = read_sources(path)
    return list(_read[key])
