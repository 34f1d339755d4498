"""Within which species the records of a registry are looked for, made and validated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.errors import SpeciesRequired
from lnschema_bionty._settings import saved_species, settings
from lnschema_bionty.catalogue import bio_registry
from lnschema_core.fields import has_field

if TYPE_CHECKING:
    from lnschema_bionty.models import Species


def has_species(registry: type[Any]) -> bool:
    """Whether each record of a registry belongs to a species."""
    return has_field(registry, "species") and registry.__name__ != "BiontySource"


def find_species(registry: type[Any], given: Any, *, required: bool = True) -> Species | None:
    """The species for records of a registry.

    Args:
        registry: The registry.
        given: A name or a record; without one, the species of ``lb.settings``. A name that is not in the registry is
            looked up in the public source, and saved.
        required: Whether there has to be one.

    Raises:
        SpeciesRequired: There is none.
        TypeError: It is neither a name nor a record.
        UnknownSpecies: There is no such species.
    """
    if given is None:
        given = settings.species
    if given is None and not required:
        return None
    if given is None:
        msg = f"{registry.__name__} requires to specify a species name via `species=` or `lb.settings.species=`!"
        raise SpeciesRequired(msg)
    return saved_species(given)


def species_for_new(registry: type[Any], fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a new record, with its species.

    Raises:
        SpeciesRequired: None is passed, and none is set.
        TypeError: It is no record.
    """
    if not has_species(registry):
        return {name: value for name, value in fields.items() if name != "species"}
    if fields.get("species_id") is not None:
        return fields
    species = fields.get("species")
    if species is None:
        species = settings.species
    if species is None:
        msg = "please pass a species!"
        raise SpeciesRequired(msg)
    if not isinstance(species, bio_registry("Species")):
        msg = "species must be a `lnschema_bionty.Species` record"
        raise TypeError(msg)
    return {**fields, "species": species}
