"""Side paths of a case, and the rules by which they are asked and granted."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models.cases import Case
from chengge.domain.lifecycle import Request
from chengge.foundation.models import LimitUnit
from chengge.organization.models import Dated, Organization


class SidePath(models.Model):
    """One request or supervision order on a case: a fold of the ledger like the case itself.

    Who asked, in which words and with which photos, stands in the entry numbered `asked_seq`.
    """

    class Kind(models.TextChoices):
        RETURN = Request.RETURN.value, pgettext_lazy("side path", "Return")
        EXTENSION = Request.EXTENSION.value, pgettext_lazy("side path", "Extension")
        SUSPENSION = Request.SUSPENSION.value, pgettext_lazy("side path", "Suspension")
        APPEAL = Request.APPEAL.value, pgettext_lazy("side path", "Appeal")
        ORDER = "order", pgettext_lazy("side path", "Supervision order")

    class Outcome(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("side path", "Granted")
        REFUSED = "refused", pgettext_lazy("side path", "Refused")
        LAPSED = "lapsed", pgettext_lazy("side path", "Lapsed")  # the case went on before anybody answered
        WITHDRAWN = "withdrawn", pgettext_lazy("side path", "Withdrawn")  # by who asked, before anybody answered
        ANSWERED = "answered", pgettext_lazy("side path", "Answered")
        LIFTED = "lifted", pgettext_lazy("side path", "Lifted")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="side_paths", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # the department's
    asked_seq = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    answer_due_at = models.DateTimeField(null=True)
    basis = models.CharField(max_length=24, blank=True)
    degree = models.PositiveSmallIntegerField(default=0)  # of an order, 1 to 3
    until = models.DateTimeField(null=True)  # a suspension's end, as asked and then as granted
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # none while it waits for an answer or is in force
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)

    class Meta:
        verbose_name = _("side path")
        verbose_name_plural = _("side paths")
        constraints = [models.UniqueConstraint(fields=("case", "ordinal"), name="side_path_in_order")]
        indexes = [
            models.Index(fields=("kind", "answer_due_at"), condition=Q(answered_at=None, ended_at=None), name="side_path_unanswered"),
            models.Index(fields=("kind", "asked_at"), name="side_path_by_time"),
        ]


class RequestRule(Dated):
    """What holds for one kind of request, for orders or for urging: who grants, how often, how long, and by when it is answered."""

    class Kind(models.TextChoices):
        RETURN = Request.RETURN.value, pgettext_lazy("side path", "Return")
        EXTENSION = Request.EXTENSION.value, pgettext_lazy("side path", "Extension")
        SUSPENSION = Request.SUSPENSION.value, pgettext_lazy("side path", "Suspension")
        APPEAL = Request.APPEAL.value, pgettext_lazy("side path", "Appeal")
        ORDER = "order", pgettext_lazy("side path", "Supervision order")
        URGE = "urge", pgettext_lazy("side path", "Urging")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    granted_by = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("granted by"))  # empty: whom the rule book names
    most = models.PositiveSmallIntegerField(_("how often"), default=0)  # granted; 0: no limit
    adds_limits = models.PositiveSmallIntegerField(_("original limits added"), default=1)  # by an extension
    most_days = models.PositiveSmallIntegerField(_("days at most"), default=0)  # suspension: its length; appeal: since closing; 0: any
    answer_amount = models.PositiveSmallIntegerField(_("answer within"), default=1)
    answer_unit = models.CharField(_("unit"), max_length=12, choices=LimitUnit.choices, default="work_day")
    evidence_from = models.PositiveSmallIntegerField(_("photo from which time on"), default=0)  # 1: always; 0: never
    apart_minutes = models.PositiveIntegerField(_("minutes apart"), default=0)  # for urging

    class Meta:
        verbose_name = _("request rule")
        verbose_name_plural = _("request rules")
        constraints = [models.UniqueConstraint(fields=("kind",), condition=Q(valid_to=None), name="request_rule_once")]
