"""The registry of storage locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from lnschema_core import ids
from lnschema_core.models.registry import Registry
from lnschema_core.models.user import User
from lnschema_core.users import current_user_id

if TYPE_CHECKING:
    from upath import UPath


class Storage(Registry):
    """Storage locations: folders and buckets that have files.

    Args:
        root: Where the location starts, a path or url without trailing slash.
        type: ``"local"``, ``"s3"``, ``"gs"`` or another fsspec protocol.
        region: Region of a bucket.
    """

    id = models.CharField(max_length=8, default=ids.base62_8, db_index=True, primary_key=True)
    """Universal id, valid across instances."""
    root = models.CharField(max_length=255, db_index=True, unique=True, default=None)
    """Where the location starts: a path or url without trailing slash, which the keys of its files continue."""
    type = models.CharField(max_length=30, db_index=True)
    """``local``, ``s3``, ``gs`` or another fsspec protocol."""
    region = models.CharField(max_length=64, db_index=True, null=True, default=None)
    """Region of a bucket, for placing computations near it."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_storages")
    """Who registered the location."""

    def root_as_path(self) -> UPath:
        """The root as a path object."""
        from lamindb.io.paths import to_path

        return to_path(self.root)
