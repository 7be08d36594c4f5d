"""Which departments are visited in a week: nobody waits too long, and where most goes wrong comes first."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chengge.domain.visits import Department, Why, week_plan


def test_where_most_goes_wrong_comes_first_with_its_reasons():
    plan = week_plan([Department(1, late=2), Department(2, hard=1, returns=2), Department(3), Department(4, returns=1)], 2, 12)
    assert [(one.id, one.whys) for one in plan] == [(2, (Why.HARD_CASES, Why.RETURNS)), (1, (Why.LATE,))]


def test_whose_turn_it_is_goes_before_who_has_more_trouble():
    plan = week_plan([Department(1, hard=5), Department(2, weeks_since=12)], 1, 12)
    assert [(one.id, one.whys) for one in plan] == [(2, (Why.ITS_TURN,))]


def test_more_are_visited_than_asked_where_nobody_could_keep_the_turn_otherwise():
    assert len(week_plan([Department(number) for number in range(36)], 3, 6)) == 6


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 8), st.randoms(use_true_random=False))
def test_nobody_waits_longer_than_the_city_has_said(count, every_weeks, a_week, dice):
    last = dict.fromkeys(range(count), -1)
    for week in range(3 * every_weeks + 6):
        departments = [
            Department(pk, dice.randrange(4), dice.randrange(3), dice.randrange(5), week - seen) for pk, seen in last.items()
        ]  # fmt: skip
        plan = week_plan(departments, a_week, every_weeks)
        assert all(one.whys for one in plan)
        last |= {one.id: week for one in plan}
        assert all(week - seen < every_weeks for seen in last.values())
