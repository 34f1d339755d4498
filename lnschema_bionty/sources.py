"""Which versions of public sources an instance knows, and which one it uses: the rows of ``BiontySource``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log
from lnschema_bionty import ids, public
from lnschema_bionty.catalogue import bio_registry
from lnschema_bionty.contexts import find_species, has_species
from lnschema_bionty.public import places
from lnschema_core.saving import insert_rows

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from lnschema_bionty.models import BiontySource, BioRegistry, Species
    from lnschema_bionty.public import PublicOntology, Source

_said: set[tuple[str, ...]] = set()
"""For which sources it was said that another version is taken."""


# -- rows -------------------------------------------------------------------------------------------------------------


def ensure_rows() -> int:
    """Add the rows of sources that an instance of this release starts with; those that are there stay as they are.

    Returns:
        The number of new rows.
    """
    registry = bio_registry("BiontySource")
    known = {key(row) for row in registry.filter()}
    occupied = {(entity, species) for entity, _, species, _ in known}
    current = {one.key for one in public.sources.reference_current() if (one.entity, one.species) not in occupied}
    missing = [one for one in public.sources.reference() if one.key not in known]
    rows = _new_rows(missing, taken=set(registry.filter().values_list("pk", flat=True)))
    for row in rows:
        row.currently_used = key(row) in current
    insert_rows(registry, rows)
    return len(rows)


def key(row: BiontySource) -> tuple[str, str, str, str]:
    """What tells a row from all others, as :attr:`Source.key <lnschema_bionty.public.Source.key>`."""
    return (row.entity, row.source, row.species, row.version)


def row_of(source: Source) -> BiontySource:
    """The row of a source; if there is none a new one, which is saved with the first record that refers to it."""
    registry = bio_registry("BiontySource")
    known = registry.filter(entity=source.entity, source=source.source, species=source.species, version=source.version)
    found: BiontySource | None = known.one_or_none()
    if found is not None:
        return found
    new = _new_rows([source], taken=set())[0]
    if registry.filter(pk=new.pk).exists():
        new = _new_rows([source], taken={new.pk})[0]
    return new


def _new_rows(found: Iterable[Source], taken: set[str]) -> list[BiontySource]:
    """Unsaved rows of sources; an id that is taken gets longer."""
    registry = bio_registry("BiontySource")
    rows = []
    for one in found:
        text = "".join(one.key)
        row_id = ids.biontysource(text)
        if row_id in taken:
            row_id = ids.hash_id(text, 8)
        taken = {*taken, row_id}
        names = ("entity", "species", "source", "version", "source_name")
        optional = {name: getattr(one, name) or None for name in ("url", "md5", "source_website")}
        rows.append(registry.from_fields(id=row_id, **{name: getattr(one, name) for name in names}, **optional))
    return rows


def current_row(entity: str, species: str | None = None) -> BiontySource | None:
    """The source that is currently used for an entity and, if one is named, a species.

    Of several the one that was changed last; of several species the first in the list of sources.
    """
    condition = {} if species is None else {"species": species}
    rows = bio_registry("BiontySource").filter(entity=entity, currently_used=True, **condition).order_by("-updated_at")
    by_species: dict[str, BiontySource] = {}
    for row in rows:
        by_species.setdefault(row.species, row)
    order = [one.species for one in public.sources.reference_current() if one.entity == entity]
    return next((by_species[one] for one in [*order, *sorted(by_species)] if one in by_species), None)


def add_source(
    registry: type[BioRegistry],
    address: str | os.PathLike[str],
    *,
    source: str,
    version: str,
    licence: str,
    species: str | None = None,
    **about: str,
) -> BiontySource:
    """Make a file a source of a registry, and use it from now on; see :meth:`BioRegistry.add_source`."""
    found = find_species(registry, species) if has_species(registry) else None
    about["species"] = found.name if found is not None else species or "all"
    registered = public.register(registry.__name__, address, source=source, version=version, licence=licence, **about)
    row = row_of(registered)
    row.use()
    return row


# -- tables -----------------------------------------------------------------------------------------------------------


def public_of(
    registry: type[BioRegistry], species: str | Species | None, row: BiontySource | None
) -> PublicOntology | None:
    """The public source behind a registry; see :meth:`BioRegistry.bionty`."""
    check_row(row)
    if not registry.__module__.startswith("lnschema_bionty."):
        return None
    entity = getattr(public, registry.__name__)
    if row is not None and not row.currently_used:
        log.warning("loading non-default source inside a LaminDB instance")
        log.hint(f"to use it by default, modify currently_used {row.entity} source in `lnschema_bionty.BiontySource`")
        ontology: PublicOntology = entity(row.species, row.source, row.version)
        return ontology
    name = None
    if row is None and has_species(registry):
        found = find_species(registry, species)
        name = None if found is None else found.name
    current = row or current_row(registry.__name__, name)
    if current is None:
        ontology = entity(name)
    else:
        source = at_hand(public.sources.find(current.entity, current.species, current.source, current.version))
        ontology = entity(source.species, source.source, source.version)
    return ontology


def check_row(row: Any) -> None:
    """Refuse what is passed as a source and is no row of one.

    Raises:
        TypeError: It is something else than a record or None.
    """
    if row is not None and not isinstance(row, bio_registry("BiontySource")):
        msg = f"bionty_source is a record, such as lb.BiontySource.filter(source='cl').first(), and not {row!r:.80}"
        raise TypeError(msg)


def at_hand(wanted: Source) -> Source:
    """A source that can be read without a network: the wanted one, or another version of it, which is said once."""
    if places.is_at_hand(wanted):
        return wanted
    others = (
        public.sources.find(wanted.entity, wanted.species, wanted.source),
        public.sources.find(wanted.entity, wanted.species),
    )
    taken = next((one for one in others if places.is_at_hand(one)), None)
    if taken is None:
        return wanted
    if wanted.key not in _said:
        _said.add(wanted.key)
        what = wanted.entity if wanted.species == "all" else f"{wanted.entity} of {wanted.species}"
        log.important(
            f"{what}: {taken.source} {taken.version} is here and used, {wanted.source} {wanted.version} would have to be "
            "downloaded"
        )
    return taken
