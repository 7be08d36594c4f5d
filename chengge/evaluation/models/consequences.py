"""What scores bring: the city's dated rules, a statement for each run with a line for each unit and person, and who did what with it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.domain.consequences import By, Kind, Measure, Treatment
from chengge.evaluation.models.runs import EvaluationRun, RunSubject
from chengge.evaluation.models.schemes import Judged, Scheme
from chengge.organization.models import Dated, Member, Organization, OrganizationKind, PostChoice


class KindChoice(models.TextChoices):
    DEPOSIT = Kind.DEPOSIT.value, _("Deposit")
    REWARD = Kind.REWARD.value, _("Reward")
    SHARE = Kind.SHARE.value, _("Share in the yearly assessment")
    WARNING = Kind.WARNING.value, _("Warning for last places")
    FUND = Kind.FUND.value, _("Special reward fund")


class ByChoice(models.TextChoices):
    GRADE = By.GRADE.value, _("by grade")
    RANK = By.RANK.value, _("by place in the peer group")
    SCORE = By.SCORE.value, _("by score")
    WORKLOAD = By.WORKLOAD.value, _("by points above the bar times workload")
    EQUALLY = By.EQUALLY.value, _("equally among those above the bar")
    GROUP = By.GROUP.value, _("last in the same peer group")
    POST = By.POST.value, _("last in the same post")


class PeriodChoice(models.TextChoices):
    """Kinds of periods, as `periods.Period` names them."""

    WEEK = "week", _("by week")
    MONTH = "month", _("by month")
    QUARTER = "quarter", _("by quarter")
    HALF = "half", _("by half-year")
    YEAR = "year", _("by year")


class TreatmentChoice(models.TextChoices):
    DOUBLE = Treatment.DOUBLE.value, pgettext_lazy("deposit", "doubled")
    RETURN = Treatment.RETURN.value, pgettext_lazy("deposit", "returned")
    KEEP = Treatment.KEEP.value, pgettext_lazy("deposit", "kept")
    FORFEIT = Treatment.FORFEIT.value, pgettext_lazy("deposit", "forfeited")


class MeasureChoice(models.TextChoices):
    NOTICE = Measure.NOTICE.value, pgettext_lazy("measure", "Public notice")
    WARNING = Measure.WARNING.value, pgettext_lazy("measure", "Warning")
    TALK = Measure.TALK.value, pgettext_lazy("measure", "Admonitory talk")
    REMOVAL = Measure.REMOVAL.value, pgettext_lazy("measure", "Proposal to remove from the post")


class ConsequenceRule(Dated):
    """A rule of a scheme; its fields are those of `domain.consequences.Rule`. It is ended and replaced, never changed.

    Attributes:
        code: names the rule over all its editions.
        every: which runs it follows from: those of months, of years …
        of_people: it meets people of the judged organizations, by their organization's score; else the judged themselves.
        amount_fen: of the deposit, or of the whole fund; 1/100 yuan.
        points: percent points of the yearly assessment that a full score brings.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="consequence_rules", verbose_name=_("scheme"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=KindChoice.choices)
    by = models.CharField(_("goes by"), max_length=10, choices=ByChoice.choices)
    every = models.CharField(_("period"), max_length=10, choices=PeriodChoice.choices, default=PeriodChoice.MONTH)
    of_people = models.BooleanField(_("for people of the unit"), default=False)
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)
    organization_kind = models.CharField(_("kind of organization"), max_length=20, choices=OrganizationKind.choices, blank=True)
    post = models.CharField(_("post"), max_length=20, choices=PostChoice.choices, blank=True)
    amount_fen = models.BigIntegerField(_("amount (fen)"), default=0)
    bar = models.DecimalField(_("bar"), max_digits=9, decimal_places=4, default=0)
    points = models.DecimalField(_("percent points"), max_digits=9, decimal_places=4, default=0)
    places = models.PositiveSmallIntegerField(_("places that count as last"), default=1)
    least_group = models.PositiveSmallIntegerField(_("smallest group with a last place"), default=3)
    only_sure = models.BooleanField(_("only where chance leaves no better place open"), default=False)
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("rule of consequences")
        verbose_name_plural = _("rules of consequences")
        ordering = ("scheme", "kind", "code", "valid_from")
        constraints = [
            models.UniqueConstraint(fields=("scheme", "code"), condition=Q(valid_to=None), name="consequence_rule_once"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="consequence_rule_ends_after_start"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="consequence_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class ConsequenceStep(models.Model):
    """One row of a rule; its fields are those of `domain.consequences.Step`."""

    rule = models.ForeignKey(ConsequenceRule, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    first = models.PositiveSmallIntegerField(_("from"), default=0)
    last = models.PositiveSmallIntegerField(_("to"), default=0)
    treatment = models.CharField(_("treatment"), max_length=10, choices=TreatmentChoice.choices, blank=True)
    percent = models.DecimalField(_("percent"), max_digits=7, decimal_places=4, default=100)
    amount_fen = models.BigIntegerField(_("amount (fen)"), default=0)
    points = models.DecimalField(_("percent points"), max_digits=9, decimal_places=4, default=0)
    measure = models.CharField(_("measure"), max_length=10, choices=MeasureChoice.choices, blank=True)

    class Meta:
        ordering = ("rule", "position")
        constraints = [models.UniqueConstraint(fields=("rule", "position"), name="consequence_step_has_one_position")]


class Statement(models.Model):
    """What the rules propose after a run. Approved by two, it is locked.

    Attributes:
        digest: SHA-256 over the run's own digest and every line and item, in order.
        replaces: the statement of the run that this one's run replaced, or of the same run by rules that were changed since.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("statement", "Proposed")
        APPROVED = "approved", pgettext_lazy("statement", "Approved")
        REFUSED = "refused", pgettext_lazy("statement", "Refused")
        SUPERSEDED = "superseded", pgettext_lazy("statement", "Superseded")

    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="statements", verbose_name=_("run"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    digest = models.CharField(_("digest"), max_length=64)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    approved_at = models.DateTimeField(_("approved"), null=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )

    class Meta:
        verbose_name = _("statement of consequences")
        verbose_name_plural = _("statements of consequences")
        ordering = ("-proposed_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("run",), condition=Q(state__in=("proposed", "approved")), name="one_statement_for_a_run"),
            models.CheckConstraint(condition=~Q(state="approved") | Q(approved_at__isnull=False), name="statement_approved_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.run}"


class StatementLine(models.Model):
    """All that a statement says of one unit or person. Written once; the database refuses to change it.

    Attributes:
        subject: whose score counts: the payee's own, or that of its organization.
        payee: the payee's key, such as `organization:17` or `member:4`; the same in every run.
        organization, member: the payee where it is one; of a person's line `member`, which makes the line a personal one.
        amount_fen: to the payee; negative: from it.
        points: percent points in the yearly assessment.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    subject = models.ForeignKey(RunSubject, on_delete=models.PROTECT, related_name="+", verbose_name=_("score"))
    judged = models.CharField(_("judged"), max_length=12, choices=Judged.choices)
    payee = models.CharField(max_length=40)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("organization"))
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("member"))
    name = models.CharField(_("name"), max_length=80)
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    points = models.DecimalField(_("percent points"), max_digits=9, decimal_places=4, default=0)

    class Meta:
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of statements")
        ordering = ("statement", "position")
        constraints = [
            models.UniqueConstraint(fields=("statement", "position"), name="line_has_one_position"),
            models.UniqueConstraint(fields=("statement", "payee"), name="payee_once_in_a_statement"),
        ]
        indexes = [models.Index(fields=("payee",), name="lines_of_payee")]

    def __str__(self) -> str:
        return self.name


class StatementItem(models.Model):
    """What one rule brings one line, and the figures it came from.

    Attributes:
        opening_fen … closing_fen: of a deposit: opening + paid_in = returned + forfeited + closing; `extra_fen` comes on top.
        because: the figures, as `domain.consequences.Item` has them.
    """

    line = models.ForeignKey(StatementLine, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    rule = models.ForeignKey(ConsequenceRule, on_delete=models.PROTECT, related_name="+", verbose_name=_("rule"))
    step = models.ForeignKey(ConsequenceStep, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("row of the rule"))
    kind = models.CharField(_("kind"), max_length=10, choices=KindChoice.choices)
    amount_fen = models.BigIntegerField(_("amount (fen)"), default=0)
    points = models.DecimalField(_("percent points"), max_digits=9, decimal_places=4, default=0)
    measure = models.CharField(_("measure"), max_length=10, choices=MeasureChoice.choices, blank=True)
    opening_fen = models.BigIntegerField(default=0)
    paid_in_fen = models.BigIntegerField(default=0)
    returned_fen = models.BigIntegerField(default=0)
    extra_fen = models.BigIntegerField(default=0)
    forfeited_fen = models.BigIntegerField(default=0)
    closing_fen = models.BigIntegerField(default=0)
    because = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("item of a statement")
        verbose_name_plural = _("items of statements")
        ordering = ("line", "position")
        constraints = [
            models.UniqueConstraint(fields=("line", "position"), name="statement_item_has_one_position"),
            models.CheckConstraint(
                condition=Q(opening_fen=F("returned_fen") + F("forfeited_fen") + F("closing_fen") - F("paid_in_fen")),
                name="no_fen_of_a_deposit_is_lost",
            ),
        ]


class StatementEvent(models.Model):
    """Who did what with a statement. Only ever added; each row's hash stands over the one before and its own words."""

    class Did(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("did", "proposed")
        APPROVED = "approved", pgettext_lazy("did", "approved")
        LOCKED = "locked", pgettext_lazy("did", "locked")
        REFUSED = "refused", pgettext_lazy("did", "refused")
        SUPERSEDED = "superseded", pgettext_lazy("did", "superseded")
        CARRIED_OUT = "carried_out", pgettext_lazy("did", "noted as carried out")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveSmallIntegerField()
    at = models.DateTimeField(_("at"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("member"))
    did = models.CharField(_("did"), max_length=12, choices=Did.choices)
    words = models.CharField(_("words"), max_length=300, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event of a statement")
        verbose_name_plural = _("events of statements")
        ordering = ("statement", "seq")
        constraints = [
            models.UniqueConstraint(fields=("statement", "seq"), name="statement_event_in_order"),
            models.UniqueConstraint(fields=("statement", "member"), condition=Q(did="approved"), name="member_approves_once"),
        ]
