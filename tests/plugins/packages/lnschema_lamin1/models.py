"""Registries of experiments, treatments and samples."""

from __future__ import annotations

from enum import Enum

from django.db import models
from django.db.models import PROTECT
from lnschema_bionty.models import CellLine, CellType, Disease, Gene, Species, Tissue
from lnschema_core import ids
from lnschema_core.models import Dataset, File, Registry, User
from lnschema_core.types import ChoicesMixin
from lnschema_core.users import current_user_id


class TreatmentType(ChoicesMixin, Enum):
    genetic = "genetic"
    chemical = "chemical"


class TreatmentSystem(ChoicesMixin, Enum):
    CRISPR_Cas9 = "CRISPR Cas9"
    CRISPRi = "CRISPRi"
    siRNA = "siRNA"


class ExperimentType(Registry):
    """Types of experiments."""

    id = models.CharField(max_length=4, default=ids.base62_4, primary_key=True)
    name = models.CharField(max_length=255, default=None, db_index=True)
    description = models.TextField(null=True, default=None)
    ontology_id = models.CharField(max_length=32, db_index=True, null=True, default=None)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, PROTECT, default=current_user_id, related_name="created_experiment_types")


class Experiment(Registry):
    """Experiments."""

    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=255, default=None, db_index=True)
    description = models.TextField(null=True, default=None)
    date = models.DateField(db_index=True, null=True, default=None)
    experiment_type = models.ForeignKey(ExperimentType, PROTECT, null=True, related_name="experiments")
    files = models.ManyToManyField(File, related_name="experiments")
    datasets = models.ManyToManyField(Dataset, related_name="experiments")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, PROTECT, default=current_user_id, related_name="created_experiments")


class Well(Registry):
    """Wells of a plate."""

    class Meta:
        unique_together = (("row", "column"),)

    id = models.CharField(max_length=4, default=ids.base62_4, primary_key=True)
    name = models.CharField(max_length=32, default=None, null=True, unique=True)
    row = models.CharField(max_length=4, default=None)
    column = models.IntegerField()
    files = models.ManyToManyField(File, related_name="wells")
    datasets = models.ManyToManyField(Dataset, related_name="wells")


class TreatmentTarget(Registry):
    """What a treatment acts on."""

    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=60, default=None, db_index=True)
    description = models.TextField(null=True, default=None)
    genes = models.ManyToManyField(Gene, related_name="treatment_targets")
    files = models.ManyToManyField(File, related_name="treatment_targets")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, PROTECT, default=current_user_id, related_name="created_treatment_targets")


class Treatment(Registry):
    """Treatments."""

    id = models.CharField(max_length=12, default=ids.base62_12, primary_key=True)
    name = models.CharField(max_length=255, default=None, db_index=True)
    type = models.CharField(max_length=20, choices=TreatmentType.choices(), db_index=True)
    system = models.CharField(max_length=20, choices=TreatmentSystem.choices(), default=None, db_index=True)
    description = models.TextField(null=True, default=None)
    sequence = models.TextField(null=True, default=None, db_index=True)
    on_target_score = models.FloatField(default=None, null=True, db_index=True)
    targets = models.ManyToManyField(TreatmentTarget, related_name="treatments")
    files = models.ManyToManyField(File, related_name="treatments")
    datasets = models.ManyToManyField(Dataset, related_name="treatments")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, PROTECT, default=current_user_id, related_name="created_treatments")


class Biosample(Registry):
    """Samples of biological material."""

    id = models.CharField(max_length=12, default=ids.base62_12, primary_key=True)
    name = models.CharField(max_length=255, null=True, default=None, db_index=True)
    batch = models.CharField(max_length=60, null=True, default=None, db_index=True)
    species = models.ForeignKey(Species, PROTECT, null=True, related_name="biosamples")
    tissues = models.ManyToManyField(Tissue, related_name="biosamples")
    cell_lines = models.ManyToManyField(CellLine, related_name="biosamples")
    cell_types = models.ManyToManyField(CellType, related_name="biosamples")
    diseases = models.ManyToManyField(Disease, related_name="biosamples")
    description = models.TextField(null=True, default=None)
    files = models.ManyToManyField(File, related_name="biosamples")
    datasets = models.ManyToManyField(Dataset, related_name="biosamples")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, PROTECT, default=current_user_id, related_name="created_biosamples")


class Techsample(Registry):
    """Samples as they were processed."""

    id = models.CharField(max_length=12, default=ids.base62_12, primary_key=True)
    name = models.CharField(max_length=255, default=None, db_index=True)
    batch = models.CharField(max_length=60, default=None, db_index=True)
    description = models.TextField(null=True, default=None)
    biosamples = models.ManyToManyField(Biosample, related_name="techsamples")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, PROTECT, default=current_user_id, related_name="created_techsamples")
