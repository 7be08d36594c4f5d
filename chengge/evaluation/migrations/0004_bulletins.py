import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What has been published stays: its files are named once, and never by another name.
TRIGGER = """
CREATE FUNCTION bulletin_file_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A file of a published bulletin is never changed or dropped; a correction is a new edition.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER bulletin_file_stays BEFORE UPDATE OR DELETE ON evaluation_bulletinfile
  FOR EACH ROW EXECUTE FUNCTION bulletin_file_stays();
"""
UNDO = """
DROP TRIGGER bulletin_file_stays ON evaluation_bulletinfile;
DROP FUNCTION bulletin_file_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_suggestions"),
        ("evaluation", "0003_consequences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=10, verbose_name="period")),
                ("begin", models.DateTimeField(verbose_name="from")),
                ("end", models.DateTimeField(verbose_name="to")),
                ("edition", models.PositiveSmallIntegerField(default=1, verbose_name="edition")),
                ("title", models.CharField(blank=True, max_length=80, verbose_name="title")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("signed", "Signed"), ("published", "Published"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("figures", models.JSONField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("drafted_at", models.DateTimeField(verbose_name="drafted")),
                ("changed_at", models.DateTimeField(verbose_name="last changed")),
                ("sent_back_because", models.CharField(blank=True, max_length=200, verbose_name="sent back because")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="signed")),
                ("published_at", models.DateTimeField(null=True, verbose_name="published")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                ("withdrawn_because", models.CharField(blank=True, max_length=200, verbose_name="withdrawn because")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="drafted by",
                    ),
                ),
                ("editors", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="editors")),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="evaluation.bulletin",
                        verbose_name="replaces",
                    ),
                ),
                ("runs", models.ManyToManyField(blank=True, related_name="bulletins", to="evaluation.evaluationrun", verbose_name="runs")),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed by",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="withdrawn by",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulletin",
                "verbose_name_plural": "bulletins",
                "ordering": ("-begin", "-edition"),
            },
        ),
        migrations.CreateModel(
            name="BulletinCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("longest_open", "Open longest"),
                            ("quickest", "Done quickest"),
                            ("most_reworked", "Done again most often"),
                            ("most_reported", "Reported by most"),
                        ],
                        max_length=20,
                        verbose_name="rule",
                    ),
                ),
                ("found", models.JSONField()),
                ("shown", models.BooleanField(default=False, verbose_name="is told")),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="words")),
                (
                    "bulletin",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="cases", to="evaluation.bulletin"),
                ),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case")),
            ],
            options={
                "ordering": ("bulletin", "position"),
            },
        ),
        migrations.CreateModel(
            name="BulletinDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("audience", models.CharField(max_length=10, verbose_name="audience")),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "bulletin",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="documents", to="evaluation.bulletin"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BulletinFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("audience", models.CharField(max_length=10, verbose_name="audience")),
                ("kind", models.CharField(choices=[("pdf", "PDF"), ("docx", "DOCX")], max_length=4, verbose_name="kind")),
                ("sha256", models.CharField(max_length=64)),
                ("size_bytes", models.PositiveIntegerField()),
                ("document_sha256", models.CharField(max_length=64)),
                (
                    "bulletin",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="files", to="evaluation.bulletin"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BulletinText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("section", models.CharField(max_length=20, verbose_name="section")),
                ("drafted", models.TextField(blank=True)),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "bulletin",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="evaluation.bulletin"),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="bulletin",
            index=models.Index(fields=["state", "-begin"], name="bulletin_by_state"),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.UniqueConstraint(fields=("period", "edition"), name="bulletin_edition_once"),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.CheckConstraint(condition=models.Q(("end__gt", models.F("begin"))), name="bulletin_ends_after_it_begins"),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("signed_by__isnull", False), _connector="OR"), name="bulletin_is_signed_by_somebody"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed_by", None), models.Q(("signed_by", models.F("drafted_by")), _negated=True), _connector="OR"),
                name="bulletin_signed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulletincase",
            constraint=models.UniqueConstraint(fields=("bulletin", "rule", "case"), name="bulletin_case_once"),
        ),
        migrations.AddConstraint(
            model_name="bulletindocument",
            constraint=models.UniqueConstraint(fields=("bulletin", "language", "audience"), name="bulletin_document_once"),
        ),
        migrations.AddConstraint(
            model_name="bulletinfile",
            constraint=models.UniqueConstraint(fields=("bulletin", "language", "audience", "kind"), name="bulletin_file_once"),
        ),
        migrations.AddConstraint(
            model_name="bulletintext",
            constraint=models.UniqueConstraint(fields=("bulletin", "language", "section"), name="bulletin_text_once"),
        ),
        migrations.RunSQL(TRIGGER, UNDO),
    ]
