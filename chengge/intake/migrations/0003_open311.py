import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_voice"),
        ("intake", "0002_portal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Jurisdiction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "jurisdiction_id",
                    models.CharField(
                        help_text="Usually the address of its website.", max_length=60, unique=True, verbose_name="jurisdiction_id"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "division_code",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Code of the city, district or street; empty: everything that is kept here.",
                        null=True,
                        verbose_name="division",
                    ),
                ),
            ],
            options={
                "verbose_name": "jurisdiction",
                "verbose_name_plural": "jurisdictions",
                "ordering": ("jurisdiction_id",),
            },
        ),
        migrations.CreateModel(
            name="ServiceAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "service_code",
                    models.CharField(help_text="Kind and code, such as event0110 or component0103.", max_length=20, verbose_name="class"),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("order", models.PositiveSmallIntegerField(verbose_name="order")),
                (
                    "variable",
                    models.BooleanField(default=True, help_text="No: the description only informs.", verbose_name="asks for an answer"),
                ),
                ("required", models.BooleanField(default=False, verbose_name="must be answered")),
                (
                    "datatype",
                    models.CharField(
                        choices=[
                            ("string", "one line of text"),
                            ("number", "a number"),
                            ("datetime", "a date and time"),
                            ("text", "several lines of text"),
                            ("singlevaluelist", "one of a list"),
                            ("multivaluelist", "several of a list"),
                        ],
                        default="string",
                        max_length=16,
                        verbose_name="kind of answer",
                    ),
                ),
                ("description", models.CharField(max_length=300, verbose_name="question")),
                ("datatype_description", models.CharField(blank=True, max_length=200, verbose_name="how to answer")),
                ("options", models.TextField(blank=True, help_text="One a line: key = name.", verbose_name="list to choose from")),
            ],
            options={
                "verbose_name": "question of a service",
                "verbose_name_plural": "questions of services",
                "ordering": ("service_code", "order"),
                "constraints": [
                    models.UniqueConstraint(fields=("service_code", "code"), name="service_attribute_once"),
                    models.UniqueConstraint(fields=("service_code", "order"), name="service_attribute_in_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiReport",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="by_api",
                        serialize=False,
                        to="casework.report",
                    ),
                ),
                ("device_mark", models.CharField(blank=True, max_length=64)),
                ("email_mark", models.CharField(blank=True, max_length=64)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("token_hash", models.CharField(blank=True, max_length=64)),
                ("sealed", models.BinaryField(default=b"")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "report by an interface",
                "verbose_name_plural": "reports by interfaces",
                "indexes": [
                    models.Index(
                        condition=models.Q(("fingerprint", ""), _negated=True),
                        fields=["fingerprint", "received_at"],
                        name="api_report_again",
                    ),
                    models.Index(condition=models.Q(("email_mark", ""), _negated=True), fields=["email_mark"], name="api_report_by_email"),
                    models.Index(fields=["source", "device_mark", "received_at"], name="api_report_of_device"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("token_hash", ""), _negated=True), fields=("token_hash",), name="api_report_token"
                    )
                ],
            },
        ),
    ]
