import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0003_work_minutes"),
        ("organization", "0004_roster"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="handbookrule",
            name="self_disposable",
            field=models.BooleanField(
                default=True, help_text="An inspector may put it right and report it as done", verbose_name="may be disposed of on the spot"
            ),
        ),
        migrations.CreateModel(
            name="ComponentVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("lon", models.FloatField(verbose_name="longitude")),
                ("lat", models.FloatField(verbose_name="latitude")),
                ("grid_code", models.BigIntegerField(null=True, verbose_name="unit grid")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("intact", "intact"),
                            ("damaged", "damaged"),
                            ("lost", "lost"),
                            ("abandoned", "abandoned"),
                            ("occupied", "occupied"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("positional_class", models.CharField(max_length=1, verbose_name="positional class")),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="source")),
                ("other_code", models.CharField(blank=True, max_length=60, verbose_name="own code of the source")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("registered", "First registered"),
                            ("imported", "Import or table"),
                            ("surveyed", "Survey"),
                            ("taken_back", "Taken back"),
                        ],
                        max_length=10,
                        verbose_name="origin",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("written_at", models.DateTimeField(verbose_name="written")),
                (
                    "component",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="foundation.component"
                    ),
                ),
                (
                    "maintaining_body",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                    ),
                ),
                (
                    "managing_body",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owning_body",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                    ),
                ),
                (
                    "problem_class",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.problemclass"
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a component",
                "verbose_name_plural": "versions of components",
                "ordering": ("component", "number"),
                "constraints": [models.UniqueConstraint(fields=("component", "number"), name="component_version_number_once")],
            },
        ),
    ]
