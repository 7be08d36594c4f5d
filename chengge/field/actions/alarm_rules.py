"""The city's rules for alarms: a changed rule ends, and another begins; switched off, none holds."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.field.models import AlarmKind, AlarmRule
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor

LONGEST_MINUTES = 24 * 60
FARTHEST_M = 5000


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What a rule says; `threshold` is metres, or percent for grids not visited."""

    threshold: int = 0
    minutes: int = 0
    fixes: int = 1
    fixes_back: int = 1
    escalate_minutes: int = 15


@transaction.atomic
def save_alarm_rule(actor: Actor, kind: AlarmKind, values: RuleValues, day: date) -> AlarmRule:
    """Let a rule hold from `day` on; the one that holds ends on that day.

    Raises:
        Forbidden: the actor is no administrator.
        Refused: a value is out of range, or a rule begins later than `day`.
    """
    require_administrator(actor)
    most = 100 if kind == AlarmKind.UNVISITED else FARTHEST_M
    for name, value, least, limit in (
        ("threshold", values.threshold, 0, most),
        ("minutes", values.minutes, 0, LONGEST_MINUTES),
        ("fixes", values.fixes, 1, 100),
        ("fixes_back", values.fixes_back, 1, 100),
        ("escalate_minutes", values.escalate_minutes, 1, LONGEST_MINUTES),
    ):
        if not least <= value <= limit:
            raise Refused("range", _("This must lie between %(least)d and %(most)d.") % {"least": least, "most": limit}, field=name)
    _end(kind, day)
    return AlarmRule.objects.create(
        kind=kind,
        valid_from=day,
        threshold=values.threshold,
        minutes=values.minutes,
        fixes=values.fixes,
        fixes_back=values.fixes_back,
        escalate_minutes=values.escalate_minutes,
    )


@transaction.atomic
def end_alarm_rule(actor: Actor, kind: AlarmKind, day: date) -> None:
    """Switch a kind of alarm off from `day` on. Raises Forbidden, and Refused when a rule begins later."""
    require_administrator(actor)
    _end(kind, day)


def _end(kind: AlarmKind, day: date) -> None:
    for rule in AlarmRule.objects.select_for_update().filter(kind=kind, valid_to=None):
        if rule.valid_from > day:
            raise Refused(
                "begins_later",
                _("A rule for “%(kind)s” begins on %(day)s already.") % {"kind": kind.label, "day": rule.valid_from},
                _("Choose a later day."),
                field="day",
            )
        rule.valid_to = day
        rule.save(update_fields=["valid_to"])
