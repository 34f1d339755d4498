"""A label can be under several features of a file or dataset, and a feature set in several of its slots."""

import django.db.models.deletion
from django.db import migrations, models

import lnschema_core.deleting
import lnschema_core.models


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0001_squashed_0019")]

    operations = [
        migrations.CreateModel(
            name="FileLabelFeature",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.file")),
                ("feature", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.feature")),
                ("registry", models.CharField(max_length=128)),
                ("link_id", models.CharField(max_length=255)),
            ],
            options={
                "unique_together": {("registry", "link_id", "feature")},
            },
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
        migrations.CreateModel(
            name="DatasetLabelFeature",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("dataset", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.dataset")),
                ("feature", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lnschema_core.feature")),
                ("registry", models.CharField(max_length=128)),
                ("link_id", models.CharField(max_length=255)),
            ],
            options={
                "unique_together": {("registry", "link_id", "feature")},
            },
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
        migrations.AlterField(
            model_name="fileulabel",
            name="feature",
            field=models.ForeignKey(
                default=None,
                null=True,
                on_delete=lnschema_core.deleting.pass_on_to_next_feature,
                to="lnschema_core.feature",
            ),
        ),
        migrations.AlterField(
            model_name="datasetulabel",
            name="feature",
            field=models.ForeignKey(
                default=None,
                null=True,
                on_delete=lnschema_core.deleting.pass_on_to_next_feature,
                to="lnschema_core.feature",
            ),
        ),
        migrations.AlterUniqueTogether(name="filefeatureset", unique_together={("file", "feature_set", "slot")}),
        migrations.AlterUniqueTogether(name="datasetfeatureset", unique_together={("dataset", "feature_set", "slot")}),
    ]
