"""Handing over at the change of a shift: what is open, what presses, what was promised, and who took it on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case
from chengge.organization.models import Duty, PostChoice


class Handover(models.Model):
    """A desk as one member left it to the next. Written once; only that somebody took it on is added."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("handed over by"))
    post = models.CharField(_("post"), max_length=20, choices=PostChoice.choices)
    duty = models.ForeignKey(Duty, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)  # none: duty was not planned
    given_at = models.DateTimeField(_("handed over"))
    open_count = models.PositiveIntegerField(_("open on the desk"))
    due_soon_count = models.PositiveIntegerField(_("due soon"))
    overdue_count = models.PositiveIntegerField(_("overdue"))
    notes = models.CharField(_("notes"), max_length=2000, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("taken on by")
    )
    taken_at = models.DateTimeField(_("taken on"), null=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        indexes = [
            models.Index(fields=("given_at", "id"), name="handover_by_time"),
            models.Index(fields=("post", "given_at"), condition=Q(taken_at=None), name="handover_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("duty", "member", "post"), condition=Q(duty__isnull=False), name="handed_over_once"),
            models.CheckConstraint(condition=Q(taken_by=None) | ~Q(taken_by=models.F("member")), name="taken_on_by_another"),
        ]


class HandoverItem(models.Model):
    """One thing on the list: as it stood when the desk was handed over."""

    class Kind(models.TextChoices):
        PRESSING = "pressing", pgettext_lazy("handover", "Presses")
        PROMISE = "promise", pgettext_lazy("handover", "Promised on the telephone")
        REQUEST = "request", pgettext_lazy("handover", "Request without an answer")
        ORDER = "order", pgettext_lazy("handover", "Order in force")

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(_("text"), max_length=600)
    due_at = models.DateTimeField(_("due"), null=True)

    class Meta:
        verbose_name = _("thing handed over")
        verbose_name_plural = _("things handed over")
