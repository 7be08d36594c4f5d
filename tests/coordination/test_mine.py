"""One page tells a department, a section or a crew what the platform wants of it."""

from datetime import date, timedelta

import pytest
from django.db import connection

from chengge.coordination.actions.rulings import answer_objection, object_to
from chengge.coordination.actions.standing import Listed, list_problem
from chengge.coordination.actions.visits import add_visit
from chengge.coordination.platform_facts import PLATFORM
from tests.casework.lives import Life
from tests.coordination.test_going_up import nobody_answers
from tests.coordination.test_requests_pages import at_screen
from tests.coordination.test_rulings import signed
from tests.coordination.test_surveys_and_meetings import calls, plans

pytestmark = pytest.mark.django_db


def page(life: Life, who: str) -> str:
    return at_screen(life, who).get("/coordination/mine/").content.decode()


def test_everything_that_waits_for_a_department_stands_on_one_page_on_every_level(life, counted_queries):
    assert "Nothing waits for your unit" in page(life, "crew")
    nobody_answers(life, "missing")
    plans(life)
    calls(life)
    ruling = signed(life, organization_id=life.city.organization_id("works"))
    objection = object_to(life.city.actor("department"), ruling.pk, "尚未移交")
    answer_objection(life.city.actor("coordinator"), objection.pk, "移交单已附")
    coordinator, works = life.city.actor("coordinator"), life.city.organization_id("works")
    list_problem(coordinator, Listed("断头管网", "无资金", works, date(2026, 12, 24)))
    add_visit(coordinator, works, date(2026, 11, 24))
    for who in ("department", "section", "crew"):
        seen = page(life, who)
        for word in ("石桥路口路灯归属", "十一月第二次协同会议", "移交单已附", "断头管网", "2026-11-23"):
            assert word in seen, (who, word)
    street = page(life, "street_office")
    assert "You answer meanwhile: make it safe" in street
    assert "断头管网" not in street
    client = at_screen(life, "department")
    with counted_queries("what the platform wants of us"):
        client.get("/coordination/mine/")


def test_minutes_wait_on_the_page_until_they_are_signed(life):
    life.to("filed")
    meeting = calls(life)
    works = life.city.organization_id("works")
    said = {f"who-{works}": "王磊", "decision-1": "由市政养护", "decision-2": "已通报", "step": "close"}
    at_screen(life, "coordinator").post(f"/coordination/meetings/{meeting.pk}/step/", said)
    assert "Minutes to sign" in page(life, "department")
    at_screen(life, "department").post(f"/coordination/meetings/{meeting.pk}/sign/", {"organization_id": works})
    assert "Minutes to sign" not in page(life, "department")
    with connection.cursor() as cursor:
        for table, count in zip(PLATFORM, (0, 1, 0), strict=True):
            cursor.execute(f"SELECT {', '.join(f'{one.sql} AS {one.name}' for one in table.columns)} FROM {table.source}")  # noqa: S608
            assert len(cursor.fetchall()) == count, table.name


def test_it_is_for_departments_and_leads_there_from_their_tab(life):
    for who in ("coordinator", "leader", "operator"):
        assert at_screen(life, who).get("/coordination/mine/").status_code == 403
    assert 'href="/coordination/mine/"' in at_screen(life, "crew").get("/desk/department/").content.decode()


def test_a_ruling_against_which_nothing_was_said_waits_until_its_time_is_over(life):
    ruling = signed(life, organization_id=life.city.organization_id("works"))
    assert ruling.number in page(life, "department")
    life.later(days=8)
    assert ruling.number not in page(life, "department")
    assert ruling.objections_until == date(2026, 11, 24) + timedelta(7)
