"""The versions after a first one are found by an index that has no others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0025_modules")]

    operations = [
        migrations.AddIndex(
            model_name=registry,
            index=models.Index(
                condition=models.Q(("initial_version__isnull", False)),
                fields=["initial_version", "created_at"],
                name=f"later_versions_of_{registry}",
            ),
        )
        for registry in ("transform", "file", "dataset")
    ]
