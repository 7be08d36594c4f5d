"""When a city works: weekdays, daily hours, seasons, holidays and make-up days, turned into working spans."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chengge.domain.worktime.calendar import WorkCalendar
from chengge.domain.worktime.limits import seconds_of_hours

DAY_SECONDS = 24 * 3600
EVERY_WEEKDAY = frozenset(range(1, 8))
MONDAY_TO_FRIDAY = frozenset(range(1, 6))

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-~—–至到]\s*(\d{1,2}):(\d{2})")
_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")


class CalendarError(ValueError):
    """Working hours or days that contradict each other or cannot be read."""


@dataclass(frozen=True, slots=True)
class DailySpans:
    """The working spans of one day, in seconds after local midnight, in order and apart; none on a day off."""

    spans: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        end_before = 0
        for start, end in self.spans:
            if not 0 <= start < end <= DAY_SECONDS:
                raise CalendarError(
                    f"working hours {_clock(start)}-{_clock(end)} must end later than they start and within one day: "
                    "write a night shift as two spans, 22:00-24:00 and 00:00-06:00"
                )
            if start < end_before:
                raise CalendarError(f"working hours from {_clock(start)} begin before the span before them ends at {_clock(end_before)}")
            end_before = end

    @classmethod
    def parse(cls, text: str) -> "DailySpans":
        """From `08:00-12:00 14:00-18:00`; spans may be parted by blanks, commas, semicolons or 、."""
        clean = unicodedata.normalize("NFKC", text)
        left_over = _SPAN.sub("", clean).strip(" \t\r\n,;、。")
        if left_over:
            raise CalendarError(f"cannot read {left_over!r} in the working hours {text!r}: expected such as 08:00-12:00 14:00-18:00")
        return cls(tuple((_seconds(a, b, text), _seconds(c, d, text)) for a, b, c, d in _SPAN.findall(clean)))

    @property
    def seconds(self) -> int:
        """Working seconds of such a day."""
        return sum(end - start for start, end in self.spans)

    def written(self) -> str:
        return " ".join(f"{_clock(start)}-{_clock(end)}" for start, end in self.spans)


@dataclass(frozen=True, slots=True)
class Season:
    """Working hours of one part of every year, from `first` to `last` (month, day) inclusive; may wrap the year's end."""

    first: tuple[int, int]
    last: tuple[int, int]
    hours: DailySpans
    weekdays: frozenset[int] | None = None  # 1 Monday … 7 Sunday; None: those of the rules

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            _check_month_day(month, day)
        _check_weekdays(self.weekdays or frozenset())

    @classmethod
    def parse(cls, first: str, last: str, hours: str, weekdays: str | None = None) -> "Season":
        """From `05-01`, `09-30`, `08:00-12:00 15:00-18:30` and, where they differ, weekdays such as `12345`."""
        return cls(_month_day(first), _month_day(last), DailySpans.parse(hours), None if weekdays is None else parse_weekdays(weekdays))

    def holds(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """What a city writes down about its working time.

    A holiday is off whatever its weekday; a make-up day (调休) works whatever its weekday, by its season's hours.
    """

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    hours: DailySpans = DailySpans()  # on days that lie in no season
    seasons: tuple[Season, ...] = ()
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    work_day_hours: float = 8  # what one 工作日 stands for

    def __post_init__(self) -> None:
        _check_weekdays(self.weekdays)
        seconds_of_hours(self.work_day_hours)
        both = sorted(self.holidays & self.make_up_days)
        if both:
            raise CalendarError(f"{both[0]} is both a holiday and a make-up day: leave it in one of the two")
        for month_day in _days_of_a_year():
            held_by = [season for season in self.seasons if season.holds(month_day)]
            if len(held_by) > 1:
                names = " and ".join(f"{_written(season.first)} to {_written(season.last)}" for season in held_by)
                raise CalendarError(f"seasons overlap on {month_day:%m-%d}: {names}")
        for day in sorted(self.make_up_days):
            if not self._hours_by_season(day).spans:
                raise CalendarError(f"the make-up day {day} has no working hours: no season holds it and no general hours are given")

    def hours_on(self, day: date) -> DailySpans:
        """The working spans of a day; none on a day off."""
        if day in self.holidays:
            return DailySpans()
        if day in self.make_up_days or day.isoweekday() in self._weekdays_by_season(day):
            return self._hours_by_season(day)
        return DailySpans()

    def _hours_by_season(self, day: date) -> DailySpans:
        return next((season.hours for season in self.seasons if season.holds(day)), self.hours)

    def _weekdays_by_season(self, day: date) -> frozenset[int]:
        weekdays = next((season.weekdays for season in self.seasons if season.holds(day)), None)
        return self.weekdays if weekdays is None else weekdays


def build(rules: CalendarRules, first_year: int, years: int = 20, zone: str = "Asia/Shanghai") -> WorkCalendar:
    """The working spans of `years` whole years from 1 January of `first_year`, local time of `zone`.

    Raises:
        CalendarError: unknown zone, no year, or years that hold no working time at all.
    """
    if years < 1 or not 1900 <= first_year <= 9000 - years:
        raise CalendarError(f"a calendar covers at least one year from 1900 on, not {years} from {first_year}")
    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CalendarError(f"there is no time zone {zone!r}: expected a name such as Asia/Shanghai") from error
    spans = list(_spans(rules, date(first_year, 1, 1), date(first_year + years, 1, 1), local))
    if not spans:
        raise CalendarError(f"{first_year} to {first_year + years - 1} hold no working time: give weekdays and hours such as 08:00-12:00")
    return WorkCalendar.of(
        spans,
        begins=_midnight(date(first_year, 1, 1), local),
        ends=_midnight(date(first_year + years, 1, 1), local),
        work_day_hours=rules.work_day_hours,
    )


def parse_weekdays(text: str) -> frozenset[int]:
    """From `12345`: 1 is Monday, 7 is Sunday."""
    if not all(letter in "1234567" for letter in text):
        raise CalendarError(f"weekdays are digits from 1 (Monday) to 7 (Sunday), such as 12345, not {text!r}")
    return frozenset(map(int, text))


def _spans(rules: CalendarRules, first: date, end: date, local: ZoneInfo) -> Iterator[tuple[int, int]]:
    midnight = _midnight(first, local)
    for number in range((end - first).days):
        day = first + timedelta(days=number)
        next_midnight = _midnight(day + timedelta(days=1), local)
        for start, close in rules.hours_on(day).spans:
            if next_midnight - midnight == DAY_SECONDS:
                yield midnight + start, midnight + close
            else:  # the clocks are put forward or back on this day
                opens, closes = _wall(day, start, local), _wall(day, close, local)
                if opens < closes:
                    yield opens, closes
        midnight = next_midnight


def _midnight(day: date, local: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=local).timestamp())


