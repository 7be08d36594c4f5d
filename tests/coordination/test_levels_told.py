"""Who hears of what one level gives to another, takes from it and sends back."""

import pytest

from chengge.casework.actions import Given
from chengge.clock import PretendedClock
from chengge.coordination.actions.telling import read_on
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.casework.wide_city import build_wide_city, down, passed_on, submit, two_parts
from tests.factories import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return build_wide_city()


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def told(who: str) -> int:
    return Notice.objects.filter(member__username=who, topic="level").count()


def test_whoever_gets_a_part_hears_of_it_and_whoever_gave_it_hears_when_it_is_back(life):
    read_on()
    two_parts(life)
    read_on()
    assert (told("section"), told("gardener"), told("department"), told("crew")) == (1, 1, 0, 0)
    submit(life, "gardener", "submit_part")
    life.do("take_back_part", "department", Given(reason="不再需要", organization_id=life.city.organization_id("works_section")))
    read_on()
    assert (told("section"), told("gardener"), told("department")) == (2, 1, 1)


def test_everybody_from_whom_a_case_is_taken_back_hears_of_it(life):
    life.to("dispatched")
    down(life, "department", "works_section")
    down(life, "section", "works_crew")
    read_on()
    life.do("take_back", "department", Given(reason="情况紧急"))
    read_on()
    assert (told("section"), told("crew"), told("department")) == (1, 1, 0)


def test_whoever_gets_a_part_passed_on_hears_of_it_and_whoever_passed_it_on_hears_when_it_is_back(life):
    read_on()
    passed_on(life)
    read_on()
    before = told("section"), told("department")
    assert told("crew") == 1
    submit(life, "crew", "submit_part")
    read_on()
    assert (told("section"), told("department")) == (before[0] + 1, before[1])
    submit(life, "section", "submit_part")
    read_on()
    assert told("department") == before[1] + 1
