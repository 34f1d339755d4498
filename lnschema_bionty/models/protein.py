"""The registry of proteins."""

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


class Protein(BioRegistry):
    """Proteins, such as those of UniProt.

    Args:
        name: A name.
        uniprotkb_id: The UniProtKB id.
        species: The species; by default that of ``lb.settings``.

    Examples:
        >>> lb.Protein.from_bionty(uniprotkb_id="P06127", species="human").save()
    """

    id = models.CharField(max_length=12, default=ids.protein, primary_key=True)
    """Universal id, valid across instances; made of the UniProtKB id."""
    name = models.CharField(max_length=256, db_index=True, null=True, default=None)
    """Name of the protein."""
    uniprotkb_id = models.CharField(max_length=10, db_index=True, null=True, default=None, unique=True)
    """UniProtKB id."""
    synonyms = models.TextField(null=True, default=None)
    """Further names, separated by ``|``."""
    length = models.BigIntegerField(db_index=True, null=True, default=None)
    """Number of amino acids."""
    gene_symbol = models.CharField(max_length=64, db_index=True, null=True, default=None)
    """Symbol of the gene."""
    ensembl_gene_ids = models.TextField(null=True, default=None)
    """Ensembl ids, separated by ``|``."""
    species = models.ForeignKey(Species, models.PROTECT, related_name="proteins")
    """Species that has the protein."""
    bionty_source = models.ForeignKey(BiontySource, models.PROTECT, null=True, default=None, related_name="proteins")
    """Version of the public source that the record was made from."""
    files = models.ManyToManyField(File, related_name="proteins")
    """Files that are labelled with the protein."""
    datasets = models.ManyToManyField(Dataset, related_name="proteins")
    """Datasets that are labelled with the protein."""
    feature_sets = models.ManyToManyField(FeatureSet, related_name="proteins")
    """Feature sets that the protein is a member of."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_proteins")
    """Who created the record."""

    namesake_fields = ("species", "uniprotkb_id")
    identity = ("uniprotkb_id", "species_id")

    @classmethod
    def make_id(cls, fields: Mapping[str, Any]) -> str | None:
        """The hash of the UniProtKB id, if there is one."""
        return None if fields.get("uniprotkb_id") is None else ids.protein(str(fields["uniprotkb_id"]))
