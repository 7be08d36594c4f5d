"""Standing problems (历史遗留): what keeps coming back or cannot be solved now, with an owner, a plan and a day of review."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case
from chengge.foundation.models import ProblemClass
from chengge.organization.models import Organization


class StandingProblem(models.Model):
    """One problem on the list. Its words may be put right while it is open; what was noted stays.

    Attributes:
        grid_code: of the place, where it has one; sight goes by it.
        review_on: the day on which it is looked at again at the latest.
    """

    class State(models.TextChoices):
        LISTED = "listed", pgettext_lazy("standing problem", "Listed, no plan yet")
        UNDER_WAY = "under_way", pgettext_lazy("standing problem", "Under way")
        SOLVED = "solved", pgettext_lazy("standing problem", "Solved")
        DROPPED = "dropped", pgettext_lazy("standing problem", "Taken off the list")

    subject = models.CharField(_("subject"), max_length=120)
    why = models.CharField(_("why it stands"), max_length=1000)
    problem_class = models.ForeignKey(
        ProblemClass, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("class")
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    lon = models.FloatField(_("longitude"), null=True)
    lat = models.FloatField(_("latitude"), null=True)
    grid_code = models.BigIntegerField(_("unit grid"), null=True)
    owner = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("who answers for it"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.LISTED)
    review_on = models.DateField(_("looked at again on"))
    cases = models.ManyToManyField(Case, related_name="standing_problems", verbose_name=_("cases"))
    listed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    listed_at = models.DateTimeField(_("listed"))
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_why = models.CharField(_("how it ended"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("standing problem")
        verbose_name_plural = _("standing problems")
        indexes = [models.Index(fields=("state", "review_on"), name="standing_problem_by_review")]


class PlanStep(models.Model):
    """One step of the plan: what is done by which day."""

    problem = models.ForeignKey(StandingProblem, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    due_on = models.DateField(_("by"))
    text = models.CharField(_("what is done"), max_length=300)
    done_on = models.DateField(_("done"), null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("step of a plan")
        verbose_name_plural = _("steps of plans")
        ordering = ("problem", "position")
        constraints = [models.UniqueConstraint(fields=("problem", "position"), name="plan_in_order")]


class ProgressNote(models.Model):
    """What has moved, and what a review said. Written once."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", pgettext_lazy("standing problem", "Progress")
        REVIEW = "review", pgettext_lazy("standing problem", "Review")

    problem = models.ForeignKey(StandingProblem, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.CharField(_("text"), max_length=1000)

    class Meta:
        verbose_name = _("note of progress")
        verbose_name_plural = _("notes of progress")
        ordering = ("-at", "-pk")
