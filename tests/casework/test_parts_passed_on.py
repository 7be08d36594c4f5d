"""A part passed on further down: it comes back to whoever passed it on, and each has a clock inside the one above."""

from datetime import timedelta

import pytest

from chengge.casework import audit
from chengge.casework.actions import Given
from chengge.casework.models import Assignment, Clock
from chengge.clock import PretendedClock
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.organization.queries import city_day
from tests.casework.lives import Life
from tests.casework.wide_city import build_wide_city, clocks, faults, held, on, parts, passed_on, share, submit, whose
from tests.factories import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return build_wide_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def holders(life: Life) -> set[str]:
    names = {organization.pk: name for name, organization in life.city.organizations.items()}
    return {names[pk] for pk in life.case.part_holders or ()}


def test_a_section_passes_its_part_on_to_its_crew_and_gets_it_back_up(life):
    share(life, 4, 50)
    life.to("handling")
    life.do("give_parts", "department", parts(life, works_section="扶正灯杆"))
    life.later(minutes=20)
    on(life, "section", "works_crew")
    section, crew = clocks(life, "works_section")[0], clocks(life, "works_crew")[0]
    assert (section.stopped_at, crew.limit_seconds * 2) == (None, section.limit_seconds - 20 * 60)
    assert life.now < crew.due_at < section.due_at
    assert (holders(life), life.case.organization_id) == ({"works_crew"}, life.city.organization_id("works"))
    with pytest.raises(Forbidden):
        submit(life, "section", "submit_part")
    with pytest.raises(Conflict, match="part is not back yet"):
        life.do("finish", "department", Given(photos=(life.photo("department"),)))
    life.later(minutes=10)
    submit(life, "crew", "submit_part")
    assert (holders(life), life.case.parts_back) == ({"works_section"}, 0)
    life.later(minutes=5)
    submit(life, "section", "submit_part")
    assert (holders(life), life.case.parts_back) == (set(), 1)
    assert [clocks(life, name)[0].worked_seconds for name in ("works_section", "works_crew")] == [35 * 60, 10 * 60]
    life.do("finish", "department", Given(photos=(life.photo("department"),)))
    assert held(life) == [("works", "finish"), ("works_section", "submit_part"), ("works_crew", "submit_part")]
    assert not faults(life)


def test_a_part_that_was_passed_on_is_declined_or_taken_back_to_whoever_passed_it_on(life):
    passed_on(life)
    life.do("decline_part", "crew", Given(reason="需大型机械"))
    assert holders(life) == {"works_section", "greening"}
    on(life, "section", "works_crew")
    life.do("take_back", "section", Given(reason="本科自行处置"))
    assert (holders(life), clocks(life, "works_crew")[-1].stopped_at) == ({"works_section", "greening"}, life.now)
    with pytest.raises(Forbidden):
        life.do("take_back", "section", Given(reason="再收回"))
    submit(life, "section", "submit_part")
    submit(life, "gardener", "submit_part")
    assert (life.case.part_holders, life.case.parts_back) == (None, 2)
    assert not faults(life)


def test_whoever_gave_a_part_takes_it_back_from_whoever_has_it_now(life):
    passed_on(life)
    with pytest.raises(Refused, match="no part to do now"):
        life.do("take_back_part", "department", whose(life, "works_crew"))
    life.do("take_back_part", "department", whose(life, "works_section"))
    assert holders(life) == {"greening"}
    assert held(life)[1:] == [("works_section", "take_back_part"), ("greening", ""), ("works_crew", "take_back_part")]
    assert not Clock.objects.filter(case_id=life.case_id, organization_id=life.city.organization_id("works_crew"), stopped_at=None).exists()
    assert not faults(life)


@pytest.mark.parametrize(
    ("who", "to", "error"),
    [
        ("section", "works_crew", Forbidden),  # it has none in hand any more
        ("department", "greening", Forbidden),  # it holds the case, not a part
        ("gardener", "works_crew", Refused),  # not below the greening crew
        ("crew", "works_section", Refused),  # not upwards
    ],
)
def test_a_part_is_passed_on_downwards_by_whoever_has_it_in_hand(life, who, to, error):
    passed_on(life)
    with pytest.raises(error):
        on(life, who, to)


def test_a_body_that_has_passed_its_part_on_gets_no_second_one(life):
    passed_on(life)
    for name in ("works_section", "works_crew"):
        with pytest.raises(Refused, match="has a part to do already"):
            life.do("give_parts", "department", parts(life, **{name: "再做一处"}))


def test_a_part_done_below_is_sent_back_to_whoever_answers_for_it_and_passed_on_anew(life):
    passed_on(life)
    submit(life, "crew", "submit_part")
    submit(life, "section", "submit_part")
    with pytest.raises(Refused, match="No part has come back"):
        life.do("refuse_part", "department", whose(life, "works_crew"))
    life.do("refuse_part", "department", whose(life, "works_section"))
    on(life, "section", "works_crew")
    assert holders(life) == {"works_crew", "greening"}
    assert Assignment.objects.filter(case_id=life.case_id).latest("ordinal").part == "扶正灯杆"
    assert not faults(life)


def test_what_is_granted_reaches_each_part_inside_the_clock_of_whoever_gave_it(life):
    share(life, 3, 50)
    life.to("handling", rule="rattling")  # one working day
    life.do("give_parts", "department", parts(life, works_section="扶正灯杆", greening="补种绿篱"))
    on(life, "section", "works_crew")
    handling, section, crew, greening = (clocks(life, name)[0] for name in ("works", "works_section", "works_crew", "greening"))
    assert (crew.due_at, greening.due_at) == (section.due_at, handling.due_at)
    life.do("ask_extension", "department", Given(reason="材料需订货"))
    life.do("grant_extension", "dispatcher")
    handling, section, crew, greening = (clocks(life, name)[0] for name in ("works", "works_section", "works_crew", "greening"))
    assert section.limit_seconds * 2 == handling.limit_seconds == 16 * 3600
    assert (crew.due_at, greening.due_at) == (section.due_at, handling.due_at)
    life.do("ask_suspension", "department", Given(reason="待季节", basis="season", until=city_day(life.now) + timedelta(days=3)))
    life.do("grant_suspension", "leader")
    life.later(days=1)
    life.do("wake", "dispatcher")
    handling, section, crew, greening = (clocks(life, name)[0] for name in ("works", "works_section", "works_crew", "greening"))
    assert (crew.due_at, greening.due_at) == (section.due_at, handling.due_at)
    assert section.due_at < handling.due_at
    assert not faults(life)


def test_a_case_with_a_part_passed_on_is_rebuilt_from_its_ledger(life):
    passed_on(life)
    Assignment.objects.filter(case_id=life.case_id).update(above=None)
    assert faults(life)
    assert audit.rebuild(life.case_id)
    assert not faults(life)
    life.do("take_back", "section", Given(reason="本科自行处置"))
    assert "works_section" in holders(life)
