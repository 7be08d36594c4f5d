"""Requests on the pages: each side path as a story told by the people who walk it, at their own screens."""

import json
from datetime import date, timedelta

import pytest
from django.test import Client

from chengge.casework import audit
from chengge.casework.actions.side_paths import morning_of
from chengge.casework.clocks import moment
from chengge.casework.jobs import wake_suspended
from chengge.casework.models import Clock, RequestRule
from chengge.coordination.actions.telling import read_on, tell_late
from chengge.coordination.models import Comment, PhoneCall
from chengge.notices.models import Notice
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db


def at_screen(life: Life, who: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(life.city.members[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def does(life: Life, who: str, action: str, **typed: object) -> None:
    """One action as its form on the page sends it."""
    answer = at_screen(life, who).post(f"/cases/{life.case.number}/do/{action}/", typed | {"seen": life.case.entry_count})
    assert answer.status_code == 302, answer.content.decode()[:2000]


def asks(life: Life, who: str, method: str, path: str, **body: object) -> tuple[int, object]:
    """One question to the API."""
    client = at_screen(life, who)
    send = client.get if method == "get" else client.post
    more = {} if method == "get" else {"data": json.dumps(body), "content_type": "application/json"}
    answer = send(f"/api/v1/{path}", **more)
    return answer.status_code, json.loads(answer.content) if answer.content else None


def handling(life: Life) -> Clock:
    return Clock.objects.filter(case_id=life.case_id, kind="handling").latest("ordinal")


def told(who: str) -> list[str]:
    return list(Notice.objects.filter(member__username=who).order_by("pk").values_list("topic", flat=True))


def test_an_extension_from_asking_to_the_later_deadline(life):
    life.to("handling", rule="rattling")
    read_on()
    before = handling(life).due_at
    does(life, "department", "ask_extension", reason="配件明日到货")
    read_on()
    assert told("dispatcher") == ["request"]
    page = at_screen(life, "dispatcher").get("/coordination/requests/?kind=extension").content.decode()
    assert "配件明日到货" in page
    assert "Answer due" in page
    life.later(minutes=40)
    does(life, "dispatcher", "grant_extension", note="同意")
    read_on()
    assert told("department") == ["request"]
    assert handling(life).due_at > before
    assert "配件明日到货" in at_screen(life, "dispatcher").get("/coordination/requests/?kind=extension&answered=1").content.decode()
    assert audit.check_range((life.case_id, life.case_id + 1)).faults == ()


def test_a_suspension_from_asking_to_waking(life):
    life.to("handling", rule="rattling")
    does(life, "department", "ask_suspension", reason="随道路改造一并实施", basis="project", until="2026-12-01")
    form = at_screen(life, "leader").get(f"/cases/{life.case.number}/do/grant_suspension/").content.decode()
    assert 'value="2026-12-01"' in form
    assert "Bound to a project" in form
    does(life, "leader", "grant_suspension", until="2026-12-01")
    page = at_screen(life, "department").get(f"/cases/{life.case.number}/").content.decode()
    assert "Suspended until 12-01" in page
    assert "/do/finish/" not in page
    life.clock.set(moment(morning_of(date(2026, 12, 1))))
    assert wake_suspended(0) == 1
    assert "/do/finish/" in at_screen(life, "department").get(f"/cases/{life.case.number}/").content.decode()


def test_an_appeal_after_a_late_case_was_closed(life):
    life.to("handling")
    life.later(hours=3)
    for step in ("handled", "checking", "checked", "closed"):
        life._step(step, "")
    does(life, "department", "appeal", reason="暴雨红色预警期间停工")
    assert "appeals" in at_screen(life, "evaluator").get("/desk/evaluator/?queue=appeals").content.decode()
    does(life, "evaluator", "grant_appeal", note="属实")
    assert "Excused after appeal" in at_screen(life, "department").get(f"/cases/{life.case.number}/").content.decode()
    assert handling(life).overdue is True


def test_a_return_is_answered_from_the_queue_by_the_shift_leader(life):
    life.to("dispatched")
    does(life, "department", "hand_back", reason="权属为街道", basis="wrong_department")
    page = at_screen(life, "shift_leader").get("/coordination/requests/?kind=return").content.decode()
    assert "Wrong department" in page
    answer = at_screen(life, "shift_leader").post(
        "/coordination/requests/answer/", {"action": "confirm_return", "case": f"{life.case_id}:{life.case.entry_count}", "key": "k1"}
    )
    assert answer.status_code == 302
    assert life.case.stage == "filed"


def test_a_correction_says_what_was_changed(life):
    life.to("closed")
    does(life, "shift_leader", "correct", reason="门牌写错", place="石桥路 21 号", description=life.case.description)
    page = at_screen(life, "shift_leader").get(f"/cases/{life.case.number}/").content.decode()
    assert "changed: place" in page


def test_many_extensions_are_refused_at_once_and_each_is_told_of(life):
    numbers = []
    for _number in range(3):
        life.to("handling", rule="rattling")
        life.do("ask_extension", "department", life_given("材料需订货"))
        numbers.append((life.case_id, life.case.entry_count))
    chosen = [f"{pk}:{seen}" for pk, seen in numbers]
    client = at_screen(life, "dispatcher")
    assert client.post("/coordination/requests/answer/", {"action": "refuse_extension", "case": chosen}).status_code == 302
    assert life.case.asked == "extension"  # a refusal needs a reason
    page = client.post("/coordination/requests/answer/", {"action": "refuse_extension", "case": chosen, "reason": "时限足够"}, follow=True)
    assert "3 cases" in page.content.decode()
    assert life.case.asked == ""


def life_given(reason: str) -> object:
    from chengge.casework.actions import Given

    return Given(reason=reason)


def test_an_answer_that_is_late_is_told_to_who_must_answer_and_later_to_the_leader(life):
    life.to("handling", rule="rattling")
    life.do("ask_extension", "department", life_given("材料需订货"))  # 09:30, to be answered by 15:30
    life.later(hours=6)
    tell_late()
    assert told("dispatcher") == ["escalation"]
    assert told("leader") == []
    life.later(hours=6)
    assert tell_late() >= 1
    tell_late()
    assert (told("leader"), told("dispatcher")) == (["escalation"], ["escalation"])


def test_urging_reaches_whoever_holds_the_case(life):
    life.to("handling")
    read_on()
    does(life, "dispatcher", "urge", note="群众再次来电")
    read_on()
    read_on()
    assert told("department") == ["urge"]


def test_overdue_cases_are_urged_together(life):
    life.to("handling")
    life.later(hours=3)
    client = at_screen(life, "dispatcher")
    assert life.case.number in client.get("/coordination/orders/late/").content.decode().replace(" ", "")
    client.post("/coordination/requests/answer/", {"action": "urge", "case": f"{life.case_id}:{life.case.entry_count}", "note": "请尽快"})
    assert life.case.urge_count == 1


def test_a_comment_calls_somebody_of_another_unit_who_may_read_it_and_answer(life):
    life.to("handling")
    number = life.case.number
    stranger = at_screen(life, "other_department")
    assert stranger.get(f"/coordination/cases/{number}/").status_code == 404
    at_screen(life, "department").post(f"/coordination/cases/{number}/say/", {"text": "管线交叉，@钱芳请看现场"})
    assert told("other_department") == ["mention"]
    page = stranger.get(f"/coordination/cases/{number}/").content.decode()
    assert "管线交叉" in page
    assert "Telephone calls" not in page  # only what is said, not the case
    stranger.post(f"/coordination/cases/{number}/say/", {"text": "下午两点到"})
    assert [one.text for one in Comment.objects.order_by("pk")] == ["管线交叉，@钱芳请看现场", "下午两点到"]
    assert stranger.get(f"/cases/{number}/").status_code == 404


def test_a_comment_stays_as_it_was_said(life):
    from django.db import DatabaseError, transaction

    life.to("handling")
    at_screen(life, "department").post(f"/coordination/cases/{life.case.number}/say/", {"text": "已到场"})
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Comment.objects.update(text="没到场")


def test_an_organization_is_called_by_its_short_name(life):
    life.to("handling")
    short = life.city.organizations["sanitation"].short_name
    at_screen(life, "dispatcher").post(f"/coordination/cases/{life.case.number}/say/", {"text": f"请 @{short} 一并清运"})
    assert told("other_department") == ["mention"]


def test_a_promise_made_on_the_telephone_stands_until_it_is_kept(life):
    life.to("handling")
    client = at_screen(life, "dispatcher")
    typed = {"direction": "out", "with_whom": "市政 王磊", "gist": "答应今晚围挡", "promised_by": "2026-11-24T20:00"}
    client.post(f"/coordination/cases/{life.case.number}/call/", typed)
    assert "答应今晚围挡" in client.get("/coordination/").content.decode()
    call = PhoneCall.objects.get()
    client.post(f"/coordination/calls/{call.pk}/kept/")
    assert PhoneCall.objects.get().kept_at is not None
    assert "答应今晚围挡" not in client.get("/coordination/").content.decode()


def test_a_call_without_words_is_refused_beside_the_form(life):
    life.to("handling")
    page = at_screen(life, "dispatcher").post(f"/coordination/cases/{life.case.number}/call/", {"direction": "out", "with_whom": "王磊"})
    assert page.status_code == 400
    assert "what was said" in page.content.decode()
    assert not PhoneCall.objects.exists()


@pytest.mark.parametrize("address", ["/coordination/", "/coordination/requests/", "/coordination/orders/", "/coordination/sheets/"])
def test_who_may_open_the_pages_of_coordination(life, address):
    for who in ("dispatcher", "coordinator", "leader", "shift_leader", "evaluator", "department", "administrator"):
        assert at_screen(life, who).get(address).status_code == 200, who
    for who in ("inspector", "operator"):
        assert at_screen(life, who).get(address).status_code == 403, who
    assert Client().get(address).status_code == 302


def test_the_list_of_requests_asks_as_many_questions_for_many_as_for_one(life, counted_queries):
    for _number in range(4):
        life.to("handling", rule="rattling")
        life.do("ask_extension", "department", life_given("材料需订货"))
    client = at_screen(life, "dispatcher")
    client.get("/coordination/requests/")
    with counted_queries("requests that wait"):
        client.get("/coordination/requests/")


def test_the_administrator_replaces_a_rule_from_a_day_on_and_old_requests_keep_theirs(life):
    client = at_screen(life, "administrator")
    assert "at most 2 times" in client.get("/manage/request-rules/").content.decode()
    typed = {"granted_by": ["coordinator"], "most": 1, "adds_limits": 1, "evidence_from": 0, "answer_amount": 2, "answer_unit": "work_hour"}
    assert client.post("/manage/request-rules/extension/", typed | {"day": "2026-11-24"}).status_code == 302
    held = list(RequestRule.objects.filter(kind="extension").order_by("valid_from").values_list("most", "valid_to"))
    assert held == [(2, date(2026, 11, 24)), (1, None)]
    assert client.post("/manage/request-rules/extension/", typed | {"day": "2026-11-24", "most": -1}).status_code == 422
    assert at_screen(life, "dispatcher").get("/manage/request-rules/").status_code == 403


def test_the_api_tells_what_waits_and_what_is_said(life):
    life.to("handling", rule="rattling")
    number = life.case.number
    status, _moved = asks(
        life, "department", "post", f"cases/{number}/actions/ask_suspension", reason="待移植", basis="season", until="2027-03-12"
    )
    assert status == 200
    status, waiting = asks(life, "leader", "get", "coordination/requests?kind=suspension")
    assert status == 200
    assert [(row["case"], row["kind"], row["reason"], row["mine"]) for row in waiting["requests"]] == [
        (number, "suspension", "待移植", True)
    ]
    status, _made = asks(life, "department", "post", f"cases/{number}/comments", text="@周宁 请电话联系")
    assert status == 201
    status, said = asks(life, "dispatcher", "get", f"cases/{number}/comments")
    assert [row["text"] for row in said] == ["@周宁 请电话联系"]
    status, _call = asks(
        life, "dispatcher", "post", f"cases/{number}/phone-calls", direction="out", with_whom="王磊", gist="移植公司已联系"
    )
    assert status == 201


def test_a_day_in_the_past_is_no_end_of_a_suspension_and_the_form_says_so(life):
    life.to("handling", rule="rattling")
    typed = {"reason": "等等", "basis": "season", "until": str(life.now.date() - timedelta(days=1)), "seen": life.case.entry_count}
    answer = at_screen(life, "department").post(f"/cases/{life.case.number}/do/ask_suspension/", typed)
    assert answer.status_code == 422
    assert "future" in answer.content.decode()
