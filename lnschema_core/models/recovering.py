"""The tables by which what was deleted can be restored, and by which a replacement that was interrupted is undone.

No registries: they refer to nothing, so that nothing they mention is protected by them.
"""

from __future__ import annotations

from django.db import models

from lamindb.text.escaping import escaped
from lnschema_core import ids


class Deletion(models.Model):
    """A file or dataset that was deleted and can be restored: its rows, and where its content is."""

    id = models.CharField(max_length=20, primary_key=True, default=ids.base62_20)
    """Id of the deletion, by which its content in the trash is named."""
    registry = models.CharField(max_length=64)
    """Registry of the record: ``File`` or ``Dataset``."""
    record_id = models.CharField(max_length=20, db_index=True)
    """Id of the record, by which it is restored."""
    name = models.CharField(max_length=255, null=True, default=None)
    """Key, description or name of the record, for people who look for it."""
    root = models.CharField(max_length=255, null=True, default=None)
    """Root of the storage location of the content, ``None`` for datasets of several files."""
    key = models.CharField(max_length=255, null=True, default=None)
    """Path of the content within that location, to which it is restored."""
    suffix = models.CharField(max_length=30, default="")
    """Suffix of the content, which its object in the trash has, too."""
    size = models.BigIntegerField(null=True, default=None)
    """Size of the content in bytes, by which a copy is known to be complete."""
    has_content = models.BooleanField(default=False)
    """Whether the content was deleted, too, and so is in the trash; else it stayed where it was."""
    is_moved = models.BooleanField(default=False)
    """Whether the content has arrived in the trash."""
    rows = models.JSONField()
    """The rows of the record and of all its links, by registry and column."""
    deleted_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was deleted, by which the trash is purged."""
    deleted_by = models.CharField(max_length=255, null=True, default=None)
    """Handle of the user who deleted it."""

    class Meta:
        indexes = (models.Index(fields=["root", "key"], name="deletion_place"),)

    def __str__(self) -> str:
        return f"{self.registry} {escaped(self.name or self.record_id)}, deleted {self.deleted_at}"


class Replacement(models.Model):
    """The content of a file that is being replaced: if the row exists although nobody is at work, it is undone."""

    id = models.CharField(max_length=20, primary_key=True, default=ids.base62_20)
    """Id of the replacement."""
    file_id = models.CharField(max_length=20)
    """Id of the file."""
    root = models.CharField(max_length=255)
    """Root of the storage location of the content."""
    key = models.CharField(max_length=255)
    """Path of the content within that location."""
    spare = models.CharField(max_length=255)
    """Path of the old content while the new one takes its place."""
    begun_at = models.DateTimeField(auto_now_add=True)
    """When the replacement began, by which it is known to be forgotten."""

    def __str__(self) -> str:
        return f"replacement of file {self.file_id}"
