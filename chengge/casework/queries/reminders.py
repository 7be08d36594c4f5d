"""The rules by which clocks remind, and what reminded of late without finding anybody."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.models import Case, Reminder, ReminderRule
from chengge.domain.lifecycle import ClockKind

LATELY = timedelta(days=7)
MOST = 50
# In the order in which somebody hears of a clock.
ORDER = {moment: number for number, moment in enumerate(ReminderRule.Moment.values)}


@dataclass(frozen=True, slots=True)
class Unheard:
    """A clock for which nobody was on the post that was meant; `told` of those further up."""

    reminder: Reminder
    case: Case


def reminder_rules(day: date) -> dict[ClockKind, list[ReminderRule]]:
    """The rules that hold on a day or later, by clock, in the order of their moments. One query."""
    rows: dict[ClockKind, list[ReminderRule]] = {kind: [] for kind in ClockKind}
    for row in ReminderRule.objects.exclude(valid_to__lte=day):
        rows[ClockKind(row.clock)].append(row)
    for rules in rows.values():
        rules.sort(key=_order)
    return rows


def unheard() -> list[Unheard]:
    """What reminded within a week and did not find the post it was meant for, the last first, at most `MOST`. Two queries."""
    lately = Reminder.objects.filter(went_up=True, at__gte=clock.now() - LATELY).select_related("rule").order_by("-at")[:MOST]
    reminders = list(lately)
    cases = Case.objects.in_bulk({reminder.case_id for reminder in reminders})
    return [Unheard(reminder, cases[reminder.case_id]) for reminder in reminders]


def moment_words(rule: ReminderRule) -> str:
    """When a reminder rule reminds: 30 minutes after due."""
    said = {
        ReminderRule.Moment.SHARE_LEFT: _("%(n)d%% of the limit left"),
        ReminderRule.Moment.BEFORE: ngettext("%(n)d minute before due", "%(n)d minutes before due", rule.amount),
        ReminderRule.Moment.DUE: _("when due"),
        ReminderRule.Moment.AFTER: ngettext("%(n)d minute after due", "%(n)d minutes after due", rule.amount),
        ReminderRule.Moment.AFTER_WORK: ngettext("%(n)d working minute after due", "%(n)d working minutes after due", rule.amount),
    }
    words = said[ReminderRule.Moment(rule.moment)]
    return words if rule.moment == ReminderRule.Moment.DUE else words % {"n": rule.amount}


def _order(rule: ReminderRule) -> tuple[int, int]:
    sooner_first = rule.moment in (ReminderRule.Moment.SHARE_LEFT, ReminderRule.Moment.BEFORE)
    return ORDER[rule.moment], -rule.amount if sooner_first else rule.amount
