from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_suggestions"),
        ("foundation", "0004_component_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = []
