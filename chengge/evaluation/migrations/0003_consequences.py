import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

# What a statement says, and who did what with it, is written once.
TRIGGERS = """
CREATE FUNCTION evaluation_statement_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'statements are written once: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER statement_line_stays BEFORE UPDATE OR DELETE ON evaluation_statementline
  FOR EACH ROW EXECUTE FUNCTION evaluation_statement_refuse();
CREATE TRIGGER statement_item_stays BEFORE UPDATE OR DELETE ON evaluation_statementitem
  FOR EACH ROW EXECUTE FUNCTION evaluation_statement_refuse();
CREATE TRIGGER statement_event_stays BEFORE UPDATE OR DELETE ON evaluation_statementevent
  FOR EACH ROW EXECUTE FUNCTION evaluation_statement_refuse();
"""
UNDO = """
DROP TRIGGER statement_line_stays ON evaluation_statementline;
DROP TRIGGER statement_item_stays ON evaluation_statementitem;
DROP TRIGGER statement_event_stays ON evaluation_statementevent;
DROP FUNCTION evaluation_statement_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0002_inspections")]

    operations = [
        migrations.CreateModel(
            name="ConsequenceRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deposit", "Deposit"),
                            ("reward", "Reward"),
                            ("share", "Share in the yearly assessment"),
                            ("warning", "Warning for last places"),
                            ("fund", "Special reward fund"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("grade", "by grade"),
                            ("rank", "by place in the peer group"),
                            ("score", "by score"),
                            ("workload", "by points above the bar times workload"),
                            ("equally", "equally among those above the bar"),
                            ("group", "last in the same peer group"),
                            ("post", "last in the same post"),
                        ],
                        max_length=10,
                        verbose_name="goes by",
                    ),
                ),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("week", "by week"),
                            ("month", "by month"),
                            ("quarter", "by quarter"),
                            ("half", "by half-year"),
                            ("year", "by year"),
                        ],
                        default="month",
                        max_length=10,
                        verbose_name="period",
                    ),
                ),
                ("of_people", models.BooleanField(default=False, verbose_name="for people of the unit")),
                ("level", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="level")),
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
                (
                    "post",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inspector", "Inspector"),
                            ("operator", "Operator"),
                            ("shift_leader", "Shift leader"),
                            ("evaluator", "Evaluator"),
                            ("dispatcher", "Dispatcher"),
                            ("department", "Department clerk"),
                            ("coordinator", "Coordinator"),
                            ("leader", "Leader"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="post",
                    ),
                ),
                ("amount_fen", models.BigIntegerField(default=0, verbose_name="amount (fen)")),
                ("bar", models.DecimalField(decimal_places=4, default=0, max_digits=9, verbose_name="bar")),
                ("points", models.DecimalField(decimal_places=4, default=0, max_digits=9, verbose_name="percent points")),
                ("places", models.PositiveSmallIntegerField(default=1, verbose_name="places that count as last")),
                ("least_group", models.PositiveSmallIntegerField(default=3, verbose_name="smallest group with a last place")),
                ("only_sure", models.BooleanField(default=False, verbose_name="only where chance leaves no better place open")),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="basis")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consequence_rules",
                        to="evaluation.scheme",
                        verbose_name="scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule of consequences",
                "verbose_name_plural": "rules of consequences",
                "ordering": ("scheme", "kind", "code", "valid_from"),
            },
        ),
        migrations.CreateModel(
            name="ConsequenceStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("grade", models.CharField(blank=True, max_length=20, verbose_name="grade")),
                ("first", models.PositiveSmallIntegerField(default=0, verbose_name="from")),
                ("last", models.PositiveSmallIntegerField(default=0, verbose_name="to")),
                (
                    "treatment",
                    models.CharField(
                        blank=True,
                        choices=[("double", "doubled"), ("return", "returned"), ("keep", "kept"), ("forfeit", "forfeited")],
                        max_length=10,
                        verbose_name="treatment",
                    ),
                ),
                ("percent", models.DecimalField(decimal_places=4, default=100, max_digits=7, verbose_name="percent")),
                ("amount_fen", models.BigIntegerField(default=0, verbose_name="amount (fen)")),
                ("points", models.DecimalField(decimal_places=4, default=0, max_digits=9, verbose_name="percent points")),
                (
                    "measure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("notice", "Public notice"),
                            ("warning", "Warning"),
                            ("talk", "Admonitory talk"),
                            ("removal", "Proposal to remove from the post"),
                        ],
                        max_length=10,
                        verbose_name="measure",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="evaluation.consequencerule"),
                ),
            ],
            options={
                "ordering": ("rule", "position"),
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("approved", "Approved"), ("refused", "Refused"), ("superseded", "Superseded")],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="approved")),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="evaluation.statement",
                        verbose_name="replaces",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="evaluation.evaluationrun",
                        verbose_name="run",
                    ),
                ),
            ],
            options={
                "verbose_name": "statement of consequences",
                "verbose_name_plural": "statements of consequences",
                "ordering": ("-proposed_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="StatementEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "did",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("approved", "approved"),
                            ("locked", "locked"),
                            ("refused", "refused"),
                            ("superseded", "superseded"),
                            ("carried_out", "noted as carried out"),
                        ],
                        max_length=12,
                        verbose_name="did",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="words")),
                ("hash", models.CharField(max_length=64)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="member"
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="events", to="evaluation.statement"),
                ),
            ],
            options={
                "verbose_name": "event of a statement",
                "verbose_name_plural": "events of statements",
                "ordering": ("statement", "seq"),
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
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
                ("payee", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("amount_fen", models.BigIntegerField(verbose_name="amount (fen)")),
                ("points", models.DecimalField(decimal_places=4, default=0, max_digits=9, verbose_name="percent points")),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.organization",
                        verbose_name="organization",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="evaluation.statement"),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evaluation.runsubject", verbose_name="score"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a statement",
                "verbose_name_plural": "lines of statements",
                "ordering": ("statement", "position"),
            },
        ),
        migrations.CreateModel(
            name="StatementItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deposit", "Deposit"),
                            ("reward", "Reward"),
                            ("share", "Share in the yearly assessment"),
                            ("warning", "Warning for last places"),
                            ("fund", "Special reward fund"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("amount_fen", models.BigIntegerField(default=0, verbose_name="amount (fen)")),
                ("points", models.DecimalField(decimal_places=4, default=0, max_digits=9, verbose_name="percent points")),
                (
                    "measure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("notice", "Public notice"),
                            ("warning", "Warning"),
                            ("talk", "Admonitory talk"),
                            ("removal", "Proposal to remove from the post"),
                        ],
                        max_length=10,
                        verbose_name="measure",
                    ),
                ),
                ("opening_fen", models.BigIntegerField(default=0)),
                ("paid_in_fen", models.BigIntegerField(default=0)),
                ("returned_fen", models.BigIntegerField(default=0)),
                ("extra_fen", models.BigIntegerField(default=0)),
                ("forfeited_fen", models.BigIntegerField(default=0)),
                ("closing_fen", models.BigIntegerField(default=0)),
                ("because", models.JSONField(default=dict)),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evaluation.consequencerule", verbose_name="rule"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evaluation.consequencestep",
                        verbose_name="row of the rule",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="items", to="evaluation.statementline"),
                ),
            ],
            options={
                "verbose_name": "item of a statement",
                "verbose_name_plural": "items of statements",
                "ordering": ("line", "position"),
            },
        ),
        migrations.AddConstraint(
            model_name="consequencerule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)), fields=("scheme", "code"), name="consequence_rule_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="consequencerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="consequence_rule_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="consequencerule",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gte", 0)), name="consequence_amount_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="consequencestep",
            constraint=models.UniqueConstraint(fields=("rule", "position"), name="consequence_step_has_one_position"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("proposed", "approved"))), fields=("run",), name="one_statement_for_a_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("state", "approved"), _negated=True), ("approved_at__isnull", False), _connector="OR"),
                name="statement_approved_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementevent",
            constraint=models.UniqueConstraint(fields=("statement", "seq"), name="statement_event_in_order"),
        ),
        migrations.AddConstraint(
            model_name="statementevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("did", "approved")), fields=("statement", "member"), name="member_approves_once"
            ),
        ),
        migrations.AddIndex(
            model_name="statementline",
            index=models.Index(fields=["payee"], name="lines_of_payee"),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(fields=("statement", "position"), name="line_has_one_position"),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(fields=("statement", "payee"), name="payee_once_in_a_statement"),
        ),
        migrations.AddConstraint(
            model_name="statementitem",
            constraint=models.UniqueConstraint(fields=("line", "position"), name="statement_item_has_one_position"),
        ),
        migrations.AddConstraint(
            model_name="statementitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "opening_fen",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(models.F("returned_fen"), "+", models.F("forfeited_fen")),
                                "+",
                                models.F("closing_fen"),
                            ),
                            "-",
                            models.F("paid_in_fen"),
                        ),
                    )
                ),
                name="no_fen_of_a_deposit_is_lost",
            ),
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
