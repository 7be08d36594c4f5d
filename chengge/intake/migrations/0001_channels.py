import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_suggestions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RateCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("who", models.CharField(max_length=32)),
                ("began_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("taken", models.PositiveIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["ends_at"], name="count_by_end")],
                "constraints": [models.UniqueConstraint(fields=("kind", "who"), name="one_count_at_a_time")],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("hotline", "Hotline"),
                            ("app", "App"),
                            ("open311", "Open311"),
                            ("email", "E-mail"),
                            ("sms", "SMS"),
                            ("video", "Video"),
                            ("sensor", "Sensor"),
                            ("upper", "Upper platform"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("jurisdiction", models.CharField(blank=True, max_length=60, verbose_name="jurisdiction")),
                ("may_report", models.BooleanField(default=True, verbose_name="may report")),
                ("rate_per_minute", models.PositiveIntegerField(default=120, verbose_name="requests a minute")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("paused_at", models.DateTimeField(null=True, verbose_name="paused")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="last seen")),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
                "ordering": ("channel", "name"),
            },
        ),
        migrations.CreateModel(
            name="ChannelKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("ending", models.CharField(max_length=4)),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("ends_at", models.DateTimeField(null=True, verbose_name="ends")),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="intake.source")),
            ],
            options={
                "verbose_name": "key of a source",
                "verbose_name_plural": "keys of sources",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.CharField(max_length=200, verbose_name="message number")),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="about")),
                ("sealed", models.BinaryField(default=b"")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "state",
                    models.CharField(
                        choices=[("received", "being taken in"), ("taken", "taken"), ("ignored", "set aside"), ("refused", "refused")],
                        default="received",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "report",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="casework.report",
                        verbose_name="report",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="intake.source"
                    ),
                ),
            ],
            options={
                "verbose_name": "message that came in",
                "verbose_name_plural": "messages that came in",
                "indexes": [
                    models.Index(fields=["received_at", "id"], name="message_by_time"),
                    models.Index(fields=["source", "received_at"], name="message_of_source"),
                    models.Index(
                        condition=models.Q(("state__in", ("received", "refused"))), fields=["received_at"], name="message_to_look_at"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("source", "message_id"), name="message_came_once")],
            },
        ),
    ]
