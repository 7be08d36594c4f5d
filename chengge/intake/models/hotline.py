"""The hotline's call log."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Report
from chengge.intake.models.channels import Source


class Call(models.Model):
    """One call to the hotline, as the switchboard told of it. The number is kept encrypted, with a keyed hash to find it again."""

    class State(models.TextChoices):
        RINGING = "ringing", pgettext_lazy("call", "ringing")
        ANSWERED = "answered", pgettext_lazy("call", "in conversation")
        ENDED = "ended", pgettext_lazy("call", "ended")
        MISSED = "missed", pgettext_lazy("call", "not answered")

    class Result(models.TextChoices):
        NONE = "", pgettext_lazy("call", "nothing written down")
        REPORT = "report", pgettext_lazy("call", "a report")
        ADDED = "added", pgettext_lazy("call", "added to a case")
        PROGRESS = "progress", pgettext_lazy("call", "asked how a case goes")
        ENQUIRY = "enquiry", pgettext_lazy("call", "a question, answered")
        NOTHING = "nothing", pgettext_lazy("call", "wrong number or silence")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="calls", db_index=False)
    call_id = models.CharField(_("call"), max_length=80)
    line = models.CharField(_("line"), max_length=20, blank=True)  # 12319, 12345
    sealed = models.BinaryField(_("number (encrypted)"), default=b"")
    contact_mark = models.CharField(max_length=64, blank=True)
    masked = models.CharField(_("number"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("operator")
    )
    rang_at = models.DateTimeField(_("rang"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    recording_url = models.CharField(_("recording"), max_length=500, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=Result.choices, blank=True, default=Result.NONE)
    note = models.CharField(_("note"), max_length=500, blank=True)
    report = models.ForeignKey(Report, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("report"))
    called_back_at = models.DateTimeField(_("called back"), null=True)
    called_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [models.UniqueConstraint(fields=("source", "call_id"), name="call_once")]
        indexes = [
            models.Index(fields=("rang_at", "id"), name="call_by_time"),
            models.Index(fields=("contact_mark", "rang_at"), condition=~Q(contact_mark=""), name="call_by_number"),
            models.Index(fields=("rang_at",), condition=Q(state__in=("ringing", "answered")), name="call_now"),
            models.Index(fields=("rang_at",), condition=Q(state="missed", called_back_at=None), name="call_to_return"),
        ]

    @property
    def seconds(self) -> int | None:
        """How long was spoken; None where nobody spoke, or somebody still does."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(0, int((self.ended_at - self.answered_at).total_seconds()))
