"""What ``populate_registries`` of sample data does: save the features and labels that the data have."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lamindb import log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ANY_SAMPLE = ("assay", "species")
"""Features that all samples have, also where no column tells them."""


def register(
    features: Sequence[str] = (),
    *,
    modality: str,
    terms: Mapping[str, Sequence[str]],
    species: Mapping[str, tuple[str, Sequence[str]]],
    name_of_species: str = "human",
) -> None:
    """Save features, a modality, and biological entities where the instance has registries of them. Says nothing.

    Args:
        features: Names of the categorical features besides assay and species, which are always saved.
        modality: The name of the kind of measurement.
        terms: Names per registry of biological entities.
        species: Per registry of entities of one species the field and its values.
        name_of_species: The species.
    """
    from lnschema_core.models import Feature, Modality

    with log.muted():
        for name in (*_ANY_SAMPLE, *features):
            if not Feature.filter(name=name).exists():
                Feature(name=name, type="category").save()
        if not Modality.filter(name=modality).exists():
            Modality(name=modality).save()
        for registry, names in terms.items():
            _save(registry, names)
        for registry, (field, values) in species.items():
            _save(registry, values, field, species=name_of_species)


def _save(registry: str, values: Sequence[str], field: str = "name", **scope: Any) -> None:
    """Save the records that the public reference of a registry has for values, if the instance mounts the registry.

    Where the reference has none of them, as for species whose table isn't on this machine, records have the values alone.
    """
    from lamindb.setup import settings
    from lnschema_core.saving import save

    if "bionty" in settings.instance.schema:
        entities = getattr(import_module("lnschema_bionty"), registry, None)
        if entities is not None:
            known = entities.from_values(values, field, **scope)
            save(known or [entities(**{field: value}, **entities.find_scope(**scope)) for value in values])
