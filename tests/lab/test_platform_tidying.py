"""What simulated people began, they finish in time: lists do not grow for ever in a city that runs for weeks."""

from datetime import datetime, timedelta
from random import Random

import pytest
from pytest_django import Settings

from chengge import clock
from chengge.coordination.actions.rulings import Drafted, draft_ruling, sign_ruling
from chengge.coordination.actions.standing import Listed, Step, finish_step, list_problem
from chengge.coordination.actions.visits import draft_week
from chengge.coordination.models import DepartmentVisit, HomeVisit, Secondment, StandingProblem
from chengge.coordination.queries.visits import week_of
from chengge.foundation.actions import ResponsibilityValues, save_responsibility
from chengge.foundation.models import Responsibility
from chengge.lab.platform_desk import Desk
from chengge.lab.platform_tidying import tidy
from chengge.lab.rulings import LISTS
from chengge.lab.simulate import Simulation
from chengge.lab.world import look_around
from chengge.organization.models import Member
from chengge.organization.queries import CITY_ZONE, city_day
from tests.coordination.secondments import begun
from tests.factories import GRID_CODES, City, build_city

MORNING = datetime(2026, 11, 24, 9, tzinfo=CITY_ZONE)
DAY = timedelta(days=1)


@pytest.fixture
def city(db: None, settings: Settings, tmp_path) -> City:
    settings.MEDIA_ROOT = tmp_path
    with clock.pretend(MORNING):
        return build_city()


def mornings(days: int, after: int = 0) -> Desk:
    """So many mornings of tidying, from some days after the first one on."""
    begins = MORNING + after * DAY
    desk = Desk(Simulation(look_around(city_day(begins), begins - DAY, begins + timedelta(days=days + 9)), 4, 0))
    for day in range(days):
        with clock.pretend(begins + day * DAY):
            desk.leave_to_real_people()
            tidy(desk, Random(day), int((begins + day * DAY).timestamp()))
    assert desk.simulation.tally.refused == []
    return desk


def problem(city: City, done: bool) -> StandingProblem:
    day = city_day(MORNING)
    with clock.pretend(MORNING):
        listed = Listed("积水", "管网标高不足", city.organization_id("works"), day + 20 * DAY, steps=[Step(day + 3 * DAY, "测量标高")])
        made = list_problem(city.actor("coordinator"), listed)
        if done:
            finish_step(city.actor("department"), made.pk, 1)
    return made


def test_a_problem_is_solved_some_days_after_its_plan_is_done(city: City) -> None:
    done, undone = problem(city, True), problem(city, False)
    mornings(9)
    assert StandingProblem.objects.filter(state="under_way").count() == 2
    mornings(10, after=11)
    assert {one.pk: one.state for one in StandingProblem.objects.all()} == {done.pk: "solved", undone.pk: "under_way"}


def test_a_problem_that_a_real_person_listed_is_left_to_them(city: City) -> None:
    problem(city, True)
    Member.objects.filter(pk=city.members["coordinator"].pk).update(last_login=MORNING)
    mornings(20, after=11)
    assert StandingProblem.objects.get().state == "under_way"


def test_a_visit_that_its_week_went_by_without_is_called_off(city: City) -> None:
    with clock.pretend(MORNING):
        assert draft_week(week_of(city_day(MORNING))) > 0
    mornings(1)
    assert set(DepartmentVisit.objects.values_list("state", flat=True)) == {"planned"}
    mornings(1, after=7)
    assert set(DepartmentVisit.objects.values_list("state", flat=True)) == {"called_off"}


def test_seconded_people_visit_their_unit_and_lose_their_post_with_the_term(city: City) -> None:
    with clock.pretend(MORNING):
        made = begun(city, "other_department", "works")
    mornings(12, after=7)
    assert HomeVisit.objects.get(secondment=made, visited_day__isnull=False).noted_by.username == "department"
    Secondment.objects.filter(pk=made.pk).update(last_day=city_day(MORNING) + 20 * DAY)
    mornings(1, after=21)
    assert Secondment.objects.get(pk=made.pk).given_back_at is not None


def test_other_lists_are_struck_out_once_a_ruling_has_stood_some_days(city: City) -> None:
    administrator, day, garbage = city.actor("administrator"), city_day(MORNING), city.garbage
    with clock.pretend(MORNING):
        for basis, body in zip(LISTS, ("sanitation", "works"), strict=False):
            values = ResponsibilityValues(
                city.organization_id(body), basis, problem_class_id=garbage.pk, division_code=GRID_CODES[0] // 1000
            )
            save_responsibility(administrator, None, values, day - DAY)
    lists = Responsibility.objects.filter(basis__in=LISTS, valid_to=None)
    mornings(1, after=1)
    assert lists.count() == 2
    with clock.pretend(MORNING + 2 * DAY):
        drafted = Drafted(
            subject="石桥路散落垃圾",
            basis="现场会勘",
            organization_id=city.organization_id("sanitation"),
            first_day=day + 2 * DAY,
            objections_until=day + 9 * DAY,
            problem_class_id=garbage.pk,
            places=(str(GRID_CODES[0]),),
        )
        sign_ruling(city.actor("leader"), draft_ruling(city.actor("coordinator"), drafted).pk)
    mornings(1, after=4)
    assert lists.count() == 2
    mornings(1, after=8)
    assert [one.organization for one in lists] == [city.organizations["sanitation"]]
