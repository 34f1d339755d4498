"""How runs went: their end, parameters, source, environment and report."""

import django.db.models.deletion
from django.db import migrations, models

import lnschema_core.models


class Migration(migrations.Migration):
    dependencies = [
        ("lnschema_core", "0020_label_features"),
    ]

    operations = [
        migrations.CreateModel(
            name="Execution",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("status", models.CharField(db_index=True, default="running", max_length=16)),
                ("ended_at", models.DateTimeField(db_index=True, default=None, null=True)),
                ("params", models.JSONField(default=None, null=True)),
                ("arguments", models.JSONField(default=None, null=True)),
                ("host", models.CharField(default=None, max_length=255, null=True)),
                ("process", models.CharField(default=None, max_length=64, null=True)),
                ("python", models.CharField(default=None, max_length=32, null=True)),
                ("git_commit", models.CharField(db_index=True, default=None, max_length=64, null=True)),
                ("git_is_dirty", models.BooleanField(default=None, null=True)),
                ("error", models.TextField(default=None, null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        db_constraint=False,
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="lnschema_core.file",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        db_constraint=False,
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="steps",
                        to="lnschema_core.run",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_constraint=False,
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="lnschema_core.file",
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="execution", to="lnschema_core.run"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="lnschema_core.file",
                    ),
                ),
            ],
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
    ]
