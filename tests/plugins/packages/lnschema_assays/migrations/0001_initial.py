import django.db.models.deletion
import lnschema_core.ids
import lnschema_core.models
import lnschema_core.users
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("lnschema_core", "0019_dataset_reference_dataset_reference_type_and_more")]
    operations = [
        migrations.CreateModel(
            name="Assay",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_8, max_length=8, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(default=None, max_length=128, unique=True)),
                ("synonyms", models.TextField(default=None, null=True)),
                ("description", models.TextField(default=None, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_assays",
                        to="lnschema_core.user",
                    ),
                ),
                ("datasets", models.ManyToManyField(related_name="assays", to="lnschema_core.dataset")),
                ("files", models.ManyToManyField(related_name="assays", to="lnschema_core.file")),
                ("parents", models.ManyToManyField(related_name="children", to="lnschema_assays.assay")),
            ],
            bases=(models.Model, lnschema_core.models.HasParents, lnschema_core.models.CanValidate),
        ),
        migrations.CreateModel(
            name="Screen",
            fields=[
                (
                    "assay_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="lnschema_assays.assay",
                    ),
                ),
                ("library", models.CharField(default=None, max_length=64, null=True)),
            ],
            bases=("lnschema_assays.assay",),
        ),
        migrations.CreateModel(
            name="SequencingAssay",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("lnschema_assays.assay",),
        ),
        migrations.CreateModel(
            name="Guide",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(default=None, max_length=64, unique=True)),
                (
                    "assay",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guides",
                        to="lnschema_assays.assay",
                    ),
                ),
                ("feature_sets", models.ManyToManyField(related_name="guides", to="lnschema_core.featureset")),
                ("files", models.ManyToManyField(related_name="guides", to="lnschema_core.file")),
            ],
            bases=(models.Model, lnschema_core.models.CanValidate),
        ),
    ]
