"""The registry of experimental factors."""

from __future__ import annotations

from django.db import models

from lnschema_bionty.models.ontology import Ontology
from lnschema_bionty.models.source import BiontySource
from lnschema_core.models import Dataset, File, User
from lnschema_core.users import current_user_id


class ExperimentalFactor(Ontology):
    """Experimental factors, such as the assays of the Experimental Factor Ontology.

    Examples:
        >>> lb.ExperimentalFactor.from_bionty(ontology_id="EFO:0009108").save()
    """

    molecule = models.TextField(null=True, default=None, db_index=True)
    """Molecules that are measured, for filtering assays."""
    instrument = models.TextField(null=True, default=None, db_index=True)
    """Instruments that are used, for filtering assays."""
    measurement = models.TextField(null=True, default=None, db_index=True)
    """What is measured, for filtering assays."""
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    """More general experimental factors."""
    bionty_source = models.ForeignKey(
        BiontySource, models.PROTECT, null=True, default=None, related_name="experimental_factors"
    )
    """Version of the public source that the record was made from."""
    files = models.ManyToManyField(File, related_name="experimental_factors")
    """Files that are labelled with the record."""
    datasets = models.ManyToManyField(Dataset, related_name="experimental_factors")
    """Datasets that are labelled with the record."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(
        User, models.PROTECT, default=current_user_id, related_name="created_experimental_factors"
    )
    """Who created the record."""
