"""Working calendars of the city: built from what it wrote down, kept while nothing changes, built anew when it does."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F

from chengge.clock import PretendedClock
from chengge.organization.calendars import HORIZON_YEARS, calendar_of, rules_of
from chengge.organization.models import CalendarDay, CalendarSeason, WorkingCalendar
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3600


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """Epoch seconds of a moment on the city's clocks."""
    return int(datetime(year, month, day, hour, minute, tzinfo=SHANGHAI).timestamp())


def hours_on(calendar_id: int, day: date) -> float:
    """Working hours on a day of the city."""
    start = at(day.year, day.month, day.day)
    return calendar_of(calendar_id).between(start, start + 24 * HOUR) / HOUR


def change(calendar: WorkingCalendar) -> None:
    WorkingCalendar.objects.filter(pk=calendar.pk).update(version=F("version") + 1)


def test_the_hours_are_those_the_city_wrote_down(city):
    calendar = calendar_of(city.calendar.pk)
    assert calendar.after(at(2026, 11, 24, 11), 2 * HOUR) == at(2026, 11, 24, 15)
    assert calendar.after(at(2026, 11, 27, 17), 2 * HOUR) == at(2026, 11, 30, 9)  # Friday evening to Monday morning


def test_a_working_day_counts_eight_hours_and_a_weekend_none(city):
    week = [hours_on(city.calendar.pk, date(2026, 11, 23 + day)) for day in range(7)]
    assert week == [8, 8, 8, 8, 8, 0, 0]


def test_a_holiday_is_off_though_it_is_a_thursday(city):
    assert date(2026, 10, 1).isoweekday() == 4
    assert hours_on(city.calendar.pk, date(2026, 10, 1)) == 0
    assert hours_on(city.calendar.pk, date(2026, 9, 30)) == 8


def test_a_make_up_day_works_though_it_is_a_sunday_by_its_seasons_hours(city):
    sunday = date(2026, 9, 27)
    assert hours_on(city.calendar.pk, sunday) == 0
    CalendarDay.objects.create(calendar=city.calendar, day=sunday, works=True, name="国庆节调休")
    change(city.calendar)
    assert hours_on(city.calendar.pk, sunday) == 8


def test_summer_and_winter_have_hours_of_their_own(city):
    CalendarSeason.objects.filter(calendar=city.calendar).delete()
    of_year = {"夏令": ("05-01", "09-30", "08:00-12:00 15:00-18:30"), "冬令": ("10-01", "04-30", "08:30-12:00 13:30-17:30")}
    for name, (first, last, spans) in of_year.items():
        CalendarSeason.objects.create(calendar=city.calendar, name=name, first_day=first, last_day=last, spans=spans)
    change(city.calendar)
    calendar = calendar_of(city.calendar.pk)
    assert calendar.after(at(2026, 7, 15, 12), HOUR) == at(2026, 7, 15, 16)
    assert calendar.after(at(2027, 1, 13, 12), HOUR) == at(2027, 1, 13, 14, 30)  # the winter goes over the year's end
    assert hours_on(city.calendar.pk, date(2026, 9, 30)) == 7.5
    assert hours_on(city.calendar.pk, date(2026, 12, 31)) == 7.5


def test_a_season_may_have_weekdays_of_its_own(city):
    CalendarSeason.objects.filter(calendar=city.calendar).update(weekdays="1234567")
    change(city.calendar)
    assert hours_on(city.calendar.pk, date(2026, 11, 28)) == 8


def test_what_is_written_down_becomes_rules_word_for_word(city):
    rules = rules_of(city.calendar)
    assert rules.holidays == {date(2026, 10, 1)}
    assert rules.make_up_days == frozenset()
    assert rules.work_day_hours == 8
    assert [season.hours.written() for season in rules.seasons] == ["08:00-12:00 14:00-18:00"]


def test_a_calendar_is_kept_built_and_asked_for_its_version_only(city, django_assert_num_queries):
    first = calendar_of(city.calendar.pk)
    with django_assert_num_queries(1):
        assert calendar_of(city.calendar.pk) is first


def test_a_change_counts_as_soon_as_the_version_rose(city):
    calendar = calendar_of(city.calendar.pk)
    CalendarDay.objects.create(calendar=city.calendar, day=date(2026, 11, 25), works=False, name="停工")
    change(city.calendar)
    assert calendar_of(city.calendar.pk) is not calendar
    assert calendar_of(city.calendar.pk).after(at(2026, 11, 24, 17), 2 * HOUR) == at(2026, 11, 26, 9)
    assert calendar.after(at(2026, 11, 24, 17), 2 * HOUR) == at(2026, 11, 25, 9)  # What was built before stays what it was.


def test_two_calendars_do_not_mix(city):
    night = WorkingCalendar.objects.create(code="night", name="夜班", first_year=2025)
    spans = {"spans": "00:00-06:00 22:00-24:00", "weekdays": "1234567"}
    CalendarSeason.objects.create(calendar=night, name="全年", first_day="01-01", last_day="12-31", **spans)
    assert calendar_of(night.pk).after(at(2026, 11, 24, 23), 2 * HOUR) == at(2026, 11, 25, 1)
    assert calendar_of(city.calendar.pk).after(at(2026, 11, 24, 23), 2 * HOUR) == at(2026, 11, 25, 10)


def test_a_calendar_reaches_twenty_years_ahead(city):
    calendar, last_year = calendar_of(city.calendar.pk), 2025 + HORIZON_YEARS - 1
    friday = next(date(last_year, 12, day) for day in range(22, 32) if date(last_year, 12, day).isoweekday() == 5)
    assert hours_on(city.calendar.pk, friday) == 8
    start = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())
    assert calendar.between(start, at(last_year, 12, 1)) > 17 * 250 * 8 * HOUR
