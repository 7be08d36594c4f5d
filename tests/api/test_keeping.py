"""Administrators keep the house by program as they do on the pages; nobody else does."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from chengge.clock import PretendedClock
from chengge.foundation.models import HandbookRule
from chengge.organization.models import Member
from tests.api.conftest import Program
from tests.conftest import QueryCounter
from tests.factories import City

Programs = Callable[[str], Program]


def a_rule(city: City) -> dict[str, object]:
    return {
        "class_id": city.manhole.pk,
        "condition": "井盖破损",
        "limit": {"amount": 4, "unit": "work_hour"},
        "closing_condition": "更换完好",
        "day": "2026-11-25",
    }


def test_a_handbook_rule_is_replaced_and_the_old_one_stays_readable(program: Programs, city: City) -> None:
    administrator = program("administrator")
    made = administrator.post(f"/handbook-rules/{city.rattling.pk}/replacement", a_rule(city))
    assert made.status_code == 201
    assert made.json()["number"] == city.rattling.number
    old = administrator.get(f"/handbook-rules/{city.rattling.pk}").json()
    assert (old["valid_to"], old["condition"]) == ("2026-11-25", "松动、异响")
    today = [rule["id"] for rule in administrator.get(f"/classes/{city.manhole.pk}/rules").json()]
    tomorrow = [rule["id"] for rule in administrator.get(f"/classes/{city.manhole.pk}/rules", {"on": "2026-11-25"}).json()]
    assert city.rattling.pk in today
    assert city.rattling.pk not in tomorrow
    assert made.json()["id"] in tomorrow


def test_a_rule_sent_twice_under_one_key_is_one_rule(program: Programs, city: City) -> None:
    administrator = program("administrator")
    first, second = (administrator.post("/handbook-rules", a_rule(city), key="r1") for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert HandbookRule.objects.filter(condition="井盖破损").count() == 1


def test_a_refused_wish_may_use_its_key_again(program: Programs, city: City) -> None:
    administrator = program("administrator")
    assert administrator.post("/handbook-rules", a_rule(city) | {"number": city.rattling.number}, key="r1").status_code == 422
    assert administrator.post("/handbook-rules", a_rule(city), key="r1").status_code == 201


@pytest.mark.parametrize("username", ["operator", "shift_leader", "dispatcher", "department", "inspector", "evaluator", "leader"])
def test_only_administrators_keep_the_house(program: Programs, city: City, username: str) -> None:
    somebody = program(username)
    member = {"username": "new", "full_name": "新人", "posts": ["operator"]}
    answers = [
        somebody.post("/handbook-rules", a_rule(city)),
        somebody.post(f"/handbook-rules/{city.rattling.pk}/end", {"day": "2026-11-25"}),
        somebody.post("/members", member),
        somebody.get(f"/members/{city.members['operator'].pk}/record"),
        somebody.post(f"/members/{city.members['operator'].pk}/password"),
        somebody.put(f"/calendars/{city.calendar.pk}/days/2026-12-01", {"works": False}),
        somebody.put("/stage-limits/acceptance", {"limit": {"amount": 1, "unit": "minute"}, "day": "2026-11-25"}),
    ]
    assert {answer.status_code for answer in answers} == {403}


def test_a_holiday_moves_the_due_moment(program: Programs, city: City) -> None:
    administrator = program("administrator")
    query = {"start": "2026-11-24T09:00:00+08:00", "amount": 1, "unit": "work_day"}
    before = administrator.get(f"/calendars/{city.calendar.pk}/due", query).json()
    assert administrator.put(f"/calendars/{city.calendar.pk}/days/2026-11-24", {"works": False, "name": "演练"}).status_code == 200
    after = administrator.get(f"/calendars/{city.calendar.pk}/due", query).json()
    assert before["due_at"] == "2026-11-25T01:00:00+00:00"
    assert after["due_at"] == "2026-11-25T10:00:00+00:00"
    assert after["seconds"] == sum(
        int((datetime.fromisoformat(span["end"]) - datetime.fromisoformat(span["start"])).total_seconds()) for span in after["account"]
    )
    assert administrator.delete(f"/calendars/{city.calendar.pk}/days/2026-11-24").status_code == 204


def test_a_new_member_signs_in_with_the_first_password_and_leaves_again(program: Programs, city: City) -> None:
    administrator = program("administrator")
    made = administrator.post("/members", {"username": "xinren", "full_name": "新人", "posts": ["operator"]}).json()
    token = administrator.client.post("/api/v1/tokens", made, content_type="application/json").json()["token"]
    assert Program(token).get("/me").json()["posts"] == ["operator"]
    member_id = Member.objects.get(username="xinren").pk
    assert administrator.post(f"/members/{member_id}/leave").status_code == 204
    assert Program(token).get("/me").status_code == 401


def test_nobody_is_given_posts_on_both_axes(program: Programs, city: City) -> None:
    refused = program("administrator").post("/members", {"username": "x", "full_name": "新人", "posts": ["operator", "dispatcher"]})
    assert (refused.status_code, refused.json()["field"]) == (422, "posts")


def test_a_member_changes_axis_in_the_small_hours_of_the_city(program: Programs, city: City, pretended_clock: PretendedClock) -> None:
    """At three in the morning the city's day has begun and that of UTC has not."""
    pretended_clock.set(datetime(2026, 11, 24, 19, tzinfo=UTC))
    member = city.members["operator"]
    changed = program("administrator").put(f"/members/{member.pk}", {"full_name": member.full_name, "posts": ["dispatcher"]})
    assert changed.status_code == 200
    assert changed.json()["posts"] == ["dispatcher"]


