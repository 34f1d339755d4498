"""Which modules beside its script or notebook a run imported."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0024_reproduced")]

    operations = [
        migrations.AddField(
            model_name="execution",
            name="modules",
            field=models.ForeignKey(
                db_constraint=False,
                default=None,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="lnschema_core.file",
            ),
        ),
    ]
