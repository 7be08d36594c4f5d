"""Where nobody or several answer: reckoned by kinds of places, the same as asking every class at every point."""

import random

import pytest
import shapely
from shapely import Point, Polygon, box
from shapely.affinity import rotate

from chengge.domain.boundaries import ClassCode, Verdict, answer_of, area_m2, meet, polygons_of
from chengge.domain.boundary_zones import Burden, reckon
from chengge.domain.gridindex import GridIndex
from chengge.domain.responsibility import ClassOf, Named, Outline, Register, Ruled, Scope

STREET, COMMUNITY, OTHER = 990101001, 990101001001, 990101001002
SIDE, WEST, SOUTH = 0.001, 120.18, 30.32
CODES = [COMMUNITY * 1000 + number for number in range(1, 9)] + [OTHER * 1000 + number for number in range(1, 9)]
GRIDS = [box(WEST + at % 4 * SIDE, SOUTH + at // 4 * SIDE, WEST + (at % 4 + 1) * SIDE, SOUTH + (at // 4 + 1) * SIDE) for at in range(16)]
INDEX = GridIndex.of(CODES, GRIDS)
CLASSES = [ClassOf(1, "event", "01"), ClassOf(2, "event", "04"), ClassOf(3, "component", "01")]
PLATFORMS = {number: number for number in range(1, 12)}


def area(west: float, south: float, east: float, north: float) -> Outline:
    return Outline.over(box(WEST + west * SIDE, SOUTH + south * SIDE, WEST + east * SIDE, SOUTH + north * SIDE), INDEX)


def register(named=(), ruled=(), handbook=()) -> Register:
    made = Register(PLATFORMS)
    made.name(named)
    made.rule(ruled)
    made.write_in_handbook(handbook)
    made.settle([(11, STREET)])
    return made


def zones(made: Register):
    return {(zone.class_id, zone.verdict, zone.bodies): zone for zone in reckon(made, INDEX, CLASSES).zones}


def test_where_only_the_territory_is_left_nobody_answers():
    found = zones(register([Named(1, 1, Scope(class_id=1), STREET)]))
    assert set(found) == {(2, Verdict.NONE, ()), (3, Verdict.NONE, ())}
    assert found[2, Verdict.NONE, ()].street_code == STREET
    assert len(found[2, Verdict.NONE, ()].grid_codes) == 16


def test_two_named_alike_answer_with_the_same_right_and_a_narrower_one_alone():
    both = [Named(1, 1, Scope(kind="event"), STREET), Named(2, 2, Scope(kind="event"), STREET)]
    found = zones(register([*both, Named(3, 3, Scope(class_id=1), OTHER)]))
    assert len(found[1, Verdict.SEVERAL, (1, 2)].grid_codes) == 8
    assert len(found[2, Verdict.SEVERAL, (1, 2)].grid_codes) == 16


def test_where_two_drawn_areas_overlap_the_zone_is_their_common_part_to_the_metre():
    found = zones(
        register([Named(1, 1, Scope(class_id=1), outline=area(0, 0, 2.25, 4)), Named(2, 2, Scope(class_id=1), outline=area(1.75, 0, 4, 4))])
    )
    overlap = found[1, Verdict.SEVERAL, (1, 2)]
    assert overlap.shape.bounds == pytest.approx((WEST + 1.75 * SIDE, SOUTH, WEST + 2.25 * SIDE, SOUTH + 4 * SIDE))
    assert len(overlap.grid_codes) == 8
    assert area_m2(overlap.shape) == pytest.approx(0.5 * 4 / 16 * sum(map(area_m2, GRIDS)), rel=1e-4)


def test_a_gap_between_drawn_areas_is_a_zone_of_its_own():
    found = zones(
        register([Named(1, 1, Scope(class_id=1), outline=area(0, 0, 1.5, 4)), Named(2, 2, Scope(class_id=1), outline=area(2, 0, 4, 4))])
    )
    gap = found[1, Verdict.NONE, ()]
    assert gap.shape.bounds == pytest.approx((WEST + 1.5 * SIDE, SOUTH, WEST + 2 * SIDE, SOUTH + 4 * SIDE))


def test_what_is_ruled_is_clear_and_conditions_of_the_handbook_that_name_two_bodies_are_no_dispute():
    several = [Named(1, 1, Scope(class_id=1), STREET), Named(2, 2, Scope(class_id=1), STREET)]
    ruled = Ruled(1, 2, Scope(class_id=1), grid_codes=frozenset(CODES[:3]))
    found = zones(register(several, [ruled], handbook=[(5, 2, 4), (6, 2, 5)]))
    assert found[1, Verdict.SEVERAL, (1, 2)].grid_codes == tuple(CODES[3:])
    assert not any(class_id == 2 for class_id, _verdict, _bodies in found)


def test_counts_say_how_many_classes_in_grids_have_one_none_several():
    counts = reckon(register([Named(1, 1, Scope(class_id=1), STREET), Named(2, 2, Scope(class_id=1), OTHER)]), INDEX, CLASSES).counts
    assert counts == {Verdict.ONE: 16, Verdict.NONE: 32, Verdict.SEVERAL: 0}


def test_every_point_is_answered_as_its_zone_says():
    chance = random.Random(7)

    def scope() -> Scope:
        return chance.choice([Scope(class_id=chance.choice((1, 2, 3))), Scope(kind="event"), Scope()])

    for _city in range(6):
        named = [Named(number, chance.randint(1, 5), scope(), chance.choice((STREET, COMMUNITY, OTHER))) for number in range(4)]
        for number in range(4, 9):
            west, south = chance.uniform(0, 3), chance.uniform(0, 3)
            outline = area(west, south, west + chance.uniform(0.3, 2), south + chance.uniform(0.3, 2))
            named.append(Named(number, chance.randint(1, 5), scope(), outline=outline))
        ruled = [
            Ruled(1, 6, scope(), grid_codes=frozenset(chance.sample(CODES, 3))),
            Ruled(2, 7, scope(), outline=area(0.3, 0.4, 1.2, 1.9)),
        ]
        made = register(named, ruled)
        found = reckon(made, INDEX, CLASSES).zones
        for _place in range(60):
            lon, lat = WEST + chance.uniform(0, 4) * SIDE, SOUTH + chance.uniform(0, 4) * SIDE
            for one in CLASSES:
                answer = answer_of(made.claims(one, grid_code=INDEX.locate(lon, lat), lon=lon, lat=lat))
                holding = [zone for zone in found if zone.class_id == one.id and zone.shape.contains(Point(lon, lat))]
                told = [(zone.verdict, zone.bodies) for zone in holding]
                assert told == ([] if answer.verdict is Verdict.ONE else [(answer.verdict, answer.bodies)])


def test_grids_that_meet_askew_and_share_no_corners_are_answered_point_by_point_as_their_zone_says():
    """Two streets of crooked grids, every other row half a grid to the side; areas cut them, a ruling follows a border to a centimetre."""
    chance = random.Random(11)
    for _city in range(4):
        codes, grids = crooked(chance)
        index = GridIndex.of(codes, grids)
        named = [Named(number, number, Scope(class_id=1), outline=Outline.over(leaf(chance), index)) for number in range(1, 6)]
        named += [Named(6, 6, Scope(), STREET), Named(7, 7, Scope(class_id=2), STREET)]
        first = Register(PLATFORMS)
        first.name(named)
        unclear = [zone for zone in reckon(first, index, CLASSES).zones if zone.class_id == 1]
        by_zone = shapely.transform(unclear[0].shape, lambda places: places.round(7))
        made = Register(PLATFORMS)
        made.name(named)
        made.rule([Ruled(1, 8, Scope(class_id=1), outline=Outline.over(by_zone, index))])
        found = reckon(made, index, CLASSES)
        assert all(zone.shape.is_valid and area_m2(zone.shape) > 1 for zone in found.zones)
        left = [zone.shape for zone in found.zones if zone.class_id == 1]
        assert area_m2(polygons_of(shapely.union_all(left).intersection(by_zone))) < 5, "what was ruled is settled, but for the last digit"
        for _place in range(150):
            lon, lat = WEST + chance.uniform(-0.4, 4.4) * SIDE, SOUTH + chance.uniform(0, 4) * SIDE
            grid, place = index.locate(lon, lat), Point(lon, lat)
            if grid is None or place.distance(by_zone.boundary) < 2e-7:
                continue
            for one in CLASSES:
                answer = answer_of(made.claims(one, grid_code=grid, lon=lon, lat=lat))
                told = [(zone.verdict, zone.bodies) for zone in found.zones if zone.class_id == one.id and zone.shape.contains(place)]
                assert told == ([] if answer.verdict is Verdict.ONE else [(answer.verdict, answer.bodies)])


def crooked(chance: random.Random) -> tuple[list[int], list[Polygon]]:
    """Four rows of four grids, two in either street, with slanting sides; corners of the upper rows lie in the sides of the lower."""

    def slanted(row: int) -> list[tuple[float, float]]:
        return [(WEST + (at + row % 2 / 2 - 0.25 + chance.uniform(-0.2, 0.2)) * SIDE, SOUTH + row * SIDE) for at in range(5)]

    codes, grids = [], []
    for row in range(4):
        south, north = slanted(row), [(lon, lat + SIDE) for lon, lat in slanted(row)]
        for at in range(4):
            codes.append((COMMUNITY + row // 2 * 10**3) * 1000 + 1 + row * 4 + at)
            grids.append(Polygon([south[at], south[at + 1], north[at + 1], north[at]]))
    return codes, grids


def leaf(chance: random.Random) -> Polygon:
    """A turned rectangle of some grids."""
    west, south = WEST + chance.uniform(0, 3) * SIDE, SOUTH + chance.uniform(0, 3) * SIDE
    return rotate(box(west, south, west + chance.uniform(0.4, 2) * SIDE, south + chance.uniform(0.4, 2) * SIDE), chance.uniform(0, 90))


def test_every_piece_is_counted_once_for_every_class():
    areas = [Named(1, 1, Scope(class_id=1), outline=area(0, 0, 2.25, 4)), Named(2, 2, Scope(class_id=1), outline=area(1.75, 0, 4, 4))]
    found = reckon(register(areas), INDEX, CLASSES)
    assert found.counts == {Verdict.ONE: 4 * 2 + 4 * 2, Verdict.SEVERAL: 4 * 2, Verdict.NONE: 2 * (16 + 8)}
    assert found.cut == {code for at, code in enumerate(CODES) if at % 4 in (1, 2)}


def test_what_a_ruled_area_leaves_of_a_grid_stays_unclear_and_a_splinter_does_not():
    ruled = [Ruled(1, 7, Scope(class_id=1), outline=area(0, 0, 2.4, 4)), Ruled(2, 8, Scope(class_id=2), outline=area(0, 0, 2.999999, 4))]
    found = zones(register([], ruled))
    assert found[1, Verdict.NONE, ()].shape.bounds == pytest.approx((WEST + 2.4 * SIDE, SOUTH, WEST + 4 * SIDE, SOUTH + 4 * SIDE))
    assert (len(found[1, Verdict.NONE, ()].grid_codes), len(found[2, Verdict.NONE, ()].grid_codes)) == (8, 4)


def test_disputes_weigh_more_than_cases_that_went_well():
    assert Burden(cases=10).weight < Burden(cases=5, disputes=2).weight < Burden(cases=5, disputes=2, lost_days=3).weight


@pytest.mark.parametrize("text", ["component", "event:04", "component:0103"])
def test_class_codes_are_written_as_they_are_read(text):
    assert str(ClassCode.parse(text)) == text


@pytest.mark.parametrize("text", ["", "tree", "event:4", "event:04:07", "component:０１"])
def test_what_is_no_class_code_is_refused(text):
    with pytest.raises(ValueError, match="class"):
        ClassCode.parse(text)


def test_lists_of_classes_meet_where_one_lies_in_the_other():
    event, parking, manhole = (ClassCode.parse(text) for text in ("event", "event:0407", "component:0103"))
    assert meet([], [manhole])
    assert meet([event], [parking])
    assert not meet([event, parking], [manhole])
