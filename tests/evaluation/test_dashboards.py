"""Dashboards tell the same as indicators and as each other, to whom they may."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.evaluation.facts import FactStore
from chengge.evaluation.indicators import Settings, Subject, indicators, reckon, with_duckdb
from chengge.evaluation.queries.dashboards import KINDS, Asked, Chart, asked_of, chart, heat_map, reading
from chengge.evaluation.queries.dashboards.charts import steps_of
from chengge.evaluation.queries.dashboards.heat import shades
from tests.browsing import client_of
from tests.evaluation.lived import Lived, _django_db_helper  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
PAGE, API = "/evaluation/dashboards/", "/api/v1/evaluation/dashboards/"


def all_days(lived: Lived, **more: str) -> Asked:
    today = lived.life.now.date()
    return asked_of(lived.store, {"from": str(today - timedelta(days=20)), "to": str(today + timedelta(days=20)), **more})


def drawn(lived: Lived, name: str, **more: str) -> Chart:
    return chart(lived.store, name, lived.city.actor("leader"), all_days(lived, **more))


def column(found: Chart, name: str) -> list[Any]:
    place = [one.name for one in found.columns].index(name)
    return [row[place] for row in found.rows]


def summed(found: Chart, name: str) -> int:
    return sum(value or 0 for value in column(found, name))


def test_trends_add_up_to_what_the_indicators_say(lived):
    trends, asked = drawn(lived, "trends"), all_days(lived)
    facts = with_duckdb(lived.store, Settings())
    told = {one.code: one for one in reckon(facts, indicators(Settings()), Subject.CITY, asked.begin, asked.end)}
    assert summed(trends, "reported") == told["A0"].numerator == 6
    assert (summed(trends, "in_time"), summed(trends, "due")) == (told["D2"].numerator, told["D2"].denominator)
    assert summed(trends, "filed") == told["A8"].numerator == 3
    assert summed(trends, "closed") == told["C3"].numerator == 3


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_however_the_time_is_cut_the_sums_stay(lived, step):
    trends = drawn(lived, "trends", step=step)
    assert summed(trends, "reported") == 6
    assert column(trends, "step") == [day.isoformat() for day in steps_of(all_days(lived, step=step))]


def test_every_chart_counts_the_same_cases(lived):
    assert summed(drawn(lived, "calendar"), "reported") == 6
    assert summed(drawn(lived, "hours"), "total") == 6
    assert summed(drawn(lived, "classes"), "cases") == 6
    assert summed(drawn(lived, "channels"), "cases") == 6
    assert summed(drawn(lived, "heat"), "cases") == 6
    assert column(drawn(lived, "funnel"), "reached")[0] == 6


def test_whoever_does_not_come_further_is_told_of_where_they_stayed(lived):
    found = drawn(lived, "funnel")
    assert column(found, "reached") == [6, 3, 3, 2, 2]
    assert (column(found, "rejected")[0], column(found, "self_disposed")[0], column(found, "open")[0]) == (1, 1, 1)
    lost = [sum(row[4:]) for row in found.rows]
    reached = column(found, "reached")
    assert [before - after for before, after in zip(reached, [*reached[1:], reached[-1]], strict=True)] == lost


def test_stages_have_their_median_and_their_limit(lived):
    found = drawn(lived, "stages")
    stage = dict(zip(column(found, "stage"), found.rows, strict=True))
    assert len(stage) == len(found.rows) > 5
    assert all(row[2] <= row[3] for row in found.rows)
    rates = column(found, "on_time_rate")
    assert rates[-1] is None, "the whole case has no limit"
    assert 0.5 in rates, "of two handlings one was in time"


def test_a_class_an_area_and_an_organization_leave_only_their_own(lived):
    works = str(lived.city.organization_id("works"))
    assert summed(drawn(lived, "trends", organization=works), "reported") == 3
    assert summed(drawn(lived, "trends", organization=str(lived.city.organization_id("sanitation"))), "reported") == 0
    code = str(column(drawn(lived, "classes"), "class_code")[0])
    assert summed(drawn(lived, "trends", **{"class": code}), "reported") == 6
    assert summed(drawn(lived, "trends", **{"class": "e" if code[0] == "c" else "c"}), "reported") == 0
    street = str(column(drawn(lived, "heat"), "code")[0])
    assert summed(drawn(lived, "trends", area=street), "reported") == 6
    assert drawn(lived, "trends", area=f"{int(street) + 1}").is_empty


def test_a_leader_of_a_part_of_the_city_sees_that_part_alone(lived):
    grid = int(str(column(drawn(lived, "heat", by="grid"), "code")[0]))
    street = grid // 10**6
    actor = lived.city.actor("leader")
    here = replace(actor, grid_range=(street * 10**6, (street + 1) * 10**6))
    elsewhere = replace(actor, grid_range=((street + 1) * 10**6, (street + 2) * 10**6))
    assert not chart(lived.store, "calendar", here, all_days(lived)).is_empty
    assert chart(lived.store, "calendar", elsewhere, all_days(lived)).is_empty
    assert [row for row in chart(lived.store, "heat", elsewhere, all_days(lived)).rows if row[2]] == []


def test_where_the_problems_are_is_measured_by_size_and_drawn(lived):
    found = drawn(lived, "heat", by="grid", measure="per_km2")
    cases, km2, dense = column(found, "cases")[0], column(found, "km2")[0], column(found, "per_km2")[0]
    assert dense == pytest.approx(cases / km2)
    areas = json.loads(heat_map(found.rows, all_days(lived, by="grid", measure="per_km2")))
    first = areas["features"][0]["properties"]
    assert (first["id"], first["cases"]) == (column(found, "code")[0], cases)
    assert first["shade"] == len(first["edges"])


def test_shades_part_what_is_unequal_and_leave_nothing_without_one():
    assert shades([0, 0]) == []
    assert shades([0, 5, 5, 5]) == [5.0]
    assert len(shades(list(range(1, 100)))) == 6


def test_what_was_asked_before_is_not_reckoned_again(lived, monkeypatch):
    before = drawn(lived, "channels")
    monkeypatch.setattr(reading, "with_duckdb", lambda *_args, **_more: pytest.fail("reckoned again"))
    assert drawn(lived, "channels").rows == before.rows
    cache.clear()


def test_without_a_period_the_last_whole_days_are_shown(lived):
    asked = asked_of(lived.store, {})
    assert (asked.until - asked.since).days == 29
    assert asked.until == reading.standing(lived.store).last_day


def test_what_is_asked_comes_back_from_its_address(lived):
    asked = all_days(lived, step="week", area="990101001", by="community", measure="per_km2", organization="7", **{"class": "c01"})
    assert asked_of(lived.store, asked.query()) == asked


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from": "2026-13-01"}, "from"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "from"),
        ({"from": "1995-01-01", "to": "2026-01-01"}, "from"),
        ({"from": "2024-01-01", "to": "2026-01-01", "step": "day"}, "step"),
        ({"step": "hour"}, "step"),
        ({"area": "12345"}, "area"),
        ({"class": "x01"}, "class"),
        ({"class": "c１"}, "class"),
        ({"organization": "works"}, "organization"),
        ({"by": "house"}, "by"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(given, field):
    with pytest.raises(Refused) as refused:
        Asked.parse(given, date(2026, 11, 20))
    assert refused.value.field == field
    assert refused.value.hint


def test_without_facts_nothing_is_made_up(lived, tmp_path):
    empty = FactStore(tmp_path)
    with pytest.raises(Conflict, match="no facts"):
        chart(empty, "trends", lived.city.actor("leader"), asked_of(empty, {}))


def test_only_those_who_read_evaluations_read_dashboards(lived):
    with pytest.raises(Forbidden):
        chart(lived.store, "trends", lived.city.actor("department"), all_days(lived))
    with pytest.raises(NotFound):
        chart(lived.store, "weather", lived.city.actor("leader"), all_days(lived))
    for name, status in (("leader", 200), ("evaluator", 200), ("administrator", 200), ("department", 403), ("inspector", 403)):
        for address in (PAGE, f"{PAGE}trends.csv", f"{PAGE}areas.geojson", f"{API}trends"):
            assert client_of(lived.city, name).get(address).status_code == status, (name, address)


def test_page_api_and_csv_tell_the_same(lived):
    client = client_of(lived.city, "leader")
    query = all_days(lived).query()
    page = client.get(PAGE, query).content.decode()
    known = client.get(API.rstrip("/")).json()
    assert [one["name"] for one in known] == list(KINDS)
    for name in KINDS:
        assert f'src="{API}{name}?' in page
        told = client.get(f"{API}{name}", query).json()
        width = len(told["columns"])
        assert told["rows"]
        assert all(len(row) == width for row in told["rows"])
        lines = list(csv.reader(io.StringIO(client.get(f"{PAGE}{name}.csv", query).content.decode("utf-8-sig"))))
        assert lines[0] == [one["label"] for one in told["columns"]]
        assert len(lines) == len(told["rows"]) + 4
        assert lines[-1][-1] == told["facts"]


def test_the_page_says_what_is_wrong_and_what_is_missing(lived, settings, tmp_path):
    client = client_of(lived.city, "evaluator")
    wrong = client.get(PAGE, {"from": "yesterday"})
    assert wrong.status_code == 400
    assert "A day is written as" in wrong.content.decode()
    settings.VAR_DIR = tmp_path
    assert "chengge facts refresh" in client.get(PAGE).content.decode()
    assert client.get(f"{API}trends").status_code == 409


def test_the_first_page_leads_on(lived, counted_queries):
    client = client_of(lived.city, "evaluator")
    with counted_queries("evaluation: overview"):
        page = client.get("/evaluation/").content.decode()
    assert 'href="/evaluation/dashboards/"' in page
    with counted_queries("evaluation: dashboards"):
        client.get(PAGE)
