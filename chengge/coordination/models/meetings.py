"""Coordination meetings: an agenda of cases, who was there, minutes, and the units that sign them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case
from chengge.organization.models import Organization


class Meeting(models.Model):
    """A meeting. Once the minutes are closed their words stay; units then sign them or say what they object to."""

    class State(models.TextChoices):
        CALLED = "called", pgettext_lazy("meeting", "Called")
        CLOSED = "closed", pgettext_lazy("meeting", "Minutes out for signature")
        SIGNED = "signed", pgettext_lazy("meeting", "Signed by everybody")
        CALLED_OFF = "called_off", pgettext_lazy("meeting", "Called off")

    subject = models.CharField(_("subject"), max_length=120)
    place = models.CharField(_("place"), max_length=200)
    meets_at = models.DateTimeField(_("when"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CALLED)
    chair = models.CharField(_("in the chair"), max_length=60)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    called_at = models.DateTimeField(_("called"))
    minutes = models.TextField(_("minutes"), blank=True)
    closed_at = models.DateTimeField(_("minutes closed"), null=True)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=("state", "meets_at"), name="meeting_by_time")]


class AgendaItem(models.Model):
    """One point of the agenda, and what was decided on it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="agenda_items", verbose_name=_("case"))
    subject = models.CharField(_("subject"), max_length=200)
    decision = models.CharField(_("decision"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("point of an agenda")
        verbose_name_plural = _("points of agendas")
        ordering = ("meeting", "position")
        constraints = [models.UniqueConstraint(fields=("meeting", "position"), name="agenda_in_order")]


class MeetingUnit(models.Model):
    """A unit that is invited, who came, and its signature under the minutes or its objection."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="units")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    attended = models.BooleanField(_("was there"), default=False)
    who = models.CharField(_("who came"), max_length=60, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    objection = models.CharField(_("objection"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("unit at a meeting")
        verbose_name_plural = _("units at meetings")
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("meeting", "organization"), name="unit_invited_to_meeting_once")]
