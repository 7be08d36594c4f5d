"""Limits, areas and days in the language of the person who reads them."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from chengge.domain.lifecycle import ClockKind
from chengge.domain.worktime import Limit
from chengge.foundation.models import LimitUnit


def limit_words(amount: int | None, unit: str) -> str:
    """`2 urgent working hours`; a dash where there is no limit."""
    if amount is None:
        return "–"
    said = {
        LimitUnit.MINUTE: ngettext("%(n)d minute", "%(n)d minutes", amount),
        LimitUnit.URGENT_HOUR: ngettext("%(n)d urgent working hour", "%(n)d urgent working hours", amount),
        LimitUnit.URGENT_DAY: ngettext("%(n)d urgent working day", "%(n)d urgent working days", amount),
        LimitUnit.WORK_MINUTE: ngettext("%(n)d working minute", "%(n)d working minutes", amount),
        LimitUnit.WORK_HOUR: ngettext("%(n)d working hour", "%(n)d working hours", amount),
        LimitUnit.WORK_DAY: ngettext("%(n)d working day", "%(n)d working days", amount),
        LimitUnit.NATURAL_DAY: ngettext("%(n)d calendar day", "%(n)d calendar days", amount),
    }
    return said[LimitUnit(unit)] % {"n": amount}


def words_of(limit: Limit) -> str:
    return limit_words(limit.amount, limit.unit.value)


def area_words(area_class: str) -> str:
    return _("Class %(area_class)s") % {"area_class": area_class} if area_class else _("Any area")


def clock_words(kind: ClockKind) -> str:
    """The name of a clock."""
    return {
        ClockKind.ACCEPTANCE: pgettext("clock", "Acceptance"),
        ClockKind.VERIFY: pgettext("clock", "Verify"),
        ClockKind.FILING: pgettext("clock", "Filing"),
        ClockKind.DISPATCH: pgettext("clock", "Dispatch"),
        ClockKind.HANDLING: pgettext("clock", "Handling"),
        ClockKind.LEVEL: pgettext("clock", "Lower level"),
        ClockKind.CHECK_SENDING: pgettext("clock", "Sending the check"),
        ClockKind.CHECK: pgettext("clock", "Check"),
        ClockKind.CLOSING: pgettext("clock", "Closing"),
    }[kind]
