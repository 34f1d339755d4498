"""The registry of cell markers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lnschema_bionty import ids
from lnschema_bionty.models.bioregistry import BioRegistry
from lnschema_bionty.models.source import BiontySource
from lnschema_bionty.models.species import Species
from lnschema_core.models import Dataset, FeatureSet, File, User
from lnschema_core.users import current_user_id

if TYPE_CHECKING:
    from collections.abc import Mapping


class CellMarker(BioRegistry):
    """Cell markers: molecules by which cells are told apart, such as those of CellMarker 2.0.

    Args:
        name: The name, such as ``"CD8"``, unique within a species.
        species: The species; by default that of ``lb.settings``.

    Examples:
        >>> lb.CellMarker.from_bionty(name="CD8", species="human").save()
    """

    class Meta:
        unique_together = (("name", "species"),)

    id = models.CharField(max_length=12, default=ids.cellmarker, primary_key=True)
    """Universal id, valid across instances; made of the name."""
    name = models.CharField(max_length=64, db_index=True, default=None)
    """Name, unique within a species."""
    synonyms = models.TextField(null=True, default=None)
    """Further names, separated by ``|``."""
    gene_symbol = models.CharField(max_length=64, db_index=True, null=True, default=None)
    """Symbol of the gene."""
    ncbi_gene_id = models.CharField(max_length=32, db_index=True, null=True, default=None)
    """Id of the gene at NCBI."""
    uniprotkb_id = models.CharField(max_length=10, db_index=True, null=True, default=None)
    """UniProtKB id of the protein."""
    species = models.ForeignKey(Species, models.PROTECT, related_name="cell_markers")
    """Species that has the marker."""
    bionty_source = models.ForeignKey(
        BiontySource, models.PROTECT, null=True, default=None, related_name="cell_markers"
    )
    """Version of the public source that the record was made from."""
    files = models.ManyToManyField(File, related_name="cell_markers")
    """Files that are labelled with the marker."""
    datasets = models.ManyToManyField(Dataset, related_name="cell_markers")
    """Datasets that are labelled with the marker."""
    feature_sets = models.ManyToManyField(FeatureSet, related_name="cell_markers")
    """Feature sets that the marker is a member of."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_cell_markers")
    """Who created the record."""

    namesake_fields = ("species",)
    identity = ("name", "species_id")

    @classmethod
    def make_id(cls, fields: Mapping[str, Any]) -> str | None:
        """The hash of the name."""
        return None if fields.get("name") is None else ids.cellmarker(str(fields["name"]))
