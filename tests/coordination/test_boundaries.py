"""Unclear boundaries: reckoned, weighed by what they cost, cut by proposal; areas that change, and what that moves."""

import csv
import html
import io
import json
import re
from datetime import date, timedelta

import pytest
from django.utils.http import urlencode
from shapely import box

from chengge.coordination.actions.boundaries import accept, draft_cut, propose, renew
from chengge.coordination.actions.hard_cases import look_through
from chengge.coordination.models import HardCase, Ruling
from chengge.coordination.queries.boundaries import key_of, zone_in_sight, zones_in_sight
from chengge.coordination.queries.boundaries_cut import cut_of
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.foundation.actions.areas import AreaValues, accept_change
from chengge.foundation.models import (
    AreaChange,
    BoundaryCount,
    BoundaryZone,
    HandbookRule,
    Responsibility,
    ResponsibilityArea,
    RuledGrid,
    RuledResponsibility,
)
from chengge.foundation.queries import candidates
from chengge.foundation.queries.drawn import geojson_of, wkb_of
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.coordination.test_hard_cases import rival
from tests.coordination.test_requests_pages import at_screen
from tests.factories import GRID_CODES, SIDE, SOUTH, STREET, WEST

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def strip(west: float, east: float):
    return box(WEST + west * SIDE, SOUTH, WEST + east * SIDE, SOUTH + SIDE)


def drawn(life: Life, code: str, west: float, east: float, body: str) -> ResponsibilityArea:
    """An area for garbage, as the leader has accepted it."""
    values = AreaValues(code, f"{code} 片", life.city.organization_id(body), "管养合同", wkb_of(strip(west, east)), ("event:0101",))
    accept_change(life.city.actor("leader"), propose(life.city.actor("coordinator"), values, TODAY).pk)
    return ResponsibilityArea.objects.get(code=code, valid_to=None)


def overlapping(life: Life) -> BoundaryZone:
    """Works and sanitation both answer for garbage in the second and third square."""
    drawn(life, "W", 0, 3, "works")
    drawn(life, "S", 1, 4, "sanitation")
    assert renew()
    return BoundaryZone.objects.get(problem_class=life.city.garbage)


def test_an_overlap_is_a_zone_with_the_cases_and_disputes_in_it(life):
    Life(life.city, life.clock).reported("garbage", grid=1).until("handled")
    disputed = Life(life.city, life.clock).reported("garbage", grid=2).until("dispatched")
    disputed.does("hand_back", "other_department", reason="不属于我单位").does("confirm_return", "shift_leader")
    Life(life.city, life.clock).reported("garbage", grid=0).until("filed")
    zone = overlapping(life)
    assert (zone.verdict, zone.street_code, zone.grid_codes) == ("several", STREET, list(GRID_CODES[1:3]))
    assert set(zone.bodies) == {life.city.organization_id("works"), life.city.organization_id("sanitation")}
    assert (zone.cases, zone.disputes) == (2, 1)
    assert zone.lost_days >= 0
    assert zone.weight > 5


def test_a_class_that_nobody_answers_for_is_a_gap_with_its_components(life):
    HandbookRule.objects.filter(problem_class=life.city.manhole).update(organization=None)
    renew()
    gap = BoundaryZone.objects.get(problem_class=life.city.manhole)
    assert (gap.verdict, gap.bodies, gap.components, gap.ownerless) == ("none", [], 1, 0)
    assert BoundaryCount.objects.get().unowned == len(GRID_CODES)


def test_it_is_reckoned_anew_when_rules_or_the_day_change_and_not_before(life):
    assert renew()
    assert not renew()
    rival(life, "works", "sanitation")
    assert renew()
    assert BoundaryZone.objects.filter(problem_class=life.city.manhole, verdict="several").exists()
    life.later(days=1)
    assert renew()


def test_the_cut_goes_to_whoever_settled_the_past_and_a_draft_waits_for_a_second_person(life):
    for grid in (1, 1, 2):
        Life(life.city, life.clock).reported("garbage", grid=grid).until("handled")
    zone = overlapping(life)
    (draft,) = draft_cut(life.city.actor("coordinator"), key_of(zone), [1])
    assert (draft.state, draft.organization_id) == ("draft", life.city.organization_id("sanitation"))
    assert "3 of 3" in draft.basis
    assert Ruling.objects.get().polygon is not None
    with pytest.raises(Refused):
        draft_cut(life.city.actor("coordinator"), key_of(zone), [])
    with pytest.raises(Refused):
        draft_cut(life.city.actor("coordinator"), key_of(zone), [1, 2])


def test_a_ruling_weighs_five_cases_however_many_grids_it_names(life):
    for _case in range(11):
        Life(life.city, life.clock).reported("garbage", grid=1).until("handled")
    zone = overlapping(life)
    works = RuledResponsibility.objects.create(
        number="1", problem_class=life.city.garbage, organization_id=life.city.organization_id("works"), valid_from=TODAY, basis="会议纪要"
    )
    works.grids.bulk_create(RuledGrid(ruled=works, grid_code=code) for code in GRID_CODES[1:3])
    (part,) = cut_of(zone).parts
    assert part.body.pk == life.city.organization_id("sanitation")
    assert "11 of 16" in part.reason


