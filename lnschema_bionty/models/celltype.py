"""The registry of cell types."""

from __future__ import annotations

from django.db import models

from lnschema_bionty.models.ontology import Ontology
from lnschema_bionty.models.source import BiontySource
from lnschema_core.models import Dataset, File, User
from lnschema_core.users import current_user_id


class CellType(Ontology):
    """Cell types, such as those of the Cell Ontology.

    Examples:
        >>> lb.CellType.from_bionty(name="T cell").save()
    """

    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    """More general cell types."""
    bionty_source = models.ForeignKey(BiontySource, models.PROTECT, null=True, default=None, related_name="cell_types")
    """Version of the public source that the record was made from."""
    files = models.ManyToManyField(File, related_name="cell_types")
    """Files that are labelled with the record."""
    datasets = models.ManyToManyField(Dataset, related_name="cell_types")
    """Datasets that are labelled with the record."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_cell_types")
    """Who created the record."""
