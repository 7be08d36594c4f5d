"""Who walks: the inspector whose ground it is, else the nearest, else whoever comes on duty first."""

from datetime import timedelta

import pytest

from chengge.casework import jobs, tasks
from chengge.casework.actions import Given
from chengge.casework.models import Task
from chengge.clock import PretendedClock
from chengge.domain.errors import Forbidden
from chengge.foundation.models import ResponsibilityGridUnit
from chengge.organization.models import Duty, MemberPost
from tests.casework.lives import Life
from tests.factories import GRID_CODES, SIDE, SINCE, SOUTH, WEST, City

pytestmark = pytest.mark.django_db

IN_NO_GRID = (WEST - 0.01, SOUTH)


@pytest.fixture
def life(city: City, pretended_clock: PretendedClock) -> Life:
    return Life(city, pretended_clock)


def send_home(city: City, *names: str) -> None:
    Duty.objects.filter(member__in=[city.members[name] for name in names]).delete()


def walker(life: Life, grid_code: int | None = GRID_CODES[0], place: tuple[float, float] | None = None) -> tuple[str | None, str]:
    """User name and why, of whoever would walk there now."""
    lon, lat = place or life.city.places[0]
    member_id, why = tasks.inspector_for(grid_code, lon, lat, life.now)
    names = {member.pk: name for name, member in life.city.members.items()}
    return (names[member_id] if member_id else None), why


def the_task(life: Life) -> Task:
    return Task.objects.get(case=life.case, done_at=None)


# --- who ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grid", "name"), [(0, "inspector"), (1, "inspector"), (2, "inspector2"), (3, "inspector2")])
def test_a_walk_falls_to_the_inspector_whose_responsibility_grid_holds_the_place(life, grid, name):
    assert walker(life, GRID_CODES[grid], life.city.places[grid]) == (name, "responsibility")


def test_when_that_inspector_is_off_duty_the_nearest_on_duty_goes(life):
    send_home(life.city, "inspector")
    assert walker(life) == ("inspector2", "nearest")


def test_a_duty_that_is_over_or_has_not_begun_is_none(life):
    duties = Duty.objects.filter(member=life.city.members["inspector"])
    duties.update(starts_at=life.now - timedelta(hours=8), ends_at=life.now)
    assert walker(life) == ("inspector2", "nearest")
    duties.update(starts_at=life.now + timedelta(seconds=1), ends_at=life.now + timedelta(hours=8))
    assert walker(life) == ("inspector2", "nearest")
    duties.update(starts_at=life.now, ends_at=life.now + timedelta(hours=8))
    assert walker(life) == ("inspector", "responsibility")


def test_of_two_on_a_shared_ground_the_one_with_fewer_open_tasks_goes(life):
    shared = ResponsibilityGridUnit.objects.get(grid_code=GRID_CODES[0]).responsibility_grid
    shared.inspectors.add(life.city.members["inspector2"])
    life.to("verifying")
    assert the_task(life).member == life.city.members["inspector"]
    assert walker(life) == ("inspector2", "responsibility")
    life.verify()
    assert walker(life) == ("inspector", "responsibility")


def test_outside_every_grid_the_nearest_by_where_they_were_last_seen_goes(life):
    Duty.objects.filter(member=life.city.members["inspector"]).update(lon=WEST + 4 * SIDE)
    assert walker(life, None, IN_NO_GRID) == ("inspector2", "nearest")
    Duty.objects.filter(member=life.city.members["inspector2"]).update(lon=WEST + 8 * SIDE)
    assert walker(life, None, IN_NO_GRID) == ("inspector", "nearest")


def test_somebody_never_seen_goes_only_when_nobody_else_can(life):
    Duty.objects.filter(member=life.city.members["inspector"]).update(lon=None, lat=None)
    assert walker(life, None, IN_NO_GRID) == ("inspector2", "nearest")
    send_home(life.city, "inspector2")
    assert walker(life, None, IN_NO_GRID) == ("inspector", "nearest")


def test_members_of_other_posts_are_sent_nowhere_though_they_are_on_duty(life):
    send_home(life.city, "inspector", "inspector2")
    Duty.objects.create(
        member=life.city.members["operator"], starts_at=life.now, ends_at=life.now + timedelta(hours=8), lon=WEST, lat=SOUTH
    )
    assert walker(life) == (None, "")


