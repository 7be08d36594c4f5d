"""Supervision orders, leaders' instructions and direct reports: stories told at the people's own screens, to their end."""

import pytest

from chengge.casework import audit
from chengge.casework.models import SidePath
from chengge.coordination.actions.telling import read_on, tell_late
from chengge.coordination.models import Sheet
from tests.casework.lives import Life
from tests.coordination.test_requests_pages import asks, at_screen, does, told

pytestmark = pytest.mark.django_db

ORDER = {"reason": "超时未反馈", "note": "今日 18 时前完成围挡", "basis": "timeout", "degree": "2"}


def order(life: Life) -> SidePath:
    return SidePath.objects.filter(case_id=life.case_id, kind="order").latest("ordinal")


def test_an_order_for_timeout_from_the_list_of_overdue_cases_to_its_answer_and_lifting(life):
    life.to("handling")
    life.later(hours=3)
    read_on()
    assert "do/order_supervision/" in at_screen(life, "dispatcher").get("/coordination/orders/late/").content.decode()
    does(life, "dispatcher", "order_supervision", **ORDER)
    read_on()
    assert told("department") == ["order"]
    page = at_screen(life, "department").get("/coordination/orders/").content.decode()
    assert "今日 18 时前完成围挡" in page
    does(life, "department", "answer_supervision", reason="已到场，两小时内完成")
    read_on()
    assert told("dispatcher") == ["order"]
    assert "已到场" in at_screen(life, "leader").get("/coordination/orders/?state=answered").content.decode()
    does(life, "dispatcher", "lift_supervision")
    assert "Lifted" in at_screen(life, "leader").get("/coordination/orders/?state=ended").content.decode()
    assert audit.check_range((life.case_id, life.case_id + 1)).faults == ()


def test_an_order_without_an_answer_climbs_to_command_and_then_to_the_leader(life):
    life.to("handling")
    does(life, "dispatcher", "order_supervision", **ORDER | {"answer_by": "2026-11-24T10:30"})
    life.later(hours=1)
    tell_late()
    assert (told("department"), told("coordinator"), told("leader")) == (["escalation"], ["escalation"], [])
    assert "?state=late" in at_screen(life, "coordinator").get("/coordination/orders/?state=late").content.decode()
    life.later(hours=1)
    tell_late()
    assert told("leader") == ["escalation"]


def test_an_order_needs_its_demand_and_its_basis(life):
    life.to("handling")
    client, address = at_screen(life, "leader"), f"/cases/{life.case.number}/do/order_supervision/"
    for missing in ("reason", "note", "basis"):
        typed = {name: value for name, value in ORDER.items() if name != missing} | {"seen": life.case.entry_count}
        assert client.post(address, typed).status_code == 422, missing


def test_a_leaders_instruction_puts_the_case_under_an_order_and_comes_back_until_the_leader_ends_it(life):
    life.to("handling")
    number = life.case.number
    typed = {"subject": "石桥路井盖", "text": "立即处置，举一反三", "number": number, "degree": "3", "due_at": "2026-11-24T18:00"}
    assert at_screen(life, "leader").post("/coordination/sheets/new/", typed).status_code == 302
    sheet = Sheet.objects.get()
    assert (sheet.waits_for, order(life).basis, order(life).degree) == ("organization", "leader", 3)
    assert told("department") == ["sheet"]
    step = f"/coordination/sheets/{sheet.pk}/step/"
    at_screen(life, "department").post(step, {"step": "answer", "text": "已恢复，全路段排查"})
    assert (Sheet.objects.get().waits_for, life.case.supervision) == ("leader", "answered")
    at_screen(life, "leader").post(step, {"step": "send_back", "text": "附排查清单"})
    assert Sheet.objects.get().waits_for == "organization"
    at_screen(life, "department").post(step, {"step": "answer", "text": "清单已附"})
    at_screen(life, "leader").post(step, {"step": "end", "text": ""})
    assert (Sheet.objects.get().waits_for, Sheet.objects.get().ended_at) == ("", life.now)
    page = at_screen(life, "coordinator").get(f"/coordination/sheets/{sheet.pk}/").content.decode()
    assert [one in page for one in ("已恢复，全路段排查", "附排查清单", "清单已附")] == [True, True, True]


def test_a_direct_report_goes_to_a_leader_who_instructs_on_it(life):
    life.to("handling")
    leader = life.city.members["leader"].pk
    typed = {"subject": "燃气管线渗漏", "text": "已疏散周边", "number": life.case.number, "leader_id": leader, "degree": "3"}
    at_screen(life, "coordinator").post("/coordination/sheets/new/", typed)
    sheet = Sheet.objects.get()
    assert (sheet.kind, sheet.waits_for) == ("direct_report", "leader")
    assert told("leader") == ["sheet"]
    works = life.city.organization_id("works")
    instructs = {"step": "instruct", "text": "两小时内修复", "organization_id": works}
    at_screen(life, "leader").post(f"/coordination/sheets/{sheet.pk}/step/", instructs)
    assert Sheet.objects.get().waits_for == "organization"


def test_nobody_moves_a_sheet_out_of_turn_or_out_of_sight(life):
    life.to("handling")
    at_screen(life, "leader").post("/coordination/sheets/new/", {"subject": "井盖", "text": "速办", "number": life.case.number})
    sheet = Sheet.objects.get()
    step = f"/coordination/sheets/{sheet.pk}/step/"
    assert at_screen(life, "department").post(step, {"step": "end", "text": ""}).status_code == 409
    assert at_screen(life, "other_department").post(step, {"step": "answer", "text": "我来"}).status_code == 404
    assert at_screen(life, "evaluator").get(f"/coordination/sheets/{sheet.pk}/").status_code == 404
    assert at_screen(life, "department").get("/coordination/sheets/new/").status_code == 403


def test_a_sheet_says_what_is_missing(life):
    client = at_screen(life, "leader")
    assert client.post("/coordination/sheets/new/", {"subject": "", "text": "速办"}).status_code == 400
    late = client.post("/coordination/sheets/new/", {"subject": "井盖", "text": "速办", "due_at": "2026-11-24T08:00"})
    assert "moment is over" in late.content.decode()
    nobody = at_screen(life, "dispatcher").post("/coordination/sheets/new/", {"subject": "井盖", "text": "速办"})
    assert "which leader" in nobody.content.decode()


def test_orders_and_sheets_through_the_api(life):
    life.to("handling")
    number = life.case.number
    status, sheet = asks(life, "leader", "post", "coordination/sheets", subject="井盖", text="速办", case=number, degree=2)
    assert (status, sheet["waits_for"], [one["kind"] for one in sheet["steps"]]) == (201, "organization", ["written"])
    status, found = asks(life, "department", "get", "coordination/orders")
    assert [(row["case"], row["basis"], row["demand"]) for row in found["orders"]] == [(number, "leader", "速办")]
    status, sheet = asks(life, "department", "post", f"coordination/sheets/{sheet['id']}/steps", step="answer", text="已办")
    assert (status, sheet["waits_for"]) == (200, "leader")
    status, mine = asks(life, "leader", "get", "coordination/sheets")
    assert [one["id"] for one in mine] == [sheet["id"]]


def test_the_list_of_orders_asks_as_many_questions_for_many_as_for_one(life, counted_queries):
    for _number in range(3):
        life.to("handling")
        does(life, "dispatcher", "order_supervision", **ORDER)
    client = at_screen(life, "leader")
    client.get("/coordination/orders/")
    with counted_queries("supervision orders"):
        client.get("/coordination/orders/")
