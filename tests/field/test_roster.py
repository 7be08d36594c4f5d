"""Planned duty: who walks which grid when, who is late, and what the week looks like."""

from datetime import date, datetime, time, timedelta

import pytest

from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.foundation.actions import ShiftValues, copy_week, end_shift, plan_cell, save_shift
from chengge.organization.models import Duty, MemberPost, RosterEntry, Shift
from chengge.organization.queries import CITY_ZONE
from chengge.organization.queries.roster import arrival, late, planned_duties
from tests.conftest import A_WORKING_MORNING
from tests.factories import SINCE, City

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

TODAY = date(2026, 11, 24)  # a Tuesday, 9:30 in the morning
MONDAY = date(2026, 11, 23)


@pytest.fixture
def early(city: City) -> Shift:
    return save_shift(city.actor("shift_leader"), ShiftValues("early", "早班", time(7), time(14), 10), SINCE)


@pytest.fixture
def night(city: City) -> Shift:
    return save_shift(city.actor("administrator"), ShiftValues("night", "夜班", time(22), time(6)), SINCE)


def plan(city: City, shift: Shift, name: str = "inspector", day: date = TODAY, grid: str = "R01") -> None:
    held = {(entry.shift_id, entry.member_id) for entry in RosterEntry.objects.filter(day=day, responsibility_grid=grid)}
    plan_cell(city.actor("shift_leader"), grid, day, held | {(shift.pk, city.members[name].pk)})


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    return datetime.combine(day, time(hour, minute), CITY_ZONE)


def test_a_member_is_planned_for_several_grids_in_one_shift(city: City, early: Shift) -> None:
    plan(city, early)
    plan(city, early, grid="R02")
    (duty,) = planned_duties(city.members["inspector"].pk, TODAY)
    assert (duty.shift, duty.starts_at, duty.ends_at, duty.grids) == ("早班", at(7), at(14), ("R01", "R02"))
    assert planned_duties(city.members["inspector"].pk, TODAY + timedelta(days=1)) == []


def test_a_cell_says_exactly_who_walks(city: City, early: Shift) -> None:
    plan(city, early)
    plan_cell(city.actor("administrator"), "R01", TODAY, {(early.pk, city.members["inspector2"].pk)})
    assert [entry.member for entry in RosterEntry.objects.all()] == [city.members["inspector2"]]
    plan_cell(city.actor("administrator"), "R01", TODAY, ())
    assert not RosterEntry.objects.exists()


def test_a_night_shift_ends_on_the_next_morning(city: City, night: Shift) -> None:
    plan(city, night)
    (duty,) = planned_duties(city.members["inspector"].pk, TODAY)
    assert duty.ends_at == at(6, day=TODAY + timedelta(days=1))


def test_who_has_not_come_ten_minutes_after_the_start_is_late(city: City, early: Shift) -> None:
    Duty.objects.all().delete()
    plan(city, early)
    plan(city, early, "inspector2", grid="R02")
    Duty.objects.create(member=city.members["inspector2"], starts_at=at(6, 50), ends_at=at(14))
    assert late(at(7, 10)) == []
    (missing,) = late(at(7, 11))
    assert (missing.member_id, missing.minutes) == (city.members["inspector"].pk, 11)
    assert late(at(14)) == [], "the shift is over"


def test_who_came_and_left_again_is_not_late_and_the_night_runs_past_midnight(city: City, night: Shift) -> None:
    Duty.objects.all().delete()
    plan(city, night)
    tomorrow = TODAY + timedelta(days=1)
    assert [one.minutes for one in late(at(1, day=tomorrow))] == [180]
    Duty.objects.create(member=city.members["inspector"], starts_at=at(22, 30), ends_at=at(23))
    assert late(at(1, day=tomorrow)) == []


def test_a_check_in_is_compared_with_the_plan(city: City, early: Shift) -> None:
    member_id = city.members["inspector"].pk
    assert arrival(member_id, at(7)) is None
    plan(city, early)
    told = [(one.minutes, one.is_late) for hour, minute in ((6, 45), (7, 10), (7, 30)) if (one := arrival(member_id, at(hour, minute)))]
    assert told == [(-15, False), (10, False), (30, True)]
    assert arrival(member_id, at(15)) is None


def test_nobody_is_in_two_places_at_once(city: City, early: Shift) -> None:
    leader = city.actor("shift_leader")
    late_shift = save_shift(leader, ShiftValues("late", "中班", time(13), time(20)), SINCE)
    plan(city, early)
    with pytest.raises(Refused) as refusal:
        plan(city, late_shift, grid="R02")
    assert refusal.value.code == "twice"
    assert "陈蓉" in refusal.value.message
    with pytest.raises(Refused):
        plan_cell(leader, "R02", TODAY, {(shift.pk, city.members["inspector2"].pk) for shift in (early, late_shift)})


@pytest.mark.parametrize(
    ("grid", "day", "name", "error"),
    [
        ("R99", TODAY, "inspector", NotFound),
        ("R01", TODAY - timedelta(days=1), "inspector", Refused),
        ("R01", TODAY, "operator", Refused),
    ],
)
def test_what_cannot_be_planned_is_refused(city: City, early: Shift, grid: str, day: date, name: str, error: type[Refused]) -> None:
    with pytest.raises(error):
        plan(city, early, name, day, grid)


def test_only_shift_leaders_and_administrators_plan(city: City, early: Shift) -> None:
    for name in ("inspector", "operator", "evaluator", "dispatcher"):
        with pytest.raises(Forbidden):
            plan_cell(city.actor(name), "R01", TODAY, ())
        with pytest.raises(Forbidden):
            copy_week(city.actor(name), MONDAY)


def test_a_week_is_planned_like_the_last_one_without_those_who_left(city: City, early: Shift, pretended_clock) -> None:
    for name, grid in (("inspector", "R01"), ("inspector2", "R02")):
        plan(city, early, name, TODAY + timedelta(days=1), grid)
    next_monday = MONDAY + timedelta(days=7)
    MemberPost.objects.filter(member=city.members["inspector2"]).update(valid_to=next_monday)
    copied = copy_week(city.actor("shift_leader"), next_monday)
    assert (copied.made, copied.left_out) == (1, 1)
    assert RosterEntry.objects.get(day__gte=next_monday).day == TODAY + timedelta(days=8)
    assert copy_week(city.actor("shift_leader"), next_monday).made == 0, "what is planned stays"


def test_days_that_are_over_are_not_copied_into(city: City, early: Shift) -> None:
    for day in (MONDAY, TODAY):
        RosterEntry.objects.create(
            member=city.members["inspector"],
            day=day - timedelta(days=7),
            shift=early,
            responsibility_grid="R01",
            planned_at=A_WORKING_MORNING,
        )
    assert copy_week(city.actor("shift_leader"), MONDAY).made == 1
    assert RosterEntry.objects.filter(day__gte=MONDAY).get().day == TODAY


def test_a_shift_is_replaced_from_a_day_on_and_what_is_planned_goes_over(city: City, early: Shift) -> None:
    tomorrow = TODAY + timedelta(days=1)
    for day in (TODAY, tomorrow):
        plan(city, early, day=day)
    save_shift(city.actor("administrator"), ShiftValues("early", "早班", time(6, 30), time(13)), tomorrow)
    member_id = city.members["inspector"].pk
    assert [planned_duties(member_id, day)[0].starts_at for day in (TODAY, tomorrow)] == [at(7), at(6, 30, tomorrow)]
    with pytest.raises(Conflict):
        end_shift(city.actor("administrator"), Shift.objects.get(valid_to=None).pk, tomorrow)
