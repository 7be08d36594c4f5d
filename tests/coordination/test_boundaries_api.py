"""Boundaries and areas for programs."""

from datetime import date

import pytest

from chengge.coordination.queries.boundaries import key_of
from chengge.foundation.models import ResponsibilityArea
from chengge.foundation.queries.drawn import geojson_of, wkb_of
from tests.coordination.test_boundaries import drawn, overlapping, strip
from tests.coordination.test_requests_pages import asks

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def proposal(life, **changes: object) -> dict[str, object]:
    return {
        "code": "W",
        "name": "西片",
        "organization_id": life.city.organization_id("works"),
        "classes": ["event:0101"],
        "basis": "管养合同",
        "first_day": f"{TODAY}",
        "polygon": geojson_of(wkb_of(strip(0, 1.5))),
    } | changes


def test_a_program_proposes_and_another_person_accepts(life):
    status, made = asks(life, "coordinator", "post", "coordination/area-changes", **proposal(life))
    assert (status, made["state"], made["area_m2"] > 10_000) == (201, "proposed", True)
    path = f"coordination/area-changes/{made['id']}/accept"
    assert asks(life, "coordinator", "post", path)[0] == 403
    assert asks(life, "department", "post", path)[0] == 403
    assert asks(life, "leader", "post", path)[1]["state"] == "accepted"
    assert ResponsibilityArea.objects.get().code == "W"
    status, listed = asks(life, "coordinator", "get", "coordination/areas?text=西")
    assert (status, listed["total"], listed["areas"][0]["classes"]) == (200, 1, ["event:0101"])
    assert asks(life, "coordinator", "get", f"coordination/areas/{listed['areas'][0]['id']}")[1]["geometry"]["type"] == "Polygon"
    ending = asks(life, "dispatcher", "post", f"coordination/areas/{listed['areas'][0]['id']}/ending", first_day=f"{TODAY}", basis="到期")
    assert (ending[0], ending[1]["ends"]) == (201, True)
    assert asks(life, "dispatcher", "post", f"coordination/area-changes/{ending[1]['id']}/withdraw")[1]["state"] == "withdrawn"


def test_a_border_that_crosses_itself_is_refused_with_its_place(life):
    crossed = {"type": "Polygon", "coordinates": [[[120.18, 30.32], [120.19, 30.33], [120.19, 30.32], [120.18, 30.33], [120.18, 30.32]]]}
    status, told = asks(life, "coordinator", "post", "coordination/area-changes", **proposal(life, polygon=crossed))
    assert status == 422
    assert "120.185" in str(told)


def test_unclear_boundaries_are_read_with_their_cut_and_by_departments_their_own(life):
    zone = overlapping(life)
    status, found = asks(life, "leader", "get", "coordination/boundaries?verdict=several")
    assert (status, found["total"], found["zones"][0]["key"]) == (200, 1, key_of(zone))
    status, whole = asks(life, "department", "get", f"coordination/boundaries/{key_of(zone)}")
    assert (status, whole["geometry"]["type"], len(whole["grids"])) == (200, "Polygon", 2)
    assert asks(life, "street_office", "get", f"coordination/boundaries/{key_of(zone)}")[0] == 404
    assert asks(life, "department", "get", "coordination/area-changes")[0] == 403
    drawn(life, "X", 3, 4, "works")
    assert asks(life, "street_office", "get", "coordination/areas")[1]["total"] == 0
