"""The registry of what happened to terms when an instance moved to another version of a public source."""

from __future__ import annotations

from django.db import models

from lnschema_bionty.models.source import BiontySource
from lnschema_core.models import LinkORM, Registry, User
from lnschema_core.users import current_user_id


class TermUpdate(Registry, LinkORM):
    """What happened to a term: it is from a newer version of its source now, and may be called or placed otherwise.

    Labels that were made before are from the version before.
    """

    id = models.BigAutoField(primary_key=True)
    registry = models.CharField(max_length=64)
    """Registry of the term, such as ``CellType``."""
    record_id = models.CharField(max_length=12, db_index=True)
    """Id of the record of the term."""
    changes = models.CharField(max_length=64)
    """What changed, such as ``renamed|moved``; empty if nothing but the version."""
    name = models.CharField(max_length=256)
    """Name of the term before."""
    from_source = models.ForeignKey(BiontySource, models.PROTECT, related_name="+")
    """Version that the term was from."""
    to_source = models.ForeignKey(BiontySource, models.PROTECT, related_name="+")
    """Version that was looked at then."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When that was."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="+")
    """Who did it."""
