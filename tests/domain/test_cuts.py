"""Proposals for unclear places: by who settled the past there, along borders that are there already."""

from shapely import LineString, box

from chengge.domain.cuts import Line, Settlement, Why, propose

PLACE = box(120.0, 30.0, 120.01, 30.01)
EAST, WEST = box(120.01, 30.0, 120.02, 30.01), box(119.99, 30.0, 120.0, 30.01)
ROAD = Line("石桥路", "arterial", 2, LineString([(120.004, 29.99), (120.004, 30.02)]))
SHORT = Line("短巷", "lane", 4, LineString([(120.006, 30.002), (120.006, 30.006)]))


def settled(body: int, count: int, lon: float) -> list[Settlement]:
    return [Settlement(lon, 30.0005 + 0.0001 * number, body) for number in range(count)]


def test_who_settled_most_of_the_past_gets_the_whole():
    cut = propose(PLACE, (1, 2), settled(1, 8, 120.002) + settled(2, 2, 120.008), {}, [ROAD])
    (part,) = cut.parts
    assert (part.body, part.why, part.settled, part.of, cut.line) == (1, Why.SETTLED, 8, 10, None)


def test_where_each_settled_one_side_it_is_cut_along_the_road_between_them():
    cut = propose(PLACE, (1, 2), settled(1, 5, 120.002) + settled(2, 5, 120.008), {}, [SHORT, ROAD])
    assert cut.line is ROAD
    assert {part.body: round(part.shape.area / PLACE.area, 2) for part in cut.parts} == {2: 0.6, 1: 0.4}
    assert all((part.settled, part.of) == (5, 5) for part in cut.parts)


def test_a_road_that_does_not_go_through_cuts_nothing():
    cut = propose(PLACE, (1, 2), settled(1, 5, 120.002) + settled(2, 5, 120.008), {}, [SHORT])
    assert cut.line is None


def test_without_a_past_whoever_answers_on_each_side_goes_on_to_the_border_between():
    cut = propose(PLACE, (), [], {1: WEST, 2: EAST}, [ROAD])
    assert {part.body: part.why for part in cut.parts} == {1: Why.BESIDE, 2: Why.BESIDE}
    assert cut.line is ROAD


def test_only_those_who_claim_an_overlap_may_get_it():
    cut = propose(PLACE, (1, 2), settled(3, 9, 120.002) + settled(2, 1, 120.002), {}, [])
    assert [part.body for part in cut.parts] == [2]


def test_where_nothing_speaks_for_anybody_nothing_is_proposed():
    assert propose(PLACE, (), [], {}, [ROAD]) is None
    assert propose(PLACE, (1, 2), [], {}, []) is None
