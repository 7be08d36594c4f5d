"""The pages of dispatch by itself: who opens them, who decides, and what a dispatcher sees of a case that went by itself."""

import pytest

from chengge.casework.actions.by_itself import RuleValues, look, save_rule, switch
from chengge.casework.models import ByItselfRule, ByItselfSwitch
from chengge.casework.queries.by_itself import switched_on
from chengge.organization.queries import city_day
from tests.casework.lives import Life
from tests.coordination.test_requests_pages import asks, at_screen

LISTS = ("/coordination/by-itself/", "/manage/by-itself/", "/coordination/by-itself/strip/")


def gone(life: Life) -> Life:
    """A case of a manhole that went by itself."""
    save_rule(life.city.actor("administrator"), None, RuleValues(least_percent=75), city_day(life.now))
    switch(life.city.actor("coordinator"), life.city.manhole.pk, True, "责任清单齐全")
    life.to("filed", rule="rattling")
    assert look() == 1
    return life


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("coordinator", (200, 200, 200)),
        ("administrator", (200, 200, 200)),
        ("dispatcher", (200, 403, 200)),
        ("leader", (200, 403, 200)),
        ("department", (403, 403, 403)),
        ("operator", (403, 403, 403)),
        ("evaluator", (403, 403, 403)),
    ],
)
def test_the_platform_and_leaders_read_it_and_its_keepers_manage_it(life: Life, who: str, statuses: tuple[int, ...]):
    assert tuple(at_screen(life, who).get(path).status_code for path in LISTS) == statuses


def test_a_coordinator_switches_a_class_with_a_reason_and_the_page_keeps_who_and_why(life: Life):
    path = f"/coordination/by-itself/{life.city.manhole.pk}/"
    page = at_screen(life, "coordinator")
    assert page.post(f"{path}switch/", {"on": "1", "why": " "}).status_code == 400
    assert page.post(f"{path}switch/", {"on": "1", "why": "权属清晰"}).status_code == 302
    assert page.post(f"{path}switch/", {"on": "1", "why": "权属清晰"}).status_code == 409
    assert switched_on() == {life.city.manhole.pk}
    shown = at_screen(life, "leader").get(path).content.decode()
    assert "权属清晰" in shown
    assert "郑凯" in shown
    assert f"{path}switch/" not in shown
    assert at_screen(life, "dispatcher").post(f"{path}switch/", {"on": "0", "why": "不要"}).status_code == 403
    assert page.get("/coordination/by-itself/999999/").status_code == 404
    assert ByItselfSwitch.objects.count() == 1


def test_values_are_changed_on_a_form_that_names_what_is_wrong(life: Life):
    path = f"/coordination/by-itself/{life.city.manhole.pk}/values/"
    values = {"least_percent": 80, "undo_minutes": 10, "bar_percent": 95, "minimum_sample": 30, "window_days": 60}
    page = at_screen(life, "administrator")
    wrong = page.post(path, values | {"least_percent": 10, "day": "2026-11-24"})
    assert wrong.status_code == 422
    assert "from 60 to 100" in wrong.content.decode()
    assert page.post(path, values | {"day": "2026-11-24"}).status_code == 302
    assert page.post("/coordination/by-itself/values/", values | {"day": "2026-11-24"}).status_code == 302
    assert at_screen(life, "dispatcher").get(path).status_code == 403
    assert set(ByItselfRule.objects.values_list("problem_class_id", "least_percent")) == {(life.city.manhole.pk, 80), (None, 80)}


def test_a_case_that_went_by_itself_says_why_and_a_dispatcher_undoes_it_on_its_page(life: Life):
    number = gone(life).case.number
    dispatcher = at_screen(life, "dispatcher")
    page = dispatcher.get(f"/cases/{number}/").content.decode()
    assert "Dispatched by itself" in page
    assert "it rests on the handbook" in page
    assert f"/cases/{number}/do/undo_dispatch/" in page
    desk = dispatcher.get("/desk/dispatcher/?queue=by_itself").content.decode()
    assert number in desk
    assert "By itself" in desk
    assert number in dispatcher.get("/desk/dispatcher/?queue=all&mark=by_itself").content.decode()
    latest = dispatcher.get(f"/coordination/by-itself/{life.city.manhole.pk}/").content.decode()
    assert number in latest
    assert "not known yet" in latest
    form = {"reason": "权属为其他单位", "seen": life.case.entry_count}
    assert dispatcher.post(f"/cases/{number}/do/undo_dispatch/", form).status_code == 302
    assert life.case.stage == "filed"
    assert "wrong" in dispatcher.get(f"/coordination/by-itself/{life.city.manhole.pk}/").content.decode()


def test_after_its_time_the_page_offers_no_undoing(life: Life):
    number = gone(life).case.number
    life.later(minutes=16)
    page = at_screen(life, "dispatcher").get(f"/cases/{number}/").content.decode()
    assert "Dispatched by itself" in page
    assert "undo_dispatch" not in page


def test_the_list_asks_as_many_questions_for_many_classes_as_for_one(life: Life, counted_queries):
    gone(life)
    for name in ("garbage", "parking"):
        switch(life.city.actor("coordinator"), getattr(life.city, name).pk, True, "试行")
    page = at_screen(life, "coordinator")
    page.get(LISTS[0])
    with counted_queries("classes that go by themselves"):
        answer = page.get(LISTS[0])
    assert "雨水井盖" in answer.content.decode()
    stopped = page.get(f"{LISTS[0]}?state=off").content.decode()
    assert "雨水井盖" not in stopped
    assert "雨水井盖" in page.get(f"{LISTS[0]}?q=井盖").content.decode()


def test_programs_read_the_classes_and_switch_one(life: Life):
    path = f"coordination/by-itself/{life.city.manhole.pk}/switch"
    assert asks(life, "dispatcher", "post", path, on=True, why="试行")[0] == 403
    status, told = asks(life, "coordinator", "post", path, on=True, why="权属清晰")
    assert (status, told["state"], told["accuracy"], told["interval"]) == (200, "on", None, None)
    assert asks(life, "coordinator", "post", path, on=True, why="权属清晰")[0] == 409
    status, listed = asks(life, "leader", "get", "coordination/by-itself?state=on")
    assert (status, [one["class_name"] for one in listed]) == (200, ["雨水井盖"])
    assert asks(life, "operator", "get", "coordination/by-itself")[0] == 403


def test_a_case_that_waits_says_beside_the_candidates_why_it_does_not_go_by_itself(life: Life):
    life.to("filed", rule="rattling")
    path = f"/coordination/by-itself/cases/{life.case.number}/"
    dispatcher = at_screen(life, "dispatcher")
    asked = dispatcher.get(f"/cases/{life.case.number}/").content.decode().split(path)[1].split(">")[0]
    assert 'hx-target="this"' in asked  # inside a form that has a target of its own
    assert "this class does not go by itself" in dispatcher.get(path).content.decode()
    switch(life.city.actor("coordinator"), life.city.manhole.pk, True, "试行")
    shown = dispatcher.get(path).content.decode()
    assert "below 90 %" in shown
    assert "it rests on the handbook" in shown
    assert at_screen(life, "operator").get(path).status_code == 403
