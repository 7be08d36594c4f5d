import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POSTS = [
    ("inspector", "Inspector"),
    ("operator", "Operator"),
    ("shift_leader", "Shift leader"),
    ("evaluator", "Evaluator"),
    ("dispatcher", "Dispatcher"),
    ("department", "Department clerk"),
    ("coordinator", "Coordinator"),
    ("leader", "Leader"),
    ("administrator", "Administrator"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("coordination", "0001_requests"),
        ("casework", "0012_levels"),
        ("organization", "0006_substitution"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("post", models.CharField(choices=POSTS, max_length=20, verbose_name="post")),
                ("given_at", models.DateTimeField(verbose_name="handed over")),
                ("open_count", models.PositiveIntegerField(verbose_name="open on the desk")),
                ("due_soon_count", models.PositiveIntegerField(verbose_name="due soon")),
                ("overdue_count", models.PositiveIntegerField(verbose_name="overdue")),
                ("notes", models.CharField(blank=True, max_length=2000, verbose_name="notes")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="taken on")),
                (
                    "duty",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organization.duty",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="handed over by",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken on by",
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
                "indexes": [
                    models.Index(fields=["given_at", "id"], name="handover_by_time"),
                    models.Index(condition=models.Q(("taken_at", None)), fields=["post", "given_at"], name="handover_waiting"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("duty__isnull", False)), fields=("duty", "member", "post"), name="handed_over_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taken_by", None), models.Q(("taken_by", models.F("member")), _negated=True), _connector="OR"),
                        name="taken_on_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandoverItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pressing", "Presses"),
                            ("promise", "Promised on the telephone"),
                            ("request", "Request without an answer"),
                            ("order", "Order in force"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(max_length=600, verbose_name="text")),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"),
                ),
                (
                    "handover",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="items", to="coordination.handover"),
                ),
            ],
            options={
                "verbose_name": "thing handed over",
                "verbose_name_plural": "things handed over",
            },
        ),
    ]
