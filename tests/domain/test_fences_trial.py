"""A real walker's years against a fence around a part of them: each true exit is one alarm, and no single wrong fix is one."""

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely

from chengge.domain.fences import GAP_SECONDS, Bit, Bounds, Fences, Fixes, judge, nothing_known
from chengge.domain.gridindex import GridIndex

WEST, SOUTH, EAST, NORTH = 116.300, 39.975, 116.335, 40.010  # a campus and what lies around it
BOUNDS, MARGIN_M, ACCURACY_M = Bounds(fixes=4, seconds=120, fixes_back=3), 30.0, 10.0
JUMPS = 0.02  # of all fixes


@pytest.fixture(scope="module")
def walker(shared_data: Path) -> Fixes:
    path = shared_data / "tracks" / "geolife_uid1.csv.gz"
    if not path.exists():
        pytest.skip("The walker's track is not among the shared data (tracks/geolife_uid1.csv.gz).")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    at = [int(datetime.fromisoformat(row["datetime"]).replace(tzinfo=UTC).timestamp()) for row in rows]
    lon, lat = [float(row["lng"]) for row in rows], [float(row["lat"]) for row in rows]
    n = len(rows)
    return Fixes(np.ones(n, dtype=np.int64), np.array(at), np.array(lon), np.array(lat), np.full(n, ACCURACY_M)).in_order()


def alarms_of(fixes: Fixes, batch: int) -> list[tuple[int, int]]:
    """When alarms began and ended, the fixes coming in batches."""
    index = GridIndex.of([990101001001001], [shapely.box(WEST, SOUTH, EAST, NORTH)])
    fences = Fences.of(index, {1: [990101001001001]})
    memory, turns = nothing_known(np.array([1])), []
    for first in range(0, len(fixes), batch):
        part = fixes.only(np.arange(first, min(first + batch, len(fixes))))
        codes = index.locate_many(part.lon, part.lat)
        done = judge(memory, part, codes, fences.verdicts(part, codes, MARGIN_M), BOUNDS, None)
        memory = done.memory
        turns += [turn for turn in done.turns if turn.bit is Bit.OUTSIDE]
    assert [turn.begins for turn in turns] == [i % 2 == 0 for i in range(len(turns))]
    ends = [turn.since for turn in turns if not turn.begins] + [int(fixes.at[-1]) + 1]
    return list(zip([turn.since for turn in turns if turn.begins], ends, strict=False))


def exits_of(fixes: Fixes) -> list[tuple[int, int, int]]:
    """Exits worked out plainly, one fix after the other: from, to, and fixes outside."""
    # Metres beyond the box, as flat as a small area is.
    east, north = 111_320 * np.cos(np.radians((SOUTH + NORTH) / 2)), 111_132
    x = np.maximum(np.maximum(WEST - fixes.lon, fixes.lon - EAST), 0) * east
    y = np.maximum(np.maximum(SOUTH - fixes.lat, fixes.lat - NORTH), 0) * north
    beyond_m = np.hypot(x, y).tolist()
    found: list[tuple[int, int, int]] = []
    began, run, back, since_back, last, total = 0, 0, 0, 0, -(10**9), 0
    going_on = False
    for at, far in zip(fixes.at.tolist(), beyond_m, strict=True):
        outside, inside = far > MARGIN_M + ACCURACY_M, far <= MARGIN_M
        if not (outside or inside):
            continue
        if at - last > GAP_SECONDS:
            run = back = 0
        last = at
        if outside:
            began, run, back = (at if run == 0 else began), run + 1, 0
            start = began
            total += 1
            if not going_on and run >= BOUNDS.fixes and at - start >= BOUNDS.seconds:
                going_on, opened, total = True, start, run
        else:
            since_back, run, back = (at if back == 0 else since_back), 0, back + 1
            if going_on and back >= BOUNDS.fixes_back:
                going_on = False
                found.append((opened, since_back, total))
    return found


def test_each_true_exit_is_one_alarm(walker: Fixes) -> None:
    alarms, exits = alarms_of(walker, 500), exits_of(walker)
    assert len(exits) > 50
    assert len(alarms) - len(exits) in (0, 1)  # the last may go on when the track ends
    # Not to the second: where the walker's own receiver jumped, that fix says nothing.
    assert [began for began, _ended, _fixes in exits] == pytest.approx([began for began, _ended in alarms[: len(exits)]], abs=30)
    assert [ended for _began, ended, _fixes in exits] == pytest.approx([ended for _began, ended in alarms[: len(exits)]], abs=30)


def test_the_size_of_the_batches_changes_nothing(walker: Fixes) -> None:
    some = walker.only(np.arange(12_000))
    assert alarms_of(some, 1000) == alarms_of(some, 12_000) == alarms_of(some, 11)


def test_jumps_of_single_fixes_raise_no_alarm(walker: Fixes) -> None:
    random = np.random.default_rng(7)
    jumping = np.flatnonzero(random.random(len(walker)) < JUMPS)
    jumping = jumping[np.append(True, np.diff(jumping) > 1)]  # of one fix each
    lon, lat = walker.lon.copy(), walker.lat.copy()
    far, way = random.uniform(0.003, 0.3, len(jumping)), random.uniform(0, 2 * np.pi, len(jumping))
    lon[jumping] += far * np.cos(way)
    lat[jumping] += far * np.sin(way)
    alarms = alarms_of(Fixes(walker.member, walker.at, lon, lat, walker.accuracy_m), 500)
    exits = exits_of(walker)
    false = [alarm for alarm in alarms[:-1] if not any(began <= alarm[1] and alarm[0] <= ended for began, ended, _fixes in exits)]
    assert false == []
    assert len(alarms) <= len(exits) + 1  # no exit is told twice
    long = [(began, ended) for began, ended, fixes in exits if fixes >= 3 * BOUNDS.fixes and ended - began >= 4 * BOUNDS.seconds]
    untold = [one for one in long if not any(began <= one[1] and one[0] <= ended for began, ended in alarms)]
    assert len(long) > 30
    assert untold == []
