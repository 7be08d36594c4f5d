"""Areas drawn on the map: proposed, accepted by a second person, and from their day on before every division."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from shapely import box, from_wkb

from chengge.clock import PretendedClock
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.responsibility import Ground
from chengge.foundation.actions import RuledScope, lay_down
from chengge.foundation.actions.areas import AreaValues, accept_change, propose_area, propose_ending, withdraw_change
from chengge.foundation.models import AreaChange, ResponsibilityArea
from chengge.foundation.queries import candidates
from chengge.foundation.queries.areas import faults_of, overlaps_of
from chengge.foundation.queries.drawn import border_drawn, geojson_of, wkb_of
from tests.factories import GRID_CODES, SIDE, SOUTH, WEST, City, build_city

pytestmark = pytest.mark.django_db
TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


def strip(west: float, east: float):
    """A part of the row of four squares, in widths of one."""
    return box(WEST + west * SIDE, SOUTH, WEST + east * SIDE, SOUTH + SIDE)


def values(city: City, west: float = 0, east: float = 1.5, **changes: object) -> AreaValues:
    plain = AreaValues("W1", "西片", city.organization_id("works"), "管养合同", wkb_of(strip(west, east)), ("event:0101",))
    return replace(plain, **changes)


def accepted(city: City, made: AreaValues, day: date = TODAY) -> AreaChange:
    change = propose_area(city.actor("coordinator"), made, day)
    return accept_change(city.actor("leader"), change.pk)


def best(city: City, column: float, day: date = TODAY):
    lon, lat = WEST + column * SIDE, SOUTH + SIDE / 2
    return candidates(city.garbage.pk, None, GRID_CODES[int(column)], None, day, lon, lat)[0]


def test_an_area_goes_before_its_street_and_the_point_decides_in_a_grid_that_it_cuts(city: City) -> None:
    accepted(city, values(city))
    here = best(city, 1.4)
    assert (here.organization.code, here.ground, here.valid_from) == ("D01", Ground.DRAWN, TODAY)
    assert "西片" in here.basis
    assert "管养合同" in here.basis
    assert best(city, 1.6).organization.code == "D02"


def test_nothing_holds_before_a_second_person_has_accepted_it(city: City) -> None:
    change = propose_area(city.actor("coordinator"), values(city), TODAY)
    assert best(city, 0.5).organization.code == "D02"
    with pytest.raises(Forbidden, match="does not accept"):
        accept_change(city.actor("coordinator"), change.pk)
    with pytest.raises(Forbidden):
        accept_change(city.actor("dispatcher"), change.pk)
    accept_change(city.actor("leader"), change.pk)
    assert best(city, 0.5).organization.code == "D01"
    with pytest.raises(Conflict):
        accept_change(city.actor("leader"), change.pk)


def test_a_change_ends_the_old_row_and_begins_a_new_one_and_earlier_days_keep_what_they_had(city: City) -> None:
    accepted(city, values(city))
    later = TODAY + timedelta(10)
    accepted(city, values(city, 0, 3, organization_id=city.organization_id("street_office")), later)
    old, new = ResponsibilityArea.objects.order_by("valid_from")
    assert (old.valid_to, new.valid_from, new.valid_to) == (later, later, None)
    assert best(city, 0.5, TOMORROW).organization.code == "D01"
    assert best(city, 2.5, TOMORROW).organization.code == "D02"
    assert best(city, 2.5, later).organization.code == "T01"


def test_an_area_ends_by_two_persons_too(city: City) -> None:
    accepted(city, values(city))
    change = propose_ending(city.actor("coordinator"), "W1", TOMORROW, "合同到期")
    accept_change(city.actor("leader"), change.pk)
    assert best(city, 0.5, TODAY).organization.code == "D01"
    assert best(city, 0.5, TOMORROW).organization.code == "D02"


def test_another_proposal_takes_the_place_of_the_first_and_one_given_up_changes_nothing(city: City) -> None:
    first = propose_area(city.actor("coordinator"), values(city), TODAY)
    second = propose_area(city.actor("dispatcher"), values(city, 0, 2), TODAY)
    first.refresh_from_db()
    assert first.state == "withdrawn"
    withdraw_change(city.actor("dispatcher"), second.pk)
    assert not ResponsibilityArea.objects.exists()


@pytest.mark.parametrize(
    ("changes", "day", "field"),
    [
        ({"code": " "}, TODAY, "code"),
        ({"basis": ""}, TODAY, "basis"),
        ({"organization_id": 10**9}, TODAY, "organization_id"),
        ({"classes": ("event:99",)}, TODAY, "classes"),
        ({"classes": ("trees",)}, TODAY, "classes"),
        ({}, TODAY - timedelta(1), "first_day"),
    ],
)
def test_a_proposal_that_lacks_or_names_something_wrong_is_refused_at_its_field(city: City, changes, day, field) -> None:
    with pytest.raises(Refused) as refused:
        propose_area(city.actor("coordinator"), values(city, **changes), day)
    assert refused.value.field == field


def test_departments_do_not_draw_their_own_borders(city: City) -> None:
    with pytest.raises(Forbidden):
        propose_area(city.actor("department"), values(city), TODAY)


def test_a_ruling_about_a_drawn_area_goes_before_everything_within_it(city: City) -> None:
    accepted(city, values(city))
    scope = RuledScope(city.organization_id("street_office"), city.garbage.pk, polygon=wkb_of(strip(1, 1.5)))
    lay_down(city.actor("coordinator"), "协裁〔2026〕9号", "会议定", [scope], TODAY, None)
    assert [best(city, column).organization.code for column in (0.5, 1.4, 1.6)] == ["D01", "T01", "D02"]
    with pytest.raises(Refused, match="one of them"):
        lay_down(city.actor("coordinator"), "x", "", [replace(scope, grid_codes=GRID_CODES[:1])], TODAY, None)


def test_overlaps_with_other_bodies_are_told_and_with_other_classes_or_the_same_body_are_not(city: City) -> None:
    accepted(city, values(city))
    border, sanitation = strip(1, 3), city.organization_id("sanitation")
    (fault,) = faults_of(border, ["event:0101"], sanitation, "E1", TODAY)
    assert (fault.kind, fault.others[0].code) == ("overlap", "W1")
    assert fault.measure_m2 == pytest.approx(0.5 * 0.001 * 0.001 * 111_320**2 * 0.863, rel=0.01)
    assert overlaps_of(border, fault.others)[0][1] == pytest.approx(fault.measure_m2, rel=1e-3)
    assert faults_of(border, ["component"], sanitation, "E1", TODAY) == []
    assert faults_of(border, ["event:0101"], city.organization_id("works"), "E1", TODAY) == []
    assert faults_of(strip(1.5, 3), ["event:0101"], sanitation, "E1", TODAY) == []


def test_a_strip_that_overlaps_by_a_metre_is_a_sliver(city: City) -> None:
    accepted(city, values(city))
    kinds = [fault.kind for fault in faults_of(strip(1.49, 3), [], city.organization_id("sanitation"), "E1", TODAY)]
    assert kinds == ["sliver"]


def test_what_is_drawn_comes_back_as_it_was(city: City) -> None:
    drawn = {"type": "Polygon", "coordinates": [[[120.1801, 30.3201], [120.1809, 30.3201], [120.1809, 30.3209], [120.1801, 30.3201]]]}
    wkb = border_drawn(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": drawn, "properties": {}}]}))
    assert from_wkb(wkb).equals(from_wkb(border_drawn(geojson_of(wkb))))
    two = border_drawn(
        {
            "type": "MultiPolygon",
            "coordinates": [drawn["coordinates"], [[[120.182, 30.3201], [120.183, 30.3201], [120.183, 30.3209], [120.182, 30.3201]]]],
        }
    )
    assert len(from_wkb(two).geoms) == 2


def test_what_is_cut_out_may_reach_over_the_border_and_parts_may_meet(city: City) -> None:
    def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
        return [[WEST + x * SIDE, SOUTH + y * SIDE] for x, y in ((west, south), (east, south), (east, north), (west, north), (west, south))]

    hole, bite, outside = ring(0.2, 0.2, 0.4, 0.4), ring(0.8, 0.5, 1.2, 1.2), ring(2, 0, 3, 1)
    cut = from_wkb(border_drawn({"type": "Polygon", "coordinates": [ring(0, 0, 1, 1), hole, bite, outside]}))
    assert cut.area == pytest.approx((1 - 0.04 - 0.1) * SIDE**2, rel=1e-3)
    assert (cut.geom_type, len(cut.interiors)) == ("Polygon", 1)
    joined = from_wkb(
        border_drawn({"type": "MultiPolygon", "coordinates": [[ring(0, 0, 1, 1)], [ring(1, 0, 2, 1)], [ring(1.5, 0.5, 2.5, 1)]]})
    )
    assert (joined.geom_type, joined.area) == ("Polygon", pytest.approx(2.25 * SIDE**2, rel=1e-3))
    crossing = [ring(0, 0, 1, 1), [hole[0], hole[2], hole[1], hole[3], hole[0]]]
    with pytest.raises(Refused, match="crosses itself"):
        border_drawn({"type": "Polygon", "coordinates": crossing})
    with pytest.raises(Refused, match="smaller"):
        border_drawn({"type": "Polygon", "coordinates": [ring(0, 0, 1, 1), ring(0, 0, 1, 1)]})


@pytest.mark.parametrize(
    ("drawn", "code"),
    [
        ("nothing", "geojson"),
        ("", "geojson"),
        ({"type": "Point", "coordinates": [120.18, 30.32]}, "geojson"),
        ({"type": "FeatureCollection", "features": []}, "empty"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Polygon", "coordinates": [[[120.18, 30.32], [120.19, 30.32]]]}, "geojson"),
        ({"type": "Polygon", "coordinates": [[["a", 30.32], [120.19, 30.32], [120.19, 30.33], [120.18, 30.32]]]}, "geojson"),
        ({"type": "Polygon", "coordinates": [[[500, 30.32], [120.19, 30.32], [120.19, 30.33], [500, 30.32]]]}, "degrees"),
        (
            {"type": "Polygon", "coordinates": [[[120.18, 30.32], [120.19, 30.33], [120.19, 30.32], [120.18, 30.33], [120.18, 30.32]]]},
            "border",
        ),
        ({"type": "Polygon", "coordinates": [[[120.18, 30.32], [120.18001, 30.32], [120.18001, 30.32001], [120.18, 30.32]]]}, "small"),
        ({"type": "Polygon", "coordinates": [[[10, 10], [10.1, 10], [10.1, 10.1], [10, 10]]]}, "outside"),
    ],
)
def test_what_is_no_area_is_refused_with_what_to_do(city: City, drawn, code) -> None:
    with pytest.raises(Refused) as refused:
        border_drawn(drawn)
    assert (refused.value.code, refused.value.field) == (code, "polygon")
    assert refused.value.hint
