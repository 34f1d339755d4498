"""The registry of pathways."""

from __future__ import annotations

from django.db import models

from lnschema_bionty.models.gene import Gene
from lnschema_bionty.models.ontology import Ontology
from lnschema_bionty.models.source import BiontySource
from lnschema_core.models import Dataset, FeatureSet, File, User
from lnschema_core.users import current_user_id


class Pathway(Ontology):
    """Pathways, such as the biological processes of the Gene Ontology.

    Examples:
        >>> lb.Pathway.from_bionty(ontology_id="GO:0006954").save()
    """

    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    """More general pathways."""
    bionty_source = models.ForeignKey(BiontySource, models.PROTECT, null=True, default=None, related_name="pathways")
    """Version of the public source that the record was made from."""
    genes = models.ManyToManyField(Gene, related_name="pathways")
    """Genes that take part."""
    feature_sets = models.ManyToManyField(FeatureSet, related_name="pathways")
    """Feature sets that the record is a member of."""
    files = models.ManyToManyField(File, related_name="pathways")
    """Files that are labelled with the record."""
    datasets = models.ManyToManyField(Dataset, related_name="pathways")
    """Datasets that are labelled with the record."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_pathways")
    """Who created the record."""
