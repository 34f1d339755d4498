"""Which runs made content again that there was already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0023_files_of_labels")]

    operations = [
        migrations.AddField(
            model_name="file",
            name="reproduced_by",
            field=models.ManyToManyField(related_name="reproduced_files", to="lnschema_core.run"),
        ),
        migrations.AddField(
            model_name="dataset",
            name="reproduced_by",
            field=models.ManyToManyField(related_name="reproduced_datasets", to="lnschema_core.run"),
        ),
    ]
