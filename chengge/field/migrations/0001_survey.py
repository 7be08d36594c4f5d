import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_suggestions"),
        ("foundation", "0004_component_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ComponentSurvey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("new", "New"), ("moved", "Moved"), ("changed", "Changed"), ("gone", "Gone")],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("approved", "Approved"), ("refused", "Refused")],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                ("lon", models.FloatField(verbose_name="longitude")),
                ("lat", models.FloatField(verbose_name="latitude")),
                ("accuracy_m", models.FloatField(null=True, verbose_name="accuracy (m)")),
                ("grid_code", models.BigIntegerField(null=True, verbose_name="unit grid")),
                (
                    "found_state",
                    models.CharField(
                        choices=[
                            ("intact", "intact"),
                            ("damaged", "damaged"),
                            ("lost", "lost"),
                            ("abandoned", "abandoned"),
                            ("occupied", "occupied"),
                        ],
                        default="intact",
                        max_length=10,
                        verbose_name="state found",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="words")),
                ("key", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "component",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="surveys",
                        to="foundation.component",
                        verbose_name="component",
                    ),
                ),
                (
                    "decided_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="surveys",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="inspector",
                    ),
                ),
                (
                    "owning_body",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                        verbose_name="owning body",
                    ),
                ),
                (
                    "problem_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.problemclass", verbose_name="class"
                    ),
                ),
            ],
            options={
                "verbose_name": "component survey",
                "verbose_name_plural": "component surveys",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="SurveyDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("approve", "Approved"), ("refuse", "Refused"), ("undo", "Taken back")],
                        max_length=7,
                        verbose_name="decision",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="field.componentsurvey"),
                ),
                (
                    "version",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="survey_decision",
                        to="foundation.componentversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision on a survey",
                "verbose_name_plural": "decisions on surveys",
                "ordering": ("survey", "id"),
            },
        ),
        migrations.CreateModel(
            name="SurveyPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "evidence",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="survey_photo", to="casework.evidence"),
                ),
                (
                    "survey",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="field.componentsurvey"),
                ),
            ],
            options={
                "verbose_name": "photo of a survey",
                "verbose_name_plural": "photos of surveys",
                "ordering": ("survey", "position"),
            },
        ),
        migrations.AddIndex(
            model_name="componentsurvey",
            index=models.Index(fields=["state", "-id"], name="survey_by_state"),
        ),
        migrations.AddConstraint(
            model_name="componentsurvey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("member", "key"), name="survey_sent_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="componentsurvey",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "new"), ("component__isnull", False), _connector="OR"), name="survey_names_its_component"
            ),
        ),
    ]
