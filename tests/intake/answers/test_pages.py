"""The desk of answers: whom to call, what was said, how the city keeps its promise; and the page behind the link."""

from datetime import timedelta

import pytest

from chengge.casework.models import Case, Report
from chengge.intake.actions.owed import read_on
from chengge.intake.models import Answer, AnswerRule
from chengge.notices.models import Notice
from tests.browsing import axe_findings, client_of, sign_in
from tests.factories import SINCE

pytestmark = [pytest.mark.django_db]

MOBILE, LANDLINE = "13812345678", "0571-87654321"
REST = ("filed", "dispatched", "handling", "handled", "checking", "checked", "closed")


def ended(life, contact=LANDLINE, **more):
    made = life.report(contact=contact, reporter_name="赵女士", **more)
    for step in ("accepted", *REST):
        life._step(step, "missing")
    read_on()
    return Report.objects.get(pk=made.report_id)


def row(report, step):
    return Answer.objects.filter(report=report, step=step).latest("pk")


def test_the_desk_shows_the_queue_and_opens_a_call_sheet_with_the_number_for_who_says_what_for(life, city, counted_queries):
    report = ended(life)
    client = client_of(city, "operator")
    with counted_queries("desk of answers"):
        page = client.get("/desk/answers/").content.decode()
    assert "赵女士" in page
    assert LANDLINE not in page
    visit = row(report, "visit")
    with counted_queries("desk of answers: a call sheet"):
        sheet = client.get(f"/desk/answers/?answer={visit.pk}").content.decode()
    assert "057****4321" in sheet
    shown = client.post(f"/reports/{report.pk}/contact/", {"purpose": "return_visit"}).content.decode()
    assert LANDLINE in shown
    assert "How content is the reporter?" in sheet


def test_the_rates_stand_on_top_and_are_asked_for_anew(life, city):
    ended(life)
    top = client_of(city, "shift_leader").get("/desk/answers/top/?step=visit").content.decode()
    assert "0 of 1 this month" in top


def test_a_call_is_written_down_and_the_queue_comes_back(life, city):
    report = ended(life)
    client = client_of(city, "operator")
    answer = client.post(f"/desk/answers/{row(report, 'acceptance').pk}/call/", {"result": "reached"})
    assert answer["Location"] == "/desk/answers/?step=acceptance"
    assert row(report, "acceptance").state == "done"


def test_what_is_missing_is_said_at_the_sheet_and_what_was_typed_stays(life, city):
    report = ended(life)
    given = {"result": "reached", "stars": "1", "words": "还在响", "then": "reopen", "reason": ""}
    response = client_of(city, "operator").post(f"/desk/answers/{row(report, 'visit').pk}/call/", given)
    page = response.content.decode()
    assert response.status_code == 422 or response.status_code == 400
    assert "Give the reason." in page
    assert "还在响" in page
    assert row(report, "visit").state == "open"


def test_who_is_dissatisfied_reopens_the_case_at_once(life, city):
    report = ended(life)
    given = {"result": "reached", "stars": "2", "words": "", "then": "reopen", "reason": "没有修好"}
    client_of(city, "operator").post(f"/desk/answers/{row(report, 'visit').pk}/call/", given)
    assert Case.objects.get(pk=life.case_id).stage == "reported"


def test_a_complaint_is_decided_by_the_shift_leader_and_only_read_by_the_operator(life, city):
    report = ended(life)
    client_of(city, "operator").post(
        f"/desk/answers/{row(report, 'visit').pk}/call/", {"result": "reached", "stars": "1", "then": "supervisor", "reason": "还在响"}
    )
    complaint = row(report, "complaint")
    operator, leader = client_of(city, "operator"), client_of(city, "shift_leader")
    assert "A shift leader decides on this." in operator.get(f"/desk/answers/?answer={complaint.pk}").content.decode()
    assert operator.post(f"/desk/answers/{complaint.pk}/settle/", {"decision": "reopen", "reason": "好"}).status_code == 403
    leader.post(f"/desk/answers/{complaint.pk}/settle/", {"decision": "decline", "reason": "已符合标准"})
    assert row(report, "complaint").outcome == "declined"


def test_the_rates_open_into_the_reports_that_are_missing(life, city, counted_queries):
    ended(life)
    client = client_of(city, "evaluator")
    with counted_queries("rates of answers"):
        page = client.get("/answers/rates/").content.decode()
    assert "1 open" in page
    with counted_queries("who is without an answer"):
        listed = client.get("/answers/missing/?step=visit&channel=hotline").content.decode()
    assert life.case.number in listed.replace(" ", "")


@pytest.mark.parametrize(
    "address",
    ["/answers/rates/?from=tomorrow", "/answers/rates/?from=2026-02-01&to=2026-01-01", "/answers/missing/?step=x",
     "/answers/missing/?channel=x", "/answers/rates/?from=2020-01-01", "/desk/answers/?step=x"],
)  # fmt: skip
def test_a_search_that_makes_no_sense_is_refused_in_words(city, address, pretended_clock):
    assert client_of(city, "shift_leader").get(address).status_code == 400


