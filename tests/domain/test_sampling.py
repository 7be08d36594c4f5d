"""Places for inspections are drawn such that anybody can draw them again."""

import random
from fractions import Fraction
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.sampling import SampleError, Unit, allocate, draw, drawn_twice, frame_digest, frame_from, frame_text

STREETS = (990101001, 990101002)


def units(sizes: dict[tuple[int, str], int]) -> list[Unit]:
    return [
        Unit(street * 10**6 + ord(area_class) * 10**3 + serial, (street, area_class))
        for (street, area_class), size in sizes.items()
        for serial in range(1, size + 1)
    ]


strata = st.tuples(st.sampled_from(STREETS), st.sampled_from("ABC"))
frames = st.dictionaries(strata, st.integers(1, 40), min_size=1).map(units)


@st.composite
def asked_for(draw_one: st.DrawFn) -> tuple[list[Unit], int, int, int]:
    """A frame with a number of places, a minimum and a seed that can be drawn from it."""
    frame = draw_one(frames)
    minimum = draw_one(st.integers(0, 3))
    sizes: dict[tuple[int, str], int] = {}
    for unit in frame:
        sizes[unit.stratum] = sizes.get(unit.stratum, 0) + 1
    least = sum(min(minimum, size) for size in sizes.values())
    return frame, draw_one(st.integers(least, len(frame))), minimum, draw_one(st.integers(0, 10**9))


@given(asked_for())
def test_every_stratum_gets_its_minimum_and_the_sizes_add_up(asked):
    frame, total, minimum, seed = asked
    sample = draw(frame, total, minimum, seed)
    assert len(sample.units) == len({unit.code for unit in sample.units}) == total
    assert sum(one.drawn for one in sample.strata) == total
    assert sum(one.size for one in sample.strata) == len(frame)
    for one in sample.strata:
        assert min(minimum, one.size) <= one.drawn <= one.size
        assert sum(unit.stratum == one.stratum for unit in sample.units) == one.drawn


@given(asked_for(), st.randoms(use_true_random=False))
def test_the_order_of_the_frame_does_not_matter(asked, dice: random.Random):
    frame, total, minimum, seed = asked
    shuffled = frame.copy()
    dice.shuffle(shuffled)
    assert draw(frame, total, minimum, seed) == draw(shuffled, total, minimum, seed)
    assert frame_digest(frame) == frame_digest(shuffled)


@given(asked_for())
def test_without_a_minimum_nobody_is_further_than_one_place_from_the_exact_share(asked):
    frame, total, _minimum, seed = asked
    for one in draw(frame, total, 0, seed).strata:
        assert abs(one.drawn - Fraction(total * one.size, len(frame))) < 2


@given(asked_for(), st.integers(0, 100))
def test_the_places_scored_twice_are_the_share_asked_for_rounded_up(asked, percent: int):
    frame, total, minimum, seed = asked
    codes = [unit.code for unit in draw(frame, total, minimum, seed).units]
    twice = drawn_twice(codes, Fraction(percent, 100), seed)
    assert twice <= set(codes)
    assert 0 <= len(twice) - Fraction(percent * total, 100) < 1
    assert twice == drawn_twice(reversed(codes), Fraction(percent, 100), seed)


def test_a_draw_worked_out_by_hand():
    sizes = {(STREETS[0], "A"): 10, (STREETS[0], "B"): 30, (STREETS[1], "C"): 2}
    assert allocate(sizes, 8, 1) == {(STREETS[0], "A"): 2, (STREETS[0], "B"): 5, (STREETS[1], "C"): 1}
    frame = units(sizes)
    wanted = sorted((sha256(f"2611:{unit.code}".encode()).hexdigest(), unit.code) for unit in frame if unit.stratum == (STREETS[0], "A"))
    drawn = {unit.code for unit in draw(frame, 8, 1, 2611).units if unit.stratum == (STREETS[0], "A")}
    assert drawn == {code for _hash, code in wanted[:2]}


def test_another_seed_draws_other_places():
    frame = units({(STREETS[0], "A"): 200})
    assert draw(frame, 20, 1, 1) != draw(frame, 20, 1, 2)


def test_a_published_frame_is_read_back_as_it_was():
    frame = units({(STREETS[0], "A"): 3, (STREETS[1], "C"): 2})
    assert frame_from(frame_text(reversed(frame))) == sorted(frame)
    assert frame_text(frame).splitlines()[0] == "990101001065001,990101001,A"


def test_what_cannot_be_drawn_says_why():
    frame = units({(STREETS[0], "A"): 3, (STREETS[1], "C"): 2})
    with pytest.raises(SampleError, match="more than the 5 units"):
        draw(frame, 6, 1, 1)
    with pytest.raises(SampleError, match="fewer than the 4"):
        draw(frame, 3, 2, 1)
    with pytest.raises(SampleError, match="stands twice"):
        draw([*frame, frame[0]], 2, 1, 1)
