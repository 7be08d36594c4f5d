"""Statements of consequences: proposed by one, approved by two others, locked; and never carried out by themselves."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.evaluation.actions.consequence_rules import RuleValues, StepValues, end_rule, save_rule
from chengge.evaluation.actions.consequences import approve, note_carried_out, propose, refuse
from chengge.evaluation.models import ConsequenceRule, EvaluationRun, RunSubject, Statement, StatementEvent, StatementItem, StatementLine
from chengge.organization.models import Member, MemberPost
from tests.evaluation.scored import department_scheme, deposit_rule, personal_rule, run_of, warning_rule
from tests.factories import SINCE, City, build_city

pytestmark = pytest.mark.django_db

YUAN = 100


@pytest.fixture
def city(db, pretended_clock) -> City:
    return build_city()


@pytest.fixture
def version(city):
    return department_scheme()


@pytest.fixture
def evaluator(city):
    return city.actor("evaluator")


def amounts(statement) -> dict[str, int]:
    return {line.name: line.amount_fen for line in statement.lines.all()}


def approved(statement, city):
    for name in ("leader", "administrator"):
        statement = approve(statement.pk, city.actor(name), statement.digest)
    return statement


# --- Proposing --------------------------------------------------------------------------------------------------------------------------
def test_a_statement_has_a_line_for_each_unit_and_for_each_of_its_people(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    personal_rule(evaluator, version.scheme)
    statement = propose(run_of(version, city, ("95", "80", "40")).pk, evaluator)
    assert [(line.name, line.amount_fen // YUAN) for line in statement.lines.all()] == [
        ("市政设施养护中心", 10_000),
        ("王磊", 500),
        ("环境卫生管理处", 0),
        ("钱芳", 0),
        ("石桥街道办事处", -5_000),
        ("冯雪", -250),
    ]
    assert [line.member_id is not None for line in statement.lines.all()] == [False, True] * 3


def test_every_item_names_its_rule_its_row_and_the_score_it_came_from(city, version, evaluator):
    rule = deposit_rule(evaluator, version.scheme)
    statement = propose(run_of(version, city, ("95", "80", "40")).pk, evaluator)
    item = StatementItem.objects.get(line__statement=statement, line__position=3)
    assert (item.rule, item.step.grade) == (rule, "D")
    assert (item.because["total"], item.because["grade"], item.because["percent"]) == ("40.00", "D", "50")
    assert (item.paid_in_fen, item.returned_fen, item.forfeited_fen) == (1_000_000, 500_000, 500_000)
    assert item.line.subject == RunSubject.objects.get(run=statement.run, rank=3)


def test_proposing_again_gives_the_same_statement(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    run = run_of(version, city, ("95", "80", "40"))
    assert propose(run.pk, evaluator) == propose(run.pk, evaluator)
    assert Statement.objects.count() == 1


def test_two_runs_that_say_the_same_under_the_same_rules_come_to_the_same_digest(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    one = propose(run_of(version, city, ("95", "80", "40")).pk, evaluator)
    other = propose(run_of(version, city, ("95", "80", "40")).pk, evaluator)
    assert one.pk != other.pk
    assert one.digest == other.digest


def test_a_period_is_judged_by_the_rules_of_its_last_day(city, version, evaluator):
    deposit_rule(evaluator, version.scheme, 10_000)
    deposit_rule(evaluator, version.scheme, 20_000, date(2026, 11, 1))
    run = run_of(version, city, ("95", "80", "40"))
    assert amounts(propose(run.pk, evaluator))["市政设施养护中心"] == 10_000 * YUAN
    later = run_of(version, city, ("95", "80", "40"), "2026-11")
    assert amounts(propose(later.pk, evaluator))["市政设施养护中心"] == 20_000 * YUAN


def test_a_statement_by_rules_that_were_changed_since_is_superseded(city, version, evaluator):
    deposit_rule(evaluator, version.scheme, 10_000, date(2026, 10, 1))
    run = run_of(version, city, ("95", "80", "40"))
    first = propose(run.pk, evaluator)
    deposit_rule(evaluator, version.scheme, 20_000, date(2026, 10, 31))
    second = propose(run.pk, evaluator)
    first.refresh_from_db()
    assert (first.state, second.state, second.replaces) == ("superseded", "proposed", first)


def test_without_rules_or_with_rules_that_meet_nobody_nothing_is_proposed(city, version, evaluator):
    run = run_of(version, city, ("95", "80", "40"))
    with pytest.raises(Refused, match="No rule of consequences"):
        propose(run.pk, evaluator)
    deposit_rule(evaluator, version.scheme, level=4)
    with pytest.raises(Refused, match="No rule of consequences"):
        propose(run.pk, evaluator)
    with pytest.raises(NotFound):
        propose(10**6, evaluator)


def test_a_rule_by_month_follows_from_no_week_and_no_year(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    deposit_rule(evaluator, version.scheme, 80_000, code="yearly", every="year")
    with pytest.raises(Refused, match="No rule of consequences"):
        propose(run_of(version, city, ("95", "80", "40"), "2026-W41").pk, evaluator)
    assert amounts(propose(run_of(version, city, ("95", "80", "40")).pk, evaluator))["市政设施养护中心"] == 10_000 * YUAN
    assert amounts(propose(run_of(version, city, ("95", "80", "40"), "2026").pk, evaluator))["市政设施养护中心"] == 80_000 * YUAN


def test_a_period_that_was_not_over_brings_nothing(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    run = run_of(version, city, ("95", "80", "40"))
    EvaluationRun.objects.update(as_of=run.end - timedelta(days=1))
    with pytest.raises(Refused, match="before its period was over"):
        propose(run.pk, evaluator)


@pytest.mark.parametrize("name", ["leader", "administrator", "department", "operator"])
def test_only_an_evaluator_proposes_and_writes_rules(city, version, evaluator, name):
    rule = deposit_rule(evaluator, version.scheme)
    run = run_of(version, city, ("95", "80", "40"))
    with pytest.raises(Forbidden):
        propose(run.pk, city.actor(name))
    with pytest.raises(Forbidden):
        deposit_rule(city.actor(name), version.scheme)
    with pytest.raises(Forbidden):
        end_rule(city.actor(name), rule.pk, date(2026, 12, 1))


# --- Approving --------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def statement(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    return propose(run_of(version, city, ("95", "80", "40")).pk, evaluator)


def test_two_others_approve_and_then_it_is_locked(city, statement):
    approve(statement.pk, city.actor("leader"), statement.digest)
    statement.refresh_from_db()
    assert statement.state == "proposed"
    approve(statement.pk, city.actor("administrator"), statement.digest)
    statement.refresh_from_db()
    assert statement.state == "approved"
    assert [(event.member.username, event.did) for event in statement.events.all()] == [
        ("evaluator", "proposed"),
        ("leader", "approved"),
        ("administrator", "approved"),
        ("administrator", "locked"),
    ]


def test_the_proposer_does_not_approve_and_nobody_approves_twice(city, statement):
    with pytest.raises(Forbidden, match="proposed this statement yourself"):
        approve(statement.pk, city.actor("evaluator"), statement.digest)
    approve(statement.pk, city.actor("leader"), statement.digest)
    with pytest.raises(Conflict, match="approved this statement already"):
        approve(statement.pk, city.actor("leader"), statement.digest)


@pytest.mark.parametrize("name", ["department", "operator", "dispatcher", "coordinator", "inspector", "shift_leader"])
def test_no_other_post_decides(city, statement, name):
    with pytest.raises(Forbidden):
        approve(statement.pk, city.actor(name), statement.digest)
    with pytest.raises(Forbidden):
        refuse(statement.pk, city.actor(name), "不同意")


def test_nobody_approves_a_statement_with_a_line_about_themselves(city, version, evaluator):
    MemberPost.objects.create(member=city.members["leader"], post="department", valid_from=SINCE)
    Member.objects.filter(pk=city.members["leader"].pk).update(organization=city.organizations["works"])
    personal_rule(evaluator, version.scheme)
    statement = propose(run_of(version, city, ("95", "80", "40")).pk, evaluator)
    with pytest.raises(Forbidden, match="about you"):
        approve(statement.pk, city.actor("leader"), statement.digest)


def test_nobody_approves_what_they_have_not_seen(city, statement):
    with pytest.raises(Conflict, match="another statement"):
        approve(statement.pk, city.actor("leader"), "0" * 64)


def test_what_it_was_reckoned_from_must_still_be_so(city, version, evaluator, statement):
    deposit_rule(evaluator, version.scheme, 20_000, date(2026, 10, 15))
    with pytest.raises(Conflict, match="has changed since"):
        approve(statement.pk, city.actor("leader"), statement.digest)


def test_a_refusal_says_why_and_a_new_one_may_be_proposed(city, statement, evaluator):
    with pytest.raises(Refused, match="Give the reason"):
        refuse(statement.pk, city.actor("leader"), "  ")
    refuse(statement.pk, city.actor("leader"), "街道办 10 月停电两天，应先申诉")
    statement.refresh_from_db()
    assert statement.state == "refused"
    with pytest.raises(Conflict, match="already"):
        approve(statement.pk, city.actor("administrator"), statement.digest)
    again = propose(statement.run_id, evaluator)
    assert (again.state, again.replaces) == ("proposed", statement)


def test_an_approved_statement_stays_and_takes_notes_of_what_was_done_outside(city, statement, evaluator):
    with pytest.raises(Conflict, match="not approved"):
        note_carried_out(statement.pk, evaluator, "凭证 2026-118")
    approved(statement, city)
    assert propose(statement.run_id, evaluator).pk == statement.pk
    note_carried_out(statement.pk, evaluator, "财政局凭证 2026-118")
    assert statement.events.last().words == "财政局凭证 2026-118"
    with pytest.raises(Conflict, match="already"):
        refuse(statement.pk, city.actor("leader"), "晚了")


@pytest.mark.parametrize("model", [StatementLine, StatementItem, StatementEvent])
def test_the_database_refuses_to_change_or_remove_what_was_written(statement, model):
    number = "seq" if model is StatementEvent else "position"
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        model.objects.update(**{number: 99})
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_the_history_hangs_together_by_hashes(city, statement):
    approved(statement, city)
    hashes = [event.hash for event in statement.events.all()]
    assert len(set(hashes)) == 4
    assert [event.seq for event in statement.events.all()] == [1, 2, 3, 4]


# --- A run that is replaced -------------------------------------------------------------------------------------------------------------
def test_a_proposed_statement_goes_with_its_run(city, version, evaluator, statement):
    again = run_of(version, city, ("95", "80", "70"), replaces=statement.run)
    with pytest.raises(Conflict, match="replaced by a later one"):
        approve(statement.pk, city.actor("leader"), statement.digest)
    with pytest.raises(Conflict, match="replaced by a later one"):
        propose(statement.run_id, evaluator)
    other = propose(again.pk, evaluator)
    statement.refresh_from_db()
    assert (statement.state, other.replaces) == ("superseded", statement)


def test_an_approved_statement_holds_until_the_one_that_replaces_it_is_approved(city, version, evaluator, statement):
    approved(statement, city)
    other = propose(run_of(version, city, ("95", "80", "70"), replaces=statement.run).pk, evaluator)
    statement.refresh_from_db()
    assert statement.state == "approved"
    approved(other, city)
    statement.refresh_from_db()
    assert statement.state == "superseded"


# --- Deposits over periods --------------------------------------------------------------------------------------------------------------
def test_a_deposit_that_was_kept_is_not_paid_in_again(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    approved(propose(run_of(version, city, ("70", "70", "70"), "2026-09").pk, evaluator), city)
    october = propose(run_of(version, city, ("95", "70", "40")).pk, evaluator)
    assert amounts(october) == {"市政设施养护中心": 2_000_000, "环境卫生管理处": 0, "石桥街道办事处": 500_000}


def test_what_is_only_proposed_counts_for_no_balance(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    propose(run_of(version, city, ("70", "70", "70"), "2026-09").pk, evaluator)
    october = propose(run_of(version, city, ("70", "70", "70")).pk, evaluator)
    assert set(amounts(october).values()) == {-1_000_000}


def test_a_correction_of_an_earlier_month_is_evened_out_in_the_next(city, version, evaluator):
    deposit_rule(evaluator, version.scheme)
    september = run_of(version, city, ("70", "70", "70"), "2026-09")
    approved(propose(september.pk, evaluator), city)
    approved(propose(run_of(version, city, ("80", "70", "70")).pk, evaluator), city)
    corrected = run_of(version, city, ("80", "70", "70"), "2026-09", replaces=september)
    approved(propose(corrected.pk, evaluator), city)
    november = propose(run_of(version, city, ("70", "70", "70"), "2026-11").pk, evaluator)
    assert amounts(november)["市政设施养护中心"] == -2_000_000


# --- Last places ------------------------------------------------------------------------------------------------------------------------
def test_the_last_three_times_in_a_row_is_proposed_for_removal(city, version, evaluator):
    warning_rule(evaluator, version.scheme)
    measures = []
    for period in ("2026-08", "2026-09", "2026-10"):
        statement = propose(run_of(version, city, ("95", "80", "40"), period).pk, evaluator)
        measures.append(statement.lines.get().items.get().measure)
    assert measures == ["notice", "talk", "removal"]
    item = statement.lines.get().items.get()
    assert (item.because["times"], item.because["since"], item.because["group_size"]) == (3, "2026-08-01", 3)


def test_a_month_without_a_run_breaks_the_row(city, version, evaluator):
    warning_rule(evaluator, version.scheme)
    run_of(version, city, ("95", "80", "40"), "2026-08")
    statement = propose(run_of(version, city, ("95", "80", "40")).pk, evaluator)
    assert statement.lines.get().items.get().measure == "notice"


def test_of_a_month_with_several_runs_the_one_that_was_not_replaced_counts(city, version, evaluator):
    warning_rule(evaluator, version.scheme)
    first = run_of(version, city, ("95", "80", "40"), "2026-09")
    run_of(version, city, ("40", "80", "95"), "2026-09", replaces=first)
    statement = propose(run_of(version, city, ("95", "80", "40")).pk, evaluator)
    assert statement.lines.get().items.get().because["times"] == 1


def test_an_inspector_new_in_the_post_does_not_answer_for_the_months_before(city, evaluator):
    version = department_scheme("inspector", judged="member", post="inspector", level=None)
    warning_rule(evaluator, version.scheme, by="post", least_group=2)
    scores = {"inspector": "95", "inspector2": "60"}
    MemberPost.objects.filter(member=city.members["inspector2"]).update(valid_from=date(2026, 9, 15))
    run_of(version, city, scores, "2026-09")
    statement = propose(run_of(version, city, scores).pk, evaluator)
    assert statement.lines.get().items.get().because["times"] == 1


# --- Rules ------------------------------------------------------------------------------------------------------------------------------
def test_a_rule_is_ended_and_replaced_never_changed(city, version, evaluator):
    old = deposit_rule(evaluator, version.scheme, 10_000)
    new = deposit_rule(evaluator, version.scheme, 20_000, date(2026, 12, 1))
    old.refresh_from_db()
    assert (old.valid_to, old.amount_fen, new.valid_to) == (date(2026, 12, 1), 1_000_000, None)
    end_rule(evaluator, new.pk, date(2027, 1, 1))
    with pytest.raises(Refused, match="does not hold any more"):
        end_rule(evaluator, new.pk, date(2027, 1, 1))


def test_the_same_people_pay_one_deposit(city, version, evaluator):
    deposit_rule(evaluator, version.scheme, level=2)
    with pytest.raises(Conflict, match="demands a deposit of the same people already"):
        deposit_rule(evaluator, version.scheme, code="another", organization_kind="department")
    deposit_rule(evaluator, version.scheme, code="crews", level=4)
    assert ConsequenceRule.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "deposit", "by": "rank"}, "by"),
        ({"kind": "nonsense"}, "by"),
        ({"name": " "}, "name"),
        ({"amount_fen": -1}, "amount_fen"),
        ({"amount_fen": 0}, "amount_fen"),
        ({"steps": ()}, "steps"),
        ({"kind": "share", "by": "score", "points": Decimal(0)}, "points"),
        ({"steps": (StepValues(grade="A"), StepValues(grade="A"))}, ""),
        ({"kind": "warning", "by": "group", "steps": (StepValues(first=1),)}, ""),
    ],
)
def test_a_rule_that_cannot_be_meant_so_is_refused_at_its_field(version, evaluator, values, field):
    usual = {"code": "one", "name": "一", "kind": "deposit", "by": "grade", "amount_fen": 1, "steps": (StepValues(grade="A"),)}
    with pytest.raises(Refused) as refused:
        save_rule(evaluator, RuleValues(scheme_id=version.scheme_id, **(usual | values)), SINCE)
    assert refused.value.field == field
    assert not ConsequenceRule.objects.exists()


def test_a_scheme_of_people_has_no_people_of_a_unit(city, evaluator):
    version = department_scheme("inspector", judged="member", post="inspector", level=None)
    with pytest.raises(Refused, match="Only organizations have people"):
        personal_rule(evaluator, version.scheme)
    deposit_rule(evaluator, version.scheme, 100)
    statement = propose(run_of(version, city, {"inspector": "95", "inspector2": "40"}).pk, evaluator)
    assert [(line.member.username, line.amount_fen) for line in statement.lines.all()] == [("inspector", 10_000), ("inspector2", -5_000)]


def test_a_rule_begins_no_earlier_than_the_one_it_replaces(city, version, evaluator):
    deposit_rule(evaluator, version.scheme, day=date(2026, 12, 1))
    with pytest.raises(Conflict, match="A rule begins on"):
        deposit_rule(evaluator, version.scheme, day=date(2026, 12, 1) - timedelta(days=1))
