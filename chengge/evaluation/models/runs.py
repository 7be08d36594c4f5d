"""Runs: one reckoning of a version of a scheme over a period, frozen with all it was reckoned from."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.evaluation.models.schemes import Judged, Scheme, SchemeVersion
from chengge.organization.models import OrganizationKind


class EvaluationRun(models.Model):
    """One run. It is never changed; a correction makes a new run that `replaces` it.

    Attributes:
        period: "2026", "2026-Q4", "2026-10", "2026-W41" or "2026-10-05", as the command takes it.
        begin, end: the period as moments, half-open.
        as_of: the moment up to which the facts told.
        facts_digest: SHA-256 of the facts' manifest; the files named by it are kept for as long as the run.
        ledger_entry_id: the last entry that the facts had read.
        frozen: what it was reckoned from beside facts and version, as the city's tables said it then: subjects, peer groups, values
            from outside (`queries.runs.thawed`).
        samples: of the bootstrap that the intervals come from.
        result_digest: SHA-256 over every row of the result, in order; running again gives the same.
        reason: why it replaces another.
    """

    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="runs", verbose_name=_("scheme"))
    period = models.CharField(_("period"), max_length=10)
    begin = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("to"))
    as_of = models.DateTimeField(_("facts as of"))
    facts_digest = models.CharField(_("facts"), max_length=64)
    ledger_entry_id = models.BigIntegerField(_("last ledger entry"))
    engine = models.CharField(_("engine"), max_length=10, default="duckdb")
    seed = models.PositiveIntegerField(_("seed"), default=1)
    samples = models.PositiveIntegerField(_("samples"), default=0)
    frozen = models.JSONField(default=dict)
    result_digest = models.CharField(_("digest of the result"), max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"))
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("run of the evaluation")
        verbose_name_plural = _("runs of the evaluation")
        ordering = ("-made_at", "-id")
        indexes = [models.Index(fields=("period", "version"))]
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("begin")), name="run_ends_after_it_begins")]

    def __str__(self) -> str:
        return f"{self.version.scheme} {self.period}"


class PeerGroup(models.Model):
    """Whom one is compared with: a subject is in the first group that takes it; where none does, in that of its kind of organization.

    Every condition that is given must hold.

    Attributes:
        scheme: only for this scheme; none: for all that judge the same kind of subject.
        subject_ids: exactly these subjects; empty: any.
        least_workload, most_workload: a class of size by pieces of work in the period, both ends included.
    """

    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("name"), max_length=60)
    scheme = models.ForeignKey(
        Scheme, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only for the scheme")
    )
    judged = models.CharField(_("judges"), max_length=12, choices=Judged.choices)
    organization_kind = models.CharField(_("kind of organization"), max_length=20, choices=OrganizationKind.choices, blank=True)
    subject_ids = models.JSONField(_("exactly these"), default=list, blank=True)
    least_workload = models.PositiveIntegerField(_("pieces of work from"), null=True, blank=True)
    most_workload = models.PositiveIntegerField(_("pieces of work up to"), null=True, blank=True)

    class Meta:
        verbose_name = _("peer group")
        verbose_name_plural = _("peer groups")
        ordering = ("judged", "position", "id")
        constraints = [
            models.UniqueConstraint(fields=("judged", "name"), condition=Q(scheme=None), name="peer_group_named_once"),
            models.UniqueConstraint(fields=("scheme", "name"), condition=Q(scheme__isnull=False), name="peer_group_of_scheme_named_once"),
            models.CheckConstraint(
                condition=Q(least_workload=None) | Q(most_workload=None) | Q(most_workload__gte=F("least_workload")),
                name="peer_group_sizes_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RunSubject(models.Model):
    """The score of one subject in a run.

    Attributes:
        subject_id: code of a division, or id of an organization or member, as text; "" for the whole city.
        name: as it was called then.
        group: whom it is compared with; ranks are within the group.
        total: rounded to two places as it is shown; `total_exact` is the fraction "numerator/denominator". None: nothing to judge by.
        total_low, total_high: the middle 90 % of the bootstrap's scores.
        rank_low, rank_high: best and worst rank of the middle 90 % of the bootstrap samples.
        workload: cases that it had to do with, shown beside.
    """

    run = models.ForeignKey(EvaluationRun, on_delete=models.CASCADE, related_name="subjects")
    judged = models.CharField(_("judged"), max_length=12, choices=Judged.choices)
    subject_id = models.CharField(max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=80)
    group = models.CharField(_("peer group"), max_length=60, blank=True)
    total = models.DecimalField(_("score"), max_digits=9, decimal_places=2, null=True)
    total_exact = models.TextField(blank=True)
    total_low = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    total_high = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    rank = models.PositiveIntegerField(_("rank"), null=True)
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    workload = models.PositiveIntegerField(_("workload"), default=0)
    bonus = models.DecimalField(_("bonus"), max_digits=9, decimal_places=2, default=0)
    vetoed_by = models.CharField(_("vetoed by"), max_length=40, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("evaluation", "score")
        verbose_name_plural = pgettext_lazy("evaluation", "scores")
        ordering = ("run", "group", F("rank").asc(nulls_last=True), "name")
        constraints = [models.UniqueConstraint(fields=("run", "judged", "subject_id"), name="subject_once_in_a_run")]

    def __str__(self) -> str:
        return self.name


class RunPart(models.Model):
    """What one item of the scheme brought to a score.

    Attributes:
        numerator, denominator: as reckoned; no denominator for a count, or where nothing was reckoned at all.
        before: value of the period before, as a fraction "numerator/denominator", where the rule asks for it.
        points, share: 0 to 100, and the share of the whole score it had in the end; `*_exact` are fractions.
        left_out: why it was left out, "" if it was not.
    """

    subject = models.ForeignKey(RunSubject, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    aspect = models.CharField(_("aspect"), max_length=60)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    denominator = models.BigIntegerField(null=True)
    before = models.TextField(blank=True)
    points = models.DecimalField(_("points"), max_digits=9, decimal_places=4, null=True)
    points_exact = models.TextField(blank=True)
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=6, default=0)
    share_exact = models.TextField(blank=True)
    left_out = models.CharField(_("left out because"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("part of a score")
        verbose_name_plural = _("parts of scores")
        ordering = ("subject", "position")
        constraints = [models.UniqueConstraint(fields=("subject", "position"), name="part_has_one_position")]

    def __str__(self) -> str:
        return self.name
