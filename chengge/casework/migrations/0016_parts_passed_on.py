from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0015_one_index_of_numbers")]

    operations = [
        migrations.AddField(model_name="assignment", name="above", field=models.PositiveSmallIntegerField(null=True)),
    ]