def test_somebody_who_is_an_inspector_no_more_is_not_the_nearest(life):
    send_home(life.city, "inspector")
    MemberPost.objects.filter(member=life.city.members["inspector2"]).update(valid_to=SINCE + timedelta(days=1))
    assert walker(life) == (None, "")


# --- a task and its end -------------------------------------------------------------------------------------------------------------------


def test_a_verify_task_says_who_why_and_until_when(life):
    case = life.to("verifying")
    task = the_task(life)
    assert (task.kind, task.member.username, task.why_member) == ("verify", "inspector", "responsibility")
    assert (task.created_at, task.due_at) == (life.now, case.due_at)
    assert task.due_at == life.now + timedelta(minutes=30)


def test_when_the_inspector_has_been_there_the_task_keeps_where_they_stood_and_what_came_of_it(life):
    life.to("verifying")
    life.later(minutes=12)
    life.verify()
    task = Task.objects.get(case=life.case)
    assert (task.done_at, task.result) == (life.now, "verify_true")
    assert task.distance_m == 0


def test_the_distance_from_the_case_is_measured_in_metres(life):
    life.to("verifying")
    lon, lat = life.city.places[0]
    life.do("verify_true", "inspector", Given(photos=(life.photo("inspector"),), lon=lon, lat=lat + 0.001))
    assert Task.objects.get(case=life.case).distance_m == pytest.approx(111, abs=1)


def test_a_task_is_done_by_the_inspector_it_names_and_nobody_else(life):
    life.to("verifying")
    lon, lat = life.city.places[0]
    with pytest.raises(Forbidden) as refused:
        life.do("verify_true", "inspector2", Given(photos=(life.photo("inspector2"),), lon=lon, lat=lat))
    assert refused.value.code == "holder"
    assert the_task(life).member.username == "inspector"


def test_a_voided_case_sends_nobody_anywhere(life):
    life.to("verifying")
    life.do("void", "shift_leader", Given(reason="重复上报"))
    task = Task.objects.get(case=life.case)
    assert (task.done_at, task.result, task.lon, task.distance_m) == (life.now, "void", None, None)
    assert task.member.username == "inspector"  # Who was sent stays on the record.


def test_the_check_is_a_task_of_its_own(life):
    life.to("checking")
    kinds = list(Task.objects.filter(case=life.case).order_by("created_at", "pk").values_list("kind", "result"))
    assert kinds == [("verify", "verify_true"), ("check", "")]


# --- when nobody is there -----------------------------------------------------------------------------------------------------------------


def test_while_nobody_is_on_duty_a_task_waits_and_is_given_to_whoever_comes_first(life):
    send_home(life.city, "inspector", "inspector2")
    life.to("verifying")
    assert the_task(life).member is None
    assert jobs.give_waiting_tasks(0) == 0

    life.later(minutes=10)
    Duty.objects.create(member=life.city.members["inspector2"], starts_at=life.now, ends_at=life.now + timedelta(hours=8))
    assert jobs.give_waiting_tasks(0) == 1
    task = the_task(life)
    assert (task.member.username, task.why_member) == ("inspector2", "nearest")
    assert jobs.give_waiting_tasks(0) == 0


def test_waiting_does_not_move_the_deadline(life):
    send_home(life.city, "inspector", "inspector2")
    due = life.to("verifying").due_at
    life.later(minutes=20)
    Duty.objects.create(member=life.city.members["inspector"], starts_at=life.now, ends_at=life.now + timedelta(hours=8))
    jobs.give_waiting_tasks(0)
    assert the_task(life).due_at == due


def test_those_that_wait_longest_are_given_first(life):
    send_home(life.city, "inspector", "inspector2")
    waiting = []
    for _ in range(3):
        waiting.append(life.to("verifying").pk)
        life.later(minutes=1)
    Duty.objects.create(member=life.city.members["inspector"], starts_at=life.now, ends_at=life.now + timedelta(hours=8))
    assert tasks.give_waiting(life.now, most=2) == 2
    assert list(Task.objects.filter(member=None).values_list("case_id", flat=True)) == waiting[2:]


def test_an_inspector_may_take_a_task_that_names_nobody(life):
    send_home(life.city, "inspector", "inspector2")
    life.to("verifying")
    life.verify()
    task = Task.objects.get(case=life.case)
    assert (task.member.username, task.result) == ("inspector", "verify_true")
