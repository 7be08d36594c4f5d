"""The public portal: what is public, words and photos that operators approved, codes for contacts."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chengge.intake.models.portal import channels_not_public


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0001_channels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contact_hash", models.CharField(db_index=True, max_length=64)),
                ("code_hash", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "code for a contact",
                "verbose_name_plural": "codes for contacts",
            },
        ),
        migrations.CreateModel(
            name="PortalReport",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="by_portal",
                        serialize=False,
                        to="casework.report",
                    ),
                ),
                ("words_hash", models.CharField(blank=True, max_length=64)),
                ("lon", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "report by the portal",
                "verbose_name_plural": "reports by the portal",
                "indexes": [
                    models.Index(
                        condition=models.Q(("words_hash", ""), _negated=True), fields=["words_hash", "made_at"], name="portal_same_words"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PortalRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hidden_channels",
                    models.JSONField(blank=True, default=channels_not_public, verbose_name="channels whose cases are not public"),
                ),
                ("hidden_classes", models.JSONField(blank=True, default=list, verbose_name="classes whose cases are not public")),
                (
                    "shown_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)],
                        verbose_name="days for which a case is listed after its report",
                    ),
                ),
                ("asks_code", models.BooleanField(default=False, verbose_name="a telephone number or address is confirmed by a code")),
                (
                    "reopen_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days after closing in which a reporter may ask to go on",
                    ),
                ),
                (
                    "work_bits",
                    models.PositiveSmallIntegerField(
                        default=15,
                        help_text="Each bit doubles it; 0 asks none.",
                        validators=[django.core.validators.MaxValueValidator(22)],
                        verbose_name="bits of work asked of the browser",
                    ),
                ),
                (
                    "reports_per_hour",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="reports in an hour from one network address",
                    ),
                ),
            ],
            options={
                "verbose_name": "rules of the portal",
                "verbose_name_plural": "rules of the portal",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_row_of_portal_rules")],
            },
        ),
        migrations.CreateModel(
            name="PublicPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=[("approved", "Shown"), ("refused", "Not shown")], max_length=8, verbose_name="state")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("width", models.PositiveIntegerField(default=0)),
                ("height", models.PositiveIntegerField(default=0)),
                ("covered", models.JSONField(blank=True, default=list)),
                ("decided_at", models.DateTimeField(verbose_name="decided")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="public_photos", to="casework.case")),
                (
                    "evidence",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="public_photo", to="casework.evidence"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "public photo",
                "verbose_name_plural": "public photos",
            },
        ),
        migrations.CreateModel(
            name="PublicWords",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="public_words",
                        serialize=False,
                        to="casework.case",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=200, verbose_name="public words")),
                ("is_hidden", models.BooleanField(default=False, verbose_name="not public")),
                ("decided_at", models.DateTimeField(verbose_name="decided")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "public words",
                "verbose_name_plural": "public words",
            },
        ),
    ]
