"""Scores: every rule as cities write it, worked out on paper; and what must hold whatever the numbers are."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.scoring import (
    Aspect,
    Missing,
    Observed,
    Rule,
    Scheme,
    SchemeError,
    Way,
    Weighted,
    points_of,
    score,
)

F = Fraction
RATE = Rule(Way.LINEAR, zero_at=F(0), full_at=F(1))
GRADES = ((F(90), "A"), (F(75), "B"), (F(60), "C"), (F(40), "D"), (F(0), "E"))

shares = st.fractions(min_value=0, max_value=1, max_denominator=1000)


def seen(numerator: int, denominator: int | None) -> Observed:
    return Observed(F(numerator), denominator)


def scheme_of(*indicators: Weighted) -> Scheme:
    return Scheme((Aspect("all", F(1), indicators),), GRADES)


def test_a_city_that_takes_a_point_for_every_percent_short_of_seventy():
    rule = Rule(Way.THRESHOLD, full_at=F(70, 100), each=F(2))
    assert points_of(rule, F(75, 100)) == 100
    assert points_of(rule, F(70, 100)) == 100
    assert points_of(rule, F(65, 100)) == 90
    assert points_of(rule, F(0)) == 0


def test_acceptances_in_bands():
    rule = Rule(Way.BANDS, bands=((F(0), F(0)), (F(301), F(60)), (F(501), F(75)), (F(1201), F(90)), (F(2001), F(100))))
    assert [points_of(rule, F(count)) for count in (0, 300, 301, 500, 501, 1200, 1201, 2000, 2001)] == [0, 0, 60, 60, 75, 75, 90, 90, 100]


def test_a_deduction_for_each_with_a_floor():
    rule = Rule(Way.PER_COUNT, each=F(1, 2), floor=F(95))
    assert [points_of(rule, F(count)) for count in (0, 1, 10, 11)] == [100, F(199, 2), 95, 95]


def test_fewer_is_better_where_no_points_stand_above_all_points():
    rule = Rule(Way.LINEAR, zero_at=F(20, 100), full_at=F(0))
    assert [points_of(rule, value) for value in (F(0), F(5, 100), F(20, 100), F(1))] == [100, 75, 0, 0]


def test_against_oneself_of_the_month_before():
    rule = Rule(Way.RELATIVE, each=F(5))
    assert points_of(rule, F(90, 100), before=F(92, 100)) == 90
    assert points_of(rule, F(95, 100), before=F(92, 100)) == 100
    assert points_of(rule, F(8, 100), before=F(5, 100), higher_is_better=False) == 85
    assert points_of(rule, F(0)) == 100


def test_the_inspectors_scheme_of_the_standard_on_paper():
    """Valid reports 40 %, missed 20 % as 100 × (1 - rate), verifying 20 %, checking 20 %."""
    scheme = scheme_of(
        Weighted("P2", F(40), RATE),
        Weighted("P3", F(20), Rule(Way.LINEAR, zero_at=F(1), full_at=F(0)), higher_is_better=False),
        Weighted("P4", F(20), RATE),
        Weighted("P5", F(20), RATE),
    )
    judged = score(scheme, {"P2": seen(90, 100), "P3": seen(5, 100), "P4": seen(19, 20), "P5": seen(8, 10)})
    assert judged.total == F(36) + F(19) + F(19) + F(16)
    assert (judged.shown(), judged.grade) == ("90.00", "A")


def test_what_is_not_there_is_left_out_and_the_others_share_its_weight():
    scheme = scheme_of(Weighted("a", F(60), RATE), Weighted("b", F(40), RATE))
    assert score(scheme, {"a": seen(1, 2), "b": seen(0, 0)}).total == 50
    assert score(scheme, {"a": seen(1, 2)}).total == 50
    assert score(scheme, {"b": seen(0, 0)}).total is None


def test_a_scheme_may_give_all_or_nothing_instead():
    kind = scheme_of(Weighted("a", F(50), RATE), Weighted("b", F(50), RATE, missing=Missing.FULL))
    hard = scheme_of(Weighted("a", F(50), RATE), Weighted("b", F(50), RATE, missing=Missing.ZERO))
    assert (score(kind, {"a": seen(1, 2)}).total, score(hard, {"a": seen(1, 2)}).total) == (75, 25)


def test_too_small_a_sample_is_not_judged():
    scheme = scheme_of(Weighted("a", F(50), RATE, least=5), Weighted("b", F(50), RATE))
    judged = score(scheme, {"a": seen(0, 4), "b": seen(1, 1)})
    assert judged.total == 100
    assert judged.parts[0].left_out == "fewer than 5"


def test_an_aspect_without_anything_is_shared_by_the_other_aspects():
    scheme = Scheme((Aspect("one", F(70), (Weighted("a", F(1), RATE),)), Aspect("two", F(30), (Weighted("b", F(1), RATE),))))
    assert score(scheme, {"a": seen(4, 5)}).total == 80
    assert score(scheme, {"a": seen(4, 5), "b": seen(1, 1)}).total == F(56) + 30


def test_a_veto_takes_everything_and_a_bonus_comes_on_top():
    scheme = scheme_of(Weighted("a", F(1), RATE, veto_below=F(1, 2)), Weighted("b", F(0), RATE, bonus=F(5)))
    assert score(scheme, {"a": seen(9, 10), "b": seen(1, 2)}).total == F(185, 2)
    vetoed = score(scheme, {"a": seen(4, 10), "b": seen(1, 1)})
    assert (vetoed.total, vetoed.vetoed_by, vetoed.grade) == (0, "a", "E")


def test_a_score_is_rounded_once_and_half_up():
    assert score(scheme_of(Weighted("a", F(1), RATE)), {"a": seen(2, 3)}).shown() == "66.67"
    assert score(scheme_of(Weighted("a", F(1), RATE)), {"a": Observed(F(12345), 100_000)}).shown() == "12.35"


def test_a_grade_begins_at_its_least_score():
    scheme = scheme_of(Weighted("a", F(1), RATE))
    assert [score(scheme, {"a": seen(count, 1000)}).grade for count in (900, 899, 750, 749, 400, 399)] == ["A", "B", "B", "C", "D", "E"]


@pytest.mark.parametrize(
    "build",
    [
        lambda: Rule(Way.LINEAR, zero_at=F(1), full_at=F(1)),
        lambda: Rule(Way.BANDS, bands=((F(2), F(0)), (F(1), F(100)))),
        lambda: Rule(Way.BANDS, bands=((F(2), F(101)),)),
        lambda: Rule(Way.PER_COUNT, each=F(-1)),
        lambda: Weighted("a", F(1), RATE, bonus=F(1)),
        lambda: Scheme((), GRADES),
        lambda: Scheme((Aspect("a", F(1), ()),), tuple(reversed(GRADES))),
    ],
)
def test_a_scheme_that_cannot_be_meant_so_is_refused(build):
    with pytest.raises(SchemeError):
        build()


rules = st.one_of(
    st.just(RATE),
    st.builds(lambda full, each: Rule(Way.THRESHOLD, full_at=full, each=each), shares, st.fractions(0, 10, max_denominator=10)),
    st.builds(lambda values: Rule(Way.BANDS, bands=tuple((v, F(100) * (n + 1) / 5) for n, v in enumerate(sorted(values)))),
              st.sets(shares, min_size=1, max_size=5)),
)  # fmt: skip


@given(rules, shares, shares)
def test_a_better_value_never_earns_fewer_points(rule, one, other):
    low, high = sorted((one, other))
    assert points_of(rule, low) <= points_of(rule, high)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 20), st.integers(1, 20)), min_size=1, max_size=6))
def test_a_score_lies_between_its_worst_and_its_best_part_and_is_the_sum_of_what_they_brought(rows):
    scheme = scheme_of(*(Weighted(str(number), F(weight), RATE) for number, (weight, _n, _d) in enumerate(rows)))
    observed = {str(number): seen(min(n, d), d) for number, (_weight, n, d) in enumerate(rows)}
    judged = score(scheme, observed)
    points = [part.points for part in judged.parts]
    assert min(points) <= judged.total <= max(points)
    assert judged.total == sum(part.brought for part in judged.parts)
    assert sum(part.share for part in judged.parts) == 1


@given(st.permutations(range(4)))
def test_the_order_of_indicators_changes_nothing(order):
    indicators = [Weighted(str(number), F(number + 1), RATE) for number in range(4)]
    observed = {str(number): seen(number, 7) for number in range(4)}
    assert score(scheme_of(*indicators), observed).total == score(scheme_of(*(indicators[n] for n in order)), observed).total
