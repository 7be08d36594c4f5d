"""Orders from above and beside: what another body wants answered by a day."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge import clock
from chengge.casework.models import Report
from chengge.intake.models.channels import Source


class WorkOrder(models.Model):
    """An order that came with a report: a leader's instruction, a finding of an inspection, a ticket of 12345 or of the upper platform.

    It is answered when the case of its report has ended; what came by a program is answered by a notice to it.
    """

    class Kind(models.TextChoices):
        INSTRUCTION = "instruction", pgettext_lazy("order", "Leader's instruction")
        MEDIA = "media", pgettext_lazy("order", "Media")
        INSPECTION = "inspection", pgettext_lazy("order", "Inspection")
        HOTLINE = "hotline", pgettext_lazy("order", "Ticket of 12345")
        UPPER = "upper", pgettext_lazy("order", "Upper platform")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="+", verbose_name=_("report"))
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("source"))
    number = models.CharField(_("its number"), max_length=60, blank=True)
    whose = models.CharField(_("from whom"), max_length=60, blank=True)  # the leader, the paper, the inspecting body
    link = models.CharField(_("link"), max_length=500, blank=True)
    dated_on = models.DateField(_("dated"), null=True)
    due_at = models.DateTimeField(_("answer due"), null=True)
    received_at = models.DateTimeField(_("received"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=("kind", "number"), condition=~Q(number=""), name="order_comes_once"),
        ]
        indexes = [models.Index(fields=("due_at", "id"), condition=Q(answered_at=None), name="order_to_answer")]

    @property
    def is_late(self) -> bool:
        return self.answered_at is None and self.due_at is not None and self.due_at < clock.now()
