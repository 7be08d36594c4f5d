"""The pages of consequences: who reads and decides, what each line says, what is taken away, and what people see of their own."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from chengge.evaluation.actions.consequences import approve, propose
from chengge.evaluation.models import ConsequenceRule, Statement
from tests.browsing import client_of
from tests.evaluation.scored import department_scheme, deposit_rule, personal_rule, run_of, warning_rule
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db

PAGES = ("", "rules/", "deposits/")
OTHERS = ("operator", "shift_leader", "dispatcher", "department", "coordinator", "inspector")


@pytest.fixture
def city(db, pretended_clock) -> City:
    return build_city()


@pytest.fixture
def version(city):
    version = department_scheme()
    deposit_rule(city.actor("evaluator"), version.scheme)
    personal_rule(city.actor("evaluator"), version.scheme)
    warning_rule(city.actor("evaluator"), version.scheme)
    return version


@pytest.fixture
def statement(city, version):
    return propose(run_of(version, city, ("95", "80", "40")).pk, city.actor("evaluator"))


def approved(statement, city):
    for name in ("leader", "administrator"):
        approve(statement.pk, city.actor(name), statement.digest)


def address(statement, more: str = "/") -> str:
    return f"/evaluation/consequences/{statement.pk}{more}"


@pytest.mark.parametrize("page", PAGES)
def test_evaluator_leader_and_administrator_read_all_pages_and_nobody_else(city, statement, page):
    for name in ("evaluator", "leader", "administrator"):
        assert client_of(city, name).get(f"/evaluation/consequences/{page}").status_code == 200
    for name in OTHERS:
        assert client_of(city, name).get(f"/evaluation/consequences/{page}").status_code == 403


@pytest.mark.parametrize("page", ["/", "/print/", ".csv", ".xlsx"])
def test_personal_amounts_are_guarded_in_every_form(city, statement, page):
    for name in OTHERS:
        assert client_of(city, name).get(address(statement, page)).status_code == 403
    assert client_of(city, "leader").get(address(statement, page)).status_code == 200


def test_a_run_waits_for_its_statement_and_an_evaluator_proposes_it(city, version, counted_queries):
    run = run_of(version, city, ("95", "80", "40"))
    run_of(version, city, ("95", "80", "40"), "2026-W41")
    client = client_of(city, "evaluator")
    with counted_queries("consequences: statements"):
        page = client.get("/evaluation/consequences/").content.decode()
    assert "Propose a statement" in page
    assert ">2026-W41<" not in page
    answer = client.post("/evaluation/consequences/propose/", {"run": run.pk})
    statement = Statement.objects.get()
    assert answer["Location"] == address(statement)
    assert "Runs without a statement" not in client.get("/evaluation/consequences/").content.decode()
    assert "waits for an evaluator" not in client_of(city, "leader").get("/evaluation/consequences/").content.decode()


def test_each_line_says_which_rule_and_which_score_it_came_from(city, statement, counted_queries):
    client = client_of(city, "leader")
    with counted_queries("consequences: a statement"):
        page = client.get(address(statement)).content.decode()
    assert "Nothing here is carried out by itself" in page
    assert "grade A with score 95.00: deposit of 10,000.00 doubled; paid in 10,000.00, returned 10,000.00, on top 10,000.00" in page
    assert (
        "grade D with score 40.00: deposit of 10,000.00 forfeited by 50 %; paid in 10,000.00, returned 5,000.00, forfeited 5,000.00" in page
    )
    assert "place 3 of 3 in “专业部门”, last for 1 period, since 2026-10-01" in page
    assert "+10,500.00" not in page
    assert "王磊" in page


def test_two_approve_on_the_page_and_the_proposer_finds_no_button(city, statement):
    assert 'value="approve"' not in client_of(city, "evaluator").get(address(statement)).content.decode()
    for name in ("leader", "administrator"):
        client = client_of(city, name)
        assert 'value="approve"' in client.get(address(statement)).content.decode()
        client.post(address(statement, "/decide/"), {"decision": "approve", "seen": statement.digest})
    statement.refresh_from_db()
    assert statement.state == "approved"
    page = client_of(city, "evaluator").get(address(statement)).content.decode()
    assert "Note what was done outside" in page
    assert "locked" in page


def test_a_refusal_without_a_reason_is_told_and_changes_nothing(city, statement):
    client = client_of(city, "leader")
    page = client.post(address(statement, "/decide/"), {"decision": "refuse", "reason": ""}, follow=True).content.decode()
    assert "Give the reason." in page
    client.post(address(statement, "/decide/"), {"decision": "refuse", "reason": "先处理申诉"})
    assert "先处理申诉" in client_of(city, "evaluator").get(address(statement)).content.decode()


def test_a_statement_of_a_replaced_run_says_so_and_its_successor_shows_the_difference(city, version, statement):
    later = run_of(version, city, ("95", "80", "70"), replaces=statement.run)
    client = client_of(city, "evaluator")
    assert "The run was replaced by a later one." in client.get(address(statement)).content.decode()
    client.post("/evaluation/consequences/propose/", {"run": later.pk})
    page = client.get(address(Statement.objects.get(run=later))).content.decode()
    assert "What changed against the statement before" in page
    assert f"{chr(0x2212)}5,000.00" in page


def test_the_table_to_take_away_has_a_row_for_each_item(city, statement):
    client = client_of(city, "leader")
    lines = client.get(address(statement, ".csv")).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 7
    assert lines[1].split(",")[:7] == ["1", "市政设施养护中心", "unit", "专业部门", "95.00", "A", "1"]
    sheet = load_workbook(BytesIO(b"".join(client.get(address(statement, ".xlsx")).streaming_content))).active
    assert (sheet.cell(2, 2).value, sheet.cell(2, 11).value) == ("市政设施养护中心", 10_000)


def test_the_paper_has_every_line_and_room_for_three_signatures(city, statement):
    page = client_of(city, "leader").get(address(statement, "/print/")).content.decode()
    assert page.count("<li>") == 7
    assert "Second approval" in page
    assert statement.digest in page


# --- One's own --------------------------------------------------------------------------------------------------------------------------
def test_people_see_their_own_lines_once_they_are_approved_and_never_a_colleagues(city, statement, counted_queries):
    client = client_of(city, "department")
    assert "Nothing concerns you" in client.get("/evaluation/consequences/mine/").content.decode()
    approved(statement, city)
    with counted_queries("consequences: mine"):
        page = client.get("/evaluation/consequences/mine/").content.decode()
    assert "市政设施养护中心" in page
    assert "王磊" in page
    assert "钱芳" not in page
    assert "环境卫生管理处" not in page
    assert "Nothing concerns you" in client_of(city, "operator").get("/evaluation/consequences/mine/").content.decode()


def test_deposits_are_told_by_payee_and_month(city, version, counted_queries):
    for period, scores in (("2026-09", ("70", "70", "70")), ("2026-10", ("95", "70", "40"))):
        approved(propose(run_of(version, city, scores, period).pk, city.actor("evaluator")), city)
    client = client_of(city, "leader")
    with counted_queries("consequences: deposits"):
        page = client.get("/evaluation/consequences/deposits/").content.decode()
    assert "2026-09" in page
    assert "Held of units (yuan)</dt><dd>10,000.00" in page
    assert "Held of people (yuan)</dt><dd>500.00" in page


# --- Rules ------------------------------------------------------------------------------------------------------------------------------
def test_rules_are_read_in_words(city, version, counted_queries):
    client = client_of(city, "evaluator")
    with counted_queries("consequences: rules"):
        page = client.get("/evaluation/consequences/rules/").content.decode()
    assert "people of the unit: Department clerk" in page
    assert "forfeited by 50 %" in page
    assert "3 times in a row" in page
    assert "Add a rule" not in client_of(city, "leader").get("/evaluation/consequences/rules/").content.decode()


def test_an_evaluator_writes_a_rule_of_each_kind_on_its_form(city, version):
    client = client_of(city, "evaluator")
    start = f"/evaluation/consequences/rules/edit/?scheme={version.scheme.code}&kind="
    common = {"day": "2026-11-01", "every": "month", "name": "新规则", "basis": "区政府 2026 年第 8 号文"}
    given = {
        "reward:rank": {
            "row0-first": "1",
            "row0-last": "1",
            "row0-yuan": "3000.50",
            "row1-first": "2",
            "row1-last": "3",
            "row1-yuan": "1000",
        },
        "reward:grade": {"row0-grade": "A", "row0-yuan": "3000"},
        "share:score": {"points": "8"},
        "share:grade": {"row0-grade": "A", "row0-points": "1", "row1-grade": "D", "row1-points": "-2"},
        "warning:post": {"places": "2", "least_group": "5", "only_sure": "on", "row0-first": "2", "row0-measure": "talk"},
        "fund:workload": {"yuan": "50000", "bar": "85"},
    }
    for at, (kind, fields) in enumerate(given.items()):
        assert client.get(start + kind).status_code == 200
        answer = client.post(start + kind, {**common, "code": f"rule-{at}", **fields})
        assert answer.status_code == 302, answer.content.decode()
    by_rank = ConsequenceRule.objects.get(code="rule-0")
    assert [(step.first, step.last, step.amount_fen) for step in by_rank.steps.all()] == [(1, 1, 300_050), (2, 3, 100_000)]
    assert ConsequenceRule.objects.get(code="rule-4").only_sure
    assert ConsequenceRule.objects.get(code="rule-5").amount_fen == 5_000_000


def test_a_rule_that_holds_is_changed_by_an_edition_from_a_day_on(city, version):
    old = ConsequenceRule.objects.get(code="deposit")
    client = client_of(city, "evaluator")
    page = client.get(f"/evaluation/consequences/rules/edit/?rule={old.pk}").content.decode()
    assert 'value="10000.00"' in page or 'value="10000"' in page
    assert 'value="A"' in page
    fields = {
        "name": old.name,
        "code": old.code,
        "day": "2026-12-01",
        "every": "month",
        "yuan": "20000",
        "row0-grade": "A",
        "row0-treatment": "double",
    }
    assert client.post(f"/evaluation/consequences/rules/edit/?rule={old.pk}", fields).status_code == 302
    assert ConsequenceRule.objects.get(code="deposit", valid_to=None).amount_fen == 2_000_000


def test_what_is_wrong_with_a_rule_stands_at_its_field(city, version):
    client = client_of(city, "evaluator")
    fields = {"name": "一", "code": "another", "day": "2026-11-01", "every": "month", "yuan": "0", "row0-grade": "A"}
    page = client.post(f"/evaluation/consequences/rules/edit/?scheme={version.scheme.code}&kind=deposit:grade", fields)
    assert page.status_code == 422
    assert "How much is it? Give the amount." in page.content.decode()
    assert client.get(f"/evaluation/consequences/rules/edit/?scheme={version.scheme.code}&kind=deposit:rank").status_code == 400


def test_only_an_evaluator_opens_the_form_and_ends_a_rule(city, version):
    rule = ConsequenceRule.objects.get(code="deposit")
    for name in ("leader", "administrator", "department"):
        client = client_of(city, name)
        assert client.get(f"/evaluation/consequences/rules/edit/?rule={rule.pk}").status_code == 403
        assert client.post("/evaluation/consequences/rules/end/", {"rule": rule.pk}).status_code == 403
    client_of(city, "evaluator").post("/evaluation/consequences/rules/end/", {"rule": rule.pk})
    rule.refresh_from_db()
    assert rule.valid_to is not None
