"""Drawn areas: found by the grids they touch, decided by the point, before what is said of the divisions around them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPoint, Point, Polygon, box
from shapely.affinity import rotate

from chengge.domain.gridindex import GridIndex
from chengge.domain.responsibility import ClassOf, Ground, Named, Outline, Register, Ruled, Scope

MANHOLE = ClassOf(7, "component", "01")
STREET, COMMUNITY = 990101001, 990101001001
SIDE, WEST, SOUTH, ROWS = 0.001, 120.18, 30.32, 5
CODES = [COMMUNITY * 1000 + number for number in range(1, ROWS * ROWS + 1)]
GRIDS = [
    box(WEST + column * SIDE, SOUTH + row * SIDE, WEST + (column + 1) * SIDE, SOUTH + (row + 1) * SIDE)
    for row in range(ROWS)
    for column in range(ROWS)
]
INDEX = GridIndex.of(CODES, GRIDS)
PLATFORMS = {number: number for number in range(1, 30)}
EVERYWHERE = box(WEST - SIDE, SOUTH - SIDE, WEST + 6 * SIDE, SOUTH + 6 * SIDE)


def area(west: float, south: float, east: float, north: float) -> Outline:
    """A rectangle in widths of a grid."""
    return Outline.over(box(WEST + west * SIDE, SOUTH + south * SIDE, WEST + east * SIDE, SOUTH + north * SIDE), INDEX)


def register(named=(), ruled=()) -> Register:
    made = Register(PLATFORMS)
    made.name(named)
    made.rule(ruled)
    return made


def first(made: Register, column: float, row: float):
    lon, lat = WEST + column * SIDE, SOUTH + row * SIDE
    claims = made.claims(MANHOLE, grid_code=INDEX.locate(lon, lat), lon=lon, lat=lat)
    return (claims[0].organization_id, claims[0].ground) if claims else None


def test_in_a_grid_that_an_area_cuts_the_point_decides():
    made = register([Named(1, 3, Scope(class_id=7), outline=area(0, 0, 1.5, 1))])
    assert first(made, 1.4, 0.5) == (3, Ground.DRAWN)
    assert first(made, 1.6, 0.5) is None


def test_without_a_point_the_inner_point_of_the_grid_stands_for_the_place():
    made = register([Named(1, 3, Scope(), outline=area(0, 0, 1.6, 1)), Named(2, 4, Scope(), outline=area(0, 0, 1.4, 1))])
    assert [claim.organization_id for claim in made.claims(MANHOLE, grid_code=CODES[1])] == [3]


def test_an_area_goes_before_the_community_around_it_and_a_narrower_class_before_an_area():
    drawn = Named(1, 3, Scope(class_id=7), outline=area(0, 0, 2, 2))
    community = Named(2, 4, Scope(class_id=7), COMMUNITY)
    wide = Named(3, 5, Scope(kind="component"), outline=area(0, 0, 2, 2))
    assert first(register([drawn, community]), 0.5, 0.5) == (3, Ground.DRAWN)
    assert first(register([wide, community]), 0.5, 0.5) == (4, Ground.NAMED)


def test_a_ruled_area_goes_before_a_ruled_grid_and_after_a_ruled_component():
    outline = area(0, 0, 2, 2)
    grid = Ruled(1, 1, Scope(class_id=7), grid_codes=frozenset(CODES[:1]), order=9)
    drawn = Ruled(2, 2, Scope(), outline=outline, order=1)
    component = Ruled(3, 3, Scope(), component_codes=frozenset({99}), order=1)
    claims = register(ruled=[grid, drawn, component]).claims(MANHOLE, grid_code=CODES[0], component_code=99)
    assert [claim.organization_id for claim in claims] == [3, 2, 1]


def test_of_two_ruled_areas_over_a_place_the_newer_holds():
    older, newer = (Ruled(number, number, Scope(class_id=7), outline=area(0, 0, number + 1, 3), order=number) for number in (1, 2))
    assert first(register(ruled=[newer, older]), 0.5, 0.5) == (2, Ground.RULING)
    assert first(register(ruled=[newer, older]), 2.5, 0.5) == (2, Ground.RULING)


def test_a_place_in_no_grid_is_found_by_its_point():
    made = register([Named(1, 3, Scope(), outline=area(-1, -1, 1, 1))])
    assert first(made, -0.5, -0.5) == (3, Ground.DRAWN)
    assert made.claims(MANHOLE) == []


def test_no_two_different_weights_of_named_responsibilities_lie_so_near_that_they_pass_for_the_same():
    scopes = [Scope(class_id=7), Scope(kind="component", major_code="01"), Scope(kind="component"), Scope()]
    places = [(division, None) for division in (None, 9901, 990101, STREET, COMMUNITY)] + [(None, area(0, 0, 1, 1))]
    scores = set()
    for scope in scopes:
        for division, outline in places:
            for owner in (None, 2):
                made = register([Named(1, 3, scope, division, owner, outline)])
                (claim,) = (one for one in made.claims(MANHOLE, grid_code=CODES[0], bodies=(None, 2, None)) if one.organization_id == 3)
                scores.add(claim.score)
    ranked = sorted(scores)
    assert len(ranked) == len(scopes) * len(places) * 2
    assert min(high - low for low, high in pairwise(ranked)) > 0.005


CORNERS = st.floats(-0.9, 5.9, allow_nan=False)
BOXES = st.tuples(CORNERS, CORNERS, st.floats(0.05, 4), st.floats(0.05, 4), st.integers(0, 89)).map(
    lambda made: rotate(
        box(WEST + made[0] * SIDE, SOUTH + made[1] * SIDE, WEST + (made[0] + made[2]) * SIDE, SOUTH + (made[1] + made[3]) * SIDE), made[4]
    )
)
ON_THE_LINES = st.sampled_from([n / 2 for n in range(-1, 11)])
HULLS = st.lists(st.tuples(ON_THE_LINES, ON_THE_LINES), min_size=3, max_size=6, unique=True).map(
    lambda places: MultiPoint([(WEST + x * SIDE, SOUTH + y * SIDE) for x, y in places]).convex_hull
)
SHAPES = st.one_of(BOXES, HULLS.filter(lambda shape: isinstance(shape, Polygon)))
PLACES = st.one_of(st.tuples(CORNERS, CORNERS), st.tuples(ON_THE_LINES, ON_THE_LINES))


@settings(max_examples=150, deadline=None)
@given(st.lists(SHAPES, max_size=8), st.lists(SHAPES, max_size=4), st.lists(PLACES, min_size=1, max_size=20))
def test_claims_by_area_are_those_of_every_polygon_that_holds_the_point(named: list[Polygon], ruled: list[Polygon], places) -> None:
    made = register(
        [Named(number, number, Scope(), outline=Outline.over(shape, INDEX)) for number, shape in enumerate(named, 1)],
        [Ruled(number, number, Scope(), outline=Outline.over(shape, INDEX), order=number) for number, shape in enumerate(ruled, 20)],
    )
    for column, row in places:
        point = Point(WEST + column * SIDE, SOUTH + row * SIDE)
        claims = made.claims(MANHOLE, grid_code=INDEX.locate(point.x, point.y), lon=point.x, lat=point.y)
        holding = {number for number, shape in enumerate(named, 1) if shape.intersects(point)}
        newest = [number for number, shape in enumerate(ruled, 20) if shape.intersects(point)][-1:]
        assert {claim.organization_id for claim in claims} == holding | set(newest)
        assert all((claim.ground is Ground.RULING) == (claim.organization_id >= 20) for claim in claims)


@pytest.mark.parametrize("shape", [EVERYWHERE, GRIDS[0], box(0, 0, 1, 1)])
def test_an_outline_knows_the_grids_it_touches(shape):
    outline = Outline.over(shape, INDEX)
    assert outline.inside == {code for code, grid in zip(CODES, GRIDS, strict=True) if shape.covers(grid)}
    assert outline.touched == {code for code, grid in zip(CODES, GRIDS, strict=True) if shape.intersects(grid)}
