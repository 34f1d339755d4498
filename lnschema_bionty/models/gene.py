"""The registry of genes."""

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

_IDENTITY = ("stable_id", "ensembl_gene_id", "symbol")


class Gene(BioRegistry):
    """Genes, such as those of Ensembl.

    Args:
        symbol: The symbol, such as ``"TCF7"``.
        ensembl_gene_id: The Ensembl id.
        stable_id: The id of a gene that has no Ensembl id.
        species: The species; by default that of ``lb.settings``.

    Examples:
        >>> lb.Gene.from_bionty(symbol="TCF7", species="human").save()
    """

    id = models.CharField(max_length=12, default=ids.gene, primary_key=True)
    """Universal id, valid across instances; made of stable or Ensembl id and symbol."""
    symbol = models.CharField(max_length=64, db_index=True, null=True, default=None)
    """Symbol, such as ``TCF7``; not unique."""
    stable_id = models.CharField(max_length=64, db_index=True, null=True, default=None, unique=True)
    """Id of a gene that has no Ensembl id, such as those of yeast."""
    ensembl_gene_id = models.CharField(max_length=64, db_index=True, null=True, default=None, unique=True)
    """Ensembl id, without version."""
    ncbi_gene_ids = models.TextField(null=True, default=None)
    """Ids at NCBI, separated by ``|``."""
    biotype = models.CharField(max_length=64, db_index=True, null=True, default=None)
    """Kind of gene, such as ``protein_coding``."""
    description = models.TextField(null=True, default=None)
    """What the gene is."""
    synonyms = models.TextField(null=True, default=None)
    """Aliases and previous symbols, separated by ``|``."""
    species = models.ForeignKey(Species, models.PROTECT, related_name="genes")
    """Species that has the gene."""
    bionty_source = models.ForeignKey(BiontySource, models.PROTECT, null=True, default=None, related_name="genes")
    """Version of the public source that the record was made from."""
    files = models.ManyToManyField(File, related_name="genes")
    """Files that are labelled with the gene."""
    datasets = models.ManyToManyField(Dataset, related_name="genes")
    """Datasets that are labelled with the gene."""
    feature_sets = models.ManyToManyField(FeatureSet, related_name="genes")
    """Feature sets that the gene is a member of."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_genes")
    """Who created the record."""

    id_fields = ("stable_id", "ensembl_gene_id")
    identity = ("ensembl_gene_id", "stable_id", "species_id")

    @classmethod
    def merge_rows(cls, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One row per gene: public tables have one per id at NCBI."""
        genes: dict[Any, dict[str, Any]] = {}
        numbers: dict[Any, dict[str, None]] = {}
        for row in rows:
            key = row.get("ensembl_gene_id") or row.get("stable_id") or (row.get("symbol"), row.get("ncbi_gene_id"))
            genes.setdefault(key, row)
            if row.get("ncbi_gene_id"):
                numbers.setdefault(key, {}).update(dict.fromkeys(str(row["ncbi_gene_id"]).split("|")))
        return [{**row, "ncbi_gene_ids": "|".join(numbers.get(key, {})) or None} for key, row in genes.items()]

    @classmethod
    def make_id(cls, fields: Mapping[str, Any]) -> str | None:
        """The hash of stable id, Ensembl id and symbol; one that is passed as ``None`` counts as the text ``None``."""
        text = "".join(str(fields[name]) for name in _IDENTITY if name in fields)
        return ids.gene(text) if text else None
