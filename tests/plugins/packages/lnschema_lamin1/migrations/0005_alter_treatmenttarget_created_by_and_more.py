import django.db.models.deletion
import lnschema_core.users
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lnschema_bionty', '0006_alter_biontysource_options_alter_cellline_options_and_more'),
        ('lnschema_core', '0008_file_hash_type_transform_parents'),
        ('lnschema_lamin1', '0004_remove_treatment_target_genes_treatmenttarget_and_more'),
    ]

    operations = [
        migrations.AlterField(
            model_name='treatmenttarget',
            name='created_by',
            field=models.ForeignKey(default=lnschema_core.users.current_user_id, on_delete=django.db.models.deletion.PROTECT, related_name='created_treatment_targets', to='lnschema_core.user'),
        ),
    ]
