"""The registry of users."""

from __future__ import annotations

from django.db import models

from lnschema_core.models.mixins import CanValidate
from lnschema_core.models.registry import Registry


class User(Registry, CanValidate):
    """Users: who created records.

    Every user who works with an instance has a row, made when the instance is set up or loaded.

    Args:
        id: Universal id, 8 characters.
        handle: Universal handle.
        email: Latest email address.
        name: Full name.
    """

    default_field = "handle"

    id = models.CharField(max_length=8, primary_key=True, default=None)
    """Universal id, valid across instances."""
    handle = models.CharField(max_length=30, unique=True, db_index=True, default=None)
    """Universal handle, valid across instances; what a user is called in messages."""
    email = models.CharField(max_length=255, unique=True, db_index=True, default=None)
    """Latest email address."""
    name = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """Full name, shown in graphs."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