@pytest.mark.parametrize("name", ["inspector", "dispatcher", "department", "coordinator"])
def test_answers_belong_to_the_supervision_side(city, name):
    client = client_of(city, name)
    for address in ("/desk/answers/", "/answers/rates/", "/answers/missing/"):
        assert client.get(address).status_code == 403
    assert client.post("/desk/answers/1/call/").status_code == 403


def test_an_answer_that_is_not_there_is_not_found(city):
    assert client_of(city, "operator").get("/desk/answers/?answer=999").status_code == 404


# --- the page behind the link -------------------------------------------------------------------------------------------------------------


def link_of(life):
    ended(life, contact=MOBILE)
    return Notice.objects.get(link__startswith="/s/").link


def test_the_link_asks_for_stars_once_and_shows_nothing_of_the_person(life, client):
    link = link_of(life)
    page = client.get(link).content.decode()
    assert "雨水井盖" in page
    assert MOBILE not in page
    assert "赵女士" not in page
    assert client.post(link, {"stars": "5", "words": "很快"}).status_code == 200
    assert Answer.objects.get(step="visit").stars == 5
    assert client.post(link, {"stars": "1"}).status_code == 409


def test_without_stars_the_link_asks_again(life, client):
    link = link_of(life)
    assert client.post(link, {"stars": "9"}).status_code in (400, 422)
    assert Answer.objects.get(step="visit").state == "open"


def test_a_wrong_link_leads_nowhere_and_guessing_is_slowed_down(city, client, pretended_clock):
    assert client.get("/s/nonsense").status_code == 404
    answers = {client.get(f"/s/guess{number}").status_code for number in range(60)}
    assert answers == {404, 429}
    pretended_clock.advance(timedelta(minutes=11))
    assert client.get("/s/nonsense").status_code == 404


# --- promises -----------------------------------------------------------------------------------------------------------------------------

GIVEN = {
    "channel": "", "day": "2026-11-24", "acknowledge_hours": "4", "feedback_hours": "24", "visit_hours": "72", "visit_after_hours": "12",
    "visit_percent": "50", "decide_hours": "24", "most_tries": "3", "by_message": "on", "accepted_text": "", "refused_text": "",
    "feedback_text": "",
}  # fmt: skip


def test_the_administrator_promises_something_else_from_a_day_on(city, pretended_clock):
    client = client_of(city, "administrator")
    assert "the usual promises hold" in client.get("/manage/answers/").content.decode()
    client.post("/manage/answers/edit", GIVEN)
    client.post("/manage/answers/edit", GIVEN | {"acknowledge_hours": "2"})
    assert [(rule.acknowledge_hours, rule.valid_to is None) for rule in AnswerRule.objects.order_by("pk")] == [(4, False), (2, True)]
    client.post("/manage/answers/edit", GIVEN | {"channel": "web"})
    client.post("/manage/answers/end", {"channel": "web"})
    assert AnswerRule.objects.filter(valid_to=None).count() == 1


@pytest.mark.parametrize("wrong", [{"visit_percent": "101"}, {"visit_after_hours": "72"}, {"acknowledge_hours": "0"}, {"channel": "x"}])
def test_what_makes_no_sense_is_not_promised(city, wrong, pretended_clock):
    assert client_of(city, "administrator").post("/manage/answers/edit", GIVEN | wrong).status_code == 422
    assert not AnswerRule.objects.exists()


@pytest.mark.parametrize("name", ["operator", "shift_leader", "leader"])
def test_promises_belong_to_the_administrator(city, name):
    client = client_of(city, name)
    assert client.get("/manage/answers/").status_code == 403
    assert client.post("/manage/answers/edit", GIVEN).status_code == 403
    assert client.post("/manage/answers/end").status_code == 403


# --- in a real browser --------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_a_phone(live_server, page, life, city):
    AnswerRule.objects.create(valid_from=SINCE)
    link = link_of(life)
    report = ended(life)
    sign_in(page, live_server, city, "shift_leader")
    visit = row(report, "visit")
    for address in (f"/desk/answers/?answer={visit.pk}", "/answers/rates/", "/answers/missing/?step=visit", link):
        page.goto(live_server.url + address)
        page.wait_for_selector("main")
        assert axe_findings(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/desk/answers/?step=visit", f"/desk/answers/?answer={visit.pk}", "/answers/rates/", link):
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


@pytest.mark.django_db(transaction=True)
def test_a_return_visit_is_taken_down_and_the_way_on_appears_only_for_who_is_dissatisfied(live_server, page, life, city):
    report = ended(life)
    sign_in(page, live_server, city, "operator").goto(f"{live_server.url}/desk/answers/?answer={row(report, 'visit').pk}")
    page.check("input[name=stars][value='4']")
    assert not page.locator(".unhappy").is_visible()
    page.check("input[name=stars][value='1']")
    assert page.locator(".unhappy").is_visible()
    page.check("input[name=then][value=supervisor]")
    page.fill("#why", "井盖还在响")
    page.get_by_role("button", name="Reached, save").click()
    page.wait_for_selector(".note-success")
    assert row(report, "complaint").reason == "井盖还在响"
