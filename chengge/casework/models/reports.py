"""What one reporter said."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengge.casework.models.cases import Case
from chengge.casework.models.choices import Channel
from chengge.foundation.models import ProblemClass


class Report(models.Model):
    """What one reporter said. Several reports may hang on one case; one that lacks a place or class waits for an answer."""

    class State(models.TextChoices):
        INCOMPLETE = "incomplete", _("waits for an answer")
        ATTACHED = "attached", _("attached to a case")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="reports")
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    reporter_name = models.CharField(_("reporter"), max_length=40, blank=True)
    contact = models.BinaryField(_("contact (encrypted)"), default=b"")
    contact_mark = models.CharField(max_length=64, blank=True, default="", db_default="")  # finds the same contact again (`contacts.mark`)
    problem_class = models.ForeignKey(
        ProblemClass,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    description = models.CharField(_("description"), max_length=1000, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    lon = models.FloatField(_("longitude"), null=True)
    lat = models.FloatField(_("latitude"), null=True)
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True)
    component_code = models.BigIntegerField(_("component"), null=True)
    other_number = models.CharField(_("number in the other system"), max_length=60, blank=True)
    reported_at = models.DateTimeField(_("reported"))
    key = models.CharField(max_length=64, null=True)
    token_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of what a reporter without an account follows the report by
    erased_at = models.DateTimeField(null=True)  # the person behind it was forgotten, by age or on request

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            models.Index(fields=("member", "reported_at"), name="report_by_member"),
            models.Index(
                fields=("reported_at",),
                condition=Q(state="incomplete"),
                name="report_incomplete",
            ),
            models.Index(fields=("contact_mark",), condition=~Q(contact_mark=""), name="report_by_contact"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("member", "key"),
                condition=Q(key__isnull=False),
                name="report_sent_once",
            ),
            models.UniqueConstraint(fields=("key",), condition=Q(key__isnull=False, member=None), name="machine_report_sent_once"),
        ]
