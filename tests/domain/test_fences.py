"""Fixes against fences: the same verdicts as plain geometry, and alarms that take their time."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from chengge.domain.coordinates import distance_m
from chengge.domain.fences import (
    Bit,
    Bounds,
    Fences,
    Fixes,
    Judged,
    Rest,
    Turn,
    Verdict,
    judge,
    nothing_known,
)
from chengge.domain.gridindex import GridIndex
from chengge.domain.patrol import patrol

WEST, SOUTH, SIDE = 120.0, 30.0, 0.001
CODES = [990101001001000 + i for i in range(1, 101)]
CORNERS = [(WEST + i % 10 * SIDE, SOUTH + i // 10 * SIDE) for i in range(100)]
INDEX = GridIndex.of(CODES, [shapely.box(west, south, west + SIDE, south + SIDE) for west, south in CORNERS])
# An L of five grids, and a pair apart from each other.
OWN = {7: [CODES[0], CODES[1], CODES[2], CODES[10], CODES[20]], 8: [CODES[44], CODES[77]], 9: []}
FENCES = Fences.of(INDEX, OWN)
BOUNDS, REST = Bounds(fixes=3, seconds=60, fixes_back=2), Rest(radius_m=50, seconds=600)


def fixes_of(member: Sequence[int], at: Sequence[int], lon: Sequence[float], lat: Sequence[float], accuracy: Sequence[float]) -> Fixes:
    return Fixes(
        np.array(member, dtype=np.int64), np.array(at, dtype=np.int64),
        np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64), np.array(accuracy, dtype=np.float64),
    ).in_order()  # fmt: skip


def line(inside: Sequence[bool], every: int = 30, start: int = 1000) -> Fixes:
    """A member's fixes, either in the middle of the own grids or far outside, slow enough to be believed."""
    n = len(inside)
    lon = [WEST + SIDE / 2 if one else WEST + 5.5 * SIDE for one in inside]
    return fixes_of([7] * n, [start + i * every for i in range(n)], lon, [SOUTH + SIDE / 2] * n, [5.0] * n)


def judged(fixes: Fixes, memory: np.ndarray | None = None, bounds: Bounds | None = BOUNDS) -> Judged:
    codes = INDEX.locate_many(fixes.lon, fixes.lat)
    memory = nothing_known(np.unique(fixes.member)) if memory is None else memory
    return judge(memory, fixes, codes, FENCES.verdicts(fixes, codes, 30), bounds, REST)


def crossings(turns: Sequence[Turn]) -> list[tuple[bool, int]]:
    return [(turn.begins, turn.since) for turn in turns if turn.bit is Bit.OUTSIDE]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 80))
def test_verdicts_are_those_of_the_distance_to_the_own_grids(seed: int, margin_m: float) -> None:
    random = np.random.default_rng(seed)
    n = 120
    fixes = fixes_of(
        random.choice([7, 8, 9, 10], n), np.arange(n), random.uniform(WEST - 3 * SIDE, WEST + 13 * SIDE, n),
        random.uniform(SOUTH - 3 * SIDE, SOUTH + 13 * SIDE, n), random.choice([0, 3, 20, 120], n),
    )  # fmt: skip
    found = FENCES.verdicts(fixes, INDEX.locate_many(fixes.lon, fixes.lat), margin_m)
    for i in range(n):
        fence = int(FENCES.number_of(fixes.member[i : i + 1])[0])
        if fence < 0:
            assert found[i] == Verdict.UNSURE
            continue
        x, y = FENCES.places(np.array([fence]), fixes.lon[i : i + 1], fixes.lat[i : i + 1])
        far = shapely.distance(FENCES.areas[fence], shapely.Point(x[0], y[0]))
        wanted = Verdict.INSIDE if far <= margin_m else Verdict.OUTSIDE if far > margin_m + fixes.accuracy_m[i] else Verdict.UNSURE
        assert found[i] == wanted


def test_metres_of_a_fence_are_metres_on_the_ground() -> None:
    x, y = FENCES.places(np.array([0]), np.array([WEST + 0.02]), np.array([SOUTH + 0.01]))
    lon, lat = FENCES.frames[0][:2].tolist()
    assert np.hypot(x[0], y[0]) == pytest.approx(float(distance_m(lon, lat, WEST + 0.02, SOUTH + 0.01)), rel=1e-3)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_alarms_are_those_of_counting_one_by_one(inside: list[bool]) -> None:
    fixes = line(inside)
    wanted, going_on, run, since = [], False, 0, 0
    for i, one in enumerate(inside):
        if i and one == inside[i - 1]:
            run += 1
        else:
            run, since = 1, int(fixes.at[i])
        if not one and not going_on and run >= BOUNDS.fixes and fixes.at[i] - since >= BOUNDS.seconds:
            going_on = True
            wanted.append((True, since))
        if one and going_on and run >= BOUNDS.fixes_back:
            going_on = False
            wanted.append((False, since))
    assert crossings(judged(fixes).turns) == wanted


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, BOUNDS.fixes - 1), min_size=1, max_size=12))
def test_fewer_fixes_outside_than_the_rule_wants_never_alarm(excursions: list[int]) -> None:
    inside = [one for length in excursions for one in (True, True, *([False] * length), True)]
    assert crossings(judged(line(inside)).turns) == []


