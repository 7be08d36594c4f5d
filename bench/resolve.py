"""How long it takes to rank who may answer, in a large city with many rulings, beside reading every row each time."""

import random
from collections.abc import Sequence
from time import perf_counter_ns

from bench import Figure
from chengge.domain.responsibility import ClassOf, Named, Register, Ruled, Scope, ancestors_of

GRIDS, CLASSES, RULINGS, NAMED = 50_000, 200, 5_000, 2_000
GRIDS_IN_A_RULING = 20
PLATFORMS, SECTIONS = 40, 200
ASKED, ASKED_OF_PEER = 50_000, 300


def run() -> list[Figure]:
    """The 99th percentile of one ranking: 50 000 grids, 200 classes, 5 000 rulings of 20 grids each, 2 000 named responsibilities."""
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

    ruled = []
    for number in range(RULINGS):
        begin = chance.randrange(GRIDS - GRIDS_IN_A_RULING)
        ruled.append(Ruled(number, body(), scope(), frozenset(grids[begin : begin + GRIDS_IN_A_RULING]), order=number))
    named = [Named(number, body(), scope(), chance.choice(divisions)) for number in range(NAMED)]
    register = Register(platforms)
    began = perf_counter_ns()
    register.rule(ruled)
    register.name(named)
    register.write_in_handbook((n, n, body()) for n in range(CLASSES))
    register.settle((n, division) for n, division in enumerate(divisions[1:41]) if division is not None)
    built_ms = (perf_counter_ns() - began) / 1e6

    asked = [(chance.choice(classes), chance.choice(grids), (body(), body(), None)) for _ in range(ASKED)]
    took = []
    for one, grid, bodies in asked:
        began = perf_counter_ns()
        register.claims(one, None, grid, None, bodies)
        took.append(perf_counter_ns() - began)
    took.sort()
    peer_ms = _by_reading_all(ruled, named, asked[:ASKED_OF_PEER])
    beside = (
        f"reading all {RULINGS + NAMED:,} rows for each: {peer_ms:.2f} ms; median here {took[ASKED // 2] / 1e3:.0f} µs; "
        f"register built in {built_ms:.0f} ms"
    )
    return [Figure("resolve_p99_ms", took[int(ASKED * 0.99)] / 1e6, "ms", "≤ 1", beside)]


def _by_reading_all(ruled: list[Ruled], named: list[Named], asked: Sequence[tuple[ClassOf, int, object]]) -> float:
    """Milliseconds for one question, with the rows in a list."""
    began = perf_counter_ns()
    for one, grid, _bodies in asked:
        areas = ancestors_of(grid)
        [row for row in ruled if grid in row.grid_codes and row.scope.class_id in (None, one.id)]
        [row for row in named if row.division_code in (None, *areas) and row.scope.class_id in (None, one.id)]
    return (perf_counter_ns() - began) / 1e6 / len(asked)
