"""All tables of the core schema, as of migration 0019 of the releases before this one.

It stands for those migrations, so that their databases are recognised as up to date.
"""

import django.db.models.deletion
from django.db import migrations, models

import lnschema_core.ids
import lnschema_core.models
import lnschema_core.types
import lnschema_core.users


class Migration(migrations.Migration):
    replaces = [
        ("lnschema_core", "0001_initial"),
        ("lnschema_core", "0002_alter_user_name"),
        ("lnschema_core", "0003_alter_storage_region_alter_transform_short_name"),
        ("lnschema_core", "0004_rename_folder_tag_alter_project_folders"),
        ("lnschema_core", "0005_alter_run_inputs_delete_runinput"),
        ("lnschema_core", "0006_feature_dataset"),
        ("lnschema_core", "0007_feature_synonyms_featureset_field_and_more"),
        ("lnschema_core", "0008_file_hash_type_transform_parents"),
        ("lnschema_core", "0009_remove_featureset_files_feature_unit_and_more"),
        ("lnschema_core", "0010_dataset_categories_file_categories"),
        ("lnschema_core", "0011_label_remove_tag_created_by_remove_tag_parents_and_more"),
        ("lnschema_core", "0012_remove_label_ref_id_remove_label_ref_orm_and_more"),
        ("lnschema_core", "0013_remove_feature_labels_orm_and_more"),
        ("lnschema_core", "0014_rename_ref_field_featureset_registry"),
        ("lnschema_core", "0015_file_initial_version_file_version"),
        ("lnschema_core", "0016_dataset_input_of_dataset_run_dataset_transform_and_more"),
        ("lnschema_core", "0017_dataset_initial_version_dataset_version"),
        ("lnschema_core", "0018_rename_datasetlabel_datasetulabel_and_more"),
        ("lnschema_core", "0019_dataset_reference_dataset_reference_type_and_more"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.CharField(default=None, max_length=8, primary_key=True, serialize=False)),
                ("handle", models.CharField(db_index=True, default=None, max_length=30, unique=True)),
                ("email", models.CharField(db_index=True, default=None, max_length=255, unique=True)),
                ("name", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
            ],
            bases=(models.Model, lnschema_core.models.CanValidate),
        ),
        migrations.CreateModel(
            name="Storage",
            fields=[
                (
                    "id",
                    models.CharField(
                        db_index=True,
                        default=lnschema_core.ids.base62_8,
                        max_length=8,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("root", models.CharField(db_index=True, default=None, max_length=255, unique=True)),
                ("type", models.CharField(db_index=True, max_length=30)),
                ("region", models.CharField(db_index=True, default=None, max_length=64, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_storages",
                        to="lnschema_core.user",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Transform",
            fields=[
                ("id", models.CharField(db_index=True, default=None, max_length=14, primary_key=True, serialize=False)),
                ("name", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("short_name", models.CharField(db_index=True, default=None, max_length=128, null=True)),
                ("version", models.CharField(db_index=True, default=None, max_length=10, null=True)),
                (
                    "type",
                    models.CharField(
                        choices=[("pipeline", "pipeline"), ("notebook", "notebook"), ("app", "app"), ("api", "api")],
                        db_index=True,
                        default=lnschema_core.types.default_transform_type,
                        max_length=20,
                    ),
                ),
                ("reference", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("reference_type", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                (
                    "initial_version",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="lnschema_core.transform",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_transforms",
                        to="lnschema_core.user",
                    ),
                ),
                ("parents", models.ManyToManyField(related_name="children", to="lnschema_core.transform")),
            ],
            bases=(models.Model, lnschema_core.models.HasParents),
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_20, max_length=20, primary_key=True, serialize=False
                    ),
                ),
                (
                    "transform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="lnschema_core.transform"
                    ),
                ),
                ("run_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="created_runs",
                        to="lnschema_core.user",
                    ),
                ),
                ("reference", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("reference_type", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="ULabel",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_8, max_length=8, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_index=True, default=None, max_length=255, unique=True)),
                ("description", models.TextField(default=None, null=True)),
                ("reference", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("reference_type", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_ulabels",
                        to="lnschema_core.user",
                    ),
                ),
                ("parents", models.ManyToManyField(related_name="children", to="lnschema_core.ulabel")),
            ],
            bases=(models.Model, lnschema_core.models.HasParents, lnschema_core.models.CanValidate),
        ),
        migrations.CreateModel(
            name="Modality",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_8, max_length=8, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_index=True, max_length=256)),
                ("ontology_id", models.CharField(db_index=True, default=None, max_length=32, null=True)),
                ("abbr", models.CharField(db_index=True, default=None, max_length=32, null=True, unique=True)),
                ("synonyms", models.TextField(default=None, null=True)),
                ("description", models.TextField(default=None, null=True)),
                ("molecule", models.TextField(db_index=True, default=None, null=True)),
                ("instrument", models.TextField(db_index=True, default=None, null=True)),
                ("measurement", models.TextField(db_index=True, default=None, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_modalities",
                        to="lnschema_core.user",
                    ),
                ),
                ("parents", models.ManyToManyField(related_name="children", to="lnschema_core.modality")),
            ],
            bases=(models.Model, lnschema_core.models.HasParents, lnschema_core.models.CanValidate),
        ),
        migrations.CreateModel(
            name="FeatureSet",
            fields=[
                ("id", models.CharField(default=None, max_length=20, primary_key=True, serialize=False)),
                ("name", models.CharField(default=None, max_length=128, null=True)),
                ("n", models.IntegerField()),
                ("type", models.CharField(default=None, max_length=64, null=True)),
                (
                    "modality",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feature_sets",
                        to="lnschema_core.modality",
                    ),
                ),
                ("registry", models.CharField(db_index=True, max_length=128)),
                ("hash", models.CharField(db_index=True, default=None, max_length=20, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_feature_sets",
                        to="lnschema_core.user",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Feature",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_12, max_length=12, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_index=True, default=None, max_length=255)),
                ("type", models.CharField(db_index=True, default=None, max_length=64)),
                (
                    "modality",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="features",
                        to="lnschema_core.modality",
                    ),
                ),
                ("unit", models.CharField(db_index=True, default=None, max_length=30, null=True)),
                ("description", models.TextField(db_index=True, default=None, null=True)),
                ("registries", models.CharField(db_index=True, default=None, max_length=128, null=True)),
                ("synonyms", models.TextField(default=None, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_features",
                        to="lnschema_core.user",
                    ),
                ),
                ("feature_sets", models.ManyToManyField(related_name="features", to="lnschema_core.featureset")),
            ],
            bases=(models.Model, lnschema_core.models.CanValidate),
        ),
        migrations.CreateModel(
            name="File",
            fields=[
                ("id", models.CharField(max_length=20, primary_key=True, serialize=False)),
                (
                    "storage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="lnschema_core.storage"
                    ),
                ),
                ("key", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("suffix", models.CharField(db_index=True, default=None, max_length=30)),
                ("accessor", models.CharField(db_index=True, default=None, max_length=64, null=True)),
                ("description", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("version", models.CharField(db_index=True, default=None, max_length=10, null=True)),
                ("size", models.BigIntegerField(db_index=True, null=True)),
                ("hash", models.CharField(db_index=True, default=None, max_length=86, null=True)),
                ("hash_type", models.CharField(db_index=True, default=None, max_length=30, null=True)),
                (
                    "transform",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="lnschema_core.transform",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="output_files",
                        to="lnschema_core.run",
                    ),
                ),
                (
                    "initial_version",
                    models.ForeignKey(
                        default=None, null=True, on_delete=django.db.models.deletion.PROTECT, to="lnschema_core.file"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_files",
                        to="lnschema_core.user",
                    ),
                ),
                ("input_of", models.ManyToManyField(related_name="input_files", to="lnschema_core.run")),
            ],
            options={
                "unique_together": {("storage", "key")},
            },
            bases=(models.Model, lnschema_core.models.Data),
        ),
        migrations.CreateModel(
            name="Dataset",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_20, max_length=20, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_index=True, default=None, max_length=255)),
                ("description", models.TextField(default=None, null=True)),
                ("version", models.CharField(db_index=True, default=None, max_length=10, null=True)),
                ("hash", models.CharField(db_index=True, default=None, max_length=86, null=True)),
                ("reference", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ("reference_type", models.CharField(db_index=True, default=None, max_length=255, null=True)),
                (
                    "transform",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="datasets",
                        to="lnschema_core.transform",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="output_datasets",
                        to="lnschema_core.run",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="datasets",
                        to="lnschema_core.file",
                        unique=True,
                    ),
                ),
                (
                    "initial_version",
                    models.ForeignKey(
                        default=None, null=True, on_delete=django.db.models.deletion.PROTECT, to="lnschema_core.dataset"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_datasets",
                        to="lnschema_core.user",
                    ),
                ),
                ("input_of", models.ManyToManyField(related_name="input_datasets", to="lnschema_core.run")),
                ("files", models.ManyToManyField(related_name="datasets", to="lnschema_core.file")),
            ],
            bases=(models.Model, lnschema_core.models.Data),
        ),
        migrations.CreateModel(
            name="FileFeatureSet",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.file")),
                (
                    "feature_set",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.featureset"),
                ),
                ("slot", models.CharField(default=None, max_length=40, null=True)),
            ],
            options={
                "unique_together": {("file", "feature_set")},
            },
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
        migrations.CreateModel(
            name="DatasetFeatureSet",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("dataset", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.dataset")),
                (
                    "feature_set",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.featureset"),
                ),
                ("slot", models.CharField(default=None, max_length=50, null=True)),
            ],
            options={
                "unique_together": {("dataset", "feature_set")},
            },
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
        migrations.CreateModel(
            name="FileULabel",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.file")),
                ("ulabel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.ulabel")),
                (
                    "feature",
                    models.ForeignKey(
                        default=None, null=True, on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.feature"
                    ),
                ),
            ],
            options={
                "unique_together": {("file", "ulabel")},
            },
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
        migrations.CreateModel(
            name="DatasetULabel",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("dataset", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.dataset")),
                ("ulabel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.ulabel")),
                (
                    "feature",
                    models.ForeignKey(
                        default=None, null=True, on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.feature"
                    ),
                ),
            ],
            options={
                "unique_together": {("dataset", "ulabel")},
            },
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="file",
                    name="feature_sets",
                    field=models.ManyToManyField(
                        related_name="files", through="lnschema_core.FileFeatureSet", to="lnschema_core.featureset"
                    ),
                ),
                migrations.AddField(
                    model_name="file",
                    name="ulabels",
                    field=models.ManyToManyField(
                        related_name="files", through="lnschema_core.FileULabel", to="lnschema_core.ulabel"
                    ),
                ),
                migrations.AddField(
                    model_name="dataset",
                    name="feature_sets",
                    field=models.ManyToManyField(
                        related_name="datasets",
                        through="lnschema_core.DatasetFeatureSet",
                        to="lnschema_core.featureset",
                    ),
                ),
                migrations.AddField(
                    model_name="dataset",
                    name="ulabels",
                    field=models.ManyToManyField(
                        related_name="datasets", through="lnschema_core.DatasetULabel", to="lnschema_core.ulabel"
                    ),
                ),
            ],
        ),
    ]
