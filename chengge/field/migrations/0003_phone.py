from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("field", "0002_tracks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = []
