"""Registries with all that core offers: validation, synonyms, a hierarchy, labels and feature sets."""

from django.db import models

from lnschema_core import ids
from lnschema_core.models import CanValidate, Dataset, FeatureSet, File, HasParents, Registry, User
from lnschema_core.users import current_user_id


class Assay(Registry, HasParents, CanValidate):
    """Assays, from general to special ones."""

    search_fields = ("name", "description")

    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=128, default=None, unique=True)
    synonyms = models.TextField(null=True, default=None)
    description = models.TextField(null=True, default=None)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    files = models.ManyToManyField(File, related_name="assays")
    datasets = models.ManyToManyField(Dataset, related_name="assays")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_assays")


class Screen(Assay):
    """Assays of many perturbations, which have rows in a table of their own besides those of assays."""

    library = models.CharField(max_length=64, null=True, default=None)


class SequencingAssay(Assay):
    """Assays by sequencing, seen through a class of their own: there is no table."""

    class Meta:
        proxy = True


class Guide(Registry, CanValidate):
    """Guides of a screen, which are features of data."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=64, default=None, unique=True)
    assay = models.ForeignKey(Assay, models.PROTECT, null=True, default=None, related_name="guides")
    feature_sets = models.ManyToManyField(FeatureSet, related_name="guides")
    files = models.ManyToManyField(File, related_name="guides")
