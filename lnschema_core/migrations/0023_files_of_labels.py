"""Which files have a label or a feature set, and which of them runs captured, is answered by indexes alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0022_trash")]

    operations = [
        migrations.AddIndex(
            model_name="filefeatureset",
            index=models.Index(fields=["feature_set", "file"], name="files_of_feature_set"),
        ),
        migrations.AddIndex(
            model_name="fileulabel",
            index=models.Index(fields=["ulabel", "file", "feature"], name="files_of_ulabel"),
        ),
        migrations.AddIndex(
            model_name="file",
            index=models.Index(
                condition=models.Q(("key__startswith", ".lamindb/runs/")), fields=["id"], name="captured_files"
            ),
        ),
    ]
