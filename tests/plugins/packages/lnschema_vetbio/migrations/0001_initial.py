import django.db.models.deletion
import lnschema_bionty.ids
import lnschema_core.ids
import lnschema_core.models
import lnschema_core.users
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("lnschema_core", "0019_dataset_reference_dataset_reference_type_and_more"),
        ("lnschema_bionty", "0013_alter_cellmarker_species_alter_gene_species_and_more"),
    ]
    operations = [
        migrations.CreateModel(
            name="Strain",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_8, max_length=8, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_index=True, default=None, max_length=64)),
                ("genes", models.ManyToManyField(related_name="strains", to="lnschema_bionty.gene")),
            ],
            options={"abstract": False},
            bases=(models.Model, lnschema_core.models.HasParents, lnschema_core.models.CanValidate),
        ),
        migrations.CreateModel(
            name="Breed",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_bionty.ids.ontology, max_length=8, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_index=True, default=None, max_length=64)),
                ("ontology_id", models.CharField(db_index=True, default=None, max_length=32, null=True)),
                ("synonyms", models.TextField(default=None, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "bionty_source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breeds",
                        to="lnschema_bionty.biontysource",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_breeds",
                        to="lnschema_core.user",
                    ),
                ),
                ("parents", models.ManyToManyField(related_name="children", to="lnschema_vetbio.breed")),
                (
                    "species",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breeds",
                        to="lnschema_bionty.species",
                    ),
                ),
            ],
            options={"abstract": False},
            bases=(models.Model, lnschema_core.models.HasParents, lnschema_core.models.CanValidate),
        ),
        migrations.CreateModel(
            name="Rank",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_8, max_length=8, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_index=True, default=None, max_length=64)),
                ("ontology_id", models.CharField(db_index=True, default=None, max_length=32, null=True)),
                ("synonyms", models.TextField(default=None, null=True)),
                ("parents", models.ManyToManyField(related_name="children", to="lnschema_vetbio.rank")),
            ],
            options={"abstract": False},
            bases=(models.Model, lnschema_core.models.HasParents, lnschema_core.models.CanValidate),
        ),
        migrations.CreateModel(
            name="FileBreed",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "breed",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_vetbio.breed"),
                ),
                (
                    "feature",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="lnschema_core.feature",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.file"),
                ),
            ],
            options={"abstract": False},
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
        migrations.AddField(
            model_name="breed",
            name="files",
            field=models.ManyToManyField(
                related_name="breeds", through="lnschema_vetbio.FileBreed", to="lnschema_core.file"
            ),
        ),
    ]
