from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coordination", "0006_by_itself")]

    operations = [
        migrations.AddField("secondment", "lent", models.JSONField(null=True, verbose_name="held before")),
        migrations.AddField("secondment", "lent_at", models.DateTimeField(null=True, verbose_name="post given")),
        migrations.AddField("secondment", "given_back_at", models.DateTimeField(null=True, verbose_name="post ended")),
    ]
