import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_open311"),
        ("casework", "0005_one_problem_one_case"),
        ("notices", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inspector", "Inspector"),
                            ("hotline", "Hotline"),
                            ("web", "Web"),
                            ("app", "App"),
                            ("open311", "Open311"),
                            ("email", "E-mail"),
                            ("sms", "SMS"),
                            ("video", "Video"),
                            ("sensor", "Sensor"),
                            ("leader", "Leader"),
                            ("media", "Media"),
                            ("upper", "Upper platform"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "acknowledge_hours",
                    models.PositiveSmallIntegerField(
                        default=24, validators=[django.core.validators.MinValueValidator(1)], verbose_name="hours to tell of acceptance"
                    ),
                ),
                (
                    "feedback_hours",
                    models.PositiveSmallIntegerField(
                        default=24, validators=[django.core.validators.MinValueValidator(1)], verbose_name="hours to tell of the end"
                    ),
                ),
                (
                    "visit_hours",
                    models.PositiveSmallIntegerField(
                        default=72, validators=[django.core.validators.MinValueValidator(1)], verbose_name="hours for the return visit"
                    ),
                ),
                (
                    "visit_after_hours",
                    models.PositiveSmallIntegerField(default=12, verbose_name="hours to wait for an answer by link before a call"),
                ),
                (
                    "visit_percent",
                    models.PositiveSmallIntegerField(
                        default=100,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="share of reporters visited, percent",
                    ),
                ),
                (
                    "decide_hours",
                    models.PositiveSmallIntegerField(
                        default=24, validators=[django.core.validators.MinValueValidator(1)], verbose_name="hours to decide on a complaint"
                    ),
                ),
                (
                    "most_tries",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="calls before a reporter counts as not reached",
                    ),
                ),
                (
                    "by_message",
                    models.BooleanField(default=True, verbose_name="tell by message where there is a mobile number or an e-mail address"),
                ),
                ("accepted_text", models.CharField(blank=True, max_length=300, verbose_name="text: accepted")),
                ("refused_text", models.CharField(blank=True, max_length=300, verbose_name="text: not accepted")),
                ("feedback_text", models.CharField(blank=True, max_length=300, verbose_name="text: ended")),
            ],
            options={
                "verbose_name": "rule of answers",
                "verbose_name_plural": "rules of answers",
                "ordering": ("channel", "-valid_from"),
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("valid_to", None)), fields=("channel",), name="answer_rule_once")
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="casework.report"
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("acceptance", "Acceptance"),
                            ("feedback", "Feedback"),
                            ("visit", "Return visit"),
                            ("complaint", "Complaint"),
                        ],
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="casework.case", verbose_name="case"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("inspector", "Inspector"),
                            ("hotline", "Hotline"),
                            ("web", "Web"),
                            ("app", "App"),
                            ("open311", "Open311"),
                            ("email", "E-mail"),
                            ("sms", "SMS"),
                            ("video", "Video"),
                            ("sensor", "Sensor"),
                            ("leader", "Leader"),
                            ("media", "Media"),
                            ("upper", "Upper platform"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Accepted"),
                            ("rejected", "Not accepted"),
                            ("transferred", "Transferred"),
                            ("voided", "Voided"),
                            ("closed", "Dealt with"),
                            ("reopened", "Reopened"),
                            ("declined", "Not reopened"),
                        ],
                        max_length=11,
                        verbose_name="outcome",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("since", models.DateTimeField(verbose_name="since")),
                ("call_from", models.DateTimeField(verbose_name="to be called from")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "to do"), ("done", "done"), ("missed", "not reached"), ("dropped", "not needed any more")],
                        default="open",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("message", "by message"),
                            ("call", "by call"),
                            ("link", "by link"),
                            ("page", "on the tracking page"),
                            ("desk", "at the desk"),
                        ],
                        max_length=7,
                        verbose_name="how",
                    ),
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
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="calls")),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="notices.notice"
                    ),
                ),
                ("token_hash", models.CharField(blank=True, max_length=64)),
                ("stars", models.PositiveSmallIntegerField(null=True, verbose_name="satisfaction")),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="words")),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["step", "due_at", "id"], name="answer_to_give"),
                    models.Index(
                        condition=models.Q(("notice__isnull", False), ("state", "open")), fields=["notice"], name="answer_by_message"
                    ),
                    models.Index(fields=["step", "since"], name="answer_by_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("report", "step", "round"), name="answer_owed_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("token_hash", ""), _negated=True), fields=("token_hash",), name="answer_by_token"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stars", None), ("stars__range", (1, 5)), _connector="OR"), name="answer_one_to_five_stars"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswersRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_to", models.TextField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_row_of_answers_read")],
                "indexes": [],
            },
        ),
    ]
