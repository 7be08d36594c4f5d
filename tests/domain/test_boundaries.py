"""Where nobody or several answer: reckoned by kinds of places, the same as asking every class at every point."""

import random

import pytest
from shapely import Point, box

from chengge.domain.boundaries import Burden, ClassCode, Verdict, answer_of, area_m2, meet, reckon
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
