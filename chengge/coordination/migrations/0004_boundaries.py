"""The platform's rest: rules as dated rows, going up, places made safe, standing problems, visits, sketches. (The file was named before.)"""

from datetime import date

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SINCE = date(2020, 1, 1)
LIMITS = (("key", 2, "urgent_hour"), ("simple", 1, "work_day"), ("ordinary", 2, "work_day"), ("difficult", 5, "work_day"))
STEPS = ((1, 50, 25, 3, 3), (2, 100, 50, 4, 5), (3, 200, 100, 5, 10))


def decide_as_shipped(apps, schema_editor):
    limit, rule, visits = (apps.get_model("coordination", name) for name in ("HardCaseLimit", "EscalationRule", "VisitRule"))
    limit.objects.bulk_create(limit(way=way, amount=amount, unit=unit, valid_from=SINCE) for way, amount, unit in LIMITS)
    rule.objects.bulk_create(
        rule(
            step=step,
            after_percent=after,
            staked_percent=staked,
            stakes=["urgent", "ordered"],
            units_from=units,
            alike_from=alike,
            valid_from=SINCE,
        )
        for step, after, staked, units, alike in STEPS
    )
    visits.objects.create(a_week=3, every_weeks=12, valid_from=SINCE)


class Migration(migrations.Migration):
    dependencies = [
        ("coordination", "0003_platform"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="ruling",
            name="polygon",
            field=models.BinaryField(null=True, verbose_name="drawn area"),
        ),
        migrations.AddField(
            model_name="surveyunit",
            name="lat",
            field=models.FloatField(null=True, verbose_name="latitude"),
        ),
        migrations.AddField(
            model_name="surveyunit",
            name="lon",
            field=models.FloatField(null=True, verbose_name="longitude"),
        ),
        migrations.CreateModel(
            name="DepartmentVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField(verbose_name="week")),
                ("day", models.DateField(null=True, verbose_name="day")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Planned"), ("made", "Made"), ("called_off", "Called off")],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "whys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("returns", "cases handed back"),
                                ("hard_cases", "hard cases"),
                                ("late", "cases that are late"),
                                ("its_turn", "its turn"),
                            ],
                            max_length=10,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("returns", models.PositiveIntegerField(default=0)),
                ("hard", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0)),
                ("met", models.CharField(blank=True, max_length=200, verbose_name="whom we met")),
                ("raised", models.CharField(blank=True, max_length=2000, verbose_name="what was raised")),
                ("written_at", models.DateTimeField(null=True, verbose_name="written down")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="platform_visits",
                        to="organization.organization",
                        verbose_name="department",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "visit to a department",
                "verbose_name_plural": "visits to departments",
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("found_at", models.DateTimeField(verbose_name="found")),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "District"), (2, "City platform"), (3, "Deputy secretary-general")], verbose_name="step"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("stakes", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), default=list, size=None)),
                ("used_percent", models.PositiveIntegerField(null=True)),
                ("told", models.PositiveSmallIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "hard",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="escalations", to="coordination.hardcase"),
                ),
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
            ],
            options={
                "verbose_name": "step up",
                "verbose_name_plural": "steps up",
                "ordering": ("at", "step"),
            },
        ),
        migrations.CreateModel(
            name="EscalationRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "District"), (2, "City platform"), (3, "Deputy secretary-general")], verbose_name="step"
                    ),
                ),
                ("after_percent", models.PositiveSmallIntegerField(verbose_name="after so much of the limit (%)")),
                ("staked_percent", models.PositiveSmallIntegerField(verbose_name="where much is at stake (%)")),
                (
                    "stakes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(choices=[("urgent", "urgent"), ("ordered", "under an order")], max_length=10),
                        default=list,
                        size=None,
                        verbose_name="counts as much at stake",
                    ),
                ),
                ("units_from", models.PositiveSmallIntegerField(default=0, verbose_name="bodies in doubt, from")),
                ("alike_from", models.PositiveSmallIntegerField(default=0, verbose_name="like cases, from")),
            ],
            options={
                "verbose_name": "rule of going up",
                "verbose_name_plural": "rules of going up",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("valid_to", None)), fields=("step",), name="escalation_rule_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HardCaseLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("key", "Key: settled at once"),
                            ("simple", "Simple: settled on the spot"),
                            ("ordinary", "Ordinary: settled on paper"),
                            ("difficult", "Difficult: settled together"),
                        ],
                        max_length=9,
                        verbose_name="way",
                    ),
                ),
                ("amount", models.PositiveSmallIntegerField(verbose_name="limit")),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("minute", "minutes"),
                            ("urgent_hour", "urgent working hours"),
                            ("urgent_day", "urgent working days"),
                            ("work_minute", "working minutes"),
                            ("work_hour", "working hours"),
                            ("work_day", "working days"),
                            ("natural_day", "calendar days"),
                        ],
                        max_length=12,
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "limit of hard cases",
                "verbose_name_plural": "limits of hard cases",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("valid_to", None)), fields=("way",), name="hard_case_limit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="MadeSafe",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("did", models.CharField(max_length=500, verbose_name="what was done")),
                (
                    "hard",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="made_safe", to="coordination.hardcase"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization"
                    ),
                ),
            ],
            options={
                "verbose_name": "made safe",
                "verbose_name_plural": "made safe",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="MadeSafePhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="made_safe_photo", to="casework.evidence"
                    ),
                ),
                (
                    "made_safe",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="coordination.madesafe"),
                ),
            ],
            options={
                "verbose_name": "photo of a place made safe",
                "verbose_name_plural": "photos of places made safe",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="StandingProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=120, verbose_name="subject")),
                ("why", models.CharField(max_length=1000, verbose_name="why it stands")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("lon", models.FloatField(null=True, verbose_name="longitude")),
                ("lat", models.FloatField(null=True, verbose_name="latitude")),
                ("grid_code", models.BigIntegerField(null=True, verbose_name="unit grid")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("listed", "Listed, no plan yet"),
                            ("under_way", "Under way"),
                            ("solved", "Solved"),
                            ("dropped", "Taken off the list"),
                        ],
                        default="listed",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("review_on", models.DateField(verbose_name="looked at again on")),
                ("listed_at", models.DateTimeField(verbose_name="listed")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("ended_why", models.CharField(blank=True, max_length=500, verbose_name="how it ended")),
                ("cases", models.ManyToManyField(related_name="standing_problems", to="casework.case", verbose_name="cases")),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "listed_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                        verbose_name="who answers for it",
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
                "verbose_name": "standing problem",
                "verbose_name_plural": "standing problems",
            },
        ),
        migrations.CreateModel(
            name="ProgressNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("progress", "Progress"), ("review", "Review")], max_length=8)),
                ("at", models.DateTimeField(verbose_name="when")),
                ("text", models.CharField(max_length=1000, verbose_name="text")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="coordination.standingproblem"),
                ),
            ],
            options={
                "verbose_name": "note of progress",
                "verbose_name_plural": "notes of progress",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="PlanStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField(verbose_name="by")),
                ("text", models.CharField(max_length=300, verbose_name="what is done")),
                ("done_on", models.DateField(null=True, verbose_name="done")),
                (
                    "done_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="coordination.standingproblem"),
                ),
            ],
            options={
                "verbose_name": "step of a plan",
                "verbose_name_plural": "steps of plans",
                "ordering": ("problem", "position"),
            },
        ),
        migrations.CreateModel(
            name="SurveySketch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shape", models.BinaryField(verbose_name="shape")),
                ("label", models.CharField(max_length=60, verbose_name="label")),
                ("drawn_at", models.DateTimeField(verbose_name="drawn")),
                (
                    "drawn_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sketches", to="coordination.jointsurvey"),
                ),
            ],
            options={
                "verbose_name": "sketch of a survey",
                "verbose_name_plural": "sketches of surveys",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="VisitPromise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "whose",
                    models.CharField(
                        choices=[("department", "the department"), ("platform", "the platform")], max_length=10, verbose_name="who promised"
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="what was promised")),
                ("due_on", models.DateField(verbose_name="by")),
                ("kept_on", models.DateField(null=True, verbose_name="kept")),
                ("kept_how", models.CharField(blank=True, max_length=300, verbose_name="how")),
                (
                    "kept_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="coordination.departmentvisit"
                    ),
                ),
            ],
            options={
                "verbose_name": "promise",
                "verbose_name_plural": "promises",
                "ordering": ("due_on", "pk"),
            },
        ),
        migrations.CreateModel(
            name="VisitRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                ("a_week", models.PositiveSmallIntegerField(verbose_name="visits a week")),
                ("every_weeks", models.PositiveSmallIntegerField(verbose_name="each at least every (weeks)")),
            ],
            options={
                "verbose_name": "rule of visits",
                "verbose_name_plural": "rules of visits",
                "constraints": [models.UniqueConstraint(fields=("valid_from",), name="visit_rule_once")],
            },
        ),
        migrations.AddIndex(
            model_name="departmentvisit",
            index=models.Index(fields=["organization", "-day"], name="visit_by_department"),
        ),
        migrations.AddConstraint(
            model_name="departmentvisit",
            constraint=models.UniqueConstraint(fields=("week", "organization"), name="visited_once_a_week"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(fields=("hard", "found_at", "step"), name="step_up_once"),
        ),
        migrations.AddIndex(
            model_name="standingproblem",
            index=models.Index(fields=["state", "review_on"], name="standing_problem_by_review"),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.UniqueConstraint(fields=("problem", "position"), name="plan_in_order"),
        ),
        migrations.AddIndex(
            model_name="visitpromise",
            index=models.Index(condition=models.Q(("kept_on", None)), fields=["due_on"], name="promise_open"),
        ),
        migrations.RunPython(decide_as_shipped, migrations.RunPython.noop),
    ]
