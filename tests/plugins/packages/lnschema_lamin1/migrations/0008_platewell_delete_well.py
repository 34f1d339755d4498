import lnschema_core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lnschema_lamin1', '0007_rename_batch_name_biosample_batch_and_more'),
    ]

    operations = [
        migrations.DeleteModel(
            name='Well',
        ),
        migrations.CreateModel(
            name='PlateWell',
            fields=[
                ('id', models.CharField(default=lnschema_core.ids.base62_8, max_length=8, primary_key=True, serialize=False)),
                ('name', models.CharField(default=None, max_length=32, null=True, unique=True)),
                ('row', models.CharField(default=None, max_length=4)),
                ('column', models.IntegerField()),
                ('files', models.ManyToManyField(related_name='wells', to='lnschema_core.file')),
            ],
            options={
                'unique_together': {('row', 'column')},
            },
        ),
    ]
