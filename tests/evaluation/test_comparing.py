"""Two sides by the same indicators: the difference, and how much of it chance could have made."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengge.domain.errors import Refused
from chengge.evaluation.facts import city_facts, refresh
from chengge.evaluation.indicators import Facts, Settings, Subject, with_duckdb
from chengge.evaluation.queries.comparing import Verdict, before_and_after, compare, two_groups, two_periods
from tests.evaluation.judged_city import Scored
from tests.evaluation.test_runs import client_of


@pytest.fixture
def facts(scored: Scored) -> Facts:
    refresh(city_facts())
    return with_duckdb(city_facts(), Settings())


@pytest.mark.django_db  # the one marked test: it has the database set up before the module's city is lived
def test_sides_that_cannot_be_compared_are_refused():
    with pytest.raises(Refused):
        two_groups("2026-11", ("1", ["3"]), ("2", []))
    with pytest.raises(Refused):
        two_groups("2026-11", ("1", ["3", "4"]), ("2", ["4"]))
    with pytest.raises(Refused):
        before_and_after(date(2026, 11, 1), 0)
    with pytest.raises(Refused):
        before_and_after(date(1, 1, 1), 30)
    with pytest.raises(Refused):
        two_periods("2026-11", "soon")


def test_two_groups_in_one_period_are_told_apart_by_their_own_cases(scored, facts):
    sides = two_groups("2026-11", ("市政", [scored.id_of("works")]), ("环卫", [scored.id_of("sanitation")]))
    found = {one.indicator.code: one for one in compare(facts, Subject.ORGANIZATION, sides, ("D2", "D4"), samples=100)}
    d2 = found["D2"]
    assert (d2.first.numerator, d2.first.denominator, d2.second.numerator, d2.second.denominator) == (4, 6, 2, 2)
    assert d2.difference == pytest.approx(1 / 3)
    assert d2.ratio == pytest.approx(1.5)
    assert d2.low <= d2.difference <= d2.high


def test_a_period_without_cases_has_nothing_to_compare(scored, facts):
    (d2,) = compare(facts, Subject.CITY, two_periods("2026-09", "2026-11"), ("D2",), samples=50)
    assert d2.verdict is Verdict.NOTHING
    assert d2.difference is None
    (reported,) = compare(facts, Subject.CITY, two_periods("2026-09", "2026-11"), ("A0",), samples=50)
    assert (reported.first.value, reported.second.value, reported.ratio) == (0, 7, None)


def test_a_period_compared_with_itself_differs_by_nothing_for_sure(scored, facts):
    (d2,) = compare(facts, Subject.CITY, two_periods("2026-11", "2026-11"), ("D2",), samples=200)
    assert (d2.difference, d2.verdict) == (0, Verdict.UNSURE)
    assert d2.low < 0 < d2.high


@settings(deadline=None, max_examples=15)
@given(st.dates(date(2026, 1, 2), date(2027, 1, 1)), st.integers(1, 400))
def test_before_and_after_a_change_are_as_long_and_touch(day, days):
    before, after = before_and_after(day, days)
    assert before.end == after.begin
    assert after.end - after.begin == before.end - before.begin


def test_the_comparison_is_a_page_a_table_and_an_operation(scored, facts):
    client = client_of(scored, "leader")
    query = {
        "mode": "groups",
        "judged": "organization",
        "period": "2026-11",
        "ids": scored.id_of("works"),
        "others": scored.id_of("sanitation"),
    }
    page = client.get("/evaluation/compare/", query)
    assert "66.67 %" in page.content.decode()
    assert "4/6 → 2/2" in page.content.decode()
    table = client.get("/evaluation/compare.csv", query)
    assert "D2" in table.content.decode("utf-8-sig")
    told = client.get("/api/v1/evaluation/compare", query | {"indicators": "D2"}).json()
    assert [one["code"] for one in told["indicators"]] == ["D2"]
    assert client.get("/evaluation/compare/", {"mode": "change", "change": "yesterday"}).status_code == 422
    assert client_of(scored, "department").get("/evaluation/compare/").status_code == 403
    assert client_of(scored, "department").get("/api/v1/evaluation/compare", query).status_code == 403
