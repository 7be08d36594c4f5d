"""The rules by which seconded staff are checked: a rule is ended and replaced, so that who was checked by it stays checked by it."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.coordination.actions.seconded import MOST_THRESHOLD, require_post
from chengge.coordination.models import SecondmentCheck, SecondmentRule
from chengge.domain.errors import NotFound, Refused
from chengge.domain.secondment import MEASURED, RuleKind
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor


@transaction.atomic
def save_rule(actor: Actor, kind: str, post: str, threshold: Decimal | None, day: date) -> SecondmentRule:
    """Let a rule hold from `day` on, in place of the one of its kind and post.

    Raises:
        Forbidden: the actor is no administrator. Refused: a value is none; `field` names it.
    """
    require_administrator(actor)
    if kind not in SecondmentRule.Kind.values:
        raise Refused("kind", _("There is no such rule."), field="kind")
    if post:
        require_post(post)
    number = RuleKind(kind) in MEASURED or kind == RuleKind.VISIT
    least = 1 if kind == RuleKind.VISIT else 0
    if number and (threshold is None or not least <= threshold <= MOST_THRESHOLD):
        raise Refused("threshold", _("A number from %(least)d to %(most)d.") % {"least": least, "most": MOST_THRESHOLD}, field="threshold")
    _close_rule(kind, post, day)
    return SecondmentRule.objects.create(kind=kind, post=post, threshold=threshold if number else None, valid_from=day)


@transaction.atomic
def end_rule(actor: Actor, rule_id: int, day: date) -> None:
    """Let a rule hold no longer from `day` on. Raises Forbidden, NotFound, Refused."""
    require_administrator(actor)
    rule = SecondmentRule.objects.filter(pk=rule_id, valid_to=None).first()
    if rule is None:
        raise NotFound("rule", _("This rule does not hold any more."))
    _close_rule(rule.kind, rule.post, day)


def _close_rule(kind: str, post: str, day: date) -> None:
    before = SecondmentRule.objects.select_for_update().filter(kind=kind, post=post, valid_to=None).first()
    if before is None:
        return
    if before.valid_from > day:
        raise Refused("begins_later", _("This rule begins on %(day)s.") % {"day": before.valid_from}, field="day")
    if before.valid_from == day and not SecondmentCheck.objects.filter(rule=before).exists():
        before.delete()
        return
    before.valid_to = day
    before.save(update_fields=["valid_to"])
