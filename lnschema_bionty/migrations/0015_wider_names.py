"""Cell markers are unique within a species; names of proteins may be as long as they are at UniProt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lnschema_bionty", "0001_squashed_0014"),
    ]

    operations = [
        migrations.AlterField(
            model_name="cellmarker",
            name="name",
            field=models.CharField(db_index=True, default=None, max_length=64),
        ),
        migrations.AlterField(
            model_name="protein",
            name="name",
            field=models.CharField(db_index=True, default=None, max_length=256, null=True),
        ),
        migrations.AlterUniqueTogether(
            name="cellmarker",
            unique_together={("name", "species")},
        ),
    ]
