import django.core.validators
import django.db.models.deletion
import django.db.models.functions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0012_levels"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            model_name="case",
            name="undo_until",
            field=models.DateTimeField(null=True, verbose_name="may be undone until"),
        ),
        migrations.CreateModel(
            name="ByItselfRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "least_percent",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[django.core.validators.MinValueValidator(60), django.core.validators.MaxValueValidator(100)],
                        verbose_name="least certainty",
                    ),
                ),
                ("undo_minutes", models.PositiveSmallIntegerField(default=15, verbose_name="minutes to undo")),
                (
                    "bar_percent",
                    models.PositiveSmallIntegerField(
                        default=90, validators=[django.core.validators.MaxValueValidator(100)], verbose_name="accuracy at least"
                    ),
                ),
                (
                    "minimum_sample",
                    models.PositiveSmallIntegerField(
                        default=20, validators=[django.core.validators.MinValueValidator(1)], verbose_name="judged from"
                    ),
                ),
                (
                    "window_days",
                    models.PositiveSmallIntegerField(
                        default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name="days looked back"
                    ),
                ),
                (
                    "problem_class",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.problemclass",
                        verbose_name="class",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule of dispatch by itself",
                "verbose_name_plural": "rules of dispatch by itself",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.Coalesce("problem_class", 0),
                        condition=models.Q(("valid_to", None)),
                        name="by_itself_rule_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ByItselfSwitch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on", models.BooleanField(verbose_name="on")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("judged_count", models.PositiveIntegerField(default=0, verbose_name="judged")),
                ("right_count", models.PositiveIntegerField(default=0, verbose_name="right")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "problem_class",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.problemclass",
                        verbose_name="class",
                    ),
                ),
            ],
            options={
                "verbose_name": "switch of dispatch by itself",
                "verbose_name_plural": "switches of dispatch by itself",
                "indexes": [models.Index(fields=["problem_class", "-id"], name="by_itself_switch_latest")],
            },
        ),
        migrations.CreateModel(
            name="SelfDispatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("ordinal", models.PositiveSmallIntegerField()),
                ("ground", models.CharField(max_length=12, verbose_name="ground")),
                ("certainty", models.FloatField(verbose_name="certainty")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "body",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="self_dispatches", to="casework.case"
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization"
                    ),
                ),
                (
                    "problem_class",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.problemclass"
                    ),
                ),
            ],
            options={
                "verbose_name": "dispatch by itself",
                "verbose_name_plural": "dispatches by itself",
                "indexes": [
                    models.Index(fields=["problem_class", "at"], name="self_dispatch_by_class"),
                    models.Index(fields=["at"], name="self_dispatch_by_time"),
                ],
                "constraints": [models.UniqueConstraint(fields=("case", "seq"), name="self_dispatch_once")],
            },
        ),
    ]
