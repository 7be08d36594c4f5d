from datetime import date

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# What a city begins with: a lower level has all that is left above it.
USUAL = {3: 100, 4: 100}


def share_as_usual(apps, schema_editor):
    model = apps.get_model("casework", "LevelLimit")
    model.objects.bulk_create(model(level=level, share_percent=share, valid_from=date(2020, 1, 1)) for level, share in USUAL.items())


class Migration(migrations.Migration):
    dependencies = [("casework", "0011_requests")]

    operations = [
        migrations.CreateModel(
            name="LevelLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("share_percent", models.PositiveSmallIntegerField(default=100, verbose_name="share in percent")),
            ],
            options={
                "verbose_name": "limit of a level",
                "verbose_name_plural": "limits of levels",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("valid_to", None)), fields=("level",), name="level_limit_once"),
                    models.CheckConstraint(condition=models.Q(("level__range", (3, 4))), name="level_limit_of_a_lower_level"),
                    models.CheckConstraint(condition=models.Q(("share_percent__range", (1, 100))), name="level_limit_is_a_share"),
                ],
            },
        ),
        migrations.AddField(
            model_name="assignment",
            name="part",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="case",
            name="fed_back",
            field=models.BooleanField(db_default=False, default=False, verbose_name="fed back"),
        ),
        migrations.AddField(
            model_name="case",
            name="part_holders",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), null=True, size=None, verbose_name="parts with"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="parts_back",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="parts back"),
        ),
        migrations.AddField(
            model_name="clock",
            name="share_percent",
            field=models.PositiveSmallIntegerField(db_default=100, default=100),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization"
            ),
        ),
        migrations.AlterField(
            model_name="sidepath",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("granted", "Granted"),
                    ("refused", "Refused"),
                    ("lapsed", "Lapsed"),
                    ("withdrawn", "Withdrawn"),
                    ("answered", "Answered"),
                    ("lifted", "Lifted"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["organization", "ended_at"], name="assignment_of_organization"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("part_holders__isnull", False)), fields=["part_holders"], name="case_in_parts"
            ),
        ),
        migrations.RunPython(share_as_usual, migrations.RunPython.noop),
    ]
