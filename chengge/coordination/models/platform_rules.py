"""What the city has decided about its platform, as dated rows: limits of the ways, going up, visits to departments."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.coordination.models.hard_cases import HardCase
from chengge.domain.escalation import Stake, Step
from chengge.foundation.models import LimitUnit
from chengge.organization.models import Dated


class StepChoice(models.IntegerChoices):
    DISTRICT = Step.DISTRICT.value, pgettext_lazy("escalation", "District")
    CITY = Step.CITY.value, pgettext_lazy("escalation", "City platform")
    DEPUTY = Step.DEPUTY.value, pgettext_lazy("escalation", "Deputy secretary-general")


class HardCaseLimit(Dated):
    """Within what time a hard case of one way is settled."""

    way = models.CharField(_("way"), max_length=9, choices=HardCase.WayChoice.choices)
    amount = models.PositiveSmallIntegerField(_("limit"))
    unit = models.CharField(_("unit"), max_length=12, choices=LimitUnit.choices)

    class Meta:
        verbose_name = _("limit of hard cases")
        verbose_name_plural = _("limits of hard cases")
        constraints = [models.UniqueConstraint(fields=("way",), condition=Q(valid_to=None), name="hard_case_limit_once")]


class EscalationRule(Dated):
    """When a hard case goes up to one step: after how much of its limit, and sooner where much is at stake.

    Attributes:
        stakes: which of `domain.escalation.Stake` urgent and ordered count.
        units_from, alike_from: from how many on bodies and like cases count; 0: never.
    """

    step = models.PositiveSmallIntegerField(_("step"), choices=StepChoice.choices)
    after_percent = models.PositiveSmallIntegerField(_("after so much of the limit (%)"))
    staked_percent = models.PositiveSmallIntegerField(_("where much is at stake (%)"))
    stakes = ArrayField(
        models.CharField(max_length=10, choices=[(Stake.URGENT.value, _("urgent")), (Stake.ORDERED.value, _("under an order"))]),
        default=list,
        verbose_name=_("counts as much at stake"),
    )
    units_from = models.PositiveSmallIntegerField(_("bodies in doubt, from"), default=0)
    alike_from = models.PositiveSmallIntegerField(_("like cases, from"), default=0)

    class Meta:
        verbose_name = _("rule of going up")
        verbose_name_plural = _("rules of going up")
        constraints = [models.UniqueConstraint(fields=("step",), condition=Q(valid_to=None), name="escalation_rule_once")]


class VisitRule(Dated):
    """How many departments are visited in a week, and within how many weeks each."""

    a_week = models.PositiveSmallIntegerField(_("visits a week"))
    every_weeks = models.PositiveSmallIntegerField(_("each at least every (weeks)"))

    class Meta:
        verbose_name = _("rule of visits")
        verbose_name_plural = _("rules of visits")
        constraints = [models.UniqueConstraint(fields=("valid_from",), name="visit_rule_once")]
