import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Photos that were given with the first report of a case belong to that report; later ones say so already.
PHOTOS_OF_FIRST_REPORTS = """
UPDATE casework_evidence photo SET report_id = first.id
FROM casework_ledgerentry entry,
  (SELECT case_id, min(id) AS id FROM casework_report WHERE case_id IS NOT NULL GROUP BY case_id) first
WHERE photo.entry_id = entry.id AND entry.seq = 1 AND entry.action = 'report' AND first.case_id = photo.case_id
  AND photo.report_id IS NULL AND photo.phase = 'report'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0008_reminders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="contact_mark",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(condition=models.Q(("contact_mark", ""), _negated=True), fields=["contact_mark"], name="report_by_contact"),
        ),
        migrations.CreateModel(
            name="ContactView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("call_back", "To call back"),
                            ("ask", "To ask what is missing"),
                            ("return_visit", "For the return visit"),
                        ],
                        max_length=12,
                        verbose_name="purpose",
                    ),
                ),
                ("seen_at", models.DateTimeField(verbose_name="seen")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_views",
                        to="casework.report",
                        verbose_name="report",
                    ),
                ),
            ],
            options={
                "verbose_name": "look at a contact",
                "verbose_name_plural": "looks at contacts",
                "indexes": [models.Index(fields=["seen_at", "id"], name="contact_view_by_time")],
            },
        ),
        migrations.CreateModel(
            name="ErasureRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ground",
                    models.CharField(
                        choices=[("request", "On the person's request"), ("age", "By age")], max_length=8, verbose_name="ground"
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=60, verbose_name="reference of the request")),
                ("erased_at", models.DateTimeField(verbose_name="erased")),
                ("report_ids", models.JSONField(default=list, verbose_name="reports")),
                ("counts", models.JSONField(default=dict, verbose_name="what went")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="carried out by",
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "indexes": [models.Index(fields=["erased_at", "id"], name="erasure_by_time")],
            },
        ),
        # The last: rows just written hold checks open, and a table with open checks cannot be altered.
        migrations.RunSQL(PHOTOS_OF_FIRST_REPORTS, migrations.RunSQL.noop),
    ]
