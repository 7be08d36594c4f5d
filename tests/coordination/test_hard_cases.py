"""Hard cases: found by rule, each with its reason and its way, gone from the queue when somebody has them in hand."""

from datetime import date

import pytest

from chengge.casework.actions import Given
from chengge.casework.models import Case
from chengge.coordination.actions.hard_cases import look_through
from chengge.coordination.models import HardCase
from chengge.coordination.queries.precedents import precedents
from chengge.foundation.models import Component, HandbookRule, Responsibility
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.coordination.test_requests_pages import asks, at_screen
from tests.factories import MANHOLE_CODE

pytestmark = pytest.mark.django_db
SINCE = date(2026, 1, 1)


def rival(life: Life, *names: str) -> None:
    """Give manholes to several bodies with the same right."""
    for name in names:
        Responsibility.objects.create(
            problem_class=life.city.manhole,
            kind="component",
            major_code="01",
            organization=life.city.organizations[name],
            basis=f"{name} 的责任清单",
            valid_from=SINCE,
        )


def returned(life: Life) -> None:
    life.do("dispatch", "dispatcher", Given(organization_id=life.city.organization_id("works")))
    life.do("hand_back", "department", Given(reason="权属不在我单位"))
    life.do("confirm_return", "shift_leader")


def test_several_bodies_with_the_same_right_are_simple_and_the_territory_answers_meanwhile(life):
    rival(life, "works", "sanitation")
    life.to("filed", rule="rattling")
    assert look_through() == 1
    hard = HardCase.objects.get()
    assert (hard.whys, hard.way) == (["several"], "simple")
    assert set(hard.bodies) == {life.city.organization_id("works"), life.city.organization_id("sanitation")}
    assert hard.meanwhile_id == life.city.organization_id("street_office")
    assert Notice.objects.filter(topic="hard_case", member__username="coordinator").count() == 1


def test_nobody_but_the_territory_is_settled_on_paper(life):
    HandbookRule.objects.update(organization=None)
    life.to("filed", rule="rattling")
    look_through()
    assert (HardCase.objects.get().whys, HardCase.objects.get().way) == (["no_candidate"], "ordinary")


def test_what_presses_is_key_and_due_within_two_hours_by_night_too(life):
    HandbookRule.objects.update(organization=None)
    life.to("filed", rule="missing")
    look_through()
    hard = HardCase.objects.get()
    assert hard.way == "key"
    assert (hard.due_at - hard.found_at).total_seconds() == 2 * 3600
    assert Notice.objects.filter(topic="hard_case", member__username="street_office").count() == 1


def test_a_component_that_belongs_to_nobody_is_hard(life):
    Component.objects.update(managing_body=None, owning_body=None, maintaining_body=None)
    life.report(component_code=MANHOLE_CODE)
    for step in ("verifying", "verified", "accepted", "filed"):
        life._step(step, "rattling")
    look_through()
    assert HardCase.objects.get().whys == ["ownerless"]


def test_what_came_back_twice_and_has_two_claimants_goes_to_a_meeting(life):
    rival(life, "works", "sanitation")
    life.to("filed", rule="rattling")
    for _time in range(2):
        returned(life)
    look_through()
    hard = HardCase.objects.get()
    assert (sorted(hard.whys), hard.way) == (["returned", "several"], "difficult")


def test_once_a_department_has_taken_it_up_it_is_settled_and_a_precedent(life):
    rival(life, "works", "sanitation")
    life.to("handling", rule="rattling")
    assert look_through() == 0
    returned_case = life.to("filed", rule="rattling")
    look_through()
    life._step("dispatched", "rattling")
    assert look_through() == 1
    assert HardCase.objects.get().settled_at is not None
    for step in ("handling", "handled", "checking", "checked", "closed"):
        life._step(step, "rattling")
    life.to("filed", rule="rattling")
    known = precedents(life.city.actor("coordinator"), Case.objects.select_related("problem_class").get(pk=life.case_id))
    assert [(one.case.pk, one.body.code) for one in known] == [(returned_case.pk, "D01")]
    assert "same unit grid" in known[0].reasons or "同一单元网格" in known[0].reasons


def test_an_ordinary_case_is_not_hard(life):
    life.to("filed")
    assert look_through() == 0


def test_the_queue_and_a_case_of_it_on_their_pages_and_in_the_api(life, counted_queries):
    rival(life, "works", "sanitation")
    for _number in range(3):
        life.to("filed", rule="rattling")
    look_through()
    client = at_screen(life, "coordinator")
    page = client.get("/coordination/hard/?way=simple&why=several").content.decode()
    assert "2 bodies answer with the same right" in page
    assert "One doubt" in client.get(f"/coordination/hard/{life.case.number}/").content.decode()
    status, found = asks(life, "dispatcher", "get", "coordination/hard-cases")
    assert (status, found["total"], found["cases"][0]["reasons"]) == (200, 3, ["several"])
    for who, status in (("leader", 200), ("department", 403), ("operator", 403)):
        assert at_screen(life, who).get("/coordination/hard/").status_code == status
    with counted_queries("hard cases"):
        client.get("/coordination/hard/")
