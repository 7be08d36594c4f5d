"""Tables to take away: what is filtered, readable in a spreadsheet, and never a formula."""

import csv
import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from chengge.casework.pages.exporting import guarded
from chengge.casework.queries import CaseFilter, export
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(city, pretended_clock):
    return lambda: Life(city)


@pytest.fixture
def browser_of(city, pretended_clock):
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(city.members[name])
        client.cookies["chengge_language"] = "en"
        return client

    return signed_in


def table_of(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_holds_what_is_filtered(browser_of, course):
    course().reported("garbage").until("filed")
    manhole = course().reported("manhole").until("filed")
    rows = table_of(browser_of("dispatcher").get("/desk/dispatcher/cases.csv", {"q": "井盖"}))
    assert [row["number"].replace(" ", "") for row in rows] == [manhole.number]
    told = [rows[0][name] for name in ("class", "stage", "street", "unit grid")]
    assert told == ["雨水井盖", "Filed", "石桥街道", "990101001001001"]
    assert rows[0]["reported"] == "2026-11-24 09:30:00"


def test_the_csv_begins_with_a_mark_that_spreadsheets_know(browser_of, city):
    answer = browser_of("dispatcher").get("/desk/dispatcher/cases.csv")
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cases-20261124.csv"'


def test_the_workbook_holds_the_same(browser_of, course):
    work = course().reported("manhole").until("filed")
    answer = browser_of("dispatcher").get("/desk/dispatcher/cases.xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    headings, row = [cell.value for cell in sheet[1]], [cell.value for cell in sheet[2]]
    told = dict(zip(headings, row, strict=True))
    assert told["number"].replace(" ", "") == work.number
    assert f"{told['filed']:%Y-%m-%d %H:%M}" == "2026-11-24 09:30"
    assert isinstance(told["longitude"], float)


def test_nothing_of_another_department_is_taken_away(browser_of, course):
    course().reported("manhole").until("dispatched")
    assert table_of(browser_of("other_department").get("/desk/department/cases.csv", {"queue": "all"})) == []


def test_a_text_that_begins_like_a_formula_is_made_harmless(browser_of, course):
    course().reported(place='=HYPERLINK("http://elsewhere.example","x")', description="+1 @cmd\n第二行")
    (row,) = table_of(browser_of("operator").get("/desk/operator/cases.csv"))
    assert row["place"].startswith("'=")
    assert row["description"].startswith("'+")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_every_beginning_of_a_formula_is_known(text):
    assert str(guarded(text)).startswith("'")


def test_what_does_not_fit_is_said_in_the_last_row(city, course):
    for _ in range(3):
        course().reported()
    table = export(city.actor("operator"), CaseFilter(), most=2)
    assert len(list(table.rows)) == 2
    assert table.left_out == 1


def test_the_latest_case_stands_first(city, course, pretended_clock):
    from datetime import timedelta

    old = course().reported()
    pretended_clock.advance(timedelta(hours=1))
    new = course().reported()
    rows = list(export(city.actor("operator"), CaseFilter()).rows)
    assert [str(row[0]).replace(" ", "") for row in rows] == [new.number, old.number]
