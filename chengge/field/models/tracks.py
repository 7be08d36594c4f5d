"""Where inspectors walk, what is wrong with it, and what their days add up to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Task
from chengge.domain.fences import Verdict
from chengge.organization.models import Dated


class TrackPoint(models.Model):
    """One fix of one member. Kept in a table for each month, written by COPY, never changed (docs/adr/0015-…).

    60 bytes a row and 28 in the index: degrees are whole numbers of 1e-7 (about a centimetre), accuracy whole metres.
    """

    class VerdictChoice(models.IntegerChoices):
        UNSURE = Verdict.UNSURE.value, pgettext_lazy("track", "unsure")
        INSIDE = Verdict.INSIDE.value, pgettext_lazy("track", "inside")
        OUTSIDE = Verdict.OUTSIDE.value, pgettext_lazy("track", "outside")
        JUMP = Verdict.JUMP.value, pgettext_lazy("track", "jump")

    pk = models.CompositePrimaryKey("member_id", "at")
    at = models.DateTimeField()
    grid_code = models.BigIntegerField()  # 0 for none
    member_id = models.IntegerField()
    lon_e7 = models.IntegerField()
    lat_e7 = models.IntegerField()
    accuracy_m = models.SmallIntegerField()
    verdict = models.SmallIntegerField(choices=VerdictChoice.choices)


class Whereabouts(models.Model):
    """Where a member was last, and what the judge of tracks remembers of them (`domain.fences.MEMORY`, as it lies in memory)."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="whereabouts", verbose_name=_("inspector")
    )
    at = models.DateTimeField(_("last seen"), null=True)
    lon = models.FloatField(_("longitude"), null=True)
    lat = models.FloatField(_("latitude"), null=True)
    accuracy_m = models.SmallIntegerField(_("accuracy (m)"), null=True)
    grid_code = models.BigIntegerField(_("unit grid"), null=True)
    verdict = models.SmallIntegerField(choices=TrackPoint.VerdictChoice.choices, default=Verdict.UNSURE.value)
    memory = models.BinaryField(default=b"")

    class Meta:
        verbose_name = _("whereabouts")
        verbose_name_plural = _("whereabouts")


class AlarmKind(models.TextChoices):
    OUT_OF_BOUNDS = "out_of_bounds", pgettext_lazy("alarm", "Out of bounds")
    STILL = "still", pgettext_lazy("alarm", "No movement")
    SILENT = "silent", pgettext_lazy("alarm", "No signal")
    LATE = "late", pgettext_lazy("alarm", "Late to duty")
    UNVISITED = "unvisited", pgettext_lazy("alarm", "Grids not visited")
    TASK_DUE = "task_due", pgettext_lazy("alarm", "Walk due soon")
    TASK_OVERDUE = "task_overdue", pgettext_lazy("alarm", "Walk overdue")


class AlarmRule(Dated):
    """When the city wants an alarm of a kind. A kind without a row that holds raises none."""

    kind = models.CharField(_("alarm"), max_length=14, choices=AlarmKind.choices)
    threshold = models.PositiveIntegerField(_("threshold"), default=0)  # metres; for grids not visited, percent that must be covered
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=0)
    fixes = models.PositiveSmallIntegerField(_("fixes in a row"), default=1)
    fixes_back = models.PositiveSmallIntegerField(_("fixes in a row to end it"), default=1)
    escalate_minutes = models.PositiveSmallIntegerField(_("minutes until the shift leader is told"), default=15)

    class Meta:
        verbose_name = _("alarm rule")
        verbose_name_plural = _("alarm rules")
        ordering = ("kind", "-valid_from")
        constraints = [models.UniqueConstraint(fields=("kind",), condition=Q(valid_to=None), name="alarm_rule_once")]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Alarm(models.Model):
    """Something about an inspector's round that somebody has to look at. `ended_at`: when it was over; `state`: how far the looking is."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("alarm", "Inspector told")
        ESCALATED = "escalated", pgettext_lazy("alarm", "Shift leader told")
        EXPLAINED = "explained", pgettext_lazy("alarm", "Explained")
        CLOSED = "closed", pgettext_lazy("alarm", "Closed")

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="alarms", db_index=False, verbose_name=_("inspector")
    )
    kind = models.CharField(_("alarm"), max_length=14, choices=AlarmKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    began_at = models.DateTimeField(_("began"))
    raised_at = models.DateTimeField(_("raised"))
    ended_at = models.DateTimeField(_("over"), null=True)
    lon = models.FloatField(_("longitude"), null=True)
    lat = models.FloatField(_("latitude"), null=True)
    grid_code = models.BigIntegerField(_("unit grid"), null=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    detail = models.JSONField(default=dict)
    escalated_at = models.DateTimeField(null=True)
    explained_at = models.DateTimeField(_("explained"), null=True)
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    excused = models.BooleanField(_("explanation accepted"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(fields=("member", "kind"), condition=Q(ended_at=None, task=None), name="alarm_goes_on_once"),
            models.UniqueConstraint(fields=("task", "kind"), condition=Q(task__isnull=False), name="alarm_of_task_once"),
        ]
        indexes = [
            models.Index(fields=("member", "began_at"), name="alarm_of_member"),
            models.Index(fields=("state", "raised_at"), condition=~Q(state="closed"), name="alarm_open"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class PatrolDay(models.Model):
    """What one inspector's day came to; worked out anew while the day may still change."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="patrol_days", db_index=False, verbose_name=_("inspector")
    )
    day = models.DateField(_("day"))
    fixes = models.PositiveIntegerField(default=0)
    duty_seconds = models.PositiveIntegerField(default=0)
    street_seconds = models.PositiveIntegerField(default=0)
    outside_seconds = models.PositiveIntegerField(default=0)
    distance_m = models.FloatField(default=0)
    own_grids = models.PositiveSmallIntegerField(default=0)
    covered_grids = models.PositiveSmallIntegerField(default=0)
    visits = models.PositiveIntegerField(default=0)
    reports = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of patrol")
        verbose_name_plural = _("days of patrol")
        constraints = [models.UniqueConstraint(fields=("day", "member"), name="patrol_day_once")]
        indexes = [models.Index(fields=("member", "day"), name="patrol_of_member")]
