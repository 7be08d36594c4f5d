"""The office's roster: a week with gaps and attendance, planned cell by cell or like the week before."""

import csv
import io
from datetime import date, datetime, time, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from chengge.foundation.actions import ShiftValues, save_shift
from chengge.foundation.models import ResponsibilityGrid
from chengge.organization.models import Duty, RosterEntry, Shift
from chengge.organization.queries import CITY_ZONE
from tests.browsing import client_of
from tests.conftest import QueryCounter
from tests.factories import SINCE, City
from tests.field.test_roster import TODAY, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

CELL = f"/manage/roster/R01/{TODAY}/"


@pytest.fixture
def early(city: City) -> Shift:
    return save_shift(city.actor("shift_leader"), ShiftValues("early", "早班", time(7), time(14)), SINCE)


@pytest.fixture
def office(city: City) -> Client:
    return client_of(city, "shift_leader")


def told(answer: object) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))  # type: ignore[attr-defined]


def test_the_roster_is_open_to_planners_and_evaluators_and_only_planners_change_it(city: City, early: Shift) -> None:
    allowed = {"shift_leader", "administrator", "evaluator"}
    for name in city.members:
        for address in ("/manage/roster/", CELL, "/manage/roster/export.csv"):
            assert client_of(city, name).get(address).status_code == (200 if name in allowed else 403), (name, address)
    evaluator = client_of(city, "evaluator")
    assert b"Like last week" not in evaluator.get("/manage/roster/").content
    assert evaluator.post("/manage/roster/copy", {"week": "2026-11-30"}).status_code == 403
    evaluator.post(CELL, {"place": f"{early.pk}-{city.members['inspector'].pk}"})
    assert not RosterEntry.objects.exists()


def test_a_grid_that_nobody_walks_is_a_gap_unless_the_shift_walks_some_grids_only(city: City, early: Shift, office: Client) -> None:
    save_shift(city.actor("shift_leader"), ShiftValues("night", "夜班", time(22), time(6), everywhere=False), SINCE)
    plan(city, early)
    week = office.get("/manage/roster/").context["week"]
    assert week.days[0] == date(2026, 11, 23)
    assert week.gaps == [2, 1, 2, 2, 2, 2, 2]
    first, second = week.rows
    assert [(shift.name, len(places)) for shift, places in first.cells[1].shifts] == [("早班", 1)]
    assert [(shift.name, len(places)) for shift, places in second.cells[1].shifts] == [("早班", 0)]
    for day in range(7):
        plan(city, early, "inspector2", TODAY + timedelta(days=day), "R02")
    rows = office.get("/manage/roster/?gaps=1").context["week"].rows
    assert [row.grid.code for row in rows] == ["R01"]


@pytest.mark.parametrize(("came_at", "attended"), [((6, 55), "came"), ((7, 9), "came"), ((7, 40), "late"), (None, "absent")])
def test_the_week_shows_who_came(city: City, early: Shift, office: Client, came_at: tuple[int, int] | None, attended: str) -> None:
    Duty.objects.all().delete()
    plan(city, early)
    if came_at:
        starts_at = datetime.combine(TODAY, time(*came_at), CITY_ZONE)
        Duty.objects.create(member=city.members["inspector"], starts_at=starts_at, ends_at=starts_at + timedelta(hours=7))
    cell = office.get("/manage/roster/").context["week"].rows[0].cells[1]
    assert cell.shifts[0][1][0].attended == attended


def test_a_cell_is_planned_for_further_days_too(city: City, early: Shift, office: Client) -> None:
    page = office.get(CELL, headers={"hx-request": "true"}).content.decode()
    assert "陈蓉" in page
    assert "own grid" in page
    assert "<html" not in page
    place = f"{early.pk}-{city.members['inspector'].pk}"
    answer = office.post(CELL, {"place": place, "also": [str(TODAY + timedelta(days=2))]})
    assert "is planned" in told(answer)
    assert set(RosterEntry.objects.values_list("day", flat=True)) == {TODAY, TODAY + timedelta(days=2)}
    office.post(CELL, {})
    assert set(RosterEntry.objects.values_list("day", flat=True)) == {TODAY + timedelta(days=2)}


def test_what_cannot_be_planned_is_said_with_its_day(city: City, early: Shift, office: Client) -> None:
    answer = office.post(CELL, {"place": f"{early.pk}-{city.members['operator'].pk}"})
    assert "Only inspectors" in told(answer)
    assert str(TODAY) in told(answer)
    assert office.get("/manage/roster/R77/2026-11-24/").status_code == 404
    assert office.get("/manage/roster/?week=soon").status_code == 400


def test_a_week_is_copied_and_taken_away_as_a_table(city: City, early: Shift, office: Client) -> None:
    plan(city, early)
    assert "1 duty planned" in told(office.post("/manage/roster/copy", {"week": "2026-11-30"}))
    text = b"".join(office.get("/manage/roster/export.csv?week=2026-11-30")).decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(text))
    assert row[heading.index("day")] == "2026-12-01"
    assert row[heading.index("user name")] == "inspector"


def test_shifts_are_made_changed_and_ended_on_the_page(city: City, office: Client) -> None:
    said = {"code": "early", "name": "早班", "starts": "07:00", "ends": "14:00", "grace_minutes": "5", "everywhere": "1"}
    office.post("/manage/roster/shift", said | {"day": str(TODAY)})
    shift = Shift.objects.get()
    assert (shift.grace_minutes, shift.everywhere, shift.valid_from) == (5, True, TODAY)
    assert "no time of the day" in told(office.post("/manage/roster/shift", said | {"starts": "seven"}))
    office.post("/manage/roster/shift", {"end": str(shift.pk), "day": str(TODAY + timedelta(days=3))})
    shift.refresh_from_db()
    assert shift.valid_to == TODAY + timedelta(days=3)


def test_the_week_asks_the_same_however_many_grids_there_are(
    city: City, early: Shift, office: Client, counted_queries: QueryCounter
) -> None:
    for number in range(3, 40):
        grid = ResponsibilityGrid.objects.create(code=f"R{number:02d}", name=f"责任网格 {number:02d}", valid_from=SINCE)
        RosterEntry.objects.create(
            member=city.members["inspector"], day=TODAY, shift=early, responsibility_grid=grid.code, planned_at=early_morning()
        )
    with counted_queries("office: roster"):
        week = office.get("/manage/roster/").context["week"]
    assert (len(week.rows), week.more) == (30, "R30")
    assert len(office.get("/manage/roster/?after=R30").context["week"].rows) == 9


def early_morning() -> datetime:
    return datetime.combine(TODAY, time(6), CITY_ZONE)


def test_the_phone_shows_the_plan_and_compares_the_check_in_with_it(city: City, early: Shift) -> None:
    phone = client_of(city, "inspector")
    assert b"Planned" not in phone.get("/phone/").content
    plan(city, early)
    plan(city, early, grid="R02")
    page = phone.get("/phone/").content.decode()
    assert "07:00 – 14:00" in page
    assert "2 grids" in page
    Duty.objects.all().delete()
    assert "began 150 minutes ago: you are late" in told(phone.post("/phone/duty", {"go": "on"}))
