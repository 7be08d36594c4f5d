"""How long it takes to rank who may answer, in a large city with many rulings, beside reading every row each time."""

import random
from collections.abc import Sequence
from time import perf_counter_ns

from shapely import Polygon, box
from shapely.affinity import rotate

from bench import Figure
from chengge.domain.boundaries import Verdict
from chengge.domain.boundary_zones import reckon
from chengge.domain.gridindex import GridIndex
from chengge.domain.responsibility import ClassOf, Named, Outline, Register, Ruled, Scope, ancestors_of

GRIDS, CLASSES, RULINGS, NAMED = 50_000, 200, 5_000, 2_000
DRAWN_RULINGS, DRAWN_AREAS = 1_000, 300  # of the rulings and the named
GRIDS_IN_A_RULING = 20
COLUMNS, SIDE, WEST, SOUTH = 250, 0.001, 120.0, 30.0
PLATFORMS, SECTIONS = 40, 200
ASKED, ASKED_OF_PEER = 50_000, 300


def run() -> list[Figure]:
    """The 99th percentile of one ranking: 50 000 grids, 200 classes, 5 000 rulings (1 000 of them drawn on the map, the others of 20
    grids each), 2 000 named responsibilities (300 of them drawn); and who answers for every class in every grid of the city.
    """
    chance = random.Random(1)  # noqa: S311 (a made-up city)
    grids = [990101_000_000_000 + (1 + n // 5000) * 10**6 + (1 + n // 100 % 50) * 10**3 + n % 100 for n in range(GRIDS)]
    classes = [ClassOf(n, "component" if n % 2 else "event", f"{n % 6:02d}") for n in range(CLASSES)]
    platforms = {n: n % PLATFORMS for n in range(PLATFORMS + SECTIONS)}
    divisions = [None, *{division for grid in chance.sample(grids, 500) for division in ancestors_of(grid)}]

    def scope() -> Scope:
        one = chance.choice(classes)
        return chance.choice([Scope(class_id=one.id), Scope(class_id=one.id), Scope(kind=one.kind, major_code=one.major_code)])

    def body() -> int:
        return chance.randrange(len(platforms))

    index = GridIndex.of(grids, [_box(number) for number in range(GRIDS)])

    def drawn(side: float) -> Outline:
        """A turned rectangle over some `side` times `side` grids."""
        west, south = _square(chance.randrange(GRIDS))
        return Outline.over(rotate(box(west, south, west + side * SIDE, south + side * SIDE), chance.randrange(90)), index)

    began = perf_counter_ns()
    outlines = [drawn(4.5) for _ in range(DRAWN_RULINGS)]
    outlines_ms = (perf_counter_ns() - began) / 1e6
    ruled = [Ruled(-number, body(), scope(), outline=outline, order=number) for number, outline in enumerate(outlines, 1)]
    for number in range(RULINGS - DRAWN_RULINGS):
        begin = chance.randrange(GRIDS - GRIDS_IN_A_RULING)
        ruled.append(Ruled(number, body(), scope(), frozenset(grids[begin : begin + GRIDS_IN_A_RULING]), order=number))
    named = [Named(number, body(), scope(), chance.choice(divisions)) for number in range(NAMED - DRAWN_AREAS)]
    named += [Named(-number, body(), scope(), outline=drawn(12)) for number in range(DRAWN_AREAS)]
    register = Register(platforms)
    began = perf_counter_ns()
    register.rule(ruled)
    register.name(named)
    register.write_in_handbook((n, n, body()) for n in range(CLASSES))
    register.settle((n, division) for n, division in enumerate(divisions[1:41]) if division is not None)
    built_ms = (perf_counter_ns() - began) / 1e6

    places = [chance.randrange(GRIDS) for _ in range(ASKED)]
    asked = [(chance.choice(classes), grids[place], (body(), body(), None)) for place in places]
    points = [[edge + chance.random() * SIDE for edge in _square(place)] for place in places]
    took = []
    for (one, grid, bodies), (lon, lat) in zip(asked, points, strict=True):
        began = perf_counter_ns()
        register.claims(one, None, grid, None, bodies, lon, lat)
        took.append(perf_counter_ns() - began)
    took.sort()
    peer_ms = _by_reading_all(ruled, named, asked[:ASKED_OF_PEER])
    beside = (
        f"reading all {RULINGS + NAMED:,} rows for each: {peer_ms:.2f} ms; median here {took[ASKED // 2] / 1e3:.0f} µs; "
        f"register built in {built_ms:.0f} ms, {DRAWN_RULINGS:,} drawn areas laid over the grids in {outlines_ms:.0f} ms"
    )
    began = perf_counter_ns()
    found = reckon(register, index, classes)
    took_s = (perf_counter_ns() - began) / 1e9
    unclear = 100 * (1 - found.counts[Verdict.ONE] / sum(found.counts.values()))
    one_by_one_s = GRIDS * CLASSES * took[ASKED // 2] / 1e9
    one_by_one = f"asking each class in each of {GRIDS:,} grids: {one_by_one_s:.0f} s; {len(found.zones):,} zones, {unclear:.0f} % unclear"
    return [
        Figure("resolve_p99_ms", took[int(ASKED * 0.99)] / 1e6, "ms", "≤ 1", beside),
        Figure("boundaries_reckon_s", took_s, "s", "≤ 60", one_by_one),
    ]


def _square(number: int) -> tuple[float, float]:
    """West and south of a unit grid."""
    return WEST + number % COLUMNS * SIDE, SOUTH + number // COLUMNS * SIDE


def _box(number: int) -> Polygon:
    """The border of a unit grid."""
    west, south = _square(number)
    return box(west, south, west + SIDE, south + SIDE)


def _by_reading_all(ruled: list[Ruled], named: list[Named], asked: Sequence[tuple[ClassOf, int, object]]) -> float:
    """Milliseconds for one question, with the rows in a list."""
    began = perf_counter_ns()
    for one, grid, _bodies in asked:
        areas = ancestors_of(grid)
        [row for row in ruled if grid in row.grid_codes and row.scope.class_id in (None, one.id)]
        [row for row in named if row.division_code in (None, *areas) and row.scope.class_id in (None, one.id)]
    return (perf_counter_ns() - began) / 1e6 / len(asked)
