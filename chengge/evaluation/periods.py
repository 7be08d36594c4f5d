"""Periods by which a city is judged: a year, a half, a quarter, a month, an ISO week or a day, by the city's clock."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.organization.queries import CITY_ZONE, city_day

FIRST_YEAR, LAST_YEAR = 1990, 2200
# By how many months the calendar's own periods go.
YEAR, HALF, QUARTER, MONTH = 12, 6, 3, 1


@dataclass(frozen=True, slots=True)
class Period:
    """A named span of whole days of the city.

    Attributes:
        name: "2026", "2026-H2", "2026-Q4", "2026-10", "2026-W41" or "2026-10-05".
        first, after: its first day, and the day after its last.
    """

    name: str
    first: date
    after: date

    @property
    def begin(self) -> datetime:
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment from which the next period counts."""
        return _midnight(self.after)

    @property
    def before(self) -> "Period":
        """The period of the same kind before this one."""
        return period_of(_named(self.first - timedelta(days=1), self.name))

    @property
    def last(self) -> date:
        return self.after - timedelta(days=1)


def period_of(name: str) -> Period:
    """The period of a name. Raises Refused (field `period`) for a name that none has."""
    try:
        first, after = _days_of(name)
    except ValueError:
        raise Refused(
            "period",
            _("“%(name)s” is no period.") % {"name": name},
            _("Write a year 2026, a half 2026-H2, a quarter 2026-Q4, a month 2026-10, an ISO week 2026-W41 or a day 2026-10-05."),
            field="period",
        ) from None
    return Period(name, first, after)


def month_of(day: date) -> Period:
    """The calendar month in which a day lies."""
    return period_of(f"{day:%Y-%m}")


def span_before(begin: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The span before one: of the calendar where it is of the calendar (a month before a month), else the same length."""
    first, after = city_day(begin), city_day(end)
    if _midnight(first) == begin and _midnight(after) == end and first.day == 1 and after.day == 1:
        months = (after.year - first.year) * 12 + after.month - first.month
        if (first.month - 1) % months == 0 and months in (YEAR, HALF, QUARTER, MONTH):
            return _midnight(_months_on(first, -months)), begin
    return begin - (end - begin), begin


def _days_of(name: str) -> tuple[date, date]:
    match = re.fullmatch(r"(\d{4})(?:-(H[12]|Q[1-4]|W\d{2}|\d{2}(?:-\d{2})?))?", name)
    if match is None or not FIRST_YEAR <= int(match[1]) < LAST_YEAR:
        raise ValueError(name)
    year, rest = int(match[1]), match[2] or ""
    match rest[:1], len(rest):
        case "", _:
            first, months = date(year, 1, 1), YEAR
        case "H", _:
            first, months = date(year, 1 + HALF * (int(rest[1]) - 1), 1), HALF
        case "Q", _:
            first, months = date(year, 1 + QUARTER * (int(rest[1]) - 1), 1), QUARTER
        case "W", _:
            monday = date.fromisocalendar(year, int(rest[1:]), 1)
            return monday, monday + timedelta(days=7)
        case _, 5:
            day = date.fromisoformat(name)
            return day, day + timedelta(days=1)
        case _:
            first, months = date(year, int(rest), 1), MONTH
    return first, _months_on(first, months)


def _named(day: date, like: str) -> str:
    """The name of the period of the same kind as `like` in which a day lies."""
    kind = like[5:6]
    if "W" in like:
        year, week, _day = day.isocalendar()
        return f"{year}-W{week:02d}"
    if kind == "H":
        return f"{day.year}-H{(day.month - 1) // HALF + 1}"
    if kind == "Q":
        return f"{day.year}-Q{(day.month - 1) // QUARTER + 1}"
    return f"{day.year:04d}" if not kind else day.isoformat()[: len(like)]


def _months_on(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CITY_ZONE)
