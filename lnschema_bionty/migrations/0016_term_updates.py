"""What updates of public sources did to terms is remembered."""

import django.db.models.deletion
from django.db import migrations, models

import lnschema_core.models
import lnschema_core.users


class Migration(migrations.Migration):
    dependencies = [
        ("lnschema_bionty", "0015_wider_names"),
        ("lnschema_core", "0001_squashed_0019"),
    ]

    operations = [
        migrations.CreateModel(
            name="TermUpdate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("registry", models.CharField(max_length=64)),
                ("record_id", models.CharField(db_index=True, max_length=12)),
                ("changes", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=256)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lnschema_core.user",
                    ),
                ),
                (
                    "from_source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lnschema_bionty.biontysource"
                    ),
                ),
                (
                    "to_source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lnschema_bionty.biontysource"
                    ),
                ),
            ],
            bases=(models.Model, lnschema_core.models.LinkORM),
        ),
    ]