def test_fixes_in_quick_succession_need_their_time_too() -> None:
    assert crossings(judged(line([False] * 12, every=5)).turns) == []
    assert crossings(judged(line([False] * 13, every=5)).turns) == [(True, 1000)]


def test_fixes_with_a_long_gap_between_them_are_not_in_a_row() -> None:
    assert crossings(judged(line([False] * 6, every=601)).turns) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([7, 8]), st.integers(1, 400), st.integers(0, 5)), min_size=2, max_size=50), st.data())
def test_cutting_fixes_into_batches_changes_nothing(steps: list[tuple[int, int, int]], data: st.DataObject) -> None:
    moments = {7: 1000, 8: 1000}
    rows = []
    for member, pause, place in steps:
        moments[member] += pause
        rows.append((member, moments[member], WEST + place * 1.3 * SIDE, SOUTH + SIDE / 2, 5.0))
    fixes = fixes_of(*zip(*rows, strict=True))
    whole = judged(fixes)
    cut = data.draw(st.integers(900, max(moments.values()) + 1))
    memory = nothing_known(np.unique(fixes.member))
    turns: list[Turn] = []
    verdicts = np.zeros(len(fixes), dtype=np.int8)
    for part in (fixes.at < cut, fixes.at >= cut):
        if not part.any():
            continue
        known = np.isin(memory["member"], fixes.member[part])
        done = judged(fixes.only(part), memory[known])
        memory[known] = done.memory
        verdicts[part] = done.verdicts
        turns += done.turns
    assert verdicts.tolist() == whole.verdicts.tolist()
    assert sorted(turns, key=str) == sorted(whole.turns, key=str)
    assert memory.tolist() == whole.memory.tolist()


def test_a_jump_says_nothing_and_those_after_it_are_believed() -> None:
    fixes = fixes_of([7] * 6, range(0, 60, 10), [WEST + SIDE / 2 + far for far in (0, 0, 0.5, 0, 0, 0)], [SOUTH + SIDE / 2] * 6, [5.0] * 6)
    fixes.at[:] += 1000
    assert judged(fixes).verdicts.tolist() == [1, 1, 3, 1, 1, 1]


def test_who_has_truly_been_carried_elsewhere_is_believed_from_the_second_fix_on() -> None:
    lon = [WEST + SIDE / 2] * 3 + [WEST + 0.5] * 3
    fixes = fixes_of([7] * 6, range(1000, 1060, 10), lon, [SOUTH + SIDE / 2] * 6, [5.0] * 6)
    assert judged(fixes).verdicts.tolist() == [1, 1, 1, 3, 2, 2]


def test_standing_still_alarms_once_and_ends_when_somebody_moves_on() -> None:
    lon = [WEST + SIDE / 2] * 30 + [WEST + 1.5 * SIDE]
    fixes = fixes_of([7] * 31, range(1000, 1000 + 31 * 60, 60), lon, [SOUTH + SIDE / 2] * 31, [5.0] * 31)
    still = [(turn.begins, turn.since) for turn in judged(fixes).turns if turn.bit is Bit.STILL]
    assert still == [(True, 1000), (False, 1000 + 30 * 60)]


# --- What a day adds up to --------------------------------------------------------------------------------------------


def test_a_day_adds_up_time_distance_and_visits() -> None:
    at = np.array([0, 60, 120, 180, 240, 1000, 1010])
    lon = WEST + np.array([0, 0.0005, 0.001, 0.0015, 0.002, 0.0045, 0.0045])
    n = len(at)
    grid = np.array([1, 1, 2, 3, 3, 5, 5])
    day = patrol(at, lon, np.full(n, SOUTH), np.full(n, 5.0), grid, np.array([False] * 4 + [True] * 3))
    assert day.street_seconds == 250  # the gap of more than five minutes counts for nothing
    assert day.outside_seconds == 10
    assert day.distance_m == pytest.approx(float(distance_m(WEST, SOUTH, WEST + 0.002, SOUTH)), rel=0.01)
    assert dict(day.visits) == {1: 1, 2: 1, 3: 1, 5: 1}  # one fix in the second, but a whole minute
    assert day.covered([1, 2, 4]) == 2


def test_a_receiver_that_lies_still_walks_nowhere() -> None:
    random = np.random.default_rng(5)
    n = 500
    lon, lat = WEST + random.normal(0, 2e-5, n), SOUTH + random.normal(0, 2e-5, n)
    day = patrol(np.arange(n) * 10, lon, lat, np.full(n, 12.0), np.ones(n, dtype=np.int64), np.zeros(n, dtype=bool))
    assert day.distance_m < 100


def test_passing_through_a_grid_with_one_fix_is_no_visit() -> None:
    at, grid = np.array([0, 20, 40, 60, 80]), np.array([1, 1, 2, 3, 3])
    n = len(at)
    day = patrol(at, np.full(n, WEST), np.full(n, SOUTH), np.full(n, 5.0), grid, np.zeros(n, dtype=bool))
    assert dict(day.visits) == {1: 1, 3: 1}
