import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("coordination", "0002_levels"),
        ("casework", "0013_rulings"),
        ("foundation", "0005_rulings"),
        ("organization", "0004_roster"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JointSurvey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=120, verbose_name="subject")),
                ("place", models.CharField(max_length=200, verbose_name="place")),
                ("lon", models.FloatField(verbose_name="longitude")),
                ("lat", models.FloatField(verbose_name="latitude")),
                ("meets_at", models.DateTimeField(verbose_name="when")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Planned"), ("concluded", "Concluded"), ("called_off", "Called off")],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("planned_at", models.DateTimeField(verbose_name="planned")),
                ("conclusion", models.CharField(blank=True, max_length=1000, verbose_name="conclusion")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("cases", models.ManyToManyField(related_name="joint_surveys", to="casework.case", verbose_name="cases")),
                (
                    "host",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "joint survey",
                "verbose_name_plural": "joint surveys",
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=120, verbose_name="subject")),
                ("place", models.CharField(max_length=200, verbose_name="place")),
                ("meets_at", models.DateTimeField(verbose_name="when")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("called", "Called"),
                            ("closed", "Minutes out for signature"),
                            ("signed", "Signed by everybody"),
                            ("called_off", "Called off"),
                        ],
                        default="called",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("chair", models.CharField(max_length=60, verbose_name="in the chair")),
                ("called_at", models.DateTimeField(verbose_name="called")),
                ("minutes", models.TextField(blank=True, verbose_name="minutes")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="minutes closed")),
                (
                    "host",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "meeting",
                "verbose_name_plural": "meetings",
            },
        ),
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("decision", models.CharField(blank=True, max_length=500, verbose_name="decision")),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agenda_items",
                        to="casework.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="items", to="coordination.meeting"),
                ),
            ],
            options={
                "verbose_name": "point of an agenda",
                "verbose_name_plural": "points of agendas",
                "ordering": ("meeting", "position"),
            },
        ),
        migrations.CreateModel(
            name="MeetingUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attended", models.BooleanField(default=False, verbose_name="was there")),
                ("who", models.CharField(blank=True, max_length=60, verbose_name="who came")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="signed")),
                ("objection", models.CharField(blank=True, max_length=500, verbose_name="objection")),
                (
                    "meeting",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="units", to="coordination.meeting"),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization", verbose_name="unit"
                    ),
                ),
                (
                    "signed_by",
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
                "verbose_name": "unit at a meeting",
                "verbose_name_plural": "units at meetings",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(null=True)),
                ("serial", models.PositiveIntegerField(null=True)),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="number")),
                ("subject", models.CharField(max_length=120, verbose_name="subject")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("signed", "Signed"), ("ended", "Ended"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True, choices=[("component", "Component"), ("event", "Event")], max_length=10, verbose_name="kind"
                    ),
                ),
                ("major_code", models.CharField(blank=True, max_length=2, verbose_name="major code")),
                (
                    "grid_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="unit grids"
                    ),
                ),
                (
                    "component_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="components"
                    ),
                ),
                ("division_code", models.BigIntegerField(null=True, verbose_name="division")),
                ("basis", models.CharField(max_length=300, verbose_name="basis")),
                ("first_day", models.DateField(verbose_name="holds from")),
                ("end", models.DateField(null=True, verbose_name="holds until before")),
                ("objections_until", models.DateField(null=True, verbose_name="objections until")),
                ("drafted_at", models.DateTimeField(verbose_name="drafted")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="signed")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("end_reason", models.CharField(blank=True, max_length=300, verbose_name="why it ended")),
                ("cases", models.ManyToManyField(related_name="rulings", to="casework.case", verbose_name="origin")),
                (
                    "drafted_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                    "meeting",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rulings",
                        to="coordination.meeting",
                        verbose_name="meeting",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                        verbose_name="responsible body",
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
                (
                    "signed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rulings",
                        to="coordination.jointsurvey",
                        verbose_name="joint survey",
                    ),
                ),
            ],
            options={
                "verbose_name": "ruling",
                "verbose_name_plural": "rulings",
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="said")),
                ("text", models.CharField(max_length=500, verbose_name="text")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="answer")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "answered_by",
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization"
                    ),
                ),
                (
                    "ruling",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="coordination.ruling"),
                ),
            ],
            options={
                "verbose_name": "objection",
                "verbose_name_plural": "objections",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="SurveyPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="joint_survey_photo", to="casework.evidence"
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="coordination.jointsurvey"),
                ),
            ],
            options={
                "verbose_name": "photo of a survey",
                "verbose_name_plural": "photos of surveys",
                "ordering": ("survey", "position"),
            },
        ),
        migrations.CreateModel(
            name="SurveyUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attended", models.BooleanField(default=False, verbose_name="was there")),
                ("who", models.CharField(blank=True, max_length=60, verbose_name="who came")),
                ("position", models.CharField(blank=True, max_length=500, verbose_name="position")),
                ("said_at", models.DateTimeField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization", verbose_name="unit"
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="units", to="coordination.jointsurvey"),
                ),
            ],
            options={
                "verbose_name": "unit at a survey",
                "verbose_name_plural": "units at surveys",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="HardCase",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="hard",
                        serialize=False,
                        to="casework.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "whys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("no_candidate", "Nobody is named"),
                                ("several", "Several with the same right"),
                                ("returned", "Returned again and again"),
                                ("ownerless", "Component without an owner"),
                                ("border", "On a border of responsibilities"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                        verbose_name="reasons",
                    ),
                ),
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
                ("rank", models.PositiveSmallIntegerField()),
                ("bodies", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ("found_at", models.DateTimeField(verbose_name="found")),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "meanwhile",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "hard case",
                "verbose_name_plural": "hard cases",
                "indexes": [
                    models.Index(condition=models.Q(("settled_at", None)), fields=["rank", "due_at", "case"], name="hard_case_open"),
                    models.Index(fields=["settled_at"], name="hard_case_settled"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="jointsurvey",
            index=models.Index(fields=["state", "meets_at"], name="joint_survey_by_time"),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["state", "meets_at"], name="meeting_by_time"),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(fields=("meeting", "position"), name="agenda_in_order"),
        ),
        migrations.AddConstraint(
            model_name="meetingunit",
            constraint=models.UniqueConstraint(fields=("meeting", "organization"), name="unit_invited_to_meeting_once"),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(fields=["state", "first_day"], name="ruling_by_state"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.UniqueConstraint(fields=("year", "serial"), name="ruling_number_once"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("draft", "withdrawn")), models.Q(("number", ""), _negated=True), _connector="OR"),
                name="ruling_signed_has_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed_by", None), models.Q(("signed_by", models.F("drafted_by")), _negated=True), _connector="OR"),
                name="ruling_signed_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(fields=("ruling", "organization"), name="unit_objects_once"),
        ),
        migrations.AddConstraint(
            model_name="surveyphoto",
            constraint=models.UniqueConstraint(fields=("survey", "position"), name="survey_photo_has_one_position"),
        ),
        migrations.AddConstraint(
            model_name="surveyunit",
            constraint=models.UniqueConstraint(fields=("survey", "organization"), name="unit_invited_to_survey_once"),
        ),
    ]
