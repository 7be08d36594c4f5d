"""Limits that run on a case, and whose hands it is in: folds of the ledger like the case itself."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengge.casework.models.cases import Case
from chengge.casework.models.choices import ClockChoice
from chengge.foundation.models import LimitUnit
from chengge.organization.models import Organization, WorkingCalendar


class Clock(models.Model):
    """One limit running on a case. Seconds are working seconds of its calendar, or all seconds where it is continuous."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=14, choices=ClockChoice.choices)
    level = models.PositiveSmallIntegerField(null=True)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    started_at = models.DateTimeField()
    limit_amount = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=12, choices=LimitUnit.choices)
    limit_seconds = models.PositiveIntegerField()
    continuous = models.BooleanField()
    share_percent = models.PositiveSmallIntegerField(default=100, db_default=100)  # of what was left above, for a lower level's clock
    calendar = models.ForeignKey(
        WorkingCalendar,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    yellow_at = models.DateTimeField()
    due_at = models.DateTimeField()
    running_since = models.DateTimeField()  # start, or the last time it was resumed
    worked_seconds = models.PositiveIntegerField(default=0)  # used up before `running_since`; all of it once stopped
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    overdue = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [models.UniqueConstraint(fields=("case", "ordinal"), name="clock_in_order")]
        indexes = [
            models.Index(
                fields=("due_at",),
                condition=Q(stopped_at=None, paused_at=None),
                name="clock_running_due",
            )
        ]


class ClockPause(models.Model):
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    paused_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True)


class Assignment(models.Model):
    """A case in the hands of one organization on one level, from when to when, and how it ended.

    A part (docs/adr/0024) is in the hands of its organization beside the one that gave it, which holds the case on. A part that is
    passed on stays in the hands of whoever passed it on, too.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=24, blank=True)  # the action that ended it
    part = models.CharField(max_length=200, blank=True, default="", db_default="")  # what of it; empty: the whole case
    above = models.PositiveSmallIntegerField(null=True)  # ordinal of the part that was passed on by it; none: the case's holder gave it

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [models.UniqueConstraint(fields=("case", "ordinal"), name="assignment_in_order")]
        indexes = [models.Index(fields=("organization", "ended_at"), name="assignment_of_organization")]
