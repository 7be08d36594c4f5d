from datetime import date

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What a city begins with: a hint before, a word when it is due, and then one level up after the other.
OF_POSTS = ("acceptance", "filing", "dispatch", "check_sending", "closing")
OF_WALKS = ("verify", "check")
USUAL = (
    *((clock, "share_left", 20, "holder", "due_soon") for clock in (*OF_POSTS, *OF_WALKS, "handling", "level")),
    *((clock, "due", 0, "holder", "overdue") for clock in (*OF_POSTS, *OF_WALKS, "handling", "level")),
    *((clock, "after", 30, "above", "escalation") for clock in (*OF_POSTS, *OF_WALKS)),
    *((clock, "after", 240, "leader", "escalation") for clock in (*OF_POSTS, *OF_WALKS)),
    ("level", "after_work", 60, "above", "escalation"),
    ("handling", "after_work", 60, "dispatcher", "escalation"),
    ("handling", "after_work", 480, "leader", "escalation"),
)


def remind_as_usual(apps, schema_editor):
    rows = [dict(zip(("clock", "moment", "amount", "to", "topic"), row, strict=True)) for row in USUAL]
    model = apps.get_model("casework", "ReminderRule")
    model.objects.bulk_create(model(valid_from=date(2020, 1, 1), **row) for row in rows)


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_voice"),
        ("notices", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReminderRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "clock",
                    models.CharField(
                        choices=[
                            ("acceptance", "Acceptance"),
                            ("verify", "Verify"),
                            ("filing", "Filing"),
                            ("dispatch", "Dispatch"),
                            ("handling", "Handling"),
                            ("level", "Lower level"),
                            ("check_sending", "Sending the check"),
                            ("check", "Check"),
                            ("closing", "Closing"),
                        ],
                        max_length=14,
                        verbose_name="clock",
                    ),
                ),
                (
                    "moment",
                    models.CharField(
                        choices=[
                            ("share_left", "share of the limit left (%)"),
                            ("before", "minutes before due"),
                            ("due", "when due"),
                            ("after", "minutes after due"),
                            ("after_work", "working minutes after due"),
                        ],
                        max_length=10,
                        verbose_name="moment",
                    ),
                ),
                ("amount", models.PositiveIntegerField(default=0, verbose_name="amount")),
                (
                    "to",
                    models.CharField(
                        choices=[
                            ("holder", "Who has to act"),
                            ("above", "The level above"),
                            ("shift_leader", "Shift leader"),
                            ("dispatcher", "Dispatcher"),
                            ("leader", "Leader"),
                        ],
                        max_length=12,
                        verbose_name="to",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[("due_soon", "Due soon"), ("overdue", "Overdue"), ("escalation", "Passed upwards")],
                        max_length=10,
                        verbose_name="topic",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=200, verbose_name="text")),
            ],
            options={
                "verbose_name": "reminder rule",
                "verbose_name_plural": "reminder rules",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to", None)), fields=("clock", "moment", "amount", "to"), name="reminder_rule_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("moment", "share_left"), _negated=True), ("amount__range", (1, 99)), _connector="OR"),
                        name="reminder_share_is_percent",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.case"),
                ),
                ("ordinal", models.PositiveSmallIntegerField()),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.reminderrule"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("told", models.PositiveSmallIntegerField()),
                ("went_up", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "indexes": [
                    models.Index(fields=["at"], name="reminder_by_time"),
                    models.Index(condition=models.Q(("went_up", True)), fields=["at"], name="reminder_went_up"),
                ],
                "constraints": [models.UniqueConstraint(fields=("case", "ordinal", "rule", "due_at"), name="reminded_once")],
            },
        ),
        migrations.RunPython(remind_as_usual, migrations.RunPython.noop),
    ]
