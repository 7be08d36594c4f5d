from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0004_roster")]
    operations = [
        migrations.AddField(
            model_name="member",
            name="must_choose_password",
            field=models.BooleanField(
                default=False,
                help_text="Was handed a password, and chooses another before anything else",
                verbose_name="first password",
            ),
        ),
    ]
