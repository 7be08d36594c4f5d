from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0008_reminders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = []
