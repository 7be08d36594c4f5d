import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was said stays said.
STAYS = """
CREATE FUNCTION coordination_comment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a comment is never changed or taken back';
END $$;
CREATE TRIGGER comment_stays BEFORE UPDATE OR DELETE ON coordination_comment
FOR EACH ROW EXECUTE FUNCTION coordination_comment_stays();
"""
GOES = "DROP TRIGGER comment_stays ON coordination_comment; DROP FUNCTION coordination_comment_stays();"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0011_requests"),
        ("organization", "0004_roster"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerRead",
            fields=[
                ("reader", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("read_to", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="said")),
                ("text", models.CharField(max_length=500, verbose_name="text")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="casework.case", verbose_name="case"
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
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
            },
        ),
        migrations.CreateModel(
            name="Sheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("instruction", "Written instruction"), ("direct_report", "Direct report")],
                        max_length=14,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(max_length=120, verbose_name="subject")),
                (
                    "degree",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Ordinary"), (2, "Urgent"), (3, "Most urgent")], default=1, verbose_name="degree"
                    ),
                ),
                ("written_at", models.DateTimeField(verbose_name="written")),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                (
                    "waits_for",
                    models.CharField(
                        blank=True,
                        choices=[("leader", "Leader"), ("organization", "Department"), ("coordination", "Coordination")],
                        max_length=12,
                        verbose_name="waits for",
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="casework.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                        verbose_name="department",
                    ),
                ),
            ],
            options={
                "verbose_name": "sheet",
                "verbose_name_plural": "sheets",
            },
        ),
        migrations.CreateModel(
            name="SheetStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("written", "Written"),
                            ("instructed", "Instructed"),
                            ("answered", "Answered"),
                            ("sent_back", "Sent back"),
                            ("ended", "Ended"),
                        ],
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("text", models.CharField(blank=True, max_length=1000, verbose_name="text")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("sheet", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="coordination.sheet")),
            ],
            options={
                "verbose_name": "step of a sheet",
                "verbose_name_plural": "steps of sheets",
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"),
                ),
                (
                    "comment",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="mentions", to="coordination.comment"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["member", "case"], name="mention_of_member")],
                "constraints": [models.UniqueConstraint(fields=("comment", "member"), name="mentioned_once")],
            },
        ),
        migrations.CreateModel(
            name="PhoneCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "direction",
                    models.CharField(choices=[("out", "we called"), ("in", "they called")], max_length=3, verbose_name="direction"),
                ),
                ("with_whom", models.CharField(max_length=80, verbose_name="with whom")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("gist", models.CharField(max_length=500, verbose_name="what was said")),
                ("promised_by", models.DateTimeField(null=True, verbose_name="promised by")),
                ("kept_at", models.DateTimeField(null=True, verbose_name="kept")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="phone_calls", to="casework.case", verbose_name="case"
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
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "phone call",
                "verbose_name_plural": "phone calls",
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept_at", None), ("promised_by__isnull", False)),
                        fields=["promised_by"],
                        name="phone_call_promised",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="sheet",
            index=models.Index(condition=models.Q(("waits_for", ""), _negated=True), fields=["due_at", "id"], name="sheet_open"),
        ),
        migrations.AddIndex(
            model_name="sheet",
            index=models.Index(fields=["written_at", "id"], name="sheet_by_time"),
        ),
        migrations.RunSQL(STAYS, GOES),
    ]
