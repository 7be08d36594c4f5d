import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_voice"),
        ("field", "0002_tracks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                (
                    "evidence",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.evidence"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "file from a phone",
                "verbose_name_plural": "files from phones",
                "constraints": [models.UniqueConstraint(fields=("member", "key"), name="phone_file_sent_once")],
            },
        ),
    ]
