"""The demo city's holidays."""

from datetime import date

import pytest

from chengge.lab.calendars import PROVISIONAL, lunar_year, special_days


def off(year: int) -> set[date]:
    return {day.day for day in special_days(year) if not day.works}


def worked(year: int) -> set[date]:
    return {day.day for day in special_days(year) if day.works}


def test_the_spring_festival_of_2026_is_nine_days_and_two_saturdays_are_worked_for_it() -> None:
    assert {date(2026, 2, day) for day in range(15, 24)} <= off(2026)
    assert {date(2026, 2, 14), date(2026, 2, 28)} <= worked(2026)


def test_a_make_up_day_is_always_a_weekend_day_and_never_a_holiday() -> None:
    for year in (2025, 2026):
        assert all(day.weekday() >= 5 for day in worked(year))
        assert not worked(year) & off(year)


@pytest.mark.parametrize(
    ("year", "spring", "dragon_boat", "mid_autumn"),
    [
        (2026, date(2026, 2, 17), date(2026, 6, 19), date(2026, 9, 25)),
        (2027, date(2027, 2, 6), date(2027, 6, 9), date(2027, 9, 15)),
        (2028, date(2028, 1, 26), date(2028, 5, 28), date(2028, 10, 3)),
        (2029, date(2029, 2, 13), date(2029, 6, 16), date(2029, 9, 22)),
        (2030, date(2030, 2, 3), date(2030, 6, 5), date(2030, 9, 12)),
        (2031, date(2031, 1, 23), date(2031, 6, 24), date(2031, 10, 1)),
        (2032, date(2032, 2, 11), date(2032, 6, 12), date(2032, 9, 19)),
    ],
)
def test_feasts_by_the_moon_fall_where_the_almanac_says(year: int, spring: date, dragon_boat: date, mid_autumn: date) -> None:
    moon = lunar_year(year)
    assert moon is not None
    assert (moon.first_day, moon.day(5, 5), moon.day(8, 15)) == (spring, dragon_boat, mid_autumn)


def test_a_year_not_yet_announced_has_the_days_of_the_law_and_says_that_they_are_provisional() -> None:
    days = special_days(2027)
    assert all(day.name.endswith(PROVISIONAL) for day in days)
    assert len(days) == 13
    assert date(2027, 4, 5) in off(2027)
    assert date(2027, 2, 5) in off(2027)  # the eve


def test_a_year_beyond_the_almanac_still_has_its_fixed_days() -> None:
    assert {date(2050, 1, 1), date(2050, 5, 1), date(2050, 10, 1)} <= off(2050)
