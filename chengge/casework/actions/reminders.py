"""Keeping the rules by which clocks remind: a rule is ended and replaced, so that what reminded by it still finds it."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chengge.casework.models import ClockChoice, ReminderRule
from chengge.domain.errors import Conflict, NotFound, Refused
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor

MOST_MINUTES = 60 * 24 * 60
MOST_PERCENT = 99
PLACEHOLDERS = ("clock", "number", "class", "place", "due", "holder")


@dataclass(frozen=True, slots=True)
class ReminderValues:
    """What a reminder rule says; the names are those of `ReminderRule`."""

    clock: str
    moment: str
    amount: int
    to: str
    topic: str
    text: str = ""


@transaction.atomic
def save_reminder_rule(actor: Actor, values: ReminderValues, day: date, rule_id: int | None = None) -> ReminderRule:
    """Begin a rule on `day`, in place of another one where `rule_id` names it.

    Raises:
        Forbidden: the actor is no administrator; NotFound: the rule does not hold any more.
        Refused: a value is none; Conflict: the same rule holds already.
    """
    require_administrator(actor)
    _check(values)
    if rule_id is not None:
        _end(rule_id, day)
    row = ReminderRule(
        clock=values.clock,
        moment=values.moment,
        amount=0 if values.moment == ReminderRule.Moment.DUE else values.amount,
        to=values.to,
        topic=values.topic,
        text=values.text.strip(),
        valid_from=day,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("same", _("This clock reminds the same people at the same moment already."), _("Change that rule.")) from error
    return row


@transaction.atomic
def end_reminder_rule(actor: Actor, rule_id: int, day: date) -> None:
    """End a rule on `day`. Raises Forbidden, NotFound, Refused."""
    require_administrator(actor)
    _end(rule_id, day)


def _end(rule_id: int, day: date) -> None:
    row = ReminderRule.objects.select_for_update().filter(pk=rule_id, valid_to=None).first()
    if row is None:
        raise NotFound("not_holding", _("This row does not hold any more."), _("Look at the present state and try again."))
    if row.valid_from > day:
        raise Refused("begins_later", _("This rule begins on %(day)s.") % {"day": row.valid_from}, field="day")
    row.valid_to = day
    row.save()


def _check(values: ReminderValues) -> None:
    for name, choices in (
        ("clock", ClockChoice.values),
        ("moment", ReminderRule.Moment.values),
        ("to", ReminderRule.To.values),
        ("topic", ReminderRule.Topic.values),
    ):
        if getattr(values, name) not in choices:
            raise Refused(name, _("Choose one of: %(choices)s.") % {"choices": _(", ").join(choices)}, field=name)
    is_share = values.moment == ReminderRule.Moment.SHARE_LEFT
    most = MOST_PERCENT if is_share else MOST_MINUTES
    if values.moment != ReminderRule.Moment.DUE and not 1 <= values.amount <= most:
        message = _("The percent of the limit that is left: 1 to %(most)d.") if is_share else _("Minutes: 1 to %(most)d.")
        raise Refused("amount", message % {"most": most}, field="amount")
    if len(values.text) > 200:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": 200}, _("Shorten it."), "text")
