"""How like two sightings are: a score that only falls with what parts them, and is nothing where nothing is shared."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chengge.domain import likeness
from chengge.domain.likeness import COMPONENT, EVENT, Sighting, common_words, reach_m, words_alike

LON, LAT = 120.18, 30.32
DAY_S = 86400.0
METRES_PER_DEGREE_EAST = 96_100  # at 30.3° north

MANHOLE = Sighting(LON, LAT, "石桥路口井盖破损", 0.0, class_id=1, kind=COMPONENT, major_code="01")
STALL = Sighting(LON, LAT, "菜场门口流动摊贩占道", 0.0, class_id=7, kind=EVENT, major_code="04")

texts = st.text(alphabet="井盖破损路口积水摊贩占道 ab1", max_size=20)
metres = st.floats(0, 600)
sightings = st.builds(
    Sighting,
    lon=st.floats(LON - 0.004, LON + 0.004),
    lat=st.floats(LAT - 0.004, LAT + 0.004),
    text=texts,
    at_s=st.floats(0, 30 * DAY_S),
    class_id=st.one_of(st.none(), st.integers(1, 4)),
    kind=st.sampled_from((COMPONENT, EVENT)),
    major_code=st.sampled_from(("01", "02")),
    accuracy_m=st.one_of(st.none(), st.floats(0, 300)),
    component_code=st.one_of(st.none(), st.integers(1, 3)),
)


def east_of(sighting: Sighting, east_m: float) -> Sighting:
    return replace(sighting, lon=sighting.lon + east_m / METRES_PER_DEGREE_EAST)


def score(asked: Sighting, known: Sighting) -> float:
    return likeness.likeness(asked, known).score


@given(sightings, sightings)
def test_a_score_lies_between_nothing_and_certainty(one: Sighting, other: Sighting) -> None:
    assert 0 <= score(one, other) <= 1


@given(sightings, sightings)
def test_of_two_open_problems_it_does_not_matter_which_is_asked_about(one: Sighting, other: Sighting) -> None:
    assert score(one, other) == pytest.approx(score(other, one), abs=1e-9)


@given(sightings, sightings, metres, metres)
def test_farther_away_is_never_liker(one: Sighting, other: Sighting, near_m: float, far_m: float) -> None:
    assume(near_m <= far_m)
    other = replace(other, lon=one.lon)
    assert score(one, east_of(other, far_m)) <= score(one, east_of(other, near_m)) + 1e-9


@given(sightings, sightings, st.floats(0, 90 * DAY_S), st.floats(0, 90 * DAY_S))
def test_longer_ago_is_never_liker(one: Sighting, other: Sighting, sooner_s: float, later_s: float) -> None:
    assume(sooner_s <= later_s)
    known = replace(other, at_s=0.0)
    assert score(replace(one, at_s=later_s), known) <= score(replace(one, at_s=sooner_s), known) + 1e-9


@given(sightings, sightings, st.floats(0, 9 * DAY_S), st.floats(0, 9 * DAY_S))
def test_the_longer_a_case_is_closed_the_less_likely_it_came_back(one: Sighting, other: Sighting, sooner_s: float, later_s: float) -> None:
    assume(sooner_s <= later_s)
    known = replace(other, at_s=0.0, closed_s=0.0)
    assert score(replace(one, at_s=later_s), known) <= score(replace(one, at_s=sooner_s), known) + 1e-9


@given(sightings, sightings)
def test_without_a_word_class_or_component_in_common_nothing_is_alike_however_near(one: Sighting, other: Sighting) -> None:
    stranger = replace(other, lon=one.lon, lat=one.lat, text="噪声扰民", class_id=9, major_code="05", component_code=None)
    assert score(replace(one, text="井盖"), stranger) == 0


def test_the_same_words_for_the_same_class_at_the_same_spot_are_all_but_certain() -> None:
    assert score(MANHOLE, MANHOLE) > 0.95


def test_a_component_is_one_thing_and_an_event_spreads() -> None:
    assert score(MANHOLE, east_of(MANHOLE, 80)) < 0.1 < 0.4 < score(STALL, east_of(STALL, 80))


def test_a_bad_fix_makes_what_is_farther_away_possible() -> None:
    known = east_of(MANHOLE, 60)
    assert score(replace(MANHOLE, accuracy_m=60.0), known) > 2 * score(replace(MANHOLE, accuracy_m=5.0), known)


def test_a_fix_that_is_no_fix_does_not_make_the_whole_town_alike() -> None:
    assert score(replace(MANHOLE, accuracy_m=5000.0), east_of(MANHOLE, 500)) < 0.01


def test_another_manhole_beside_it_is_another_problem() -> None:
    one, other = replace(MANHOLE, component_code=1), replace(east_of(MANHOLE, 3), component_code=2)
    assert score(one, other) < 0.2 < 0.9 < score(one, replace(other, component_code=1))


def test_who_describes_something_else_speaks_of_something_else() -> None:
    silent, other = replace(MANHOLE, text=""), replace(MANHOLE, text="雨水倒灌进商铺")
    assert score(MANHOLE, other) < score(MANHOLE, silent) < score(MANHOLE, MANHOLE)


def test_a_case_closed_more_than_a_week_ago_is_over() -> None:
    closed = replace(MANHOLE, closed_s=0.0)
    assert score(replace(MANHOLE, at_s=8 * DAY_S), closed) == 0
    found = likeness.likeness(replace(MANHOLE, at_s=DAY_S), closed)
    assert found.came_back
    assert found.score > 0.5


def test_places_beyond_the_reach_are_too_far_to_matter() -> None:
    assert likeness.likeness(STALL, east_of(STALL, reach_m(None) + 5)).near <= likeness.LEAST_NEAR


def test_what_two_texts_share_is_told_in_whole_words() -> None:
    one, other = replace(MANHOLE, text="石桥路口雨水井盖破损两天了"), replace(MANHOLE, text="雨水井盖破损，石桥路口")
    assert common_words(one, other) == ("石桥路口", "雨水井盖破损")
    assert common_words(MANHOLE, STALL) == ()


def test_the_name_of_the_place_is_no_word_in_common() -> None:
    one = replace(MANHOLE, text="市民反映石桥路与东新路交叉口附近井盖响", place="石桥路与东新路交叉口")
    other = replace(MANHOLE, text="石桥路与东新路交叉口路灯不亮", place="石桥路与东新路交叉口附近")
    assert words_alike(one, other) == 0
    assert common_words(one, other) == ()


@given(sightings, sightings)
def test_words_are_alike_both_ways(one: Sighting, other: Sighting) -> None:
    assert words_alike(one, other) == words_alike(other, one)
    assert 0 <= words_alike(one, other) <= 1 + 1e-9
