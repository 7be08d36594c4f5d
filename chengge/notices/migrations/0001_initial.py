from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0004_roster"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = []
