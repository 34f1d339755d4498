import django.db.models.deletion
import lnschema_core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('lnschema_bionty', '0001_initial'),
        ('lnschema_core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExperimentType',
            fields=[
                ('id', models.CharField(default=lnschema_core.ids.base62_4, max_length=4, primary_key=True, serialize=False)),
                ('name', models.CharField(db_index=True, default=None, max_length=255)),
                ('description', models.TextField(default=None, null=True)),
                ('ontology_id', models.CharField(db_index=True, default=None, max_length=32, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_experiment_types', to='lnschema_core.user')),
            ],
            options={
                'managed': True,
            },
        ),
        migrations.CreateModel(
            name='Experiment',
            fields=[
                ('id', models.CharField(default=lnschema_core.ids.base62_8, max_length=8, primary_key=True, serialize=False)),
                ('name', models.CharField(db_index=True, default=None, max_length=255)),
                ('description', models.TextField(default=None, null=True)),
                ('date', models.DateField(db_index=True, default=None, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_experiments', to='lnschema_core.user')),
                ('experiment_type', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='experiments', to='lnschema_lamin1.experimenttype')),
                ('files', models.ManyToManyField(related_name='experiments', to='lnschema_core.file')),
            ],
            options={
                'managed': True,
            },
        ),
        migrations.CreateModel(
            name='Well',
            fields=[
                ('id', models.CharField(default=lnschema_core.ids.base62_4, max_length=4, primary_key=True, serialize=False)),
                ('row', models.CharField(default=None, max_length=4)),
                ('column', models.IntegerField()),
                ('files', models.ManyToManyField(related_name='wells', to='lnschema_core.file')),
            ],
            options={
                'managed': True,
                'unique_together': {('row', 'column')},
            },
        ),
        migrations.CreateModel(
            name='Treatment',
            fields=[
                ('id', models.CharField(default=lnschema_core.ids.base62_12, max_length=12, primary_key=True, serialize=False)),
                ('name', models.CharField(db_index=True, default=None, max_length=255)),
                ('type', models.CharField(choices=[('genetic', 'genetic'), ('chemical', 'chemical')], db_index=True, max_length=20)),
                ('system', models.CharField(choices=[('CRISPR Cas9', 'CRISPR_Cas9'), ('CRISPRi', 'CRISPRi'), ('siRNA', 'siRNA')], db_index=True, default=None, max_length=20)),
                ('description', models.TextField(default=None, null=True)),
                ('sequence', models.TextField(db_index=True, default=None, null=True)),
                ('on_target_score', models.FloatField(db_index=True, default=None, null=True)),
                ('target_genes', models.ManyToManyField(related_name='treatments', to='lnschema_bionty.gene')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_treatments', to='lnschema_core.user')),
                ('files', models.ManyToManyField(related_name='treatments', to='lnschema_core.file')),
            ],
            options={
                'managed': True,
            },
        ),
        migrations.CreateModel(
            name='Biosample',
            fields=[
                ('id', models.CharField(default=lnschema_core.ids.base62_12, max_length=12, primary_key=True, serialize=False)),
                ('name', models.CharField(db_index=True, default=None, max_length=255, null=True)),
                ('batch_name', models.CharField(db_index=True, default=None, max_length=60, null=True)),
                ('description', models.TextField(default=None, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True)),
                ('cell_lines', models.ManyToManyField(related_name='biosamples', to='lnschema_bionty.cellline')),
                ('cell_types', models.ManyToManyField(related_name='biosamples', to='lnschema_bionty.celltype')),
                ('diseases', models.ManyToManyField(related_name='biosamples', to='lnschema_bionty.disease')),
                ('tissues', models.ManyToManyField(related_name='biosamples', to='lnschema_bionty.tissue')),
                ('species', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='biosamples', to='lnschema_bionty.species')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_biosamples', to='lnschema_core.user')),
                ('files', models.ManyToManyField(related_name='biosamples', to='lnschema_core.file')),
            ],
            options={
                'managed': True,
            },
        ),
        migrations.CreateModel(
            name='Techsample',
            fields=[
                ('id', models.CharField(default=lnschema_core.ids.base62_12, max_length=12, primary_key=True, serialize=False)),
                ('name', models.CharField(db_index=True, default=None, max_length=255)),
                ('batch_name', models.CharField(db_index=True, default=None, max_length=60)),
                ('description', models.TextField(default=None, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_techsamples', to='lnschema_core.user')),
                ('biosamples', models.ManyToManyField(related_name='techsamples', to='lnschema_lamin1.biosample')),
            ],
            options={
                'managed': True,
            },
        ),
    ]
