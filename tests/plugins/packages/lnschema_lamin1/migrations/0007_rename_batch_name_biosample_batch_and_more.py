from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('lnschema_lamin1', '0006_remove_treatment_target_treatment_targets'),
    ]

    operations = [
        migrations.RenameField(
            model_name='biosample',
            old_name='batch_name',
            new_name='batch',
        ),
        migrations.RenameField(
            model_name='techsample',
            old_name='batch_name',
            new_name='batch',
        ),
    ]
