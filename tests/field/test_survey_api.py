"""Component surveys, versions, planned duty and small things for programs."""

import pytest
from django.test import Client

from chengge.foundation.models import Component
from chengge.organization.tokens import make_token
from tests.factories import MANHOLE_CODE, SIDE, SOUTH, WEST, City
from tests.field.test_roster import early, plan  # noqa: F401 (a fixture)
from tests.field.test_small_things import disposed
from tests.field.test_survey import photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]


def program(city: City, name: str) -> Client:
    return Client(headers={"authorization": f"Bearer {make_token(city.members[name]).secret}", "accept-language": "en"})


def test_a_survey_goes_its_whole_way_by_the_api(city: City) -> None:
    inspector, office = program(city, "inspector"), program(city, "shift_leader")
    said = {
        "kind": "moved", "component_code": str(MANHOLE_CODE), "lon": WEST + SIDE / 2, "lat": SOUTH + SIDE / 3, "accuracy_m": 0.8,
        "words": "迁移", "photos": [photo(city)],
    }  # fmt: skip
    headers = {"idempotency-key": "k1"}
    first = inspector.post("/api/v1/surveys", said, content_type="application/json", headers=headers)
    again = inspector.post("/api/v1/surveys", said, content_type="application/json", headers=headers)
    assert first.status_code == again.status_code == 201, first.content
    assert first.json() == again.json()
    address = f"/api/v1/surveys/{first.json()['id']}"
    detail = office.get(address).json()
    assert detail["moved_m"] == pytest.approx(18.6, abs=0.5)
    assert detail["photo_count"] == 1
    assert office.get(f"{address}/photos/0/thumb")["Content-Type"] == "image/jpeg"
    assert office.get(f"{address}/photos/9/thumb").status_code == 422
    assert inspector.post(f"{address}/approve", {}, content_type="application/json").status_code == 403
    approved = office.post(f"{address}/approve", {"lat": SOUTH + SIDE / 4, "lon": WEST + SIDE / 2}, content_type="application/json")
    assert approved.json()["state"] == "approved"
    assert Component.objects.get().lat == SOUTH + SIDE / 4
    assert Component.objects.get().positional_class == "B"
    versions = office.get(f"/api/v1/components/{MANHOLE_CODE}/versions").json()
    assert [row["origin"] for row in versions] == ["surveyed", "registered"]
    assert "place" in versions[0]["changed"]
    assert office.post(f"{address}/refuse", {"reason": "x"}, content_type="application/json").status_code == 409
    assert office.post(f"{address}/take-back", {"reason": "看错了"}, content_type="application/json").json()["state"] == "waiting"


def test_programs_see_surveys_as_their_members_do(city: City) -> None:
    said = {"kind": "gone", "component_code": str(MANHOLE_CODE), "lon": WEST + SIDE / 2, "lat": SOUTH + SIDE / 2, "photos": [photo(city)]}
    program(city, "inspector").post("/api/v1/surveys", said, content_type="application/json")
    seen = {
        name: len(program(city, name).get("/api/v1/surveys").json()["items"])
        for name in ("inspector", "inspector2", "evaluator", "operator")
    }
    assert seen == {"inspector": 1, "inspector2": 0, "evaluator": 1, "operator": 0}
    assert program(city, "evaluator").get("/api/v1/surveys?state=approved").json()["items"] == []
    assert program(city, "operator").post("/api/v1/surveys", said, content_type="application/json").status_code == 403


def test_an_inspector_asks_for_the_own_plan(city: City, early) -> None:  # noqa: F811
    plan(city, early)
    (planned,) = program(city, "inspector").get("/api/v1/roster").json()
    assert (planned["shift"], planned["grid_codes"], planned["starts_at"][:16]) == ("早班", ["R01"], "2026-11-24T07:00")
    assert program(city, "inspector2").get("/api/v1/roster").json() == []


def test_small_things_are_counted_for_those_who_oversee(city: City) -> None:
    disposed(city)
    (row,) = program(city, "evaluator").get("/api/v1/small-things/totals?by=class").json()
    assert (row["name"], row["done"], row["waiting"]) == ("暴露垃圾", 1, 1)
    assert program(city, "inspector").get("/api/v1/small-things/totals").status_code == 403
