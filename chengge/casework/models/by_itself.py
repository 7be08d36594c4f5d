"""Dispatch by itself: by which values each class goes, who switched it on and off, and what was dispatched so."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from chengge.casework.models.cases import Case
from chengge.foundation.models import ProblemClass
from chengge.organization.models import Dated, Organization


class ByItselfRule(Dated):
    """The values that hold for one class, or (without a class) for every class that has none of its own.

    Attributes:
        least_percent: how certain who answers must be.
        undo_minutes: how long a dispatcher may undo.
        bar_percent, minimum_sample, window_days: of the last days the share that must have been right, once so many are judged;
            below it the class is switched off.
    """

    problem_class = models.ForeignKey(
        ProblemClass, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("class")
    )
    least_percent = models.PositiveSmallIntegerField(
        _("least certainty"), default=90, validators=[MinValueValidator(60), MaxValueValidator(100)]
    )
    undo_minutes = models.PositiveSmallIntegerField(_("minutes to undo"), default=15)
    bar_percent = models.PositiveSmallIntegerField(_("accuracy at least"), default=90, validators=[MaxValueValidator(100)])
    minimum_sample = models.PositiveSmallIntegerField(_("judged from"), default=20, validators=[MinValueValidator(1)])
    window_days = models.PositiveSmallIntegerField(_("days looked back"), default=90, validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("rule of dispatch by itself")
        verbose_name_plural = _("rules of dispatch by itself")
        constraints = [
            models.UniqueConstraint(Coalesce("problem_class", 0), condition=Q(valid_to=None), name="by_itself_rule_once"),
        ]


class ByItselfSwitch(models.Model):
    """Dispatch by itself switched on or off for a class; the latest row is what holds. Without a row it is off.

    Attributes:
        member: none where it was switched off by itself, under its bar.
        why: in the words of who switched it; where nobody did, `judged_count` and `right_count` say it.
    """

    problem_class = models.ForeignKey(ProblemClass, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("class"))
    is_on = models.BooleanField(_("on"))
    at = models.DateTimeField(_("when"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    why = models.CharField(_("reason"), max_length=300, blank=True)
    judged_count = models.PositiveIntegerField(_("judged"), default=0)
    right_count = models.PositiveIntegerField(_("right"), default=0)

    class Meta:
        verbose_name = _("switch of dispatch by itself")
        verbose_name_plural = _("switches of dispatch by itself")
        indexes = [models.Index(fields=("problem_class", "-id"), name="by_itself_switch_latest")]


class SelfDispatch(models.Model):
    """A case that was dispatched by itself: written with the ledger entry that says why, so that the accuracy is counted quickly.

    Attributes:
        seq: of the entry; ordinal: of the assignment that it began at the platform.
        problem_class: of the case at that moment.
        body: whom the claim named, which may lie below the platform.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="self_dispatches", db_index=False)
    seq = models.PositiveIntegerField()
    ordinal = models.PositiveSmallIntegerField()
    problem_class = models.ForeignKey(ProblemClass, on_delete=models.PROTECT, related_name="+", db_index=False)
    platform = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    ground = models.CharField(_("ground"), max_length=12)
    certainty = models.FloatField(_("certainty"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("dispatch by itself")
        verbose_name_plural = _("dispatches by itself")
        constraints = [models.UniqueConstraint(fields=("case", "seq"), name="self_dispatch_once")]
        indexes = [
            models.Index(fields=("problem_class", "at"), name="self_dispatch_by_class"),
            models.Index(fields=("at",), name="self_dispatch_by_time"),
        ]
