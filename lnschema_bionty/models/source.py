"""The registry of versions of public sources."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.timezone import now

from lnschema_bionty import ids
from lnschema_core.models import Registry, User
from lnschema_core.users import current_user_id

_IDENTITY = ("entity", "source", "species", "version")


class BiontySource(Registry):
    """Versions of public sources of biological entities, such as a release of the Cell Ontology.

    Args:
        entity: The kind of entity, such as ``"CellType"``.
        species: The species that the source is about, or ``"all"``.
        source: Its short name, such as ``"cl"``.
        version: Its version, such as ``"2023-04-20"``.
        currently_used: Whether it is the one that is used by default.

    Examples:
        >>> lb.BiontySource.filter(entity="CellType", currently_used=True).df()
    """

    class Meta:
        unique_together = (_IDENTITY,)

    id = models.CharField(max_length=8, default=ids.biontysource, primary_key=True)
    """Universal id, valid across instances; made of entity, source, species and version."""
    entity = models.CharField(max_length=64, db_index=True, default=None)
    """Kind of entity, such as ``CellType``."""
    species = models.CharField(max_length=64, db_index=True, default=None)
    """Species that the source is about; ``all`` if it is about no particular one."""
    currently_used = models.BooleanField(default=False, db_index=True)
    """Whether it is used where none is asked for."""
    source = models.CharField(max_length=64, db_index=True, default=None)
    """Short name, such as ``cl``."""
    source_name = models.TextField(blank=True, db_index=True, default="")
    """Full name, such as ``Cell Ontology``."""
    version = models.CharField(max_length=64, db_index=True, default=None)
    """Version, such as ``2023-04-20``."""
    url = models.TextField(null=True, default=None)
    """Where the source is published."""
    md5 = models.TextField(null=True, default=None)
    """MD5 sum of what is published."""
    source_website = models.TextField(null=True, default=None)
    """Web site of the source."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_bionty_sources")
    """Who created the record."""

    def use(self) -> None:
        """Use this version where none is asked for, instead of the others of its entity and species."""
        with transaction.atomic():
            others = BiontySource.filter(entity=self.entity, species=self.species, currently_used=True)
            others.exclude(pk=self.pk).update(currently_used=False, updated_at=now())
            self.currently_used = True
            self.save()

    def _construct(self, fields: dict[str, Any]) -> None:
        if "id" not in fields and all(isinstance(fields.get(name), str) for name in _IDENTITY):
            fields = {"id": ids.biontysource("".join(fields[name] for name in _IDENTITY)), **fields}
        super()._construct(fields)
