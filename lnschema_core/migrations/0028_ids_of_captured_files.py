"""That no run captured a file is told by its id; an index has those captured files of which it isn't."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0027_steps_of_runs")]

    operations = [
        migrations.RemoveIndex(model_name="file", name="captured_files"),
        migrations.AddIndex(
            model_name="file",
            index=models.Index(
                condition=models.Q(
                    ("key__startswith", ".lamindb/runs/"), models.Q(("id__startswith", "0000"), _negated=True)
                ),
                fields=["id"],
                name="captured_files_of_other_ids",
            ),
        ),
    ]
