"""Seconded staff: what is needed, by which rules they are checked, who is here, and what is written down about their time."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.domain.secondment import DayKind, RuleKind
from chengge.organization.models import Dated, Organization, OrganizationKind, PostChoice

MEMBER = settings.AUTH_USER_MODEL


class SecondmentNeed(models.Model):
    """So many people are needed on a post, from a kind of unit, from a day to a day (both included)."""

    post = models.CharField(_("post"), max_length=20, choices=PostChoice.choices)
    people = models.PositiveSmallIntegerField(_("how many"))
    from_kind = models.CharField(_("from which kind of unit"), max_length=20, choices=OrganizationKind.choices, blank=True)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    why = models.CharField(_("why"), max_length=500)
    stated_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, related_name="+", db_index=False)
    stated_at = models.DateTimeField(_("stated"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("need of seconded staff")
        verbose_name_plural = _("needs of seconded staff")
        constraints = [models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="secondment_need_has_days")]


class SecondmentRule(Dated):
    """A qualification that is checked at entry, or how often the home unit is visited; it is ended and replaced, never changed.

    Attributes:
        post: only for this post; "": for every one.
        threshold: years, marks or weeks.
    """

    class Kind(models.TextChoices):
        YEARS = RuleKind.YEARS.value, pgettext_lazy("secondment", "Years of service")
        MARK = RuleKind.MARK.value, pgettext_lazy("secondment", "Mark of the handbook test")
        CLEAR = RuleKind.CLEAR.value, pgettext_lazy("secondment", "No discipline in force")
        AGREED = RuleKind.AGREED.value, pgettext_lazy("secondment", "Home unit and person agree")
        VISIT = RuleKind.VISIT.value, pgettext_lazy("secondment", "Weeks between visits to the home unit")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    post = models.CharField(_("post"), max_length=20, choices=PostChoice.choices, blank=True)
    threshold = models.DecimalField(_("at least"), max_digits=6, decimal_places=1, null=True, blank=True)

    class Meta:
        verbose_name = _("rule of secondments")
        verbose_name_plural = _("rules of secondments")
        constraints = [models.UniqueConstraint(fields=("kind", "post"), condition=Q(valid_to=None), name="secondment_rule_once")]


class Secondment(models.Model):
    """A member lent to the platform by a home unit for a term.

    Attributes:
        first_day, last_day: the term, both included; `end_day` is when it ended in truth.
        lent: what the member held before the house gave them the platform's post (`organization.actions.Lent`); None where it did not.
        phone_sealed, emergency_sealed: how the person, and somebody near to them, are reached; sealed, and gone some time after the end.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("secondment", "Proposed")
        CHECKED = "checked", pgettext_lazy("secondment", "Checked")
        BEGUN = "begun", pgettext_lazy("secondment", "Here")
        ENDED = "ended", pgettext_lazy("secondment", "Ended")
        DECLINED = "declined", pgettext_lazy("secondment", "Declined")

    class Cause(models.TextChoices):
        TERM = "term", pgettext_lazy("secondment", "Term over")
        CALLED_BACK = "called_back", pgettext_lazy("secondment", "Called back by the home unit")
        OWN_WISH = "own_wish", pgettext_lazy("secondment", "Own wish")
        UNSUITED = "unsuited", pgettext_lazy("secondment", "Not suited")
        PROMOTED = "promoted", pgettext_lazy("secondment", "Took another post")

    need = models.ForeignKey(SecondmentNeed, on_delete=models.PROTECT, null=True, related_name="secondments", verbose_name=_("need"))
    member = models.ForeignKey(MEMBER, on_delete=models.PROTECT, related_name="secondments", verbose_name=_("member"))
    home = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("home unit"))
    post = models.CharField(_("post"), max_length=20, choices=PostChoice.choices)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField(_("proposed"))
    checked_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    checked_at = models.DateTimeField(_("checked"), null=True)
    begun_at = models.DateTimeField(_("begun"), null=True)
    end_day = models.DateField(_("last day here"), null=True)
    ended_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    cause = models.CharField(_("why it ended"), max_length=12, choices=Cause.choices, blank=True)
    end_words = models.CharField(_("in words"), max_length=500, blank=True)
    lent = models.JSONField(_("held before"), null=True)
    lent_at = models.DateTimeField(_("post given"), null=True)
    given_back_at = models.DateTimeField(_("post ended"), null=True)
    phone_sealed = models.BinaryField(_("telephone"), default=b"")
    emergency_sealed = models.BinaryField(_("somebody near"), default=b"")

    class Meta:
        verbose_name = _("secondment")
        verbose_name_plural = _("secondments")
        indexes = [models.Index(fields=("state", "last_day"), name="secondment_by_state")]
        constraints = [
            models.UniqueConstraint(fields=("member",), condition=Q(state__in=("proposed", "checked", "begun")), name="seconded_once"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="secondment_has_days"),
            models.CheckConstraint(
                condition=~Q(state="ended") | (Q(end_day__isnull=False) & ~Q(cause="")), name="secondment_end_has_a_cause"
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)


class SecondmentCheck(models.Model):
    """A qualification that somebody checked: what was found (years, marks; 1 or 0 for yes or no), and whether it met the rule."""

    secondment = models.ForeignKey(Secondment, on_delete=models.CASCADE, related_name="checks")
    rule = models.ForeignKey(SecondmentRule, on_delete=models.PROTECT, related_name="+", verbose_name=_("rule"))
    value = models.DecimalField(_("found"), max_digits=6, decimal_places=1)
    passed = models.BooleanField(_("met"))
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    checked_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, related_name="+", db_index=False)
    checked_at = models.DateTimeField(_("checked"))

    class Meta:
        verbose_name = _("check of a qualification")
        verbose_name_plural = _("checks of qualifications")
        constraints = [models.UniqueConstraint(fields=("secondment", "rule"), name="qualification_checked_once")]


