"""Alarms on their way: to the inspector, to the shift leader, explained, closed; and those that only time can raise."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from chengge import clock
from chengge.casework.models import Task
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.field.actions.alarms import close, explain
from chengge.field.actions.patrols import count_day, look_for_unvisited
from chengge.field.actions.rounds import go_round
from chengge.field.actions.tracks import take_positions
from chengge.field.models import Alarm, AlarmRule, PatrolDay
from chengge.notices.models import Notice
from chengge.organization.models import Duty, RosterEntry, Shift
from chengge.organization.queries import city_day
from tests.casework.lives import Life
from tests.factories import GRID_CODES, City
from tests.field.test_tracks import NOW, OUT_AND_BACK, START, walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]


@pytest.fixture
def alarm(city: City, pretended_clock: clock.PretendedClock) -> Alarm:
    """An inspector who has been out of bounds."""
    take_positions(city.actor("inspector"), OUT_AND_BACK)
    return Alarm.objects.get()


@pytest.fixture
def heard(city: City, pretended_clock: clock.PretendedClock) -> None:
    """Both inspectors were heard a moment ago."""
    for name, far in (("inspector", 0), ("inspector2", 250)):
        take_positions(city.actor(name), walk(far, start=NOW - 30))


# --- The way of an alarm ----------------------------------------------------------------------------------------------


def test_the_inspector_explains_and_the_shift_leader_closes(city: City, alarm: Alarm) -> None:
    assert explain(city.actor("inspector"), alarm.pk, " Helped  at an accident ").explanation == "Helped at an accident"
    closed = close(city.actor("shift_leader"), alarm.pk, True, "")
    assert (closed.state, closed.excused, closed.closed_by) == ("closed", True, city.members["shift_leader"])


def test_nobody_else_explains_or_closes_it(city: City, alarm: Alarm) -> None:
    with pytest.raises(NotFound):
        explain(city.actor("inspector2"), alarm.pk, "It was me")
    for name in ("inspector", "operator", "dispatcher", "evaluator", "administrator"):
        with pytest.raises(Forbidden):
            close(city.actor(name), alarm.pk, True, "Fine")
    shift_leader = city.members["shift_leader"]
    shift_leader.division_code = 990101001001
    shift_leader.save()
    Alarm.objects.update(grid_code=GRID_CODES[3])
    with pytest.raises(Forbidden):
        close(city.actor("shift_leader"), alarm.pk, True, "Fine")


def test_an_alarm_needs_words_to_be_explained_and_a_reason_to_be_closed_without(city: City, alarm: Alarm) -> None:
    with pytest.raises(Refused):
        explain(city.actor("inspector"), alarm.pk, "  ")
    with pytest.raises(Refused):
        close(city.actor("shift_leader"), alarm.pk, True, "")
    with pytest.raises(Refused):
        close(city.actor("shift_leader"), alarm.pk, None, "Something")
    explain(city.actor("inspector"), alarm.pk, "Lunch")
    with pytest.raises(Conflict):
        explain(city.actor("inspector"), alarm.pk, "Lunch again")
    with pytest.raises(Refused):
        close(city.actor("shift_leader"), alarm.pk, False, "")  # an explanation that is not accepted is no reason
    close(city.actor("shift_leader"), alarm.pk, False, "Lunch is taken inside the grids")
    with pytest.raises(Conflict):
        close(city.actor("shift_leader"), alarm.pk, True, "Fine")


def test_what_is_not_explained_in_time_goes_to_the_shift_leader_once(
    city: City, alarm: Alarm, pretended_clock: clock.PretendedClock
) -> None:
    pretended_clock.advance(timedelta(minutes=14))
    assert go_round().escalated == 0
    pretended_clock.advance(timedelta(minutes=2))
    assert go_round().escalated == 1
    assert go_round().escalated == 0
    told = Notice.objects.exclude(member=city.members["inspector"]).filter(about=f"alarm:{alarm.pk}")
    assert [notice.member for notice in told] == [city.members["shift_leader"]]
    assert explain(city.actor("inspector"), alarm.pk, "Helped at an accident").state == "explained"


def test_an_explained_alarm_does_not_go_to_the_shift_leader(city: City, alarm: Alarm, pretended_clock: clock.PretendedClock) -> None:
    explain(city.actor("inspector"), alarm.pk, "Helped at an accident")
    pretended_clock.advance(timedelta(hours=2))
    go_round()
    alarm.refresh_from_db()
    assert alarm.state == "explained"


# --- What only time tells ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("heard")
def test_silence_is_an_alarm_until_the_next_fix(city: City, pretended_clock: clock.PretendedClock) -> None:
    pretended_clock.advance(timedelta(minutes=14))
    assert go_round().silent == 0
    pretended_clock.advance(timedelta(minutes=2))
    take_positions(city.actor("inspector2"), walk(250, start=int(pretended_clock.at.timestamp()) - 10))
    assert go_round().silent == 1
    assert go_round().silent == 0
    silent = Alarm.objects.get(kind="silent")
    assert (silent.member, silent.began_at) == (city.members["inspector"], datetime.fromtimestamp(NOW - 30, UTC))
    take_positions(city.actor("inspector"), walk(0, start=int(pretended_clock.at.timestamp())))
    silent.refresh_from_db()
    assert silent.ended_at == pretended_clock.at


@pytest.mark.usefixtures("heard")
def test_off_duty_nobody_is_silent_and_what_goes_on_ends_with_the_duty(city: City, pretended_clock: clock.PretendedClock) -> None:
    take_positions(city.actor("inspector"), walk(*[400] * 8, start=NOW - 20, every=10))
    pretended_clock.advance(timedelta(minutes=4))
    take_positions(city.actor("inspector"), walk(*[400] * 20, start=NOW + 35, every=10))
    assert Alarm.objects.get().ended_at is None
    Duty.objects.update(ends_at=pretended_clock.at)
    pretended_clock.advance(timedelta(minutes=30))
    done = go_round()
    assert (done.silent, done.ended) == (0, 1)
    assert Alarm.objects.get().ended_at == pretended_clock.at - timedelta(minutes=30)


@pytest.mark.usefixtures("heard")
def test_who_does_not_come_to_a_planned_shift_is_late_until_checking_in(city: City, pretended_clock: clock.PretendedClock) -> None:
    Duty.objects.filter(member=city.members["inspector"]).delete()
    local = time(9, 25)  # the pretended clock stands at 9:30 in the city
    shift = Shift.objects.create(code="A", name="早班", starts=local, ends=time(17), grace_minutes=5, valid_from=date(2026, 1, 1))
    RosterEntry.objects.create(
        member=city.members["inspector"], day=city_day(pretended_clock.at), shift=shift, responsibility_grid="R01",
        planned_at=pretended_clock.at,
    )  # fmt: skip
    assert go_round().late == 0
    pretended_clock.advance(timedelta(minutes=6))
    assert go_round().late == 1
    assert go_round().late == 0
    Duty.objects.create(member=city.members["inspector"], starts_at=pretended_clock.at, ends_at=pretended_clock.at + timedelta(hours=8))
    go_round()
    assert Alarm.objects.get(kind="late").ended_at == pretended_clock.at


@pytest.mark.usefixtures("heard")
def test_a_walk_that_falls_due_is_told_before_and_after(city: City, pretended_clock: clock.PretendedClock) -> None:
    AlarmRule.objects.filter(kind="silent").delete()
    course = Life(city).reported().does("ask_to_verify", "operator")
    task = Task.objects.get()
    pretended_clock.advance(timedelta(minutes=21))
    done = go_round()
    assert (done.due, done.overdue) == (1, 0)
    assert Alarm.objects.get().member == task.member
    pretended_clock.advance(timedelta(minutes=10))
    done = go_round()
    assert (done.due, done.overdue) == (0, 1)
    lon, lat = city.places[0]
    course.does("verify_true", "inspector", photos=(course.photo("inspector"),), lon=lon, lat=lat)
    assert go_round().ended == 2
    assert dict(Alarm.objects.values_list("kind", "state")) == {"task_due": "closed", "task_overdue": "open"}


# --- Days -------------------------------------------------------------------------------------------------------------


def test_a_day_is_added_up_and_grids_that_nobody_visited_are_told(city: City, pretended_clock: clock.PretendedClock) -> None:
    Life(city).reported()
    take_positions(city.actor("inspector"), walk(*list(range(-40, 41, 10)) * 5, start=START, every=60))
    day = city_day(pretended_clock.at)
    assert count_day(day) == 2
    row = PatrolDay.objects.get(member=city.members["inspector"])
    assert (row.fixes, row.street_seconds, row.own_grids, row.covered_grids) == (45, 44 * 60, 2, 1)
    assert row.duty_seconds == 9.5 * 3600  # since midnight
    assert 400 < row.distance_m < 800
    assert look_for_unvisited(day) == 2  # nobody has walked in the other's grids at all
    assert look_for_unvisited(day) == 0
    told = Alarm.objects.get(member=city.members["inspector"], kind="unvisited")
    assert told.detail == {"missed": [f"{GRID_CODES[1]:015d}"], "count": 1, "of": 2}
    count_day(day)
    assert PatrolDay.objects.count() == 2
