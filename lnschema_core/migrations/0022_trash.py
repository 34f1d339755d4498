"""What is deleted can be restored, and a replacement that was interrupted is undone."""

from django.db import migrations, models

import lnschema_core.ids


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0021_execution")]

    operations = [
        migrations.CreateModel(
            name="Deletion",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_20, max_length=20, primary_key=True, serialize=False
                    ),
                ),
                ("registry", models.CharField(max_length=64)),
                ("record_id", models.CharField(db_index=True, max_length=20)),
                ("name", models.CharField(default=None, max_length=255, null=True)),
                ("root", models.CharField(default=None, max_length=255, null=True)),
                ("key", models.CharField(default=None, max_length=255, null=True)),
                ("suffix", models.CharField(default="", max_length=30)),
                ("size", models.BigIntegerField(default=None, null=True)),
                ("has_content", models.BooleanField(default=False)),
                ("is_moved", models.BooleanField(default=False)),
                ("rows", models.JSONField()),
                ("deleted_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("deleted_by", models.CharField(default=None, max_length=255, null=True)),
            ],
            options={"indexes": [models.Index(fields=["root", "key"], name="deletion_place")]},
        ),
        migrations.CreateModel(
            name="Replacement",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_20, max_length=20, primary_key=True, serialize=False
                    ),
                ),
                ("file_id", models.CharField(max_length=20)),
                ("root", models.CharField(max_length=255)),
                ("key", models.CharField(max_length=255)),
                ("spare", models.CharField(max_length=255)),
                ("begun_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
