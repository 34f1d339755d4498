from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lnschema_core', '0019_dataset_reference_dataset_reference_type_and_more'),
        ('lnschema_lamin1', '0009_alter_platewell_id'),
    ]

    operations = [
        migrations.RenameModel(
            old_name='PlateWell',
            new_name='Well',
        ),
        migrations.AddField(
            model_name='biosample',
            name='datasets',
            field=models.ManyToManyField(related_name='biosamples', to='lnschema_core.dataset'),
        ),
        migrations.AddField(
            model_name='experiment',
            name='datasets',
            field=models.ManyToManyField(related_name='experiments', to='lnschema_core.dataset'),
        ),
        migrations.AddField(
            model_name='treatment',
            name='datasets',
            field=models.ManyToManyField(related_name='treatments', to='lnschema_core.dataset'),
        ),
        migrations.AddField(
            model_name='well',
            name='datasets',
            field=models.ManyToManyField(related_name='wells', to='lnschema_core.dataset'),
        ),
    ]