def test_a_department_sees_the_zones_where_it_answers_and_no_others(life):
    zone = overlapping(life)
    keys = [key_of(one) for one in zones_in_sight(life.city.actor("department"))]
    assert keys == [key_of(zone)]
    assert not zones_in_sight(life.city.actor("street_office")).exists()
    with pytest.raises(NotFound):
        zone_in_sight(life.city.actor("street_office"), key_of(zone))
    for nonsense in ("1", "x-y", "1-2-3-4", "9" * 30 + "-1"):
        with pytest.raises(NotFound):
            zone_in_sight(life.city.actor("coordinator"), nonsense)


def test_a_change_says_whom_it_moves_and_how_many_cases_a_year(life):
    drawn(life, "W", 0, 1, "works")
    for grid in (0, 1, 1, 3):
        Life(life.city, life.clock).reported("garbage", grid=grid).until("filed")
    values = AreaValues("W", "W 片", life.city.organization_id("works"), "新合同", wkb_of(strip(0, 2)), ("event:0101",))
    change = propose(life.city.actor("coordinator"), values, TODAY + timedelta(1))
    assert change.cases_a_year == 2
    assert [(row["class"], row["cases"]) for row in change.effect] == [("暴露垃圾", 2)]
    assert change.effect[0]["before"] != change.effect[0]["after"]


def test_whoever_answered_before_and_whoever_answers_now_hear_of_an_accepted_change(life):
    drawn(life, "W", 0, 2, "works")
    values = AreaValues("W", "W 片", life.city.organization_id("sanitation"), "新合同", wkb_of(strip(0, 2)), ("event:0101",))
    accept(life.city.actor("leader"), propose(life.city.actor("dispatcher"), values, TODAY).pk)
    heard = set(Notice.objects.filter(topic="area").values_list("member__username", flat=True))
    assert {"department", "other_department", "dispatcher"} <= heard
    assert "leader" not in heard


def test_old_cases_keep_what_they_had_when_a_border_moves(life):
    drawn(life, "W", 0, 2, "works")
    old = Life(life.city, life.clock).reported("garbage", grid=1).until("filed")
    assert candidates(life.city.garbage.pk, None, GRID_CODES[1], None, TODAY)[0].organization.code == "D01"
    old.does("dispatch", "dispatcher", organization_id=life.city.organization_id("works"))
    values = AreaValues("W", "W 片", life.city.organization_id("works"), "新合同", wkb_of(strip(0, 1)), ("event:0101",))
    change = propose(life.city.actor("coordinator"), values, TODAY + timedelta(1))
    life.later(days=1)
    accept_change(life.city.actor("leader"), change.pk)
    assert old.case.department_id == life.city.organization_id("works")
    assert candidates(life.city.garbage.pk, None, GRID_CODES[1], None, TODAY)[0].organization.code == "D01"
    assert candidates(life.city.garbage.pk, None, GRID_CODES[1], None, TODAY + timedelta(1))[0].organization.code == "D02"


def test_a_case_just_beside_a_drawn_border_goes_where_its_point_lies(life):
    Responsibility.objects.all().delete()
    drawn(life, "W", 0, 1.5, "works")
    drawn(life, "S", 1.5, 4, "sanitation")
    lat = SOUTH + SIDE / 2
    for column, code in ((1.45, "D01"), (1.55, "D02")):
        found = candidates(life.city.garbage.pk, None, GRID_CODES[1], None, TODAY, WEST + column * SIDE, lat)
        assert found[0].organization.code == code
    Life(life.city, life.clock).reported("garbage", grid=1, lon=WEST + 1.45 * SIDE, lat=lat).until("filed")
    assert look_through() == 0


@pytest.mark.parametrize(("column", "hard"), [(1.4, 1), (0.4, 0)])
def test_what_came_back_from_just_beside_a_drawn_border_is_hard(life, column, hard):
    drawn(life, "W", 0, 1.5, "works")
    drawn(life, "S", 1.5, 4, "sanitation")
    case = Life(life.city, life.clock).reported("garbage", grid=1, lon=WEST + column * SIDE, lat=SOUTH + SIDE / 2).until("filed")
    case.does("dispatch", "dispatcher", organization_id=life.city.organization_id("works"))
    case.does("hand_back", "department", reason="不属于我单位").does("confirm_return", "shift_leader")
    look_through()
    assert HardCase.objects.filter(whys__contains=["border"]).count() == hard


