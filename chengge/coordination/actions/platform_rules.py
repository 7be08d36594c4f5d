"""Keeping the platform's rules: a rule is ended and replaced from a day on, so that what was found by it is still judged by it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.coordination.models import EscalationRule, HardCase, HardCaseLimit, VisitRule
from chengge.coordination.queries.platform_rules import as_rule
from chengge.domain.errors import Refused
from chengge.domain.escalation import Stake, Step
from chengge.foundation.actions.dated import let_hold
from chengge.foundation.models import LimitUnit
from chengge.foundation.queries.dated import holding_on
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor

MOST_AMOUNT, MOST_PERCENT, MOST_COUNT = 1000, 10_000, 1000
COUNTED = (Stake.URGENT.value, Stake.ORDERED.value)


@dataclass(frozen=True, slots=True)
class EscalationValues:
    """What a rule of going up says; the names are those of `EscalationRule`."""

    after_percent: int
    staked_percent: int
    stakes: tuple[str, ...] = ()
    units_from: int = 0
    alike_from: int = 0


@transaction.atomic
def save_hard_limit(actor: Actor, way: str, amount: int, unit: str, day: date) -> HardCaseLimit:
    """Let a limit hold for one way from `day` on. Raises Forbidden, Refused; `field` names the value."""
    require_administrator(actor)
    if way not in HardCase.WayChoice.values:
        raise Refused("way", _("There is no such way."), field="way")
    _require_between("amount", amount, 1, MOST_AMOUNT)
    if unit not in LimitUnit.values:
        raise Refused("unit", _("There is no such unit."), _("Choose one of the units."), "unit")
    return let_hold(HardCaseLimit, {"way": way}, day, amount=amount, unit=unit)


@transaction.atomic
def save_escalation_rule(actor: Actor, step: int, values: EscalationValues, day: date) -> EscalationRule:
    """Let a rule hold for one step up from `day` on. A step is never due before the one below it. Raises Forbidden, Refused."""
    require_administrator(actor)
    if step not in {one.value for one in Step}:
        raise Refused("step", _("There is no such step."), field="step")
    for name in ("after_percent", "staked_percent"):
        _require_between(name, getattr(values, name), 0, MOST_PERCENT)
    for name in ("units_from", "alike_from"):
        _require_between(name, getattr(values, name), 0, MOST_COUNT)
    if values.staked_percent > values.after_percent:
        hint = _("Where much is at stake it goes up sooner, not later.")
        raise Refused("staked_percent", _("This is more than without a stake."), hint, "staked_percent")
    if not set(values.stakes) <= set(COUNTED):
        raise Refused("stakes", _("There is no such stake."), _("Choose one of those offered."), "stakes")
    for other in map(as_rule, holding_on(EscalationRule.objects.exclude(step=step), day)):
        for name in ("after_percent", "staked_percent"):
            mine, theirs = getattr(values, name), getattr(other, name)
            if (mine - theirs) * (step - other.step) < 0:
                hint = _("The nearer step comes first.")
                raise Refused(name, _("Another step goes by %(percent)d %%.") % {"percent": theirs}, hint, name)
    return let_hold(
        EscalationRule,
        {"step": step},
        day,
        after_percent=values.after_percent,
        staked_percent=values.staked_percent,
        stakes=list(values.stakes),
        units_from=values.units_from,
        alike_from=values.alike_from,
    )


@transaction.atomic
def save_visit_rule(actor: Actor, a_week: int, every_weeks: int, day: date) -> VisitRule:
    """Let departments be visited so often from `day` on. Raises Forbidden, Refused."""
    require_administrator(actor)
    _require_between("a_week", a_week, 1, 100)
    _require_between("every_weeks", every_weeks, 1, 104)
    return let_hold(VisitRule, {}, day, a_week=a_week, every_weeks=every_weeks)


def _require_between(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refused(name, _("A whole number from %(least)d to %(most)d.") % {"least": least, "most": most}, field=name)
