"""A schema package as labs wrote them in September 2023, for version 0.54: ``lnschema_lab``.

An old-style gate in ``__init__`` and no ``__getattr__``, registries on bare ``Registry``, enumerations, a table without
provenance, many-to-many fields to files and datasets, and ten migrations that depend on several of core's.
"""

from __future__ import annotations

INIT = '''
"""Schema of a lab."""

_schema_id = "tvhn"
_name = "lab"
__version__ = "0.23.1"

from lamindb_setup import _check_instance_setup

if _check_instance_setup():
    from .models import (
        Biosample,
        Experiment,
        ExperimentType,
        Techsample,
        Treatment,
        TreatmentTarget,
        Well,
    )
'''

LAZY_INIT = '''
"""Schema of a lab, which loads its registries at first use."""

_schema_id = "tvhn"
_name = "lab"
__version__ = "0.23.2"

from lamindb_setup import _check_instance_setup


def __getattr__(name):
    if name != "models":
        _check_instance_setup(from_lamindb=True)
    return globals()[name]


if _check_instance_setup():
    import lamindb

    del __getattr__

    from .models import Biosample, Experiment, ExperimentType, Techsample, Treatment, TreatmentTarget, Well
'''

MODELS = '''
from __future__ import annotations

from enum import Enum

from django.db import models
from django.db.models import CASCADE, PROTECT
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
'''

_HEAD = """
import django.db.models.deletion
import lnschema_core.ids
import lnschema_core.models
import lnschema_core.users
from django.db import migrations, models

FILE, DATASET, USER = "lnschema_core.file", "lnschema_core.dataset", "lnschema_core.user"
PROTECT = django.db.models.deletion.PROTECT


def key(length, default):
    return models.CharField(default=default, max_length=length, primary_key=True, serialize=False)


def created_by(plural):
    return models.ForeignKey(
        default=lnschema_core.users.current_user_id, on_delete=PROTECT, related_name=f"created_{plural}", to=USER
    )


def times():
    return [
        ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
        ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
    ]


def name(length=255, **options):
    return models.CharField(db_index=True, default=None, max_length=length, **options)


def text(**options):
    return models.TextField(default=None, null=True, **options)
"""


def _migration(operations: str, *dependencies: tuple[str, str], initial: bool = False) -> str:
    return f"{_HEAD}\n\nclass Migration(migrations.Migration):\n    initial = {initial}\n    dependencies = {list(dependencies)!r}\n    operations = [{operations}]\n"


_CORE, _LAB = "lnschema_core", "lnschema_lab"

