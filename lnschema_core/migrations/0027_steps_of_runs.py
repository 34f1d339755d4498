"""The steps of a run are found by an index that has only steps."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0026_later_versions")]

    operations = [
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)), fields=["parent", "run"], name="steps_of_run"
            ),
        ),
    ]
