"""Standing problems: listed with an owner and a plan, moved by who answers for them, reviewed in time, ended with a reason."""

import csv
from datetime import date, timedelta

import pytest
from django.test import Client

from chengge.coordination.actions.standing import Listed, Step, change_problem, end_problem, list_problem, review, tell_overdue
from chengge.coordination.models import StandingProblem
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.coordination.test_requests_pages import asks, at_screen
from tests.factories import GRID_CODES

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def listed(life: Life, **changes) -> StandingProblem:
    plain = {
        "subject": "石桥路雨水管网断头", "why": "管网改造无资金", "organization_id": life.city.organization_id("works"),
        "review_on": TODAY + timedelta(30), "steps": [Step(TODAY + timedelta(10), "完成设计"), Step(TODAY + timedelta(5), "踏勘")],
    }  # fmt: skip
    return list_problem(life.city.actor("coordinator"), Listed(**plain | changes))


def test_a_hard_case_becomes_a_standing_problem_with_a_plan_on_its_form(life):
    life.to("filed", rule="rattling")
    client = at_screen(life, "coordinator")
    form = client.get(f"/coordination/standing/new/?case={life.case.number}").content.decode()
    assert life.case.number in form
    typed = {
        "subject": "石桥路井盖", "why": "产权单位已注销", "organization_id": life.city.organization_id("works"), "review_on": "2026-12-20",
        "numbers": life.case.number, "steps": "2026-12-01 现场踏勘\n2026-12-10 提交方案",
    }  # fmt: skip
    for wrong in ({"steps": "尽快 踏勘"}, {"review_on": "2026-11-24"}, {"organization_id": ""}, {"why": " "}, {"lon": "east"}):
        assert client.post("/coordination/standing/new/", typed | wrong).status_code == 400
    assert client.post("/coordination/standing/new/", typed).status_code == 302
    problem = StandingProblem.objects.get()
    assert (problem.state, problem.grid_code, problem.problem_class_id) == ("under_way", GRID_CODES[0], life.city.manhole.pk)
    assert [step.text for step in problem.steps.all()] == ["现场踏勘", "提交方案"]
    assert Notice.objects.get(topic="standing").member.username == "department"
    assert "石桥路井盖" in client.get(f"/coordination/standing/{problem.pk}/").content.decode()


def test_who_answers_moves_it_and_nobody_elses_department_sees_it(life):
    problem = listed(life)
    address = f"/coordination/standing/{problem.pk}/"
    for who, status in (("department", 200), ("section", 200), ("other_department", 404), ("leader", 200), ("operator", 403)):
        assert at_screen(life, who).get(address).status_code == status, who
    department = at_screen(life, "department")
    assert department.post(f"{address}step/", {"step": "note", "text": "设计单位已招标"}).status_code == 302
    assert department.post(f"{address}step/", {"step": "finish", "position": 1}).status_code == 302
    assert department.post(f"{address}step/", {"step": "finish", "position": 1}).status_code == 409
    assert department.post(f"{address}step/", {"step": "review", "text": "看过", "next_on": "2026-12-30"}).status_code == 403
    assert department.post(f"{address}step/", {"step": "solved", "why": "好了"}).status_code == 403
    assert at_screen(life, "leader").post(f"{address}step/", {"step": "note", "text": "抓紧"}).status_code == 403
    page = at_screen(life, "leader").get(address).content.decode()
    assert "设计单位已招标" in page
    coordinator = life.city.actor("coordinator")
    change_problem(
        coordinator, problem.pk, Listed("改名", "原因", life.city.organization_id("works"), problem.review_on, steps=[Step(TODAY, "开工")])
    )
    assert [(step.text, step.done_on) for step in problem.steps.all()] == [("踏勘", TODAY), ("开工", None)]


def test_an_overdue_review_and_a_late_step_are_told_once_and_stand_on_their_list(life):
    problem = listed(life)
    life.later(days=7)
    tell_overdue()  # the first step
    life.later(days=24)
    tell_overdue()  # the second step, and the review
    tell_overdue()
    assert Notice.objects.filter(topic="standing", subject__startswith="Step of the plan is late").count() == 2
    assert {one.member.username for one in Notice.objects.filter(topic="standing", subject__startswith="To be reviewed")} == {"coordinator"}
    assert problem.subject in at_screen(life, "leader").get("/coordination/standing/?state=overdue").content.decode()
    review(life.city.actor("coordinator"), problem.pk, "资金已列入明年预算", date(2027, 3, 1))
    problem.refresh_from_db()
    assert problem.review_on == date(2027, 3, 1)


def test_a_problem_that_has_ended_is_closed_to_everybody(life):
    problem = listed(life)
    with pytest.raises(Forbidden):
        end_problem(life.city.actor("department"), problem.pk, "solved", "完成")
    with pytest.raises(Refused):
        end_problem(life.city.actor("coordinator"), problem.pk, "listed", "完成")
    end_problem(life.city.actor("coordinator"), problem.pk, "solved", "管网已接通")
    with pytest.raises(Conflict):
        review(life.city.actor("coordinator"), problem.pk, "再看", TODAY + timedelta(9))
    assert tell_overdue() == 0
    assert "管网已接通" in at_screen(life, "department").get(f"/coordination/standing/{problem.pk}/").content.decode()


def subjects(client: Client, asked: str) -> list[str]:
    lines = client.get(f"/coordination/standing/table.csv?{asked}").getvalue().decode("utf-8-sig").splitlines()
    return [row[1] for row in csv.reader(lines)][1:]


def test_the_list_is_filtered_and_taken_away_as_a_table(life, counted_queries):
    for number in range(3):
        listed(life, subject=f"问题{number}")
    listed(life, subject="=1+1", organization_id=life.city.organization_id("sanitation"), steps=())
    client = at_screen(life, "leader")
    works = life.city.organization_id("works")
    rows = list(
        csv.reader(client.get(f"/coordination/standing/table.csv?owner={works}&q=问题").getvalue().decode("utf-8-sig").splitlines())
    )
    assert [row[1] for row in rows[1:]] == ["问题0", "问题1", "问题2"]
    assert "'=1+1" in client.get("/coordination/standing/table.csv?state=listed").getvalue().decode()
    assert (
        len(list(csv.reader(at_screen(life, "other_department").get("/coordination/standing/table.csv").getvalue().decode().splitlines())))
        == 2
    )
    with counted_queries("standing problems"):
        client.get("/coordination/standing/")


def test_programs_list_problems_and_note_progress(life):
    body = {
        "subject": "断头管网", "why": "无资金", "organization_id": life.city.organization_id("works"), "review_on": "2026-12-20",
        "steps": [{"due_on": "2026-12-01", "text": "踏勘"}],
    }  # fmt: skip
    assert asks(life, "department", "post", "coordination/standing-problems", **body)[0] == 403
    status, made = asks(life, "coordinator", "post", "coordination/standing-problems", **body)
    assert (status, made["state"], made["steps"][0]["text"]) == (201, "under_way", "踏勘")
    status, told = asks(life, "department", "post", f"coordination/standing-problems/{made['id']}/notes", text="已踏勘")
    assert (status, told["notes"][0]["text"]) == (200, "已踏勘")
    assert asks(life, "coordinator", "post", f"coordination/standing-problems/{made['id']}/end", state="dropped", why="重复")[0] == 200
    status, found = asks(life, "leader", "get", "coordination/standing-problems?state=dropped")
    assert (status, found["total"]) == (200, 1)
    assert asks(life, "other_department", "get", f"coordination/standing-problems/{made['id']}")[0] == 404
