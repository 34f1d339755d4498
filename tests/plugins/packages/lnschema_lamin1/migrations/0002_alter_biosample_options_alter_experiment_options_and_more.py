from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('lnschema_lamin1', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='biosample',
            options={},
        ),
        migrations.AlterModelOptions(
            name='experiment',
            options={},
        ),
        migrations.AlterModelOptions(
            name='experimenttype',
            options={},
        ),
        migrations.AlterModelOptions(
            name='techsample',
            options={},
        ),
        migrations.AlterModelOptions(
            name='treatment',
            options={},
        ),
        migrations.AlterModelOptions(
            name='well',
            options={},
        ),
    ]