MIGRATIONS = {
    "0001_initial": _migration(
        """
        migrations.CreateModel(
            name="ExperimentType",
            fields=[
                ("id", key(4, lnschema_core.ids.base62_4)),
                ("name", name()),
                ("description", text()),
                ("ontology_id", name(32, null=True)),
                *times(),
                ("created_by", models.ForeignKey(on_delete=PROTECT, related_name="created_experiment_types", to=USER)),
            ],
            options={"managed": True},
        ),
        migrations.CreateModel(
            name="Experiment",
            fields=[
                ("id", key(8, lnschema_core.ids.base62_8)),
                ("name", name()),
                ("description", text()),
                ("date", models.DateField(db_index=True, default=None, null=True)),
                *times(),
                ("created_by", models.ForeignKey(on_delete=PROTECT, related_name="created_experiments", to=USER)),
                (
                    "experiment_type",
                    models.ForeignKey(
                        null=True, on_delete=PROTECT, related_name="experiments", to="lnschema_lab.experimenttype"
                    ),
                ),
                ("files", models.ManyToManyField(related_name="experiments", to=FILE)),
            ],
            options={"managed": True},
        ),
        migrations.CreateModel(
            name="Well",
            fields=[
                ("id", key(4, lnschema_core.ids.base62_4)),
                ("row", models.CharField(default=None, max_length=4)),
                ("column", models.IntegerField()),
                ("files", models.ManyToManyField(related_name="wells", to=FILE)),
            ],
            options={"managed": True, "unique_together": {("row", "column")}},
        ),
        migrations.CreateModel(
            name="Treatment",
            fields=[
                ("id", key(12, lnschema_core.ids.base62_12)),
                ("name", name()),
                (
                    "type",
                    models.CharField(
                        choices=[("genetic", "genetic"), ("chemical", "chemical")], db_index=True, max_length=20
                    ),
                ),
                (
                    "system",
                    models.CharField(
                        choices=[("CRISPR Cas9", "CRISPR_Cas9"), ("CRISPRi", "CRISPRi"), ("siRNA", "siRNA")],
                        db_index=True,
                        default=None,
                        max_length=20,
                    ),
                ),
                ("description", text()),
                ("sequence", text(db_index=True)),
                ("on_target_score", models.FloatField(db_index=True, default=None, null=True)),
                ("target_genes", text()),
                *times(),
                ("created_by", models.ForeignKey(on_delete=PROTECT, related_name="created_treatments", to=USER)),
                ("files", models.ManyToManyField(related_name="treatments", to=FILE)),
            ],
            options={"managed": True},
        ),
        migrations.CreateModel(
            name="Biosample",
            fields=[
                ("id", key(12, lnschema_core.ids.base62_12)),
                ("name", name(null=True)),
                ("batch_name", name(60, null=True)),
                ("description", text()),
                *times(),
                ("created_by", models.ForeignKey(on_delete=PROTECT, related_name="created_biosamples", to=USER)),
                ("files", models.ManyToManyField(related_name="biosamples", to=FILE)),
            ],
            options={"managed": True},
        ),
        migrations.CreateModel(
            name="Techsample",
            fields=[
                ("id", key(12, lnschema_core.ids.base62_12)),
                ("name", name()),
                ("batch_name", name(60)),
                ("description", text()),
                *times(),
                ("created_by", models.ForeignKey(on_delete=PROTECT, related_name="created_techsamples", to=USER)),
                ("biosamples", models.ManyToManyField(related_name="techsamples", to="lnschema_lab.biosample")),
            ],
            options={"managed": True},
        ),
        """,
        (_CORE, "0001_initial"),
        initial=True,
    ),
    "0002_alter_biosample_options_alter_experiment_options_and_more": _migration(
        """
        *(
            migrations.AlterModelOptions(name=registry, options={})
            for registry in ("biosample", "experiment", "experimenttype", "techsample", "treatment", "well")
        )
        """,
        (_LAB, "0001_initial"),
    ),
    "0003_alter_biosample_created_by_and_more": _migration(
        """
        *(
            migrations.AlterField(model_name=registry, name="created_by", field=created_by(plural))
            for registry, plural in (
                ("biosample", "biosamples"),
                ("experiment", "experiments"),
                ("experimenttype", "experiment_types"),
                ("techsample", "techsamples"),
                ("treatment", "treatments"),
            )
        )
        """,
        (_CORE, "0007_feature_synonyms_featureset_field_and_more"),
        (_LAB, "0002_alter_biosample_options_alter_experiment_options_and_more"),
    ),
    "0004_remove_treatment_target_genes_treatmenttarget_and_more": _migration(
        """
        migrations.RemoveField(model_name="treatment", name="target_genes"),
        migrations.CreateModel(
            name="TreatmentTarget",
            fields=[
                ("id", key(8, lnschema_core.ids.base62_8)),
                ("name", name(60)),
                ("description", text()),
                *times(),
                ("created_by", models.ForeignKey(on_delete=PROTECT, related_name="created_treatment_targets", to=USER)),
                ("files", models.ManyToManyField(related_name="treatment_targets", to=FILE)),
            ],
        ),
        migrations.AddField(
            model_name="treatment",
            name="target",
            field=models.ForeignKey(
                null=True, on_delete=PROTECT, related_name="treatments", to="lnschema_lab.treatmenttarget"
            ),
        ),
        """,
        (_LAB, "0003_alter_biosample_created_by_and_more"),
    ),
    "0005_alter_treatmenttarget_created_by_and_more": _migration(
        """
        migrations.AlterField(
            model_name="treatmenttarget", name="created_by", field=created_by("treatment_targets")
        ),
        """,
        (_CORE, "0008_file_hash_type_transform_parents"),
        (_LAB, "0004_remove_treatment_target_genes_treatmenttarget_and_more"),
    ),
    "0006_remove_treatment_target_treatment_targets": _migration(
        """
        migrations.RemoveField(model_name="treatment", name="target"),
        migrations.AddField(
            model_name="treatment",
            name="targets",
            field=models.ManyToManyField(related_name="treatments", to="lnschema_lab.treatmenttarget"),
        ),
        """,
        (_LAB, "0005_alter_treatmenttarget_created_by_and_more"),
    ),
    "0007_rename_batch_name_biosample_batch_and_more": _migration(
        """
        migrations.RenameField(model_name="biosample", old_name="batch_name", new_name="batch"),
        migrations.RenameField(model_name="techsample", old_name="batch_name", new_name="batch"),
        """,
        (_LAB, "0006_remove_treatment_target_treatment_targets"),
    ),
    "0008_platewell_delete_well": _migration(
        """
        migrations.DeleteModel(name="Well"),
        migrations.CreateModel(
            name="PlateWell",
            fields=[
                ("id", key(8, lnschema_core.ids.base62_8)),
                ("name", models.CharField(default=None, max_length=32, null=True, unique=True)),
                ("row", models.CharField(default=None, max_length=4)),
                ("column", models.IntegerField()),
                ("files", models.ManyToManyField(related_name="wells", to=FILE)),
            ],
            options={"unique_together": {("row", "column")}},
        ),
        """,
        (_LAB, "0007_rename_batch_name_biosample_batch_and_more"),
    ),
    "0009_alter_platewell_id": _migration(
        """
        migrations.AlterField(model_name="platewell", name="id", field=key(4, lnschema_core.ids.base62_4)),
        """,
        (_LAB, "0008_platewell_delete_well"),
    ),
    "0010_rename_platewell_well": _migration(
        """
        migrations.RenameModel(old_name="PlateWell", new_name="Well"),
        *(
            migrations.AddField(
                model_name=registry, name="datasets", field=models.ManyToManyField(related_name=plural, to=DATASET)
            )
            for registry, plural in (
                ("biosample", "biosamples"),
                ("experiment", "experiments"),
                ("treatment", "treatments"),
                ("well", "wells"),
            )
        )
        """,
        (_CORE, "0019_dataset_reference_dataset_reference_type_and_more"),
        (_LAB, "0009_alter_platewell_id"),
    ),
}
