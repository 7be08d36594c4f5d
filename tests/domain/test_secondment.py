"""Seconded staff: what a qualification asks, when the home unit is visited, what a day was."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.secondment import QUALIFICATIONS, DayKind, RuleKind, attendance, counted, passes, visit_days

MONDAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("kind", "threshold", "value", "met"),
    [
        (RuleKind.YEARS, "2", "2", True),
        (RuleKind.YEARS, "2", "1.5", False),
        (RuleKind.MARK, "80", "79.9", False),
        (RuleKind.MARK, "80", "95", True),
        (RuleKind.CLEAR, None, "1", True),
        (RuleKind.CLEAR, None, "0", False),
        (RuleKind.AGREED, None, "1", True),
    ],
)
def test_a_qualification_is_met_from_its_threshold_on(kind, threshold, value, met):
    assert passes(kind, None if threshold is None else Decimal(threshold), Decimal(value)) is met


def test_visits_are_no_qualification_and_years_need_a_threshold():
    assert RuleKind.VISIT not in QUALIFICATIONS
    with pytest.raises(ValueError, match="no qualification"):
        passes(RuleKind.VISIT, Decimal(4), Decimal(4))
    with pytest.raises(ValueError, match="threshold"):
        passes(RuleKind.YEARS, None, Decimal(4))


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 800), st.integers(1, 30))
def test_visits_lie_in_the_term_on_working_days_and_so_many_weeks_apart(first, length, weeks):
    last = first + timedelta(days=length)
    days = visit_days(first, last, weeks)
    assert len(days) == length // (7 * weeks)
    assert all(first <= day <= last and day.isoweekday() <= 5 for day in days)
    assert all((later - before).days == 7 * weeks for before, later in pairwise(days))


def test_no_visit_comes_oftener_than_every_week():
    with pytest.raises(ValueError, match="every week"):
        visit_days(MONDAY, MONDAY, 0)


def test_what_is_written_by_hand_decides_whatever_the_duty_says():
    working = [MONDAY + timedelta(days=day) for day in range(5)]
    sunday = MONDAY + timedelta(days=6)
    days = attendance(
        MONDAY, sunday, working, {working[0]: 480, working[1]: 480, sunday: 300}, {working[1]: DayKind.SICK, working[2]: DayKind.LEAVE}
    )
    assert [(one.day.day, one.kind, one.written) for one in days] == [
        (2, DayKind.PRESENT, False),
        (3, DayKind.SICK, True),
        (4, DayKind.LEAVE, True),
        (5, None, False),
        (6, None, False),
        (8, DayKind.PRESENT, False),
    ]
    assert counted(days) == {"present": 2, "leave": 1, "sick": 1, "travel": 0, "absent": 0, "unknown": 2}
    assert days[0].hours == 8
