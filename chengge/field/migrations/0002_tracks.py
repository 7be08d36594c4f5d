import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A table for each month is made when it is needed (`field/track_table.py`); columns stand from wide to narrow, so none is padded.
TRACK_TABLE = """
CREATE TABLE field_trackpoint (
  at timestamptz NOT NULL,
  grid_code bigint NOT NULL,
  member_id integer NOT NULL,
  lon_e7 integer NOT NULL,
  lat_e7 integer NOT NULL,
  accuracy_m smallint NOT NULL,
  verdict smallint NOT NULL,
  PRIMARY KEY (member_id, at)
) PARTITION BY RANGE (at)
"""
# Every batch rewrites these rows; room on the page lets PostgreSQL do it without touching an index.
ROOM_TO_REWRITE = "ALTER TABLE field_whereabouts SET (fillfactor = 50)"

# What a city begins with; each is a row that it may change on screen. kind: threshold, minutes, fixes, fixes back, minutes to escalate
USUAL_RULES = {
    "out_of_bounds": (30, 2, 4, 3, 15),
    "still": (50, 30, 1, 1, 15),
    "silent": (0, 15, 1, 1, 15),
    "late": (0, 10, 1, 1, 10),
    "unvisited": (80, 0, 1, 1, 600),
    "task_due": (0, 10, 1, 1, 60),
    "task_overdue": (0, 0, 1, 1, 15),
}


def write_usual_rules(apps, _schema_editor):
    rule = apps.get_model("field", "AlarmRule")
    columns = ("threshold", "minutes", "fixes", "fixes_back", "escalate_minutes")
    rule.objects.bulk_create(
        [rule(kind=kind, valid_from="2020-01-01", **dict(zip(columns, numbers, strict=True))) for kind, numbers in USUAL_RULES.items()]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_suggestions"),
        ("field", "0001_survey"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TRACK_TABLE, "DROP TABLE field_trackpoint")],
            state_operations=[
                migrations.CreateModel(
                    name="TrackPoint",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey("member_id", "at", blank=True, editable=False, primary_key=True, serialize=False),
                        ),
                        ("at", models.DateTimeField()),
                        ("grid_code", models.BigIntegerField()),
                        ("member_id", models.IntegerField()),
                        ("lon_e7", models.IntegerField()),
                        ("lat_e7", models.IntegerField()),
                        ("accuracy_m", models.SmallIntegerField()),
                        ("verdict", models.SmallIntegerField(choices=[(0, "unsure"), (1, "inside"), (2, "outside"), (3, "jump")])),
                    ],
                ),
            ],
        ),
        migrations.CreateModel(
            name="Whereabouts",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="whereabouts",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="inspector",
                    ),
                ),
                ("at", models.DateTimeField(null=True, verbose_name="last seen")),
                ("lon", models.FloatField(null=True, verbose_name="longitude")),
                ("lat", models.FloatField(null=True, verbose_name="latitude")),
                ("accuracy_m", models.SmallIntegerField(null=True, verbose_name="accuracy (m)")),
                ("grid_code", models.BigIntegerField(null=True, verbose_name="unit grid")),
                ("verdict", models.SmallIntegerField(choices=[(0, "unsure"), (1, "inside"), (2, "outside"), (3, "jump")], default=0)),
                ("memory", models.BinaryField(default=b"")),
            ],
            options={
                "verbose_name": "whereabouts",
                "verbose_name_plural": "whereabouts",
            },
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("out_of_bounds", "Out of bounds"),
                            ("still", "No movement"),
                            ("silent", "No signal"),
                            ("late", "Late to duty"),
                            ("unvisited", "Grids not visited"),
                            ("task_due", "Walk due soon"),
                            ("task_overdue", "Walk overdue"),
                        ],
                        max_length=14,
                        verbose_name="alarm",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Inspector told"),
                            ("escalated", "Shift leader told"),
                            ("explained", "Explained"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("raised_at", models.DateTimeField(verbose_name="raised")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="over")),
                ("lon", models.FloatField(null=True, verbose_name="longitude")),
                ("lat", models.FloatField(null=True, verbose_name="latitude")),
                ("grid_code", models.BigIntegerField(null=True, verbose_name="unit grid")),
                ("detail", models.JSONField(default=dict)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("explained_at", models.DateTimeField(null=True, verbose_name="explained")),
                ("explanation", models.CharField(blank=True, max_length=300, verbose_name="explanation")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                ("excused", models.BooleanField(null=True, verbose_name="explanation accepted")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "closed_by",
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
                        related_name="alarms",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="inspector",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.task"
                    ),
                ),
            ],
            options={
                "verbose_name": "alarm",
                "verbose_name_plural": "alarms",
            },
        ),
        migrations.CreateModel(
            name="AlarmRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("out_of_bounds", "Out of bounds"),
                            ("still", "No movement"),
                            ("silent", "No signal"),
                            ("late", "Late to duty"),
                            ("unvisited", "Grids not visited"),
                            ("task_due", "Walk due soon"),
                            ("task_overdue", "Walk overdue"),
                        ],
                        max_length=14,
                        verbose_name="alarm",
                    ),
                ),
                ("threshold", models.PositiveIntegerField(default=0, verbose_name="threshold")),
                ("minutes", models.PositiveSmallIntegerField(default=0, verbose_name="minutes")),
                ("fixes", models.PositiveSmallIntegerField(default=1, verbose_name="fixes in a row")),
                ("fixes_back", models.PositiveSmallIntegerField(default=1, verbose_name="fixes in a row to end it")),
                ("escalate_minutes", models.PositiveSmallIntegerField(default=15, verbose_name="minutes until the shift leader is told")),
            ],
            options={
                "verbose_name": "alarm rule",
                "verbose_name_plural": "alarm rules",
                "ordering": ("kind", "-valid_from"),
                "constraints": [models.UniqueConstraint(condition=models.Q(("valid_to", None)), fields=("kind",), name="alarm_rule_once")],
            },
        ),
        migrations.CreateModel(
            name="PatrolDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("fixes", models.PositiveIntegerField(default=0)),
                ("duty_seconds", models.PositiveIntegerField(default=0)),
                ("street_seconds", models.PositiveIntegerField(default=0)),
                ("outside_seconds", models.PositiveIntegerField(default=0)),
                ("distance_m", models.FloatField(default=0)),
                ("own_grids", models.PositiveSmallIntegerField(default=0)),
                ("covered_grids", models.PositiveSmallIntegerField(default=0)),
                ("visits", models.PositiveIntegerField(default=0)),
                ("reports", models.PositiveIntegerField(default=0)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="patrol_days",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="inspector",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of patrol",
                "verbose_name_plural": "days of patrol",
            },
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(fields=["member", "began_at"], name="alarm_of_member"),
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(condition=models.Q(("state", "closed"), _negated=True), fields=["state", "raised_at"], name="alarm_open"),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("task", None)), fields=("member", "kind"), name="alarm_goes_on_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("task__isnull", False)), fields=("task", "kind"), name="alarm_of_task_once"
            ),
        ),
        migrations.AddIndex(
            model_name="patrolday",
            index=models.Index(fields=["member", "day"], name="patrol_of_member"),
        ),
        migrations.AddConstraint(
            model_name="patrolday",
            constraint=models.UniqueConstraint(fields=("day", "member"), name="patrol_day_once"),
        ),
        migrations.RunSQL(ROOM_TO_REWRITE, migrations.RunSQL.noop),
        migrations.RunPython(write_usual_rules, migrations.RunPython.noop),
    ]
