from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_open311"),
        ("notices", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = []
