"""How certain it is who answers, and when a machine that errs is stopped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.by_itself import (
    LEAST_BAR,
    NOBODY,
    RESTS_ON,
    UNCERTAIN,
    WITHOUT_RULING,
    Because,
    Past,
    Record,
    verdict,
)
from chengge.domain.responsibility import MAINTAINS, RULED_LEAST, Claim, Ground

OTHERS = [ground for ground in Ground if ground is not Ground.RULING]


def claim(platform: int, ground: Ground, score: float) -> Claim:
    return Claim(platform, platform, ground, round(score, 4), platform)


@st.composite
def ranked(draw: st.DrawFn, grounds: list[Ground] = OTHERS) -> list[Claim]:
    """Claims of different platforms, the likeliest first, none of them ruled."""
    drawn = draw(st.lists(st.tuples(st.sampled_from(grounds), st.floats(0.3, MAINTAINS)), min_size=1, max_size=5))
    found = [claim(number, ground, score) for number, (ground, score) in enumerate(drawn, 1)]
    return sorted(found, key=lambda one: (-one.score, one.platform_id))


pasts = st.one_of(st.none(), st.builds(Past, st.integers(1, 6), st.floats(0, 1), st.integers(1, 500)))


def because(found) -> set[Because]:
    return {reason.because for reason in found.reasons}


@given(ranked(), pasts, pasts)
def test_a_certainty_lies_between_nought_and_one_and_has_reasons(claims, words, place):
    found = verdict(claims, words, place)
    assert 0 <= found.certainty <= WITHOUT_RULING
    assert found.claim == claims[0]
    assert Because.RESTS in because(found)


@given(ranked(), pasts, pasts, st.integers(1, 6), st.floats(0, 0.01))
def test_a_ruling_never_lowers_certainty_whoever_it_names(claims, words, place, platform, narrower):
    ruled = [claim(platform, Ground.RULING, RULED_LEAST + narrower)] + [one for one in claims if one.platform_id != platform]
    assert verdict(ruled, words, place).certainty >= verdict(claims, words, place).certainty


@given(ranked(), pasts, pasts)
def test_a_second_claim_of_the_same_right_always_makes_it_uncertain(claims, words, place):
    best = claims[0]
    found = verdict([best, claim(99, best.ground, best.score), *claims[1:]], words, place)
    assert found.certainty <= UNCERTAIN < LEAST_BAR
    assert Because.EQUAL in because(found)


def test_two_rulings_of_the_same_right_settle_nothing_but_the_narrower_of_two_holds():
    first, same = claim(1, Ground.RULING, 0.985), claim(2, Ground.RULING, 0.985)
    assert verdict([first, same]).certainty == UNCERTAIN
    assert verdict([first, claim(2, Ground.RULING, 0.9849)]).certainty == RESTS_ON[Ground.RULING]


@given(ranked(), pasts, pasts, st.sampled_from(OTHERS), st.floats(0.3, MAINTAINS))
def test_one_more_claim_below_the_best_never_makes_it_more_certain(claims, words, place, ground, score):
    best = claims[0]
    more = sorted([*claims, claim(99, ground, min(score, best.score))], key=lambda one: (-one.score, one.platform_id))
    if more[0] == best:
        assert verdict(more, words, place).certainty <= verdict(claims, words, place).certainty


@given(ranked(), st.floats(0, 1), st.floats(0, 1), st.integers(1, 500))
def test_what_speaks_for_it_never_lowers_and_what_speaks_against_it_never_raises(claims, low, high, count):
    low, high = sorted((low, high))
    best = claims[0].platform_id
    plain = verdict(claims).certainty
    for place in (False, True):

        def certainty(platform: int, share: float, place: bool = place) -> float:
            past = Past(platform, share, count)
            return verdict(claims, None, past).certainty if place else verdict(claims, past).certainty

        assert plain <= certainty(best, low) <= certainty(best, high)
        assert plain >= certainty(best + 50, low) >= certainty(best + 50, high)


def test_who_maintains_a_component_is_certain_and_the_territory_is_not():
    works = verdict([claim(1, Ground.MAINTAINS, MAINTAINS)])
    street = verdict([claim(1, Ground.TERRITORY, 0.42)])
    assert works.certainty > 0.9
    assert street.certainty < LEAST_BAR


def test_the_handbook_alone_is_less_certain_than_a_body_named_for_the_class_at_the_place():
    assert verdict([claim(1, Ground.HANDBOOK, 0.5)]).certainty < verdict([claim(1, Ground.NAMED, 0.78)]).certainty


def test_the_territory_is_nobody_s_rival():
    works = claim(1, Ground.HANDBOOK, 0.5)
    assert verdict([works, claim(2, Ground.TERRITORY, 0.4999)]).certainty == verdict([works]).certainty


def test_where_nobody_answers_nothing_is_certain():
    assert verdict([]) == NOBODY
    assert NOBODY.certainty == 0


def test_an_accuracy_has_an_interval_that_narrows_as_more_is_judged():
    assert Record().accuracy is None
    assert Record().interval() is None
    few, many = Record(right=9, wrong=1).interval(), Record(right=900, wrong=100).interval()
    assert few is not None
    assert many is not None
    assert few[0] == pytest.approx(0.5958, abs=1e-4)  # as the textbooks have it for 9 of 10
    assert few[1] == pytest.approx(0.9821, abs=1e-4)
    assert many[1] - many[0] < few[1] - few[0]


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_accuracy_lies_within_its_interval(right, wrong):
    record = Record(right, wrong)
    found = record.interval()
    if found is None:
        assert record.judged == 0
    else:
        assert 0 <= found[0] <= record.accuracy <= found[1] <= 1


def test_a_class_is_stopped_under_its_bar_and_only_once_enough_is_judged():
    assert not Record(right=3, wrong=3).falls_under(0.9, 20)
    assert Record(right=17, wrong=3).falls_under(0.9, 20)
    assert not Record(right=18, wrong=2).falls_under(0.9, 20)
    assert not Record(right=0, wrong=0, open=50).falls_under(0.9, 1)