@pytest.mark.parametrize("who", ["coordinator", "dispatcher", "leader", "department"])
def test_the_list_the_zone_and_the_areas_open_for_those_whom_they_concern(life, who):
    zone = overlapping(life)
    area = ResponsibilityArea.objects.get(code="W")
    screen = at_screen(life, who)
    for address, said in (
        ("/coordination/boundaries/", "暴露垃圾"),
        (f"/coordination/boundaries/?class={life.city.garbage.pk}&verdict=several&street={STREET}", "暴露垃圾"),
        (f"/coordination/boundaries/zones/{key_of(zone)}/", "Proposed cut"),
        ("/coordination/boundaries/areas/", "W 片"),
        (f"/coordination/boundaries/areas/{area.pk}/", "管养合同"),
    ):
        page = screen.get(address)
        assert page.status_code == 200, address
        assert said in page.content.decode(), address


def test_the_lists_ask_no_more_the_longer_they_are(life, counted_queries):
    overlapping(life)
    screen = at_screen(life, "coordinator")
    screen.get("/coordination/boundaries/")
    with counted_queries("unclear boundaries"):
        screen.get("/coordination/boundaries/")
    with counted_queries("drawn areas"):
        screen.get("/coordination/boundaries/areas/")


@pytest.mark.parametrize("who", ["operator", "inspector", "evaluator"])
def test_others_are_told_whose_page_it_is(life, who):
    assert at_screen(life, who).get("/coordination/boundaries/").status_code == 403


def test_the_map_tells_zones_and_where_it_is_clear_for_a_class(life):
    zone = overlapping(life)
    answer = at_screen(life, "leader").get(f"/coordination/boundaries/map.geojson?class={life.city.garbage.pk}")
    verdicts = [feature["properties"]["verdict"] for feature in answer.json()["features"]]
    assert verdicts == ["one", "several"]
    assert answer.json()["features"][1]["properties"]["url"].endswith(f"{key_of(zone)}/")


def test_the_list_can_be_taken_away(life):
    overlapping(life)
    answer = at_screen(life, "coordinator").get("/coordination/boundaries/boundaries.csv?verdict=several")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][0] == "暴露垃圾"


def test_an_area_is_drawn_looked_at_proposed_and_accepted_on_the_pages(life):
    drawn(life, "S", 1, 4, "sanitation")
    Life(life.city, life.clock).reported("garbage", grid=0).until("filed")
    sent = {
        "code": "W",
        "name": "西片",
        "organization_id": life.city.organization_id("works"),
        "classes": ["event:0101"],
        "basis": "管养合同",
        "first_day": f"{TODAY}",
        "polygon": json.dumps(geojson_of(wkb_of(strip(0, 1.5)))),
    }
    coordinator = at_screen(life, "coordinator")
    looked = coordinator.post("/coordination/boundaries/areas/look/", sent).content.decode()
    assert "S 片" in looked
    assert "<b>1 case</b>" in looked
    refused = coordinator.post("/coordination/boundaries/areas/new/", sent | {"polygon": ""})
    assert refused.status_code == 400
    answer = coordinator.post("/coordination/boundaries/areas/new/", sent)
    change = AreaChange.objects.get(code="W", state="proposed")
    assert answer.headers["Location"] == f"/coordination/boundaries/changes/{change.pk}/"
    step = f"/coordination/boundaries/changes/{change.pk}/step/"
    assert coordinator.post(step, {"step": "accept"}).status_code == 403
    assert at_screen(life, "leader").post(step, {"step": "accept"}).status_code == 302
    assert ResponsibilityArea.objects.filter(code="W", valid_to=None).exists()
    assert at_screen(life, "leader").get(f"/coordination/boundaries/changes/{change.pk}/").status_code == 200


def test_the_form_of_an_area_takes_a_part_of_a_proposed_cut(life):
    Life(life.city, life.clock).reported("garbage", grid=1).until("handled")
    zone = overlapping(life)
    page = at_screen(life, "coordinator").get(f"/coordination/boundaries/areas/new/?{urlencode({'zone': key_of(zone), 'part': 1})}")
    body = page.content.decode()
    assert page.status_code == 200
    assert "MultiPolygon" in body or "Polygon" in body
    assert f'value="{life.city.organization_id("sanitation")}" selected' in body


def test_taken_to_a_meeting_the_form_knows_what_it_is_about_and_who_should_come(life):
    zone = overlapping(life)
    page = at_screen(life, "coordinator").get(f"/coordination/boundaries/zones/{key_of(zone)}/").content.decode()
    address = html.unescape(re.search(r'href="(/coordination/meetings/new/[^"]+)"', page)[1])
    form = at_screen(life, "coordinator").get(address).content.decode()
    assert "Who answers for 暴露垃圾" in form
    for body in zone.bodies:
        assert re.search(rf'value="{body}"[^>]*checked', form)


def test_departments_and_leaders_draw_nothing(life):
    for who in ("department", "leader"):
        assert at_screen(life, who).get("/coordination/boundaries/areas/new/").status_code == 403
    values = AreaValues("W", "W", life.city.organization_id("works"), "x", wkb_of(strip(0, 1)))
    with pytest.raises(Forbidden):
        propose(life.city.actor("leader"), values, TODAY)
