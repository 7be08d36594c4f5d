"""When a hard case goes up: by time, sooner by stake, and never further for less."""

from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.escalation import SHIPPED, Rule, Stake, Standing, Step, reached

standings = st.builds(
    Standing, st.none() | st.floats(0, 500), st.booleans(), st.booleans(), st.integers(0, 8), st.integers(1, 20)
)  # fmt: skip


def steps(case: Standing) -> list[Step]:
    return [one.step for one in reached(SHIPPED, case)]


def test_half_the_limit_is_the_districts_all_of_it_the_citys_twice_the_deputys():
    assert steps(Standing(49)) == []
    assert steps(Standing(50)) == [Step.DISTRICT]
    assert steps(Standing(100)) == [Step.DISTRICT, Step.CITY]
    assert steps(Standing(200)) == [Step.DISTRICT, Step.CITY, Step.DEPUTY]


def test_where_much_is_at_stake_it_goes_up_sooner_and_says_why():
    found = reached(SHIPPED, Standing(50, urgent=True, units=4))
    assert [(one.step, one.stakes) for one in found] == [
        (Step.DISTRICT, ()),
        (Step.CITY, (Stake.URGENT, Stake.UNITS)),
    ]
    assert steps(Standing(25, alike=3)) == [Step.DISTRICT]


def test_without_a_limit_only_a_stake_that_waits_for_no_time_counts():
    at_once = Rule(Step.DEPUTY, 100, 0, frozenset({Stake.ORDERED}))
    assert reached([at_once], Standing(None)) == ()
    assert [one.stakes for one in reached([at_once], Standing(None, ordered=True))] == [(Stake.ORDERED,)]
    assert steps(Standing(None, ordered=True)) == []


@given(standings, st.floats(0, 300))
def test_more_time_never_takes_a_step_back(case, more):
    if case.used_percent is not None:
        later = Standing(case.used_percent + more, case.urgent, case.ordered, case.units, case.alike)
        assert set(steps(case)) <= set(steps(later))


@given(standings)
def test_more_at_stake_never_takes_a_step_back(case):
    worse = Standing(case.used_percent, True, True, case.units + 1, case.alike + 1)
    assert set(steps(case)) <= set(steps(worse))
    assert [one.step for one in reached(SHIPPED, case)] == sorted(steps(case))
