import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0006_more_schemes")]

    operations = [
        migrations.AddField(
            model_name="evaluationrun",
            name="frozen",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="evaluationrun",
            name="samples",
            field=models.PositiveIntegerField(default=0, verbose_name="samples"),
        ),
        migrations.AddField(
            model_name="runsubject",
            name="total_high",
            field=models.DecimalField(decimal_places=2, max_digits=9, null=True),
        ),
        migrations.AddField(
            model_name="runsubject",
            name="total_low",
            field=models.DecimalField(decimal_places=2, max_digits=9, null=True),
        ),
        migrations.CreateModel(
            name="PeerGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "judged",
                    models.CharField(
                        choices=[
                            ("city", "The whole city"),
                            ("street", "Streets"),
                            ("community", "Communities"),
                            ("organization", "Organizations"),
                            ("member", "People in a post"),
                        ],
                        max_length=12,
                        verbose_name="judges",
                    ),
                ),
                (
                    "organization_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("supervision_centre", "Supervision centre"),
                            ("command_centre", "Command centre"),
                            ("department", "Department"),
                            ("territory", "Territory"),
                            ("crew", "Crew"),
                        ],
                        max_length=20,
                        verbose_name="kind of organization",
                    ),
                ),
                ("subject_ids", models.JSONField(blank=True, default=list, verbose_name="exactly these")),
                ("least_workload", models.PositiveIntegerField(blank=True, null=True, verbose_name="pieces of work from")),
                ("most_workload", models.PositiveIntegerField(blank=True, null=True, verbose_name="pieces of work up to")),
                (
                    "scheme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="evaluation.scheme",
                        verbose_name="only for the scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "peer group",
                "verbose_name_plural": "peer groups",
                "ordering": ("judged", "position", "id"),
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("scheme", None)), fields=("judged", "name"), name="peer_group_named_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("scheme__isnull", False)), fields=("scheme", "name"), name="peer_group_of_scheme_named_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("least_workload", None),
                            ("most_workload", None),
                            ("most_workload__gte", models.F("least_workload")),
                            _connector="OR",
                        ),
                        name="peer_group_sizes_in_order",
                    ),
                ],
            },
        ),
    ]
