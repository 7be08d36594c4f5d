"""People: seconded staff with needs, rules, checks, training, attendance, visits, appraisals and hand-overs."""

from datetime import date
from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SINCE = date(2020, 1, 1)
RULES = (("years", "2"), ("mark", "80"), ("clear", None), ("agreed", None), ("visit", "4"))
FIXED = """
CREATE FUNCTION coordination_appraisal_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.platform_signed_at IS NOT NULL OR OLD.home_signed_at IS NOT NULL) AND (
    TG_OP = 'DELETE' OR (NEW.words, NEW.figures, NEW.first, NEW.after, NEW.secondment_id)
      IS DISTINCT FROM (OLD.words, OLD.figures, OLD.first, OLD.after, OLD.secondment_id)
    OR (OLD.platform_signed_at IS NOT NULL AND NEW.platform_signed_at IS DISTINCT FROM OLD.platform_signed_at)
    OR (OLD.home_signed_at IS NOT NULL AND NEW.home_signed_at IS DISTINCT FROM OLD.home_signed_at)) THEN
    RAISE EXCEPTION 'the words of an appraisal stay once somebody has signed it' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER appraisal_fixed BEFORE UPDATE OR DELETE ON coordination_appraisal
  FOR EACH ROW EXECUTE FUNCTION coordination_appraisal_fixed();
"""
FREE = "DROP TRIGGER appraisal_fixed ON coordination_appraisal; DROP FUNCTION coordination_appraisal_fixed();"


def decide_as_shipped(apps, schema_editor):
    rule = apps.get_model("coordination", "SecondmentRule")
    rule.objects.bulk_create(
        rule(kind=kind, threshold=None if threshold is None else Decimal(threshold), valid_from=SINCE) for kind, threshold in RULES
    )


