"""The roster from a table: added to what is planned, and never to two places at once."""

import csv
import io
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from chengge import clock
from chengge.domain.errors import Refused
from chengge.foundation.actions import ShiftValues, plan_cell, save_shift
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import RosterEntry, Shift
from chengge.organization.queries import city_day
from tests.browsing import client_of
from tests.exchange.files import counts, csv_file, imported, planned, refusals
from tests.factories import SINCE, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

HEADINGS = ("日期", "班次", "责任网格编码", "用户名")
TODAY = date(2026, 11, 24)


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def early(city: City) -> Shift:
    return save_shift(COMMAND_LINE, ShiftValues("early", "早班", time(7), time(14)), SINCE)


def test_rows_are_added_by_code_or_name_and_come_in_once(city: City, early: Shift, tmp_path: Path) -> None:
    plan_cell(COMMAND_LINE, "R01", TODAY, {(early.pk, city.members["inspector"].pk)})
    rows = [HEADINGS, (str(TODAY), "早班", "R01", "inspector2"), (str(TODAY + timedelta(days=1)), "early", "责任网格 02", "林涛")]
    path = csv_file(tmp_path / "r.csv", rows)
    imported("roster", path)
    assert RosterEntry.objects.filter(day=TODAY, responsibility_grid="R01").count() == 2
    assert RosterEntry.objects.get(responsibility_grid="R02").member == city.members["inspector2"]
    assert counts(planned("roster", path)) == (0, 0, 2, 0)


def test_what_cannot_be_planned_is_refused_row_by_row(city: City, early: Shift, tmp_path: Path) -> None:
    tomorrow = str(TODAY + timedelta(days=1))
    rows = [
        HEADINGS,
        (str(TODAY - timedelta(days=1)), "早班", "R01", "inspector"),
        (tomorrow, "午班", "R01", "inspector"),
        (tomorrow, "早班", "R77", "inspector"),
        (tomorrow, "早班", "R01", "operator"),
        (tomorrow, "早班", "R01", "inspector"),
        (tomorrow, "早班", "R01", "陈蓉"),
    ]
    made = planned("roster", csv_file(tmp_path / "r.csv", rows))
    assert counts(made) == (1, 0, 0, 5)
    assert len(refusals(made)) == 5


def test_two_places_at_once_stop_the_whole_import_and_name_the_day(city: City, early: Shift, tmp_path: Path) -> None:
    save_shift(COMMAND_LINE, ShiftValues("late", "中班", time(13), time(20)), SINCE)
    rows = [HEADINGS, (str(TODAY), "早班", "R01", "inspector"), (str(TODAY), "中班", "R02", "inspector")]
    with pytest.raises(Refused) as refusal:
        imported("roster", csv_file(tmp_path / "r.csv", rows))
    assert "2026-11-24 R02" in refusal.value.message
    assert not RosterEntry.objects.exists()


def test_the_table_that_the_page_gives_away_can_be_sent_in_again(city: City, early: Shift, tmp_path: Path) -> None:
    plan_cell(COMMAND_LINE, "R01", city_day(clock.now()), {(early.pk, city.members["inspector"].pk)})
    content = b"".join(client_of(city, "administrator").get("/manage/roster/export.csv")).decode("utf-8-sig")
    rows = [tuple(row) for row in csv.reader(io.StringIO(content))]
    assert counts(planned("roster", csv_file(tmp_path / "r.csv", rows))) == (0, 0, 1, 0)
