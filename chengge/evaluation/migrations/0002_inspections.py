import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("casework", "0010_suggestions"),
        ("evaluation", "0001_schemes_and_runs"),
        ("organization", "0004_roster"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("open", "Open check"), ("secret", "Secret visit"), ("spot", "Mayor's spot check")],
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("running", "Running"), ("published", "Published")],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("begin", models.DateField(verbose_name="first day")),
                ("end", models.DateField(verbose_name="last day")),
                ("division_code", models.BigIntegerField(blank=True, null=True, verbose_name="area")),
                ("places", models.PositiveSmallIntegerField(verbose_name="places")),
                ("minimum", models.PositiveSmallIntegerField(default=1, verbose_name="at least from each stratum")),
                (
                    "second_percent",
                    models.PositiveSmallIntegerField(
                        default=20, validators=[django.core.validators.MaxValueValidator(100)], verbose_name="scored twice (%)"
                    ),
                ),
                (
                    "bound_percent",
                    models.PositiveSmallIntegerField(
                        default=20, validators=[django.core.validators.MaxValueValidator(100)], verbose_name="third look above (%)"
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=500, verbose_name="about")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("seed", models.PositiveBigIntegerField(null=True, verbose_name="seed")),
                ("frame_digest", models.CharField(blank=True, max_length=64, verbose_name="digest of the frame")),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="drawn")),
                ("result_digest", models.CharField(blank=True, max_length=64, verbose_name="digest of the result")),
                ("published_at", models.DateTimeField(null=True, verbose_name="published")),
                ("assessors", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="assessors")),
                (
                    "drawn_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "campaign",
                "verbose_name_plural": "campaigns",
                "ordering": ("-begin", "-id"),
            },
        ),
        migrations.CreateModel(
            name="SampleFrame",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="frame",
                        serialize=False,
                        to="evaluation.campaign",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=40, verbose_name="scheme item")),
                ("text", models.CharField(max_length=200, verbose_name="what is looked at")),
                (
                    "most",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                        verbose_name="points",
                    ),
                ),
                (
                    "photo",
                    models.CharField(
                        choices=[("no", "No photo needed"), ("lost", "Photo when points are taken off"), ("always", "Photo always")],
                        default="lost",
                        max_length=6,
                        verbose_name="photo",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="items", to="evaluation.campaign"),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.organization"
                    ),
                ),
            ],
            options={
                "verbose_name": "checklist item",
                "verbose_name_plural": "checklist items",
                "ordering": ("campaign", "position"),
            },
        ),
        migrations.CreateModel(
            name="ImportedSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("survey", "Survey of residents"), ("media", "Media"), ("body", "Another body")],
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                ("body", models.CharField(max_length=80, verbose_name="made by")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "Preview"),
                            ("waiting", "Waiting for a second person"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                        ],
                        default="preview",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
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
                        verbose_name="judged",
                    ),
                ),
                ("begin", models.DateField(verbose_name="first day")),
                ("end", models.DateField(verbose_name="last day")),
                ("table_name", models.CharField(max_length=120, verbose_name="table")),
                ("table_digest", models.CharField(max_length=64)),
                ("evidence_name", models.CharField(max_length=120, verbose_name="evidence")),
                ("evidence_digest", models.CharField(max_length=64)),
                ("evidence_type", models.CharField(max_length=20)),
                ("evidence_bytes", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField(verbose_name="brought in")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "set of imported scores",
                "verbose_name_plural": "sets of imported scores",
                "ordering": ("-made_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="ImportedScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField(verbose_name="row")),
                ("code", models.CharField(max_length=40, verbose_name="scheme item")),
                ("subject_id", models.CharField(blank=True, max_length=20)),
                ("subject", models.CharField(max_length=80, verbose_name="subject")),
                ("points", models.DecimalField(decimal_places=4, max_digits=7, verbose_name="points")),
                ("sample", models.PositiveIntegerField(default=1, verbose_name="asked")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                (
                    "of_set",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="scores", to="evaluation.importedset"),
                ),
            ],
            options={
                "verbose_name": "imported score",
                "verbose_name_plural": "imported scores",
                "ordering": ("of_set", "row"),
            },
        ),
        migrations.CreateModel(
            name="InspectionPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("grid_code", models.BigIntegerField(verbose_name="unit grid")),
                ("street_code", models.BigIntegerField(verbose_name="street")),
                ("area_class", models.CharField(blank=True, max_length=1, verbose_name="area class")),
                ("lon", models.FloatField(verbose_name="longitude")),
                ("lat", models.FloatField(verbose_name="latitude")),
                ("twice", models.BooleanField(default=False, verbose_name="scored twice")),
                ("left_out", models.CharField(blank=True, max_length=200, verbose_name="left out because")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="drawn", to="evaluation.campaign"),
                ),
                (
                    "left_out_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "place of an inspection",
                "verbose_name_plural": "places of inspections",
                "ordering": ("campaign", "number"),
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("turn", models.PositiveSmallIntegerField(choices=[(1, "First look"), (2, "Second look"), (3, "Third look")])),
                ("key", models.CharField(blank=True, max_length=64)),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="sent in")),
                ("lon", models.FloatField(null=True, verbose_name="longitude")),
                ("lat", models.FloatField(null=True, verbose_name="latitude")),
                ("accuracy_m", models.FloatField(null=True, verbose_name="accuracy (m)")),
                ("inside", models.BooleanField(null=True, verbose_name="in the unit grid")),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="remarks")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="assessor"
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="visits", to="evaluation.inspectionplace"),
                ),
            ],
            options={
                "verbose_name": "visit of an inspection",
                "verbose_name_plural": "visits of inspections",
                "ordering": ("place", "turn"),
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.PositiveSmallIntegerField(null=True, verbose_name="points")),
                ("words", models.CharField(blank=True, max_length=200, verbose_name="remarks")),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evaluation.checklistitem")),
                (
                    "report",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.report"),
                ),
                ("visit", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="evaluation.visit")),
            ],
            options={
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
                "ordering": ("visit", "item__position"),
            },
        ),
        migrations.CreateModel(
            name="VisitPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "evidence",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="visit_photo", to="casework.evidence"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evaluation.checklistitem"
                    ),
                ),
                ("visit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="evaluation.visit")),
            ],
            options={
                "verbose_name": "photo of a visit",
                "verbose_name_plural": "photos of visits",
                "ordering": ("visit", "position"),
            },
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["state", "end"], name="campaign_by_end"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(condition=models.Q(("end__gte", models.F("begin"))), name="campaign_ends_after_it_begins"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), models.Q(("drawn_at__isnull", False), ("seed__isnull", False)), _connector="OR"),
                name="campaign_runs_when_drawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), _negated=True), models.Q(("result_digest", ""), _negated=True), _connector="OR"
                ),
                name="campaign_published_with_a_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistitem",
            constraint=models.UniqueConstraint(fields=("campaign", "position"), name="checklist_item_has_one_position"),
        ),
        migrations.AddConstraint(
            model_name="checklistitem",
            constraint=models.CheckConstraint(condition=models.Q(("most__gte", 1), ("most__lte", 100)), name="checklist_item_has_points"),
        ),
        migrations.AddIndex(
            model_name="importedset",
            index=models.Index(fields=["state", "end"], name="imported_by_end"),
        ),
        migrations.AddConstraint(
            model_name="importedset",
            constraint=models.CheckConstraint(condition=models.Q(("end__gte", models.F("begin"))), name="imported_ends_after_it_begins"),
        ),
        migrations.AddConstraint(
            model_name="importedset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(("decided_by__isnull", False), models.Q(("decided_by", models.F("made_by")), _negated=True)),
                    _connector="OR",
                ),
                name="imported_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="importedscore",
            constraint=models.UniqueConstraint(fields=("of_set", "code", "subject_id"), name="imported_once_in_a_set"),
        ),
        migrations.AddConstraint(
            model_name="importedscore",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__gte", 0), ("points__lte", 100), ("sample__gte", 1)), name="imported_points_are_of_a_hundred"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionplace",
            constraint=models.UniqueConstraint(fields=("campaign", "number"), name="inspection_place_number_once"),
        ),
        migrations.AddConstraint(
            model_name="inspectionplace",
            constraint=models.UniqueConstraint(fields=("campaign", "grid_code"), name="inspection_place_once"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(fields=("place", "turn"), name="visit_once_in_a_turn"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(fields=("place", "member"), name="visit_by_another_each_time"),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.UniqueConstraint(fields=("visit", "item"), name="item_marked_once_at_a_visit"),
        ),
        migrations.AddConstraint(
            model_name="visitphoto",
            constraint=models.UniqueConstraint(fields=("visit", "position"), name="visit_photo_has_one_position"),
        ),
    ]