class Migration(migrations.Migration):
    dependencies = [("coordination", "0004_boundaries"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Secondment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "post",
                    models.CharField(
                        choices=[
                            ("inspector", "Inspector"),
                            ("operator", "Operator"),
                            ("shift_leader", "Shift leader"),
                            ("evaluator", "Evaluator"),
                            ("dispatcher", "Dispatcher"),
                            ("department", "Department clerk"),
                            ("coordinator", "Coordinator"),
                            ("leader", "Leader"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="post",
                    ),
                ),
                ("first_day", models.DateField(verbose_name="from")),
                ("last_day", models.DateField(verbose_name="until")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("checked", "Checked"),
                            ("begun", "Here"),
                            ("ended", "Ended"),
                            ("declined", "Declined"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="checked")),
                ("begun_at", models.DateTimeField(null=True, verbose_name="begun")),
                ("end_day", models.DateField(null=True, verbose_name="last day here")),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("term", "Term over"),
                            ("called_back", "Called back by the home unit"),
                            ("own_wish", "Own wish"),
                            ("unsuited", "Not suited"),
                            ("promoted", "Took another post"),
                        ],
                        max_length=12,
                        verbose_name="why it ended",
                    ),
                ),
                ("end_words", models.CharField(blank=True, max_length=500, verbose_name="in words")),
                ("phone_sealed", models.BinaryField(default=b"", verbose_name="telephone")),
                ("emergency_sealed", models.BinaryField(default=b"", verbose_name="somebody near")),
                (
                    "checked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "home",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                        verbose_name="home unit",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="secondments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "secondment",
                "verbose_name_plural": "secondments",
            },
        ),
        migrations.CreateModel(
            name="HomeVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("planned_day", models.DateField(verbose_name="planned")),
                ("visited_day", models.DateField(null=True, verbose_name="visited")),
                ("notes", models.CharField(blank=True, max_length=1000, verbose_name="notes")),
                ("noted_at", models.DateTimeField(null=True, verbose_name="noted")),
                (
                    "noted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "secondment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="home_visits", to="coordination.secondment"
                    ),
                ),
            ],
            options={
                "verbose_name": "visit to the home unit",
                "verbose_name_plural": "visits to the home unit",
                "ordering": ("planned_day", "pk"),
            },
        ),
        migrations.CreateModel(
            name="SecondmentHandover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("notes", models.CharField(blank=True, max_length=2000, verbose_name="notes")),
                ("given_at", models.DateTimeField(verbose_name="given")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                (
                    "given_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken over by",
                    ),
                ),
                (
                    "secondment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handover", to="coordination.secondment"
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over of a secondment",
                "verbose_name_plural": "hand-overs of secondments",
            },
        ),
        migrations.CreateModel(
            name="SecondmentNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "post",
                    models.CharField(
                        choices=[
                            ("inspector", "Inspector"),
                            ("operator", "Operator"),
                            ("shift_leader", "Shift leader"),
                            ("evaluator", "Evaluator"),
                            ("dispatcher", "Dispatcher"),
                            ("department", "Department clerk"),
                            ("coordinator", "Coordinator"),
                            ("leader", "Leader"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="post",
                    ),
                ),
                ("people", models.PositiveSmallIntegerField(verbose_name="how many")),
                (
                    "from_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("supervision_centre", "Supervision centre"),
                            ("command_centre", "Command centre"),
                            ("department", "Department"),
                            ("territory", "Territory"),
                            ("crew", "Crew"),
                        ],
                        max_length=20,
                        verbose_name="from which kind of unit",
                    ),
                ),
                ("first_day", models.DateField(verbose_name="from")),
                ("last_day", models.DateField(verbose_name="until")),
                ("why", models.CharField(max_length=500, verbose_name="why")),
                ("stated_at", models.DateTimeField(verbose_name="stated")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                (
                    "stated_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "need of seconded staff",
                "verbose_name_plural": "needs of seconded staff",
            },
        ),
        migrations.AddField(
            model_name="secondment",
            name="need",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="secondments",
                to="coordination.secondmentneed",
                verbose_name="need",
            ),
        ),
        migrations.CreateModel(
            name="SecondmentRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("years", "Years of service"),
                            ("mark", "Mark of the handbook test"),
                            ("clear", "No discipline in force"),
                            ("agreed", "Home unit and person agree"),
                            ("visit", "Weeks between visits to the home unit"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "post",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inspector", "Inspector"),
                            ("operator", "Operator"),
                            ("shift_leader", "Shift leader"),
                            ("evaluator", "Evaluator"),
                            ("dispatcher", "Dispatcher"),
                            ("department", "Department clerk"),
                            ("coordinator", "Coordinator"),
                            ("leader", "Leader"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="post",
                    ),
                ),
                ("threshold", models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, verbose_name="at least")),
            ],
            options={
                "verbose_name": "rule of secondments",
                "verbose_name_plural": "rules of secondments",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("valid_to", None)), fields=("kind", "post"), name="secondment_rule_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondmentCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.DecimalField(decimal_places=1, max_digits=6, verbose_name="found")),
                ("passed", models.BooleanField(verbose_name="met")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="remark")),
                ("checked_at", models.DateTimeField(verbose_name="checked")),
                (
                    "checked_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "secondment",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="coordination.secondment"),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="coordination.secondmentrule", verbose_name="rule"
                    ),
                ),
            ],
            options={
                "verbose_name": "check of a qualification",
                "verbose_name_plural": "checks of qualifications",
            },
        ),
        migrations.CreateModel(
            name="SecondmentTraining",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "phase",
                    models.CharField(
                        choices=[("before", "Before"), ("during", "During"), ("after", "After")], max_length=6, verbose_name="phase"
                    ),
                ),
                ("subject", models.CharField(max_length=120, verbose_name="subject")),
                ("day", models.DateField(verbose_name="day")),
                ("hours", models.DecimalField(decimal_places=1, max_digits=4, verbose_name="hours")),
                (
                    "result",
                    models.CharField(
                        choices=[("planned", "Planned"), ("passed", "Passed"), ("failed", "Failed"), ("missed", "Missed")],
                        default="planned",
                        max_length=7,
                        verbose_name="result",
                    ),
                ),
                ("mark", models.PositiveSmallIntegerField(null=True, verbose_name="mark")),
                ("written_at", models.DateTimeField(verbose_name="written")),
                (
                    "secondment",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="trainings", to="coordination.secondment"),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "training",
                "verbose_name_plural": "trainings",
                "ordering": ("day", "pk"),
            },
        ),
        migrations.CreateModel(
            name="SecondmentView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("call", "To call about work"), ("emergency", "In an emergency"), ("put_right", "To put it right")],
                        max_length=9,
                        verbose_name="purpose",
                    ),
                ),
                ("seen_at", models.DateTimeField(verbose_name="seen")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="member"
                    ),
                ),
                (
                    "secondment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="views",
                        to="coordination.secondment",
                        verbose_name="secondment",
                    ),
                ),
            ],
            options={
                "verbose_name": "look at a seconded person's contact",
                "verbose_name_plural": "looks at seconded people's contacts",
            },
        ),
        migrations.CreateModel(
            name="Appraisal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.DateField(verbose_name="from")),
                ("after", models.DateField(verbose_name="until before")),
                ("figures", models.JSONField(default=list, verbose_name="figures")),
                ("words", models.TextField(verbose_name="words")),
                ("drafted_at", models.DateTimeField(verbose_name="drafted")),
                ("platform_signed_at", models.DateTimeField(null=True, verbose_name="signed by the platform")),
                ("home_signed_at", models.DateTimeField(null=True, verbose_name="signed by the home unit")),
                (
                    "drafted_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "home_signed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "platform_signed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "secondment",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="appraisals", to="coordination.secondment"),
                ),
            ],
            options={
                "verbose_name": "appraisal",
                "verbose_name_plural": "appraisals",
                "ordering": ("-first", "-pk"),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("after__gt", models.F("first"))), name="appraisal_has_days"),
                    models.UniqueConstraint(fields=("secondment", "first", "after"), name="appraised_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("platform_signed_by", None),
                            ("home_signed_by", None),
                            models.Q(("platform_signed_by", models.F("home_signed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="appraisal_signed_by_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondmentDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("present", "Present"),
                            ("leave", "On leave"),
                            ("sick", "Ill"),
                            ("travel", "Away on duty"),
                            ("absent", "Absent"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="remark")),
                ("written_at", models.DateTimeField(verbose_name="written")),
                (
                    "secondment",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="days", to="coordination.secondment"),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "day of attendance",
                "verbose_name_plural": "days of attendance",
                "constraints": [models.UniqueConstraint(fields=("secondment", "day"), name="secondment_day_once")],
            },
        ),
        migrations.CreateModel(
            name="SecondmentHandoverItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("work", "Open work"), ("promise", "Promised"), ("problem", "Standing problem")],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="text")),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("address", models.CharField(blank=True, max_length=200)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="coordination.secondmenthandover"
                    ),
                ),
            ],
            options={
                "verbose_name": "item of a hand-over",
                "verbose_name_plural": "items of hand-overs",
                "ordering": ("handover", "position"),
                "constraints": [models.UniqueConstraint(fields=("handover", "position"), name="secondment_item_in_order")],
            },
        ),
        migrations.AddConstraint(
            model_name="secondmentneed",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))), name="secondment_need_has_days"
            ),
        ),
        migrations.AddIndex(
            model_name="secondment",
            index=models.Index(fields=["state", "last_day"], name="secondment_by_state"),
        ),
        migrations.AddConstraint(
            model_name="secondment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("proposed", "checked", "begun"))), fields=("member",), name="seconded_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="secondment",
            constraint=models.CheckConstraint(condition=models.Q(("last_day__gte", models.F("first_day"))), name="secondment_has_days"),
        ),
        migrations.AddConstraint(
            model_name="secondment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ended"), _negated=True),
                    models.Q(("end_day__isnull", False), models.Q(("cause", ""), _negated=True)),
                    _connector="OR",
                ),
                name="secondment_end_has_a_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondmentcheck",
            constraint=models.UniqueConstraint(fields=("secondment", "rule"), name="qualification_checked_once"),
        ),
        migrations.AddIndex(
            model_name="secondmentview",
            index=models.Index(fields=["seen_at", "id"], name="secondment_view_by_time"),
        ),
        migrations.RunPython(decide_as_shipped, migrations.RunPython.noop),
        migrations.RunSQL(FIXED, FREE),
    ]
