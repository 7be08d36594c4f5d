import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0003_api_tokens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("name", models.CharField(max_length=30, verbose_name="name")),
                ("starts", models.TimeField(verbose_name="starts")),
                ("ends", models.TimeField(verbose_name="ends")),
                (
                    "grace_minutes",
                    models.PositiveSmallIntegerField(
                        default=10, help_text="Later than this is late for duty", verbose_name="minutes of grace"
                    ),
                ),
                (
                    "everywhere",
                    models.BooleanField(
                        default=True,
                        help_text="A responsibility grid that nobody walks in this shift is shown as a gap",
                        verbose_name="every grid is walked",
                    ),
                ),
            ],
            options={
                "verbose_name": "shift",
                "verbose_name_plural": "shifts",
                "ordering": ("starts", "code"),
                "constraints": [models.UniqueConstraint(condition=models.Q(("valid_to", None)), fields=("code",), name="shift_code_once")],
            },
        ),
        migrations.CreateModel(
            name="RosterEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("responsibility_grid", models.CharField(max_length=20, verbose_name="responsibility grid")),
                ("planned_at", models.DateTimeField(verbose_name="planned")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roster",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.shift", verbose_name="shift"
                    ),
                ),
            ],
            options={
                "verbose_name": "roster entry",
                "verbose_name_plural": "roster",
                "ordering": ("day", "shift", "responsibility_grid", "member"),
                "indexes": [models.Index(fields=["responsibility_grid", "day"], name="roster_of_grid")],
                "constraints": [models.UniqueConstraint(fields=("day", "member", "shift", "responsibility_grid"), name="planned_once")],
            },
        ),
    ]
