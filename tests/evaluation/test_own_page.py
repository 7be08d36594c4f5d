"""One's own page: where we stand, what cost most, what is due today; and nobody sees another's."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chengge.casework.actions import Given
from chengge.evaluation.models import RunPart, RunSubject
from chengge.evaluation.queries.consequence_inputs import kind_of
from chengge.evaluation.queries.own import costs_of, dots_of, own_lines_of_scores
from chengge.evaluation.queries.runs import subject_at
from tests.browsing import client_of
from tests.casework.lives import Life
from tests.evaluation.scored import department_scheme, deposit_rule, run_of
from tests.factories import STREET, City, build_city

pytestmark = pytest.mark.django_db

PAGE = "/evaluation/own/"


@pytest.fixture
def city(db, pretended_clock) -> City:
    return build_city()


@pytest.fixture
def life(city, pretended_clock) -> Life:
    return Life(city, pretended_clock)


@pytest.fixture
def version(city):
    return department_scheme()


def page_of(city, name, query="") -> str:
    return client_of(city, name).get(PAGE + query).content.decode()


def test_score_grade_place_and_the_way_to_the_next_grade_stand_on_top(city, version, counted_queries):
    run_of(version, city, ("88.5", "95", "70"), "2026-09")
    run = run_of(version, city, ("88.65", "95", "70"))
    client = client_of(city, "department")
    with counted_queries("one's own standing"):
        page = client.get(PAGE).content.decode()
    assert "88.65" in page
    assert "1.35 points short of A" in page
    assert "Place among 3" in page
    assert "+0.15" in page
    assert f"/evaluation/runs/{run.pk}/{city.organization_id('works')}/grade/" in page


def test_the_trend_has_its_table_and_each_period_opens(city, version):
    months = (("2026-08", "60"), ("2026-09", "75"), ("2026-10", "80"))
    runs = [run_of(version, city, (score, "95", "70"), period) for period, score in months]
    page = page_of(city, "department")
    assert page.count("<circle") == 3
    for run in runs:
        assert f"/evaluation/runs/{run.pk}/{city.organization_id('works')}/" in page


def test_what_cost_most_comes_first_and_opens_into_its_cases(city, version):
    run = run_of(version, city, ("80", "95", "70"))
    subject = RunSubject.objects.get(run=run, subject_id=str(city.organization_id("works")))
    RunPart.objects.filter(subject=subject).delete()
    for position, (name, points, share) in enumerate((("按期率", "90", "0.5"), ("返工率", "40", "0.3"), ("满意度", "100", "0.2")), 1):
        RunPart.objects.create(
            subject=subject, position=position, aspect="处置", code=f"X{position}", name=name, points=Decimal(points), share=Decimal(share)
        )
    costs = costs_of(list(subject.parts.order_by("position")))
    assert [(cost.name, cost.points, cost.percent) for cost in costs] == [("返工率", "18.00", 100), ("按期率", "5.00", 27)]
    page = page_of(city, "department")
    assert page.index("返工率") < page.index("按期率")
    assert "满意度" not in page
    assert f"/evaluation/runs/{run.pk}/{subject.subject_id}/2/" in page


def test_late_cases_come_first_and_what_is_not_due_today_is_left_out(city, life, pretended_clock):
    late = life.to("handling", rule="missing")
    pretended_clock.advance(timedelta(hours=3))
    soon = life.to("handling", rule="missing")
    page = page_of(city, "department")
    assert "1 late" in page
    assert "1 due by midnight" in page
    assert page.index(late.number) < page.index(soon.number)
    assert f"/desk/department/?case={late.number}" in page
    assert late.number not in page_of(city, "other_department")


def test_a_department_sees_what_is_due_below_it_and_who_holds_it(city, life):
    case = life.to("handling", rule="missing")
    life.do("pass_down", "department", Given(organization_id=city.organization_id("works_section")))
    assert case.number in page_of(city, "department")
    assert case.number in page_of(city, "section")
    assert city.organizations["works_section"].short_name in page_of(city, "department")


def test_each_sees_the_own_unit_alone(city, version):
    run_of(version, city, ("81.11", "92.22", "73.33"))
    assert "92.22" not in page_of(city, "department")
    assert "81.11" not in page_of(city, "other_department")
    assert "No score yet" in page_of(city, "section")


def test_a_department_sees_the_scores_of_those_below_it(city):
    crews = department_scheme("section", level=3)
    run_of(crews, city, {"works_section": "66.60"})
    assert "Those below us" in page_of(city, "department")
    assert "66.60" in page_of(city, "department")
    assert "66.60" in page_of(city, "section")
    assert "66.60" not in page_of(city, "other_department")


def test_a_street_office_sees_the_score_of_its_street_and_may_open_it(city):
    streets = department_scheme("street", judged="street", level=None)
    run = run_of(streets, city, {})
    RunSubject.objects.create(run=run, judged="street", subject_id=str(STREET), name="石桥街道", total=Decimal("87.40"), grade="B", rank=1)
    assert "87.40" in page_of(city, "street_office")
    assert "87.40" not in page_of(city, "department")
    assert subject_at(city.actor("street_office"), run.pk, str(STREET)).name == "石桥街道"


def test_an_inspector_sees_the_own_score_and_nothing_of_a_desk(city):
    posts = department_scheme("inspector", judged="member", post="inspector", level=None)
    run_of(posts, city, {"inspector": "91.20", "inspector2": "64.30"})
    page = page_of(city, "inspector")
    assert "91.20" in page
    assert "64.30" not in page
    assert "Due today" not in page


def test_the_page_is_for_members_and_the_tab_for_departments(city, client):
    assert client.get(PAGE).status_code == 302
    assert 'href="/evaluation/own/"' in page_of(city, "crew")
    assert 'href="/evaluation/own/"' not in page_of(city, "operator")


def test_of_several_schemes_one_is_chosen(city, version):
    run_of(version, city, ("81.11", "92.22", "73.33"))
    yearly = department_scheme("yearly")
    run_of(yearly, city, ("55.55", "60", "70"), "2025")
    assert [line.key for line in own_lines_of_scores(city.actor("department"))] == ["department.month", "yearly.year"]
    assert "55.55" in page_of(city, "department", "?line=yearly.year")
    assert "81.11" in page_of(city, "department", "?line=nonsense")


def test_the_scheme_from_which_consequences_follow_comes_first(city, version):
    run_of(department_scheme("a-two-way-one"), city, ("50", "60", "70"))
    run_of(version, city, ("81.11", "92.22", "73.33"))
    assert own_lines_of_scores(city.actor("department"))[0].key == "a-two-way-one.month"
    deposit_rule(city.actor("evaluator"), version.scheme)
    assert own_lines_of_scores(city.actor("department"))[0].key == "department.month"


def test_a_replaced_run_is_not_shown(city, version):
    first = run_of(version, city, ("40.40", "92.22", "73.33"))
    run_of(version, city, ("70.70", "92.22", "73.33"), replaces=first)
    assert "40.40" not in page_of(city, "department")


def test_a_unit_without_a_score_is_told_so_and_has_no_dot(city, version):
    run_of(version, city, (None, "92.22", "73.33"))
    assert "What would change our grade" not in page_of(city, "department")
    assert dots_of(list(RunSubject.objects.filter(total=None))) == []


@pytest.mark.parametrize(
    ("period", "kind"),
    [("2026", "year"), ("2026-H2", "half"), ("2026-Q4", "quarter"), ("2026-10", "month"), ("2026-W41", "week"), ("2026-10-05", "day")],
)
def test_the_kind_of_a_period_is_read_off_its_name(period, kind):
    assert kind_of(period) == kind