def test_members_show_name_and_post_and_nothing_personal(program: Programs, city: City) -> None:
    page = program("operator").get("/members", {"post": "dispatcher"}).json()
    assert [(member["name"], member["posts"]) for member in page["items"]] == [("周宁", ["dispatcher"])]
    assert set(page["items"][0]) == {"id", "name", "posts", "organization"}


def test_candidates_show_their_basis(program: Programs, city: City) -> None:
    found = program("dispatcher").get("/candidates", {"class_id": city.garbage.pk, "grid_code": "990101001001001"}).json()
    assert found[0]["organization"]["name"] == "环境卫生管理处"
    assert "责任清单" in found[0]["basis"]


def test_a_place_is_found_with_its_divisions(program: Programs, city: City) -> None:
    lon, lat = city.places[0]
    found = program("operator").get("/locate", {"lon": lon, "lat": lat}).json()
    assert (found["grid_code"], found["area_class"]) == ("990101001001001", "A")
    assert found["divisions"] == ["示范市", "示范区", "石桥街道", "华丰社区"]
    assert program("operator").get("/places", {"text": "菜场"}).json()[0]["name"] == "石桥路菜场"


def test_a_window_of_the_map_holds_its_grids_and_components(program: Programs, city: City) -> None:
    window = "120.1801,30.3201,120.1809,30.3209"
    operator = program("operator")
    assert [grid["code"] for grid in operator.get("/grids", {"window": window}).json()["items"]] == ["990101001001001"]
    assert [thing["name"] for thing in operator.get("/components", {"window": window}).json()["items"]] == ["雨水井盖"]
    assert operator.get("/grids/990101001001001").json()["border"]["type"] == "Polygon"
    assert operator.get("/components/9901010103000001").json()["maintaining_body"]["name"].endswith("道路科")


def test_an_inspector_goes_on_and_off_duty(program: Programs, city: City) -> None:
    inspector = program("inspector")
    duty = inspector.get("/duty").json()
    assert duty["on_duty"]
    assert duty["grid_codes"] == ["990101001001001", "990101001001002"]
    assert inspector.delete("/duty").status_code == 204
    assert not inspector.get("/duty").json()["on_duty"]
    lon, lat = city.places[0]
    assert inspector.post("/duty", {"lon": lon, "lat": lat}).status_code == 200
    assert inspector.post("/duty").status_code == 409
    assert program("operator").post("/duty").status_code == 403


def test_foundation_lists_ask_the_same_number_of_queries_whatever_their_size(program: Programs, counted_queries: QueryCounter) -> None:
    administrator = program("administrator")
    for path in ("/members", "/organizations", "/handbook-rules", "/responsibilities", "/grids", "/components", "/classes", "/divisions"):
        with counted_queries(f"API: {path.removeprefix('/')}"):
            assert administrator.get(path).status_code == 200
