"""Numbers, times and lights in the words of the person who reads them. Times are those of the city."""

from datetime import datetime, timedelta

from django import template
from django.template.defaultfilters import date as written_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge import clock
from chengge.casework.models import Basis, Case, Degree
from chengge.casework.queries import ClockAccount
from chengge.casework.words import action_name, deed
from chengge.domain import worktime
from chengge.foundation.words import limit_words
from chengge.organization.queries import CITY_ZONE, city_day

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400
SAID_IN_MINUTES, SAID_IN_HOURS = 60 * MINUTE, 48 * HOUR  # up to here; what is longer is said in the next unit


@register.filter
def span(seconds: float) -> str:
    """A length of time in its largest fitting unit, cut off: 9 min, 5 h, 3 d. `countdown.js` counts the same way."""
    seconds = abs(int(seconds))
    if seconds < MINUTE:
        return pgettext("span", "less than 1 min")
    if seconds < SAID_IN_MINUTES:
        return pgettext("span", "%(count)s min") % {"count": seconds // MINUTE}
    if seconds < SAID_IN_HOURS:
        return pgettext("span", "%(count)s h") % {"count": seconds // HOUR}
    return pgettext("span", "%(count)s d") % {"count": seconds // DAY}


@register.filter
def left(due_at: datetime | None) -> str:
    """How long until a moment, or since it: 9 min left, 4 min over. Nothing where there is no moment."""
    if due_at is None:
        return ""
    seconds = (due_at - clock.now()).total_seconds()
    return (_("%(span)s left") if seconds >= 0 else _("%(span)s over")) % {"span": span(seconds)}


@register.filter
def light(case: Case) -> str:
    """green, yellow or red; none for a case whose clocks stand."""
    if case.due_at is None or case.yellow_at is None:
        return "none"
    return worktime.light(int(clock.now().timestamp()), int(case.yellow_at.timestamp()), int(case.due_at.timestamp())).value


@register.filter
def light_word(name: str) -> str:
    """What a light says, for those who do not see its colour."""
    return {"green": _("In time"), "yellow": _("Due soon"), "red": _("Overdue")}.get(name, "")


@register.filter
def epoch(moment: datetime | None) -> str:
    """Milliseconds since 1970, as scripts count; nothing for no moment."""
    return "" if moment is None else str(int(moment.timestamp() * 1000))


@register.filter
def moment(at: datetime | None) -> str:
    """A moment as people say it: today 14:07, yesterday 09:10, 11-20 14:07; the year where it is another one."""
    if at is None:
        return ""
    local, today = at.astimezone(CITY_ZONE), city_day(clock.now())
    if local.date() == today:
        return _("today %(time)s") % {"time": f"{local:%H:%M}"}
    if local.date() == today - timedelta(days=1):
        return _("yesterday %(time)s") % {"time": f"{local:%H:%M}"}
    if local.date() == today + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": f"{local:%H:%M}"}
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


@register.filter
def day(at: datetime | None) -> str:
    """The city's day of a moment: 11-24, with the year where it is another one."""
    if at is None:
        return ""
    that, today = city_day(at), city_day(clock.now())
    return f"{that:%m-%d}" if that.year == today.year else f"{that:%Y-%m-%d}"


@register.filter
def exactly(at: datetime | None) -> str:
    """A moment in full, to the second, for a tooltip and machines."""
    return "" if at is None else f"{at.astimezone(CITY_ZONE):%Y-%m-%d %H:%M:%S}"


@register.filter
def time_of_day(at: datetime) -> str:
    return f"{at.astimezone(CITY_ZONE):%H:%M}"


@register.filter
def weekday(day: datetime) -> str:
    """A day with its weekday, as the language writes it."""
    return f"{day:%m-%d} {written_date(day, 'D')}"


@register.filter
def case_number(number: str) -> str:
    """A case number parted into day, county and serial."""
    return f"{number[:8]} {number[8:14]} {number[14:]}" if len(number) == 20 else number


@register.filter
def grid_code(code: int | None) -> str:
    return "" if code is None else f"{code:015d}"


@register.filter
def component_code(code: int | None) -> str:
    return "" if code is None else f"{code:016d}"


@register.simple_tag
def limit(amount: int, unit: str) -> str:
    """A limit in words: 2 urgent working hours."""
    return limit_words(amount, unit)


@register.filter
def used_of(account: ClockAccount) -> str:
    """How much of a limit is used, in the limit's own unit: 13 / 15 minutes."""
    used = account.used_seconds * account.limit_amount / max(account.limit_seconds, 1)
    close = used < 10 or abs(used - account.limit_amount) < 1  # where a whole number would say too little
    said = f"{int(used * 10) / 10:g}" if close else str(int(used))
    return f"{said} / {limit_words(account.limit_amount, account.limit_unit)}"


@register.filter
def hours_minutes(seconds: int) -> str:
    """A sum of working time: 3 h 20 min."""
    hours, minutes = divmod(int(seconds) // MINUTE, 60)
    parts = []
    if hours:
        parts.append(pgettext("span", "%(count)s h") % {"count": hours})
    if minutes or not hours:
        parts.append(pgettext("span", "%(count)s min") % {"count": minutes})
    return " ".join(parts)


@register.filter
def action_words(action: str) -> str:
    """What the button of an action says."""
    return action_name(action)


@register.filter
def deed_words(action: str) -> str:
    """What the timeline says of an action that was taken."""
    return deed(action)


@register.filter
def basis_word(basis: str) -> str:
    """Why something was asked or ordered, in a word."""
    return str(Basis(basis).label) if basis in Basis.values else basis


@register.filter
def degree_word(degree: int) -> str:
    """How pressing an order is, in a word."""
    return str(Degree(degree).label) if degree in Degree.values else ""


@register.filter
def unlocalized(number: float) -> str:
    """A number as machines write it, whatever the language."""
    return repr(float(number))


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()
