"""The registry of tissues."""

from __future__ import annotations

from django.db import models

from lnschema_bionty.models.ontology import Ontology
from lnschema_bionty.models.source import BiontySource
from lnschema_core.models import Dataset, File, User
from lnschema_core.users import current_user_id


class Tissue(Ontology):
    """Tissues and other parts of the anatomy, such as those of Uberon.

    Examples:
        >>> lb.Tissue.from_bionty(name="bone marrow").save()
    """

    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    """More general tissues."""
    bionty_source = models.ForeignKey(BiontySource, models.PROTECT, null=True, default=None, related_name="tissues")
    """Version of the public source that the record was made from."""
    files = models.ManyToManyField(File, related_name="tissues")
    """Files that are labelled with the record."""
    datasets = models.ManyToManyField(Dataset, related_name="tissues")
    """Datasets that are labelled with the record."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_tissues")
    """Who created the record."""
