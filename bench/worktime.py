"""How long it takes to add a year of working time, beside looking at every minute of that year."""

from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import numpy as np

from bench import Figure
from chengge.domain.worktime import CalendarRules, DailySpans, Limit, Season, Unit, WorkCalendar, build, due

FIRST_YEAR, YEARS = 2020, 20
STARTS, ORACLE_STARTS = 20_000, 3
WORK_DAYS_IN_A_YEAR = 250
SPANS = {True: DailySpans.parse("08:00-12:00 15:00-18:30"), False: DailySpans.parse("08:30-12:00 13:30-17:30")}  # summer or not


def run() -> list[Figure]:
    """The figure over a calendar of twenty years with two daily spans, summer and winter hours, holidays and make-up days."""
    rules = city_rules()
    began = perf_counter()
    calendar = build(rules, FIRST_YEAR, YEARS)
    built_seconds = perf_counter() - began

    random = np.random.default_rng(1)
    last_start = calendar.ends - 3 * 366 * 24 * 3600
    starts: list[int] = (random.integers(calendar.begins, last_start, STARTS) // 60 * 60).tolist()
    a_year = [calendar.between(start, start + 365 * 24 * 3600) for start in starts]

    began = perf_counter()
    ends = [calendar.after(start, seconds) for start, seconds in zip(starts, a_year, strict=True)]
    added_seconds = perf_counter() - began

    limit = Limit(WORK_DAYS_IN_A_YEAR, Unit.WORK_DAY)
    began = perf_counter()
    for start in starts:
        due(start, limit, calendar)
    due_seconds = perf_counter() - began

    began = perf_counter()
    by_the_minute = [
        _after_by_the_minute(rules, start, seconds) for start, seconds in list(zip(starts, a_year, strict=True))[:ORACLE_STARTS]
    ]
    oracle_seconds = perf_counter() - began
    if by_the_minute != ends[:ORACLE_STARTS]:
        raise RuntimeError("the calendar and the count of every minute end at different moments: the figure would mean nothing")
    beside = (
        f"every minute looked at {oracle_seconds / ORACLE_STARTS * 1e6:,.0f} µs; "
        f"a due moment of {WORK_DAYS_IN_A_YEAR} working days {due_seconds / STARTS * 1e6:.1f} µs; "
        f"{YEARS} years ({_spans(calendar):,} spans) built in {built_seconds * 1e3:.0f} ms"
    )
    return [Figure("worktime_add_us", added_seconds / STARTS * 1e6, "µs", "≤ 5", beside)]


def city_rules() -> CalendarRules:
    """A week off around 1 May and 1 October of each year, with the weekend before worked instead."""
    holidays = [
        date(year, month, 1) + timedelta(days=number)
        for year in range(FIRST_YEAR, FIRST_YEAR + YEARS)
        for month in (5, 10)
        for number in range(5)
    ]
    worked = [_saturday_before(date(year, month, 1)) for year in range(FIRST_YEAR, FIRST_YEAR + YEARS) for month in (5, 10)]
    return CalendarRules(
        hours=SPANS[False],
        seasons=(Season((6, 1), (9, 30), SPANS[True]),),
        holidays=frozenset(holidays),
        make_up_days=frozenset(worked),
    )


def _saturday_before(day: date) -> date:
    return day - timedelta(days=(day.isoweekday() + 1) % 7 or 7)


def _after_by_the_minute(rules: CalendarRules, start: int, seconds: int) -> int:
    """The moment after so much working time, found by looking at one minute after the other."""
    minutes, at = seconds // 60, start
    while minutes:
        local = datetime.fromtimestamp(at, UTC) + timedelta(hours=8)
        of_day = local.hour * 3600 + local.minute * 60
        minutes -= any(opens <= of_day < closes for opens, closes in rules.hours_on(local.date()).spans)
        at += 60
    return at


def _spans(calendar: WorkCalendar) -> int:
    return len(calendar.opens)
