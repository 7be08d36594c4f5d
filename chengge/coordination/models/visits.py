"""Weekly visits of the platform to departments: planned, made, and what was promised there."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.domain.visits import Why
from chengge.organization.models import Organization


class DepartmentVisit(models.Model):
    """A visit to one department in one week.

    Attributes:
        week: its Monday.
        whys: why it is on the plan (`domain.visits.Why`); empty: somebody put it there.
        returns, hard, late: the figures of the department when the plan was made.
    """

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("visit", "Planned")
        MADE = "made", pgettext_lazy("visit", "Made")
        CALLED_OFF = "called_off", pgettext_lazy("visit", "Called off")

    class Reason(models.TextChoices):
        RETURNS = Why.RETURNS.value, pgettext_lazy("visit", "cases handed back")
        HARD_CASES = Why.HARD_CASES.value, pgettext_lazy("visit", "hard cases")
        LATE = Why.LATE.value, pgettext_lazy("visit", "cases that are late")
        ITS_TURN = Why.ITS_TURN.value, pgettext_lazy("visit", "its turn")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="platform_visits", verbose_name=_("department"))
    week = models.DateField(_("week"))
    day = models.DateField(_("day"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    whys = ArrayField(models.CharField(max_length=10, choices=Reason.choices), default=list)
    returns = models.PositiveIntegerField(default=0)
    hard = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    visitor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    met = models.CharField(_("whom we met"), max_length=200, blank=True)
    raised = models.CharField(_("what was raised"), max_length=2000, blank=True)
    written_at = models.DateTimeField(_("written down"), null=True)

    class Meta:
        verbose_name = _("visit to a department")
        verbose_name_plural = _("visits to departments")
        indexes = [models.Index(fields=("organization", "-day"), name="visit_by_department")]
        constraints = [models.UniqueConstraint(fields=("week", "organization"), name="visited_once_a_week")]


class VisitPromise(models.Model):
    """What somebody promised at a visit, until it is kept."""

    class Whose(models.TextChoices):
        DEPARTMENT = "department", pgettext_lazy("promise", "the department")
        PLATFORM = "platform", pgettext_lazy("promise", "the platform")

    visit = models.ForeignKey(DepartmentVisit, on_delete=models.PROTECT, related_name="promises")
    whose = models.CharField(_("who promised"), max_length=10, choices=Whose.choices)
    text = models.CharField(_("what was promised"), max_length=300)
    due_on = models.DateField(_("by"))
    kept_on = models.DateField(_("kept"), null=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kept_how = models.CharField(_("how"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ("due_on", "pk")
        indexes = [models.Index(fields=("due_on",), condition=models.Q(kept_on=None), name="promise_open")]
