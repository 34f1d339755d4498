import django.db.models.deletion
import lnschema_core.users
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lnschema_core', '0007_feature_synonyms_featureset_field_and_more'),
        ('lnschema_lamin1', '0002_alter_biosample_options_alter_experiment_options_and_more'),
    ]

    operations = [
        migrations.AlterField(
            model_name='biosample',
            name='created_by',
            field=models.ForeignKey(default=lnschema_core.users.current_user_id, on_delete=django.db.models.deletion.PROTECT, related_name='created_biosamples', to='lnschema_core.user'),
        ),
        migrations.AlterField(
            model_name='experiment',
            name='created_by',
            field=models.ForeignKey(default=lnschema_core.users.current_user_id, on_delete=django.db.models.deletion.PROTECT, related_name='created_experiments', to='lnschema_core.user'),
        ),
        migrations.AlterField(
            model_name='experimenttype',
            name='created_by',
            field=models.ForeignKey(default=lnschema_core.users.current_user_id, on_delete=django.db.models.deletion.PROTECT, related_name='created_experiment_types', to='lnschema_core.user'),
        ),
        migrations.AlterField(
            model_name='techsample',
            name='created_by',
            field=models.ForeignKey(default=lnschema_core.users.current_user_id, on_delete=django.db.models.deletion.PROTECT, related_name='created_techsamples', to='lnschema_core.user'),
        ),
        migrations.AlterField(
            model_name='treatment',
            name='created_by',
            field=models.ForeignKey(default=lnschema_core.users.current_user_id, on_delete=django.db.models.deletion.PROTECT, related_name='created_treatments', to='lnschema_core.user'),
        ),
    ]
