from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0006_more_schemes")]

    operations = []
