"""The registry of modalities: what kind of measurement features belong to."""

from __future__ import annotations

from django.db import models

from lnschema_core import ids
from lnschema_core.models.mixins import CanValidate, HasParents
from lnschema_core.models.registry import Registry
from lnschema_core.models.user import User
from lnschema_core.users import current_user_id


class Modality(Registry, HasParents, CanValidate):
    """Measurement types, such as ``rna`` or ``protein``, that group features."""

    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    """Universal id, valid across instances."""
    name = models.CharField(max_length=256, db_index=True)
    """Name, such as ``rna``."""
    ontology_id = models.CharField(max_length=32, db_index=True, null=True, default=None)
    """Id in a public ontology."""
    abbr = models.CharField(max_length=32, db_index=True, unique=True, null=True, default=None)
    """Abbreviation, unique in the registry."""
    synonyms = models.TextField(null=True, default=None)
    """Further names, separated by ``|``, under which values are recognised."""
    description = models.TextField(null=True, default=None)
    """Description."""
    molecule = models.TextField(null=True, default=None, db_index=True)
    """Molecule that is measured, such as RNA."""
    instrument = models.TextField(null=True, default=None, db_index=True)
    """Instrument that measures."""
    measurement = models.TextField(null=True, default=None, db_index=True)
    """What is measured."""
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    """More general modalities."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_modalities")
    """Who created the record."""
