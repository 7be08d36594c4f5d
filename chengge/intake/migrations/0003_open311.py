from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_portal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = []
