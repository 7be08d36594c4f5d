"""Rulings that meet: contradiction, exception, twice; and what runs out."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.rulings import Meeting, Said, covers, expires_soon, overlap, overlaps

DAY = date(2026, 11, 24)
GRID, OTHER_GRID, COMMUNITY = 990101001001001, 990101001001002, 990101001001
LAMPS = Said(1, organization_id=10, first_day=DAY, class_id=5, kind="component", major_code="01", grids=frozenset({GRID}))


def test_two_bodies_for_the_same_class_and_grid_contradict_and_the_later_day_holds() -> None:
    later = replace(LAMPS, id=2, organization_id=11, first_day=DAY + timedelta(1))
    met = overlap(LAMPS, later)
    assert met is not None
    assert (met.first, met.second, met.how) == (2, 1, Meeting.CONTRADICTION)


def test_the_narrower_class_and_the_nearer_place_are_exceptions() -> None:
    whole_class = replace(LAMPS, id=2, organization_id=11, class_id=None)
    community = replace(LAMPS, id=3, organization_id=11, grids=frozenset(), division=COMMUNITY)
    one_lamp = replace(LAMPS, id=4, organization_id=12, grids=frozenset(), components={9901010101000001: GRID})
    assert [overlap(LAMPS, one).how for one in (whole_class, community, one_lamp)] == [Meeting.EXCEPTION] * 3
    assert [overlap(LAMPS, one).first for one in (whole_class, community, one_lamp)] == [1, 1, 4]


def test_the_same_body_says_it_twice_and_contradictions_come_first() -> None:
    again, against = replace(LAMPS, id=2), replace(LAMPS, id=3, organization_id=11)
    assert [met.how for met in overlaps([LAMPS, again, against])] == [Meeting.CONTRADICTION, Meeting.CONTRADICTION, Meeting.TWICE]


def test_other_places_classes_and_days_do_not_meet() -> None:
    elsewhere = replace(LAMPS, id=2, organization_id=11, grids=frozenset({OTHER_GRID}))
    another = replace(LAMPS, id=2, organization_id=11, class_id=6)
    before = replace(LAMPS, id=2, organization_id=11, first_day=DAY - timedelta(30), end=DAY)
    assert [overlap(LAMPS, one) for one in (elsewhere, another, before)] == [None, None, None]


def test_a_ruling_covers_what_lies_in_its_classes_and_its_place() -> None:
    assert covers(LAMPS, 5, "component", "01", GRID, None)
    assert not covers(LAMPS, 6, "component", "01", GRID, None)
    assert not covers(LAMPS, 5, "component", "01", OTHER_GRID, None)
    assert covers(replace(LAMPS, grids=frozenset(), division=COMMUNITY, class_id=None), 6, "component", "01", OTHER_GRID, None)


def test_what_ends_within_a_month_runs_out() -> None:
    assert [expires_soon(end, DAY) for end in (None, DAY, DAY + timedelta(30), DAY + timedelta(31))] == [False, False, True, False]


places = st.one_of(
    st.frozensets(st.sampled_from((GRID, OTHER_GRID)), min_size=1).map(lambda grids: {"grids": grids}),
    st.sampled_from((990101, 990101001, COMMUNITY)).map(lambda code: {"grids": frozenset(), "division": code}),
)
scopes = st.sampled_from(
    (
        ("", "", None),
        ("component", "", None),
        ("component", "01", None),
        ("component", "01", 5),
        ("component", "01", 6),
        ("event", "", None),
    )
)


@given(scopes, places, scopes, places, st.integers(-40, 40), st.booleans())
def test_two_rulings_meet_the_same_way_whichever_is_named_first(scope, place, other_scope, other_place, days, same_body) -> None:
    kind, major, class_id = scope
    one = Said(1, 10, DAY, DAY + timedelta(20), class_id, kind, major, **place)
    kind, major, class_id = other_scope
    other = Said(2, 10 if same_body else 11, DAY + timedelta(days), None, class_id, kind, major, **other_place)
    assert overlap(one, other) == overlap(other, one)


@given(st.lists(st.tuples(scopes, places, st.integers(10, 12)), max_size=6))
def test_the_quick_search_finds_every_pair_that_meets(drawn) -> None:
    rulings = [
        Said(number, body, DAY + timedelta(number), None, class_id, kind, major, **place)
        for number, ((kind, major, class_id), place, body) in enumerate(drawn)
    ]
    slowly = {met for one, other in combinations(rulings, 2) if (met := overlap(one, other)) is not None}
    assert set(overlaps(rulings)) == slowly
