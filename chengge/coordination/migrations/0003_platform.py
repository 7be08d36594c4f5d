from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("coordination", "0002_levels")]

    operations = []
