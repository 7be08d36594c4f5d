"""Leaders' written instructions and direct-report sheets: who wrote what to whom, and every step until they end."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case, Degree
from chengge.organization.models import Organization


class Sheet(models.Model):
    """A sheet that goes to and fro between a leader and those who act, until the leader ends it.

    `waits_for` says whose turn it is; it is empty once the sheet has ended.
    """

    class Kind(models.TextChoices):
        INSTRUCTION = "instruction", pgettext_lazy("sheet", "Written instruction")
        DIRECT_REPORT = "direct_report", pgettext_lazy("sheet", "Direct report")

    class Turn(models.TextChoices):
        LEADER = "leader", pgettext_lazy("sheet", "Leader")
        ORGANIZATION = "organization", pgettext_lazy("sheet", "Department")
        COORDINATION = "coordination", pgettext_lazy("sheet", "Coordination")

    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="sheets", verbose_name=_("case"))
    subject = models.CharField(_("subject"), max_length=120)
    degree = models.PositiveSmallIntegerField(_("degree"), choices=Degree.choices, default=Degree.ORDINARY)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("department")
    )
    written_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"), null=True)
    waits_for = models.CharField(_("waits for"), max_length=12, choices=Turn.choices, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("sheet")
        verbose_name_plural = _("sheets")
        indexes = [
            models.Index(fields=("due_at", "id"), condition=~Q(waits_for=""), name="sheet_open"),
            models.Index(fields=("written_at", "id"), name="sheet_by_time"),
        ]


class SheetStep(models.Model):
    """One thing that was done with a sheet."""

    class Kind(models.TextChoices):
        WRITTEN = "written", pgettext_lazy("sheet", "Written")
        INSTRUCTED = "instructed", pgettext_lazy("sheet", "Instructed")
        ANSWERED = "answered", pgettext_lazy("sheet", "Answered")
        SENT_BACK = "sent_back", pgettext_lazy("sheet", "Sent back")
        ENDED = "ended", pgettext_lazy("sheet", "Ended")

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("step"), max_length=10, choices=Kind.choices)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("at"))
    text = models.CharField(_("text"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("step of a sheet")
        verbose_name_plural = _("steps of sheets")