class SecondmentTraining(models.Model):
    """A training before, during or after the term, and how it went."""

    class Phase(models.TextChoices):
        BEFORE = "before", pgettext_lazy("training", "Before")
        DURING = "during", pgettext_lazy("training", "During")
        AFTER = "after", pgettext_lazy("training", "After")

    class Result(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("training", "Planned")
        PASSED = "passed", pgettext_lazy("training", "Passed")
        FAILED = "failed", pgettext_lazy("training", "Failed")
        MISSED = "missed", pgettext_lazy("training", "Missed")

    secondment = models.ForeignKey(Secondment, on_delete=models.CASCADE, related_name="trainings")
    phase = models.CharField(_("phase"), max_length=6, choices=Phase.choices)
    subject = models.CharField(_("subject"), max_length=120)
    day = models.DateField(_("day"))
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=1)
    result = models.CharField(_("result"), max_length=7, choices=Result.choices, default=Result.PLANNED)
    mark = models.PositiveSmallIntegerField(_("mark"), null=True)
    written_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        ordering = ("day", "pk")


class SecondmentDay(models.Model):
    """What a day was, written by hand: it decides, whatever duty says."""

    class Kind(models.TextChoices):
        PRESENT = DayKind.PRESENT.value, pgettext_lazy("attendance", "Present")
        LEAVE = DayKind.LEAVE.value, pgettext_lazy("attendance", "On leave")
        SICK = DayKind.SICK.value, pgettext_lazy("attendance", "Ill")
        TRAVEL = DayKind.TRAVEL.value, pgettext_lazy("attendance", "Away on duty")
        ABSENT = DayKind.ABSENT.value, pgettext_lazy("attendance", "Absent")

    secondment = models.ForeignKey(Secondment, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    written_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("day of attendance")
        verbose_name_plural = _("days of attendance")
        constraints = [models.UniqueConstraint(fields=("secondment", "day"), name="secondment_day_once")]


class HomeVisit(models.Model):
    """A visit back to the home unit: planned by rule, noted when it was made."""

    secondment = models.ForeignKey(Secondment, on_delete=models.CASCADE, related_name="home_visits")
    planned_day = models.DateField(_("planned"))
    visited_day = models.DateField(_("visited"), null=True)
    notes = models.CharField(_("notes"), max_length=1000, blank=True)
    noted_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    noted_at = models.DateTimeField(_("noted"), null=True)

    class Meta:
        verbose_name = _("visit to the home unit")
        verbose_name_plural = _("visits to the home unit")
        ordering = ("planned_day", "pk")


class SecondmentView(models.Model):
    """Somebody looked at how a seconded person is reached: who, when, and what for. It does not hold what was seen."""

    class Purpose(models.TextChoices):
        CALL = "call", pgettext_lazy("purpose", "To call about work")
        EMERGENCY = "emergency", pgettext_lazy("purpose", "In an emergency")
        PUT_RIGHT = "put_right", pgettext_lazy("purpose", "To put it right")

    secondment = models.ForeignKey(Secondment, on_delete=models.PROTECT, related_name="views", verbose_name=_("secondment"))
    member = models.ForeignKey(MEMBER, on_delete=models.PROTECT, related_name="+", verbose_name=_("member"))
    purpose = models.CharField(_("purpose"), max_length=9, choices=Purpose.choices)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("look at a seconded person's contact")
        verbose_name_plural = _("looks at seconded people's contacts")
        indexes = [models.Index(fields=("seen_at", "id"), name="secondment_view_by_time")]
