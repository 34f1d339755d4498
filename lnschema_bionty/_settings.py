"""The settings of a session for biological registries, ``lb.settings``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import UnknownSpecies
from lnschema_bionty.catalogue import bio_registry

if TYPE_CHECKING:
    from lnschema_bionty.models import Species


class Settings:
    """How biological registries behave in this session."""

    auto_save_parents: bool = True
    """Save the parents of a term, and theirs, together with the term."""

    def __init__(self) -> None:
        self._species: Species | None = None
        self._of_another_instance: str | None = None

    @property
    def species(self) -> Species | None:
        """The species of genes, proteins and cell markers where none is passed; assign a name, a record, or ``None``.

        Raises:
            UnknownSpecies: Neither the registry nor the public source has a species of that name; nothing changes then.
        """
        if self._of_another_instance is not None:
            name, self._of_another_instance = self._of_another_instance, None
            self._species = saved_species(name)
        return self._species

    @species.setter
    def species(self, value: str | Species | None) -> None:
        self._species = None if value is None else saved_species(value)
        self._of_another_instance = None

    def leave_instance(self) -> None:
        """Look the species up again where it is needed: this process has connected to an instance, maybe to another one."""
        if self._species is not None:
            self._of_another_instance, self._species = self._species.name, None

    def __repr__(self) -> str:
        species = self._of_another_instance or (self._species and self._species.name)
        return f"Settings\n- species: {species!r}\n- auto_save_parents: {self.auto_save_parents!r}"


def saved_species(value: Any) -> Species:
    """A species that is in the registry, given by name or as a record; saved if need be.

    Raises:
        TypeError: It is neither.
        UnknownSpecies: Neither the registry nor the public source has a species of that name.
    """
    registry = bio_registry("Species")
    if not isinstance(value, str | registry):
        msg = f"species must be the name of a species or a `lnschema_bionty.Species` record, not {value!r:.80}"
        raise TypeError(msg)
    if isinstance(value, str):
        found: Species | None = registry.filter(name=value).one_or_none()
        if found is not None:
            return found
        with log.muted():
            found = registry.from_bionty(name=value)
    else:
        found = value
    if found is None:
        msg = f"No species with name='{value}' is found, please create a species record!"
        raise UnknownSpecies(msg)
    if found._state.adding:
        found.save()
    return found


settings = Settings()
