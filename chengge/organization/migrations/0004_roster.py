from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0003_api_tokens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = []
