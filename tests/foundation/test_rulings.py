"""What is ruled goes before everything else that is written down, from its day on and until it ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chengge.domain.errors import Forbidden, Refused
from chengge.domain.responsibility import Ground
from chengge.foundation.actions import RuledScope, end_ruling, lay_down
from chengge.foundation.models import RuledResponsibility
from chengge.foundation.queries import candidates
from tests.factories import GRID_CODES, MANHOLE_CODE, City, build_city

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
NUMBER = "协裁〔2026〕7号"


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def ruled(city: City) -> City:
    """Sanitation answers for manholes in the first grid, by a ruling of today."""
    scope = RuledScope(city.organization_id("sanitation"), problem_class_id=city.manhole.pk, grid_codes=GRID_CODES[:1])
    lay_down(city.actor("coordinator"), NUMBER, "石桥路口界线不清，现场会议定", [scope], TODAY, None)
    return city


def first(city: City, grid: int = GRID_CODES[0], day: date = TODAY, component: int | None = MANHOLE_CODE):
    return candidates(city.manhole.pk, None, grid, component, day)[0]


def test_a_ruling_goes_before_the_body_that_maintains_the_component_and_names_its_number(ruled: City) -> None:
    best = first(ruled)
    assert (best.organization.code, best.ground) == ("D02", Ground.RULING)
    assert NUMBER in best.basis


def test_it_says_nothing_about_other_grids_and_the_days_before(ruled: City) -> None:
    assert first(ruled, grid=GRID_CODES[1]).ground is not Ground.RULING
    assert first(ruled, day=TODAY - timedelta(1)).ground is not Ground.RULING


def test_once_it_has_ended_everything_is_as_before(ruled: City) -> None:
    later = TODAY + timedelta(10)
    assert end_ruling(ruled.actor("coordinator"), NUMBER, later) == 1
    assert first(ruled).ground is Ground.RULING
    assert first(ruled, day=later).ground is not Ground.RULING
    assert end_ruling(ruled.actor("coordinator"), NUMBER, later) == 0


def test_laid_down_twice_it_stands_once(ruled: City) -> None:
    scope = RuledScope(ruled.organization_id("works"), division_code=990101001)
    lay_down(ruled.actor("coordinator"), NUMBER, "again", [scope], TODAY, None)
    assert RuledResponsibility.objects.count() == 1


def test_only_coordinators_and_leaders_write_rulings_down(city: City) -> None:
    with pytest.raises(Forbidden):
        lay_down(city.actor("operator"), NUMBER, "", [RuledScope(city.organization_id("works"), division_code=990101001)], TODAY, None)


def test_a_ruling_names_one_kind_of_place_and_an_organization_that_exists(city: City) -> None:
    good = RuledScope(city.organization_id("works"), division_code=990101001)
    for bad in (replace(good, division_code=None), replace(good, grid_codes=GRID_CODES[:1]), replace(good, organization_id=10**9)):
        with pytest.raises(Refused):
            lay_down(city.actor("coordinator"), NUMBER, "", [bad], TODAY, None)
    assert not RuledResponsibility.objects.exists()
