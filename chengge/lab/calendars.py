"""The demo city's working calendars: seasons, public holidays and make-up days of last year, this year and next.

What the State Council has announced is written down; other years get the main days of the law, by date or by the moon, and say in
their name that they are provisional. All of it are rows that the city can edit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.actions.calendars import DayValues, SeasonValues, put_days, save_calendar
from chengge.organization.models import WorkingCalendar

OFFICE, CREWS = "office", "crews"
PROVISIONAL = "（暂定）"

SEASONS = {
    OFFICE: (
        SeasonValues("夏令", "06-01", "09-30", "08:30-12:00 14:30-18:00"),
        SeasonValues("冬令", "10-01", "05-31", "08:30-12:00 13:30-17:30"),
    ),
    CREWS: (
        SeasonValues("夏令", "06-01", "09-30", "07:00-11:30 14:30-18:00", "123456"),
        SeasonValues("冬令", "10-01", "05-31", "07:30-11:30 13:30-17:30", "123456"),
    ),
}
NAMES = {OFFICE: "机关与企业（五天）", CREWS: "养护作业（六天）"}

# Announced by the State Council's office: first and last day off, and the weekend days that are worked for it.
ANNOUNCED: dict[int, tuple[tuple[str, str, str, tuple[str, ...]], ...]] = {
    2025: (
        ("元旦", "01-01", "01-01", ()),
        ("春节", "01-28", "02-04", ("01-26", "02-08")),
        ("清明节", "04-04", "04-06", ()),
        ("劳动节", "05-01", "05-05", ("04-27",)),
        ("端午节", "05-31", "06-02", ()),
        ("国庆节、中秋节", "10-01", "10-08", ("09-28", "10-11")),
    ),
    2026: (
        ("元旦", "01-01", "01-03", ("01-04",)),
        ("春节", "02-15", "02-23", ("02-14", "02-28")),
        ("清明节", "04-04", "04-06", ()),
        ("劳动节", "05-01", "05-05", ("05-09",)),
        ("端午节", "06-19", "06-21", ()),
        ("中秋节", "09-25", "09-27", ()),
        ("国庆节", "10-01", "10-07", ("09-20", "10-10")),
    ),
}


@dataclass(frozen=True, slots=True)
class LunarYear:
    """A lunar year: its first day, and the lengths of its months up to the eighth, leap months left in their place."""

    first_day: date
    month_lengths: tuple[int, ...]
    leap_after: int = 0  # the month that a leap month follows; 0 where there is none before the ninth

    def day(self, month: int, day: int) -> date:
        """The date of a day of a month that is no leap month."""
        before = month - 1 + (1 if 0 < self.leap_after < month else 0)
        return self.first_day + timedelta(days=sum(self.month_lengths[:before]) + day - 1)


# The Chinese calendar (its rules: GB/T 33661): first day, lengths of the first months (1 is 30 days, 0 is 29), leap month.
_LUNAR = {
    2026: ("2026-02-17", "10100100", 0),
    2027: ("2027-02-06", "11010010", 0),
    2028: ("2028-01-26", "111010010", 5),
    2029: ("2029-02-13", "11010101", 0),
    2030: ("2030-02-03", "01011010", 0),
    2031: ("2031-01-23", "011010110", 3),
    2032: ("2032-02-11", "10010110", 0),
}


def lunar_year(year: int) -> LunarYear | None:
    """The lunar year that begins in `year`, where it is known here."""
    if year not in _LUNAR:
        return None
    first, lengths, leap = _LUNAR[year]
    return LunarYear(date.fromisoformat(first), tuple(29 + int(bit) for bit in lengths), leap)


def special_days(year: int) -> list[DayValues]:
    """Holidays and make-up days of a year."""
    if year in ANNOUNCED:
        return list(_announced(year))
    return list(_by_law(year))


def make_calendars(years: tuple[int, ...]) -> dict[str, WorkingCalendar]:
    """Write the calendars with the special days of these years."""
    days = [day for year in years for day in special_days(year)]
    found = {}
    for code, seasons in SEASONS.items():
        calendar = save_calendar(COMMAND_LINE, code, NAMES[code], 8, seasons)
        put_days(COMMAND_LINE, calendar.pk, days)
        found[code] = calendar
    return found


def _announced(year: int) -> Iterator[DayValues]:
    for name, first, last, worked in ANNOUNCED[year]:
        day, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
        while day <= end:
            yield DayValues(day, False, name)
            day += timedelta(days=1)
        for other in worked:
            yield DayValues(date.fromisoformat(f"{year}-{other}"), True, f"{name}调休上班")


def _by_law(year: int) -> Iterator[DayValues]:
    """The thirteen days that the law names (2024), without shifts, which are announced late in the year before."""
    found = [("元旦", date(year, 1, 1)), ("清明节", _qingming(year)), ("劳动节", date(year, 5, 1)), ("劳动节", date(year, 5, 2))]
    found += [("国庆节", date(year, 10, day)) for day in (1, 2, 3)]
    moon = lunar_year(year)
    if moon is not None:
        found += [("春节", moon.first_day + timedelta(days=shift)) for shift in (-1, 0, 1, 2)]
        found += [("端午节", moon.day(5, 5)), ("中秋节", moon.day(8, 15))]
    by_day: dict[date, str] = {}
    for name, day in found:
        by_day[day] = f"{by_day[day]}、{name}" if day in by_day else name
    for day in sorted(by_day):
        yield DayValues(day, False, f"{by_day[day]}{PROVISIONAL}")


def _qingming(year: int) -> date:
    """Tomb-sweeping day, when the sun stands at 15°; the usual formula for this century."""
    century_year = year % 100
    return date(year, 4, int(century_year * 0.2422 + 4.81) - century_year // 4)
