"""The registry of cell lines."""

from __future__ import annotations

from django.db import models

from lnschema_bionty.models.ontology import Ontology
from lnschema_bionty.models.source import BiontySource
from lnschema_core.models import Dataset, File, User
from lnschema_core.users import current_user_id


class CellLine(Ontology):
    """Cell lines, such as those of the Cell Line Ontology.

    Examples:
        >>> lb.CellLine.from_bionty(name="K 562 cell").save()
    """

    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    """More general cell lines."""
    bionty_source = models.ForeignKey(BiontySource, models.PROTECT, null=True, default=None, related_name="cell_lines")
    """Version of the public source that the record was made from."""
    files = models.ManyToManyField(File, related_name="cell_lines")
    """Files that are labelled with the record."""
    datasets = models.ManyToManyField(Dataset, related_name="cell_lines")
    """Datasets that are labelled with the record."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_cell_lines")
    """Who created the record."""
