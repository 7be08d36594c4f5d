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
            name="Camera",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("lon", models.FloatField(verbose_name="longitude")),
                ("lat", models.FloatField(verbose_name="latitude")),
                ("grid_code", models.BigIntegerField(null=True, verbose_name="unit grid")),
                ("active", models.BooleanField(default=True, verbose_name="in use")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="last seen")),
            ],
            options={
                "verbose_name": "camera",
                "verbose_name_plural": "cameras",
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("component_code", models.BigIntegerField(null=True, verbose_name="component")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("lon", models.FloatField(verbose_name="longitude")),
                ("lat", models.FloatField(verbose_name="latitude")),
                ("grid_code", models.BigIntegerField(null=True, verbose_name="unit grid")),
                ("quantity", models.CharField(blank=True, max_length=40, verbose_name="measures")),
                ("unit", models.CharField(blank=True, max_length=12, verbose_name="unit")),
                ("low", models.FloatField(null=True, verbose_name="alarm below")),
                ("high", models.FloatField(null=True, verbose_name="alarm above")),
                ("calm_minutes", models.PositiveIntegerField(default=30, verbose_name="quiet after a case (min)")),
                ("urgent", models.BooleanField(default=False, verbose_name="urgent")),
                ("active", models.BooleanField(default=True, verbose_name="in use")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="last seen")),
                ("last_value", models.FloatField(null=True, verbose_name="last value")),
                (
                    "problem_class",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.problemclass",
                        verbose_name="class",
                    ),
                ),
            ],
            options={
                "verbose_name": "sensor",
                "verbose_name_plural": "sensors",
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("last_at", models.DateTimeField(verbose_name="last message")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="messages")),
                ("recovered_at", models.DateTimeField(null=True, verbose_name="recovered")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("report", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.report")),
                (
                    "camera",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alarms", to="intake.camera"
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alarms", to="intake.device"
                    ),
                ),
            ],
            options={
                "verbose_name": "alarm",
                "verbose_name_plural": "alarms",
            },
        ),
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
                ("answers_to", models.CharField(blank=True, max_length=100, verbose_name="answers go to")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("paused_at", models.DateTimeField(null=True, verbose_name="paused")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="last seen")),
                ("trouble", models.CharField(blank=True, max_length=300, verbose_name="trouble")),
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
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("call_id", models.CharField(max_length=80, verbose_name="call")),
                ("line", models.CharField(blank=True, max_length=20, verbose_name="line")),
                ("sealed", models.BinaryField(default=b"", verbose_name="number (encrypted)")),
                ("contact_mark", models.CharField(blank=True, max_length=64)),
                ("masked", models.CharField(blank=True, max_length=20, verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[("ringing", "ringing"), ("answered", "in conversation"), ("ended", "ended"), ("missed", "not answered")],
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("rang_at", models.DateTimeField(verbose_name="rang")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("recording_url", models.CharField(blank=True, max_length=500, verbose_name="recording")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "nothing written down"),
                            ("report", "a report"),
                            ("added", "added to a case"),
                            ("progress", "asked how a case goes"),
                            ("enquiry", "a question, answered"),
                            ("nothing", "wrong number or silence"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="result",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("called_back_at", models.DateTimeField(null=True, verbose_name="called back")),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="operator",
                    ),
                ),
                (
                    "called_back_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="intake.source"
                    ),
                ),
            ],
            options={
                "verbose_name": "call",
                "verbose_name_plural": "calls",
            },
        ),
        migrations.CreateModel(
            name="SourceEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("alarm", "alarm"), ("repeat", "still in alarm"), ("recovery", "recovered")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("value", models.FloatField(null=True, verbose_name="value")),
                ("alarm", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="events", to="intake.alarm")),
                (
                    "message",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="intake.inboundmessage"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VideoEventType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True, verbose_name="event type")),
                ("least_confidence", models.FloatField(default=0.8, verbose_name="least confidence")),
                ("urgent", models.BooleanField(default=False, verbose_name="urgent")),
                ("active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "problem_class",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.problemclass",
                        verbose_name="class",
                    ),
                ),
            ],
            options={
                "verbose_name": "video event type",
                "verbose_name_plural": "video event types",
                "ordering": ("code",),
            },
        ),
        migrations.AddField(
            model_name="alarm",
            name="event_type",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.videoeventtype"
            ),
        ),
        migrations.CreateModel(
            name="WorkOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("instruction", "Leader's instruction"),
                            ("media", "Media"),
                            ("inspection", "Inspection"),
                            ("hotline", "Ticket of 12345"),
                            ("upper", "Upper platform"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="its number")),
                ("whose", models.CharField(blank=True, max_length=60, verbose_name="from whom")),
                ("link", models.CharField(blank=True, max_length=500, verbose_name="link")),
                ("dated_on", models.DateField(null=True, verbose_name="dated")),
                ("due_at", models.DateTimeField(null=True, verbose_name="answer due")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                ("answer", models.CharField(blank=True, max_length=1000, verbose_name="answer")),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.report", verbose_name="report"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
            },
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(fields=["received_at", "id"], name="message_by_time"),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(fields=["source", "received_at"], name="message_of_source"),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("state__in", ("received", "refused"))), fields=["received_at"], name="message_to_look_at"
            ),
        ),
        migrations.AddConstraint(
            model_name="inboundmessage",
            constraint=models.UniqueConstraint(fields=("source", "message_id"), name="message_came_once"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["rang_at", "id"], name="call_by_time"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("contact_mark", ""), _negated=True), fields=["contact_mark", "rang_at"], name="call_by_number"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(condition=models.Q(("state__in", ("ringing", "answered"))), fields=["rang_at"], name="call_now"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("called_back_at", None), ("state", "missed")), fields=["rang_at"], name="call_to_return"
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(fields=("source", "call_id"), name="call_once"),
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(fields=["began_at", "id"], name="alarm_by_time"),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("device__isnull", False), ("ended_at", None)), fields=("device",), name="one_alarm_of_a_device"
            ),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("camera__isnull", False), ("ended_at", None)),
                fields=("camera", "event_type"),
                name="one_alarm_of_a_camera",
            ),
        ),
        migrations.AddIndex(
            model_name="workorder",
            index=models.Index(condition=models.Q(("answered_at", None)), fields=["due_at", "id"], name="order_to_answer"),
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True), fields=("kind", "number"), name="order_comes_once"
            ),
        ),
    ]
