from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0006_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="media",
            field=models.CharField(
                choices=[("photo", "Photo"), ("voice", "Voice note")], db_default="photo", default="photo", max_length=5
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="duration_ms",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
