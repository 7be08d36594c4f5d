import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0005_first_password")]

    operations = [
        migrations.CreateModel(
            name="Substitution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField(verbose_name="first day")),
                ("last_day", models.DateField(verbose_name="last day")),
                ("reason", models.CharField(blank=True, max_length=100, verbose_name="reason")),
                ("arranged_at", models.DateTimeField(verbose_name="arranged")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="called off")),
                (
                    "arranged_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitutions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "substitute",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="substitute",
                    ),
                ),
            ],
            options={
                "verbose_name": "substitution",
                "verbose_name_plural": "substitutions",
                "ordering": ("first_day", "id"),
                "indexes": [
                    models.Index(fields=["substitute", "last_day"], name="substitution_of_substitute"),
                    models.Index(fields=["member", "last_day"], name="substitution_of_member"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("member", models.F("substitute")), _negated=True), name="substitute_is_another"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))), name="substitution_ends_after_it_starts"
                    ),
                ],
            },
        ),
    ]
