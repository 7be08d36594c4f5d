"""Keeping the rules of requests: a rule is ended and replaced, so that what was asked by it is still judged by it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.casework.models import RequestRule
from chengge.casework.words import post_names
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import ASKINGS, BY_ACTION, Post, Request
from chengge.foundation.actions.dated import let_hold
from chengge.foundation.models import LimitUnit
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor

MOST = {"most": 99, "adds_limits": 10, "most_days": 3650, "answer_amount": 1000, "evidence_from": 99, "apart_minutes": 100_000}


@dataclass(frozen=True, slots=True)
class RequestRuleValues:
    """What a rule of requests says; the names are those of `RequestRule`."""

    granted_by: tuple[str, ...] = ()
    most: int = 0
    adds_limits: int = 1
    most_days: int = 0
    answer_amount: int = 1
    answer_unit: str = "work_day"
    evidence_from: int = 0
    apart_minutes: int = 0


@transaction.atomic
def save_request_rule(actor: Actor, kind: str, values: RequestRuleValues, day: date) -> RequestRule:
    """Let a rule hold from `day` on, in place of the one of its kind that holds.

    Raises:
        Forbidden: the actor is no administrator. Refused: a value is none; `field` names it.
    """
    require_administrator(actor)
    if kind not in RequestRule.Kind.values:
        raise Refused("kind", _("There is no such kind of request."), field="kind")
    _check(kind, values)
    return let_hold(
        RequestRule,
        {"kind": kind},
        day,
        granted_by=list(values.granted_by),
        most=values.most,
        adds_limits=values.adds_limits,
        most_days=values.most_days,
        answer_amount=values.answer_amount,
        answer_unit=values.answer_unit,
        evidence_from=values.evidence_from,
        apart_minutes=values.apart_minutes,
    )


def posts_that_may_grant(kind: str) -> tuple[Post, ...]:
    """The posts among which a rule may choose: those of the rule book."""
    if kind not in {one.value for one in Request}:
        return ()
    return tuple(post for post in Post if post in BY_ACTION[ASKINGS[Request(kind)].grant].posts)


def _check(kind: str, values: RequestRuleValues) -> None:
    allowed = posts_that_may_grant(kind)
    if not set(values.granted_by) <= {post.value for post in allowed}:
        hint = _("Choose one of: %(choices)s.") % {"choices": post_names(allowed)}
        raise Refused("granted_by", _("The rule book lets other posts answer this."), hint, "granted_by")
    for name, most in MOST.items():
        least = 1 if name in {"answer_amount", "adds_limits"} else 0
        if not least <= getattr(values, name) <= most:
            raise Refused(name, _("A whole number from %(least)d to %(most)d.") % {"least": least, "most": most}, field=name)
    if values.answer_unit not in LimitUnit.values:
        raise Refused("answer_unit", _("There is no such unit."), _("Choose one of the units."), "answer_unit")
