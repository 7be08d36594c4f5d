from datetime import date

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# What a city begins with: kind, who grants (nobody named: whom the rule book names), how often, how long, and by when it is answered.
USUAL = (
    {"kind": "return", "answer_amount": 30, "answer_unit": "work_minute"},
    {"kind": "extension", "granted_by": ["dispatcher"], "most": 2, "answer_amount": 4, "answer_unit": "work_hour", "evidence_from": 2},
    {"kind": "suspension", "most": 1, "most_days": 365, "answer_amount": 2, "answer_unit": "work_day"},
    {"kind": "appeal", "most": 1, "most_days": 7, "answer_amount": 5, "answer_unit": "work_day"},
    {"kind": "order", "answer_amount": 1, "answer_unit": "work_day"},
    {"kind": "urge", "apart_minutes": 60},
)


def ask_as_usual(apps, schema_editor):
    model = apps.get_model("casework", "RequestRule")
    model.objects.bulk_create(model(valid_from=date(2020, 1, 1), **row) for row in USUAL)


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_suggestions"),
        ("foundation", "0004_component_versions"),
        ("organization", "0004_roster"),
    ]

    operations = [
        migrations.CreateModel(
            name="RequestRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("return", "Return"),
                            ("extension", "Extension"),
                            ("suspension", "Suspension"),
                            ("appeal", "Appeal"),
                            ("order", "Supervision order"),
                            ("urge", "Urging"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "granted_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None, verbose_name="granted by"
                    ),
                ),
                ("most", models.PositiveSmallIntegerField(default=0, verbose_name="how often")),
                ("adds_limits", models.PositiveSmallIntegerField(default=1, verbose_name="original limits added")),
                ("most_days", models.PositiveSmallIntegerField(default=0, verbose_name="days at most")),
                ("answer_amount", models.PositiveSmallIntegerField(default=1, verbose_name="answer within")),
                (
                    "answer_unit",
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
                        default="work_day",
                        max_length=12,
                        verbose_name="unit",
                    ),
                ),
                ("evidence_from", models.PositiveSmallIntegerField(default=0, verbose_name="photo from which time on")),
                ("apart_minutes", models.PositiveIntegerField(default=0, verbose_name="minutes apart")),
            ],
            options={
                "verbose_name": "request rule",
                "verbose_name_plural": "request rules",
            },
        ),
        migrations.CreateModel(
            name="SidePath",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ordinal", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("return", "Return"),
                            ("extension", "Extension"),
                            ("suspension", "Suspension"),
                            ("appeal", "Appeal"),
                            ("order", "Supervision order"),
                        ],
                        max_length=10,
                    ),
                ),
                ("asked_seq", models.PositiveIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("answer_due_at", models.DateTimeField(null=True)),
                ("basis", models.CharField(blank=True, max_length=24)),
                ("degree", models.PositiveSmallIntegerField(default=0)),
                ("until", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("lapsed", "Lapsed"),
                            ("answered", "Answered"),
                            ("lifted", "Lifted"),
                        ],
                        max_length=8,
                    ),
                ),
            ],
            options={
                "verbose_name": "side path",
                "verbose_name_plural": "side paths",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="appealed",
            field=models.BooleanField(db_default=False, default=False, verbose_name="appealed"),
        ),
        migrations.AddField(
            model_name="case",
            name="asked",
            field=models.CharField(
                blank=True,
                choices=[("return", "Return"), ("extension", "Extension"), ("suspension", "Suspension"), ("appeal", "Appeal")],
                db_default="",
                default="",
                max_length=10,
                verbose_name="asked for",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="excused",
            field=models.BooleanField(db_default=False, default=False, verbose_name="excused"),
        ),
        migrations.AddField(
            model_name="case",
            name="extension_count",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="extensions"),
        ),
        migrations.AddField(
            model_name="case",
            name="supervision",
            field=models.CharField(
                blank=True,
                choices=[("ordered", "to be answered"), ("answered", "answered")],
                db_default="",
                default="",
                max_length=8,
                verbose_name="supervision order",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="suspended_until",
            field=models.DateTimeField(null=True, verbose_name="suspended until"),
        ),
        migrations.AddField(
            model_name="case",
            name="suspension_count",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="suspensions"),
        ),
        migrations.AddField(
            model_name="case",
            name="urge_count",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="urged"),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="phase",
            field=models.CharField(
                blank=True,
                choices=[
                    ("report", "Report"),
                    ("verify", "Verify"),
                    ("handle", "After handling"),
                    ("check", "Check"),
                    ("asked", "With a request"),
                ],
                max_length=6,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("asked", ""), _negated=True), fields=["asked"], name="case_asked"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("suspended_until__isnull", False)), fields=["suspended_until"], name="case_suspended"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("supervision", ""), _negated=True), fields=["supervision"], name="case_under_order"),
        ),
        migrations.AddConstraint(
            model_name="requestrule",
            constraint=models.UniqueConstraint(condition=models.Q(("valid_to", None)), fields=("kind",), name="request_rule_once"),
        ),
        migrations.AddField(
            model_name="sidepath",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="side_paths", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="sidepath",
            name="organization",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization"
            ),
        ),
        migrations.AddIndex(
            model_name="sidepath",
            index=models.Index(
                condition=models.Q(("answered_at", None), ("ended_at", None)), fields=["kind", "answer_due_at"], name="side_path_unanswered"
            ),
        ),
        migrations.AddIndex(
            model_name="sidepath",
            index=models.Index(fields=["kind", "asked_at"], name="side_path_by_time"),
        ),
        migrations.AddConstraint(
            model_name="sidepath",
            constraint=models.UniqueConstraint(fields=("case", "ordinal"), name="side_path_in_order"),
        ),
        migrations.RunPython(ask_as_usual, migrations.RunPython.noop),
    ]