def _wall(day: date, seconds: int, local: ZoneInfo) -> int:
    # Adding to an aware datetime moves the hands on the wall, as working hours are meant.
    return int((datetime(day.year, day.month, day.day, tzinfo=local) + timedelta(seconds=seconds)).timestamp())


def _days_of_a_year() -> Iterator[date]:
    """Every month and day there is, in a leap year."""
    return (date(2024, 1, 1) + timedelta(days=number) for number in range(366))


def _check_month_day(month: int, day: int) -> None:
    try:
        date(2024, month, day)
    except ValueError as error:
        raise CalendarError(f"there is no day {month:02d}-{day:02d}: write month and day, such as 05-01") from error


def _check_weekdays(weekdays: frozenset[int]) -> None:
    if not weekdays <= EVERY_WEEKDAY:
        raise CalendarError(f"weekdays run from 1 (Monday) to 7 (Sunday), not {sorted(weekdays - EVERY_WEEKDAY)}")


def _month_day(text: str) -> tuple[int, int]:
    match = _MONTH_DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise CalendarError(f"cannot read the day {text!r}: write month and day, such as 05-01")
    return int(match[1]), int(match[2])


def _seconds(hour: str, minute: str, text: str) -> int:
    if int(minute) > 59 or int(hour) * 60 + int(minute) > 24 * 60:
        raise CalendarError(f"there is no time {hour}:{minute} (in {text!r}): expected 00:00 to 24:00")
    return int(hour) * 3600 + int(minute) * 60


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def _written(month_day: tuple[int, int]) -> str:
    return f"{month_day[0]:02d}-{month_day[1]:02d}"
