from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("field", "0001_survey"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = []
