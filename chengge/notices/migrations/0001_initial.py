import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0004_roster"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=160, unique=True)),
                ("topic", models.CharField(max_length=24, verbose_name="topic")),
                (
                    "kind",
                    models.CharField(
                        choices=[("member", "Member"), ("sms", "Telephone"), ("email", "E-mail")], max_length=6, verbose_name="kind"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                ("contact", models.BinaryField(default=b"", verbose_name="contact (encrypted)")),
                ("subject", models.CharField(max_length=120, verbose_name="subject")),
                ("text", models.TextField(verbose_name="text")),
                ("link", models.CharField(blank=True, max_length=300, verbose_name="link")),
                ("about", models.CharField(blank=True, max_length=60, verbose_name="about")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits"),
                            ("sending", "is being handed over"),
                            ("sent", "sent"),
                            ("failed", "failed, will be tried again"),
                            ("given_up", "given up"),
                            ("unsure", "not known whether it went out"),
                            ("read", "read before it was sent"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("created_at", models.DateTimeField(verbose_name="written")),
                ("next_try_at", models.DateTimeField(null=True, verbose_name="next try")),
                ("lease_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("read_at", models.DateTimeField(null=True, verbose_name="read")),
                ("last_error", models.CharField(blank=True, max_length=300, verbose_name="last fault")),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "failed"))), fields=["next_try_at", "id"], name="notice_to_send"
                    ),
                    models.Index(condition=models.Q(("state", "sending")), fields=["lease_until"], name="notice_in_hand"),
                    models.Index(condition=models.Q(("member__isnull", False)), fields=["member", "id"], name="notice_of_member"),
                    models.Index(condition=models.Q(("member__isnull", False), ("read_at", None)), fields=["member"], name="notice_unread"),
                    models.Index(
                        condition=models.Q(("state__in", ("sent", "read")), _negated=True), fields=["state", "id"], name="notice_stuck"
                    ),
                    models.Index(fields=["topic", "id"], name="notice_by_topic"),
                    models.Index(fields=["created_at"], name="notice_by_day"),
                    models.Index(condition=models.Q(("about", ""), _negated=True), fields=["about"], name="notice_about"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "member"), ("member__isnull", False)),
                            models.Q(("kind__in", ("sms", "email")), ("member", None)),
                            _connector="OR",
                        ),
                        name="notice_to_member_or_outside",
                    )
                ],
            },
        ),
    ]
