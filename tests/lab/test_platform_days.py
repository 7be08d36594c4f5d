"""What the platform's people do in a simulation, in the tiny city."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from chengge import clock
from chengge.casework.models import Case, LedgerEntry
from chengge.coordination.models import DepartmentVisit, HardCase, JointSurvey, PlanStep, Ruling, SurveyUnit
from chengge.domain.responsibility import Ground
from chengge.foundation.queries import candidates
from chengge.lab.hard_cases import plan_looks
from chengge.lab.pace import AtOnce
from chengge.lab.photo_box import PhotoBox
from chengge.lab.platform_days import plan_days
from chengge.lab.problems import Problem
from chengge.lab.simulate import Simulation
from chengge.lab.world import look_around
from chengge.organization.queries import CITY_ZONE, city_day
from tests.factories import GRID_CODES, City, build_city

MONDAY = datetime(2026, 6, 1, 8, tzinfo=CITY_ZONE)
MINUTE, DAY = 60, 24 * 3600


@pytest.fixture
def city(db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(PhotoBox, "draw_ahead", lambda box: None)  # a few pictures are needed, not all of them
    return build_city()


class Days:
    """The tiny city lives some days; nothing happens in it but what a test reports, and what the platform does."""

    def __init__(self, city: City, seed: int) -> None:
        self.city, self.seed = city, seed

    def live(self, first_day: int, days: int, heaps: tuple[float, ...] = ()) -> Simulation:
        """Live on from a day after the first Monday; inspectors find heaps of rubbish so many minutes after eight on that Monday."""
        first = int(MONDAY.timestamp()) + first_day * DAY
        begins = MONDAY + timedelta(days=first_day)
        world = look_around(city_day(begins), begins - timedelta(days=1), begins + timedelta(days=days + 9))
        simulation = Simulation(world, self.seed, 0)
        for minutes in heaps:
            heap = self._heap(int(MONDAY.timestamp() + minutes * MINUTE))
            simulation.plan_at(heap.at, partial(simulation.appear, heap))
        plan_looks(simulation, first, first + days * DAY)
        plan_days(simulation, first, first + days * DAY)
        simulation.run(first, first + days * DAY, AtOnce())
        assert simulation.tally.refused == []
        return simulation

    def _heap(self, at: int) -> Problem:
        lon, lat = self.city.places[0]
        finder, garbage = self.city.members["inspector"].pk, self.city.garbage.pk
        return Problem(
            f"sim-{self.seed}-{at}", at, "inspector", finder, garbage, "rubbish", False, lon, lat, GRID_CODES[0], None, "石桥路",
            "散落垃圾", False, True,
        )  # fmt: skip


HOURLY = tuple(63.0 + 60 * hour for hour in range(6))  # just before the platform looks, so that one is there when two lists meet
ON_FRIDAY = 4 * 24 * 60 + 30.0


def test_what_two_lists_claim_is_looked_at_and_ruled_and_the_next_like_it_goes_by_the_ruling(city: City) -> None:
    simulation = Days(city, 4).live(0, 5, (*HOURLY, ON_FRIDAY))
    survey = JointSurvey.objects.get()
    disputed = survey.cases.latest("pk")
    assert survey.state == "concluded"
    assert city_day(survey.meets_at) == city_day(survey.planned_at) + timedelta(days=1)
    there = SurveyUnit.objects.filter(survey=survey, attended=True).values_list("organization__name", flat=True)
    assert set(there) == {"环境卫生管理处", "市政设施养护中心"}
    ruling = Ruling.objects.get()
    assert (ruling.state, ruling.survey, ruling.organization) == ("signed", survey, city.organizations["sanitation"])
    assert ruling.signed_by_id != ruling.drafted_by_id
    assert disputed.department == ruling.organization
    assert LedgerEntry.objects.get(case=disputed, action="dispatch").at == ruling.signed_at
    assert not HardCase.objects.filter(settled_at=None).exists()
    following = Case.objects.latest("reported_at")
    assert following.department == ruling.organization
    assert not HardCase.objects.filter(pk=following.pk).exists()
    with clock.pretend(following.reported_at):
        best = candidates(city.garbage.pk, city.heap.pk, GRID_CODES[0], None, city_day(following.reported_at))[0]
    assert (best.ground, best.organization) == (Ground.RULING, city.organizations["sanitation"])
    assert simulation.undecided == set()
    assert DepartmentVisit.objects.filter(state="made", promises__isnull=False).exists()
    assert PlanStep.objects.filter(done_on__isnull=False).exists()
    assert simulation.tally.by_action["answer sheet"] >= 1


def test_the_next_simulation_goes_on_with_what_this_one_began_and_leaves_to_real_people_what_is_theirs(city: City) -> None:
    days, coordinator = Days(city, 4), city.members["coordinator"]
    days.live(0, 1, HOURLY)
    waiting = set(HardCase.objects.filter(settled_at=None).values_list("case_id", flat=True))
    assert waiting
    for real, state in ((MONDAY, "planned"), (None, "concluded")):
        coordinator.last_login = real
        coordinator.save()
        days.live(1 if real else 2, 1)
        assert JointSurvey.objects.get().state == state
    assert all(case.stage == "filed" or case.department for case in Case.objects.filter(pk__in=waiting))
