import lnschema_core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lnschema_lamin1', '0008_platewell_delete_well'),
    ]

    operations = [
        migrations.AlterField(
            model_name='platewell',
            name='id',
            field=models.CharField(default=lnschema_core.ids.base62_4, max_length=4, primary_key=True, serialize=False),
        ),
    ]
