"""The city map: who sees which cases on it, by window, light and number."""

import pytest
from django.test import Client

from chengge.screen.queries import light_at
from tests.browsing import client_of
from tests.casework.lives import Life
from tests.conftest import A_WORKING_MORNING, QueryCounter
from tests.factories import GRID_CODES, SIDE, SOUTH, WEST, City

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

WHOLE = f"{WEST - 0.01},{SOUTH - 0.01},{WEST + 0.02},{SOUTH + 0.02}"


def window_of(grid: int) -> str:
    """The middle of one of the four grids, well inside its border."""
    west = WEST + grid * SIDE
    return f"{west + SIDE * 0.3},{SOUTH + SIDE * 0.3},{west + SIDE * 0.7},{SOUTH + SIDE * 0.7}"


def cases(client: Client, window: str = WHOLE, **query: str) -> list[dict]:
    answer = client.get("/map/cases.geojson", {"window": window, **query})
    assert answer.status_code == 200
    return [feature["properties"] for feature in answer.json()["features"]]


def test_every_post_opens_the_map_and_a_visitor_is_asked_to_sign_in(city: City) -> None:
    for name in ("operator", "dispatcher", "department", "inspector", "leader", "administrator"):
        assert client_of(city, name).get("/map/").status_code == 200
    assert Client().get("/map/").status_code == 302
    assert Client().get("/map/cases.geojson", {"window": WHOLE}).status_code == 302


def test_the_map_shows_open_cases_of_its_window_and_no_others(city: City) -> None:
    here, there = Life(city).reported(grid=0), Life(city).reported(grid=3)
    client = client_of(city, "operator")
    assert {case["id"] for case in cases(client)} == {here.number, there.number}
    assert [case["id"] for case in cases(client, window_of(0))] == [here.number]
    Life.until(there, "closed")
    assert [case["id"] for case in cases(client)] == [here.number]


def test_a_case_in_no_grid_is_on_the_map_where_it_lies(city: City) -> None:
    outside = Life(city).reported(lon=WEST - 0.005, lat=SOUTH)
    client = client_of(city, "operator")
    assert [case["id"] for case in cases(client)] == [outside.number]
    assert cases(client, window_of(0)) == []


def test_a_department_sees_only_its_own_cases_on_the_map(city: City) -> None:
    Life(city).reported().until("dispatched")
    Life(city).reported("manhole", component_code=None).until("dispatched")
    assert len(cases(client_of(city, "operator"))) == 2
    assert len(cases(client_of(city, "other_department"))) == 1


def test_a_case_carries_its_light_its_stage_in_words_and_the_way_to_its_page(city: City, pretended_clock) -> None:
    course = Life(city).reported()
    client = client_of(city, "operator")
    (case,) = cases(client)
    assert (case["light"], case["label"], case["url"]) == ("green", "暴露垃圾", f"/cases/{course.number}/")
    assert case["detail"].startswith("Reported")
    pretended_clock.set(A_WORKING_MORNING.replace(hour=5))
    assert cases(client)[0]["light"] == "red"
    assert cases(client, light="green") == []


def test_the_key_counts_open_cases_in_sight_by_light(city: City, pretended_clock) -> None:
    Life(city).reported()
    assert client_of(city, "operator").get("/map/lights.json").json() == {"green": 1, "yellow": 0, "red": 0}
    assert client_of(city, "crew").get("/map/lights.json").json() == {"green": 0, "yellow": 0, "red": 0}


def test_a_light_turns_after_the_moment_not_on_it() -> None:
    due, yellow = A_WORKING_MORNING.replace(hour=3), A_WORKING_MORNING.replace(hour=2)
    assert [light_at(due, yellow, at) for at in (yellow, due)] == ["green", "yellow"]
    assert light_at(None, None, due) == "green"


def test_the_cases_of_a_window_take_the_same_queries_however_many_there_are(city: City, counted_queries: QueryCounter) -> None:
    for grid in range(4):
        Life(city).reported(grid=grid)
    client = client_of(city, "operator")
    cases(client)
    with counted_queries("map: cases of a window"):
        cases(client)
    with counted_queries("map: page"):
        client.get("/map/")


@pytest.mark.parametrize("window", ["", "1,2,3", "a,b,c,d", "120,30,119,31", "nan,30,121,31", "0,-95,1,0"])
def test_a_window_that_is_none_is_refused_with_its_form(city: City, window: str) -> None:
    answer = client_of(city, "operator").get("/map/cases.geojson", {"window": window})
    assert answer.status_code == 400
    assert "west,south,east,north" in answer.content.decode()


def test_the_search_finds_a_case_by_number_a_place_by_name_and_a_grid_by_code(city: City) -> None:
    course = Life(city).reported()
    client = client_of(city, "operator")

    def found(text: str) -> list[dict]:
        return client.get("/map/find.json", {"q": text}).json()["found"]

    (case,) = found(course.number)
    assert (case["kind"], case["url"]) == ("case", f"/cases/{course.number}/")
    assert found("菜场")[0]["label"] == "石桥路菜场"
    assert found(str(GRID_CODES[2]))[0]["kind"] == "grid"
    assert found("9901010103000001")[0]["kind"] == "component"
    assert found("华丰")[0]["kind"] == "division"
    assert found("没有这个地方") == found("") == []


def test_the_search_hides_cases_out_of_sight(city: City) -> None:
    course = Life(city).reported()
    assert client_of(city, "crew").get("/map/find.json", {"q": course.number}).json()["found"] == []
