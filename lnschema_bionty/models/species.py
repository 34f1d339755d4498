"""The registry of species."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lnschema_bionty import ids
from lnschema_bionty.models.bioregistry import BioRegistry
from lnschema_bionty.models.source import BiontySource
from lnschema_core.models import Dataset, File, User
from lnschema_core.users import current_user_id

if TYPE_CHECKING:
    from collections.abc import Mapping


class Species(BioRegistry):
    """Species, such as those of Ensembl.

    Args:
        name: The common name, such as ``"human"``.
        taxon_id: The number of the taxon at NCBI.
        scientific_name: The scientific name, such as ``"homo_sapiens"``.
        id: The taxon as ``"NCBI_9606"``, of which the id of the record is made; by default a random one.

    Examples:
        >>> lb.Species.from_bionty(name="human").save()
    """

    id = models.CharField(max_length=4, default=ids.species, primary_key=True)
    """Universal id, valid across instances; made of the taxon."""
    name = models.CharField(max_length=64, db_index=True, unique=True, default=None)
    """Common name, unique in the registry."""
    taxon_id = models.IntegerField(unique=True, db_index=True, null=True, default=None)
    """Number of the taxon at NCBI."""
    scientific_name = models.CharField(max_length=64, unique=True, db_index=True, null=True, default=None)
    """Scientific name, such as ``homo_sapiens``."""
    bionty_source = models.ForeignKey(BiontySource, models.PROTECT, null=True, default=None)
    """Version of the public source that the record was made from."""
    files = models.ManyToManyField(File, related_name="species")
    """Files that are labelled with the species."""
    datasets = models.ManyToManyField(Dataset, related_name="species")
    """Datasets that are labelled with the species."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_species")
    """Who created the record."""

    is_context = True
    identity = ("taxon_id",)

    @classmethod
    def make_id(cls, fields: Mapping[str, Any]) -> str | None:
        """The hash of the id of the taxon, such as ``NCBI_9606``, if that is passed as id."""
        return None if fields.get("id") is None else ids.species(str(fields["id"]))

    @classmethod
    def find_context(cls, registry: type[Any], given: Any, *, required: bool) -> Species | None:
        """The species that records of a registry are looked for in; see :func:`lnschema_bionty.contexts.find_species`."""
        from lnschema_bionty.contexts import find_species

        return find_species(registry, given, required=required)
