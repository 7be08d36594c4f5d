"""Working time, against a slow oracle that looks at every single minute."""

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengge.domain import worktime
from chengge.domain.worktime import (
    CalendarEnds,
    CalendarError,
    CalendarRules,
    ClockPaused,
    DailySpans,
    Light,
    Limit,
    LimitError,
    Season,
    Unit,
    WorkCalendar,
    build,
)

SHANGHAI = timezone(timedelta(hours=8))
HOUR = 3600
DAY = 24 * HOUR

OFFICE_HOURS = DailySpans.parse("08:00-12:00 14:00-18:00")
CITY = CalendarRules(
    hours=OFFICE_HOURS,
    seasons=(Season.parse("11-01", "03-31", "08:30-12:00 13:30-17:30"), Season.parse("07-01", "08-31", "07:30-11:30 15:00-18:30")),
    holidays=frozenset({date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 8), date(2027, 2, 9), date(2027, 10, 1)}),
    make_up_days=frozenset({date(2027, 1, 2), date(2027, 2, 6), date(2027, 10, 9)}),
)


def at(text: str) -> int:
    """Epoch seconds of a local time such as `2026-11-23 08:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp())


def local(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, SHANGHAI):%Y-%m-%d %H:%M}"


@pytest.fixture(scope="module")
def city() -> WorkCalendar:
    return build(CITY, 2026)


@pytest.fixture(scope="module")
def office() -> WorkCalendar:
    return build(CalendarRules(hours=OFFICE_HOURS), 2026)


# Limits as handbooks write them


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("2紧急工作时", Limit(2, Unit.URGENT_HOUR)),
        ("4小时", Limit(4, Unit.WORK_HOUR)),
        ("1天", Limit(1, Unit.WORK_DAY)),
        ("5工作日", Limit(5, Unit.WORK_DAY)),
        ("5个工作日内", Limit(5, Unit.WORK_DAY)),
        ("30分钟", Limit(30, Unit.MINUTE)),
        ("核实30分钟", Limit(30, Unit.MINUTE)),
        ("种植季节15工作日", Limit(15, Unit.WORK_DAY)),
        ("1紧急工作时制止", Limit(1, Unit.URGENT_HOUR)),
        ("1紧急工作时\n", Limit(1, Unit.URGENT_HOUR)),
        (" ２ 紧急工作日 ", Limit(2, Unit.URGENT_DAY)),
        ("三天", Limit(3, Unit.WORK_DAY)),
        ("十五个工作日", Limit(15, Unit.WORK_DAY)),
        ("二十个自然日", Limit(20, Unit.NATURAL_DAY)),
        ("一百二十小时", Limit(120, Unit.WORK_HOUR)),
        ("半小时", Limit(30, Unit.WORK_MINUTE)),
        ("一个半小时", Limit(90, Unit.WORK_MINUTE)),
        ("1.5工作时", Limit(90, Unit.WORK_MINUTE)),
        ("1.5紧急工作时", Limit(90, Unit.MINUTE)),
        ("0.5紧急工作日", Limit(12, Unit.URGENT_HOUR)),
        ("7 work_day", Limit(7, Unit.WORK_DAY)),
    ],
)
def test_a_limit_is_read_as_a_handbook_writes_it(written, limit):
    assert Limit.parse(written) == limit


@pytest.mark.parametrize(
    "written", ["", "无管理、服务工作人员", "5", "立即", "3-5天", "-2天", "白天2小时，夜间4小时", "0天", "1.5天", "十百天", "处置时限"]
)
def test_what_is_no_single_limit_is_refused_in_words(written):
    with pytest.raises(LimitError, match=r".{20}"):
        Limit.parse(written)


def test_a_city_may_mean_running_hours_by_a_plain_hour():
    assert Limit.parse("120小时", bare_hour=Unit.URGENT_HOUR).seconds() == 5 * DAY
    assert Limit.parse("3天", bare_day=Unit.NATURAL_DAY).seconds() == 3 * DAY


@given(st.builds(Limit, st.integers(1, 10**6), st.sampled_from(Unit)))
def test_a_limit_is_read_back_as_it_was_written(limit):
    assert Limit.parse(limit.written()) == limit


def test_a_working_day_stands_for_as_many_hours_as_the_city_says():
    assert Limit(2, Unit.WORK_DAY).seconds() == 16 * HOUR
    assert Limit(2, Unit.WORK_DAY).seconds(work_day_hours=7.5) == 15 * HOUR
    assert Limit(2, Unit.URGENT_DAY).seconds(work_day_hours=7.5) == 48 * HOUR


def test_nights_count_for_urgent_and_calendar_units_only():
    assert {unit for unit in Unit if Limit(1, unit).continuous} == {Unit.MINUTE, Unit.URGENT_HOUR, Unit.URGENT_DAY, Unit.NATURAL_DAY}


def test_real_handbook_rows_are_read_as_they_were_coded_by_hand(shared_data):
    """Three rows of the table say 4工作时 in one column and one working day in the other; no reading can agree with both."""
    with (shared_data / "standards" / "handbook_rows.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["time_limit_original"] and row["time_value"]]
    differ = []
    for row in rows:
        limit = Limit.parse(row["time_limit_original"])
        unit = Unit.WORK_HOUR if row["time_unit_code"] == "hour_unspecified" else Unit(row["time_unit_code"])
        coded = Limit.parse(f"{row['time_value']}{unit.value}")
        if limit != coded:
            differ.append((row["time_limit_original"], coded.written()))
    assert len(rows) > 300
    assert differ == [("4工作时", "1工作日")] * 3


# Hours and days as a city keeps them


def test_hours_are_read_as_they_are_written():
    assert DailySpans.parse("08:00-12:00 14:00-18:00").seconds == 8 * HOUR
    assert DailySpans.parse("8：00～12：00，14：00至18：00") == OFFICE_HOURS
    assert DailySpans.parse("00:00-24:00").seconds == DAY
    assert DailySpans.parse("").spans == ()
    assert OFFICE_HOURS.written() == "08:00-12:00 14:00-18:00"


@pytest.mark.parametrize(
    "written", ["08:00", "8-12", "12:00-08:00", "08:00-12:00 11:00-13:00", "08:00-25:00", "08:61-09:00", "22:00-06:00"]
)
def test_hours_that_make_no_sense_are_refused(written):
    with pytest.raises(CalendarError, match=r"expected|span|write"):
        DailySpans.parse(written)


def test_contradicting_rules_are_refused():
    with pytest.raises(CalendarError, match="2027-01-01 is both a holiday and a make-up day"):
        CalendarRules(holidays=frozenset({date(2027, 1, 1)}), make_up_days=frozenset({date(2027, 1, 1)}))
    with pytest.raises(CalendarError, match="seasons overlap on 01-01: 11-01 to 03-31 and 01-01 to 01-31"):
        CalendarRules(seasons=(Season.parse("11-01", "03-31", "08:00-12:00"), Season.parse("01-01", "01-31", "08:00-12:00")))
    with pytest.raises(CalendarError, match="no day 02-30"):
        Season.parse("02-30", "03-31", "08:00-12:00")
    with pytest.raises(CalendarError, match="make-up day 2027-10-09 has no working hours"):
        CalendarRules(make_up_days=frozenset({date(2027, 10, 9)}))
    with pytest.raises(CalendarError, match="hold no working time"):
        build(CalendarRules(), 2026)
    with pytest.raises(CalendarError, match="no time zone"):
        build(CITY, 2026, zone="Asia/Chengge")
    with pytest.raises(CalendarError, match="1 \\(Monday\\) to 7"):
        Season.parse("02-01", "03-31", "08:00-12:00", "018")


def test_a_season_wraps_the_year_end_and_a_make_up_day_keeps_its_hours(city):
    assert [(local(a), local(b)) for a, b in city.spans(at("2027-01-02 00:00"), at("2027-01-03 00:00"))] == [
        ("2027-01-02 08:30", "2027-01-02 12:00"),
        ("2027-01-02 13:30", "2027-01-02 17:30"),
    ]
    assert city.spans(at("2026-12-31 00:00"), at("2027-01-02 00:00")) == []


def test_a_season_may_have_weekdays_of_its_own():
    six_days_in_summer = CalendarRules(hours=OFFICE_HOURS, seasons=(Season.parse("07-01", "08-31", "07:00-11:00", "123456"),))
    calendar = build(six_days_in_summer, 2026, years=1)
    assert calendar.between(at("2026-07-04 00:00"), at("2026-07-05 00:00")) == 4 * HOUR  # a Saturday
    assert calendar.between(at("2026-06-06 00:00"), at("2026-06-07 00:00")) == 0  # a Saturday


def test_a_place_that_puts_its_clocks_forward_works_by_the_clock_on_the_wall():
    rules = CalendarRules(weekdays=frozenset(range(1, 8)), hours=DailySpans.parse("00:00-06:00 08:00-12:00"))
    berlin = build(rules, 2026, years=1, zone="Europe/Berlin")
    midnight = int(datetime(2026, 3, 28, 23, tzinfo=UTC).timestamp())  # of the Sunday that has no hour from two to three
    assert berlin.spans(midnight, midnight + 23 * HOUR) == [(midnight, midnight + 5 * HOUR), (midnight + 7 * HOUR, midnight + 11 * HOUR)]


# Deadlines


def test_four_working_hours_from_friday_evening_end_on_monday_noon(office):
    assert local(worktime.due(at("2026-11-27 17:00"), Limit(4, Unit.WORK_HOUR), office)) == "2026-11-30 11:00"


def test_a_limit_that_ends_with_the_day_is_due_that_evening_and_not_next_morning(office):
    assert local(worktime.due(at("2026-11-23 08:00"), Limit(1, Unit.WORK_DAY), office)) == "2026-11-23 18:00"


def test_an_urgent_limit_runs_through_the_night(office):
    assert local(worktime.due(at("2026-11-27 23:00"), Limit(2, Unit.URGENT_HOUR), office)) == "2026-11-28 01:00"


def test_five_working_days_over_new_year_leave_out_the_holiday_and_count_the_make_up_day(city):
    assert local(worktime.due(at("2026-12-30 08:30"), Limit(5, Unit.WORK_DAY), city)) == "2027-01-07 11:00"


def test_the_light_turns_yellow_when_four_fifths_are_used_and_red_past_the_limit(office):
    start, limit = at("2026-11-23 08:00"), Limit(10, Unit.WORK_HOUR)
    yellow, due = worktime.yellow_at(start, limit, office), worktime.due(start, limit, office)
    assert (local(yellow), local(due)) == ("2026-11-23 18:00", "2026-11-24 10:00")
    assert worktime.light(yellow, yellow, due) is Light.GREEN
    assert worktime.light(yellow + 1, yellow, due) is Light.YELLOW
    assert worktime.light(due, yellow, due) is Light.YELLOW
    assert worktime.light(due + 1, yellow, due) is Light.RED


def test_a_deadline_shows_the_spans_it_was_added_from(office):
    start, limit = at("2026-11-27 17:00"), Limit(4, Unit.WORK_HOUR)
    spans = worktime.account(start, worktime.due(start, limit, office), limit.continuous, office)
    assert [(local(span.start), local(span.end)) for span in spans] == [
        ("2026-11-27 17:00", "2026-11-27 18:00"),
        ("2026-11-30 08:00", "2026-11-30 11:00"),
    ]


def test_a_paused_clock_has_no_due_moment_until_it_goes_on(office):
    start, limit = at("2026-11-23 08:00"), Limit(2, Unit.WORK_HOUR)
    with pytest.raises(ClockPaused, match="until it is resumed"):
        worktime.due(start, limit, office, [(at("2026-11-23 09:00"), None)])
    assert local(worktime.due(start, limit, office, [(at("2026-11-23 09:00"), at("2026-11-23 15:00"))])) == "2026-11-23 16:00"
    assert local(worktime.due(start, limit, office, [(at("2026-11-23 10:00"), None)])) == "2026-11-23 10:00"


def test_a_clock_that_was_late_before_its_pause_stays_late_by_as_much(office):
    start, limit = at("2026-11-23 08:00"), Limit(1, Unit.WORK_HOUR)
    pause = (at("2026-11-23 10:00"), at("2026-11-24 10:00"))
    assert worktime.remaining(at("2026-11-24 10:00"), start, limit, office, [pause]) == -HOUR
    assert worktime.resume_due(at("2026-11-23 09:00"), *pause, False, office) == at("2026-11-23 09:00")


def test_a_city_that_did_not_extend_its_calendar_is_told_so(office):
    with pytest.raises(CalendarEnds, match="extend it"):
        worktime.due(at("2045-12-29 08:00"), Limit(5, Unit.WORK_DAY), office)
    with pytest.raises(CalendarEnds, match="lies outside the working calendar"):
        office.elapsed(at("2046-01-02 08:00"))
    with pytest.raises(CalendarEnds, match="lies outside the working calendar"):
        office.elapsed(at("2025-12-31 08:00"))
    with pytest.raises(CalendarEnds, match="begin earlier"):
        office.before(at("2026-01-02 08:00"), 100 * HOUR)


def test_twenty_years_of_working_time_are_added_and_taken_off_exactly(office):
    start, end = at("2026-01-01 00:00"), at("2045-12-29 18:00")
    total = office.between(start, end)
    assert total == 8 * HOUR * sum((date(2026, 1, 1) + timedelta(days=n)).isoweekday() < 6 for n in range(7303))
    assert office.after(start, total) == end
    assert office.before(end, total) == at("2026-01-01 08:00")


def test_spans_that_overlap_or_are_empty_make_no_calendar():
    for spans in ([], [(0, 0)], [(0, 10), (5, 20)], [(10, 20), (0, 5)]):
        with pytest.raises(ValueError, match="working span"):
            WorkCalendar.of(spans)
    with pytest.raises(ValueError, match="within the time"):
        WorkCalendar.of([(0, 10)], begins=5)


# The oracle: every minute of two and a half years, told apart by rules read off one by one

FIRST = datetime(2026, 1, 1, tzinfo=SHANGHAI)
YEARS = 3
MINUTES = st.integers(300 * 24 * 60, 800 * 24 * 60)  # from late October 2026 to mid March 2028, 29 February included


@st.composite
def daily_spans(draw) -> DailySpans:
    count = draw(st.integers(1, 3))
    quarters = sorted(draw(st.sets(st.integers(0, 96), min_size=2 * count, max_size=2 * count)))
    return DailySpans(tuple((a * 900, b * 900) for a, b in list(pairwise(quarters))[::2]))


@st.composite
def calendar_rules(draw) -> CalendarRules:
    some_days = st.sets(st.dates(date(2026, 10, 20), date(2028, 3, 20)), max_size=12)
    bounds = sorted(draw(st.sets(st.sampled_from([(1, 1), (2, 28), (2, 29), (4, 30), (6, 1), (9, 30), (12, 31)]), min_size=2, max_size=2)))
    wraps = draw(st.booleans())
    weekdays = st.frozensets(st.integers(1, 7), min_size=1)
    holidays = draw(some_days)
    first, last = reversed(bounds) if wraps else bounds
    seasons = st.builds(Season, st.just(first), st.just(last), daily_spans(), st.none() | weekdays)
    return CalendarRules(
        weekdays=draw(weekdays),
        hours=draw(daily_spans()),
        seasons=tuple(draw(st.lists(seasons, max_size=1))),
        holidays=frozenset(holidays),
        make_up_days=frozenset(draw(some_days) - holidays),
    )


class Oracle:
    """Answers by looking at one minute after the other."""

    def __init__(self, rules: CalendarRules, continuous: bool, pauses: list[tuple[int, int]]) -> None:
        self.rules, self.continuous, self.pauses = rules, continuous, pauses
        self.days: dict[int, bytearray] = {}

    def counts(self, minute: int) -> bool:
        if any(start <= minute < end for start, end in self.pauses):
            return False
        if self.continuous:
            return True
        number, of_day = divmod(minute, 24 * 60)
        if number not in self.days:
            self.days[number] = self.day((FIRST + timedelta(days=number)).date())
        return bool(self.days[number][of_day])

    def day(self, day: date) -> bytearray:
        rules, hours, weekdays = self.rules, self.rules.hours, self.rules.weekdays
        for season in rules.seasons:
            first, last, today = season.first, season.last, (day.month, day.day)
            if (first <= today <= last) if first <= last else not last < today < first:
                hours, weekdays = season.hours, weekdays if season.weekdays is None else season.weekdays
        works = day in rules.make_up_days or (day.isoweekday() in weekdays and day not in rules.holidays)
        return bytearray(works and any(a <= minute * 60 < b for a, b in hours.spans) for minute in range(24 * 60))

    def count(self, start: int, end: int) -> int:
        return sum(self.counts(minute) for minute in range(start, end))

    def after(self, start: int, minutes: int) -> int:
        while minutes:
            minutes -= self.counts(start)
            start += 1
        return start


def epoch(minute: int) -> int:
    return int(FIRST.timestamp()) + minute * 60


def epochs(pauses: list[tuple[int, int]]) -> list[tuple[int, int | None]]:
    return [(epoch(start), epoch(end)) for start, end in pauses]


PAUSES = st.lists(st.tuples(MINUTES, st.integers(0, 20 * 24 * 60)).map(lambda pause: (pause[0], pause[0] + pause[1])), max_size=3)


@settings(max_examples=100, deadline=None)
@given(
    rules=calendar_rules(), start=MINUTES, minutes=st.integers(0, 30 * 24 * 60), continuous=st.booleans(), far_pauses=PAUSES, data=st.data()
)
def test_clocks_agree_with_counting_every_minute(rules, start, minutes, continuous, far_pauses, data):
    near = st.integers(start - 2 * 24 * 60, start + 20 * 24 * 60)
    pauses = far_pauses + data.draw(st.lists(st.tuples(near, near).map(lambda pair: (min(pair), max(pair))), max_size=4))
    calendar, oracle = build(rules, 2026, YEARS), Oracle(rules, continuous, pauses)
    end = start + minutes
    counted = oracle.count(start, end)
    assert worktime.worked(epoch(start), epoch(end), continuous, calendar, epochs(pauses)) == counted * 60
    assert sum(span.seconds for span in worktime.account(epoch(start), epoch(end), continuous, calendar, epochs(pauses))) == counted * 60
    assert worktime.add(epoch(start), counted * 60, continuous, calendar, epochs(pauses)) == epoch(oracle.after(start, counted))
    limit = Limit(data.draw(st.integers(1, 12)), Unit.URGENT_HOUR if continuous else Unit.WORK_HOUR)
    assert worktime.due(epoch(start), limit, calendar, epochs(pauses)) == epoch(oracle.after(start, limit.amount * 60))
    assert worktime.yellow_at(epoch(start), limit, calendar, epochs(pauses)) == epoch(oracle.after(start, limit.amount * 48))
    assert worktime.remaining(epoch(end), epoch(start), limit, calendar, epochs(pauses)) == limit.amount * HOUR - counted * 60


@settings(max_examples=40, deadline=None)
@given(
    rules=calendar_rules(),
    start=MINUTES,
    minutes=st.integers(1, 8 * 60),
    pause=st.integers(0, 3 * 24 * 60),
    length=st.integers(0, 9 * 24 * 60),
)
def test_the_due_moment_after_a_pause_is_the_same_by_either_way(rules, start, minutes, pause, length):
    calendar = build(rules, 2026, YEARS)
    paused, resumed = epoch(start + pause), epoch(start + pause + length)
    for continuous in (False, True):
        old_due = worktime.add(epoch(start), minutes * 60, continuous, calendar)
        afresh = worktime.add(epoch(start), minutes * 60, continuous, calendar, [(paused, resumed)])
        assert worktime.resume_due(old_due, paused, resumed, continuous, calendar) == afresh


@given(rules=calendar_rules(), start=MINUTES, second=st.integers(0, 59), seconds=st.integers(1, 40 * HOUR))
def test_taking_off_undoes_adding_to_the_second(rules, start, second, seconds):
    calendar = build(rules, 2026, YEARS)
    begin = epoch(start) + second
    end = calendar.after(begin, seconds)
    assert calendar.between(begin, end) == seconds
    assert calendar.between(begin, end - 1) == seconds - 1
    back = calendar.before(end, seconds)
    assert back >= begin
    assert calendar.between(begin, back) == 0
    assert calendar.between(back, back + 1) == 1
    assert calendar.between(end, begin) == -seconds
