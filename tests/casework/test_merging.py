"""Same problem, one case: reports that join a case, cases that merge and split, cases that are reopened."""

import hashlib
from dataclasses import replace

import pytest

from chengge.casework import audit
from chengge.casework.actions import Given, add_report, release_report, report
from chengge.casework.models import Case, Evidence, LedgerEntry, Report
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.organization.queries import MACHINE
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(city, pretended_clock) -> Life:
    return Life(city, pretended_clock)


@pytest.fixture
def twins(life) -> tuple[Case, Case]:
    """Two cases of one problem: the first is accepted, the second has just come in."""
    first = life.to("accepted")
    life.later(minutes=5)
    life.report(description="路口井盖不见了", channel="web")
    return first, life.case


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def actions_of(case: Case) -> list[str]:
    return list(LedgerEntry.objects.filter(case=case).order_by("seq").values_list("action", flat=True))


def faults() -> list[audit.Fault]:
    return [fault for checked in audit.verify(1) for fault in checked.faults]


def test_a_merged_case_ends_and_its_reports_hang_on_the_one_that_goes_on(life, twins):
    first, second = twins
    life.do("merge", "operator", Given(reason="同一处井盖", into_case_id=first.pk))
    second = again(second)
    assert (second.stage, second.merged_into_id, second.due_at) == ("merged", first.pk, None)
    assert second.ended_at is not None
    assert Report.objects.filter(case=first).count() == 2
    assert Report.objects.filter(case=second).count() == 0
    assert actions_of(first)[-1] == "take_in"
    assert again(first).stage == "accepted"
    assert faults() == []


def test_the_clocks_of_the_case_that_goes_on_do_not_notice(life, twins):
    first, _second = twins
    due_at = again(first).due_at
    life.do("merge", "operator", Given(reason="同一处井盖", into_case_id=first.pk))
    assert again(first).due_at == due_at


def test_split_off_again_a_case_takes_back_the_reports_that_it_brought(life, twins):
    first, second = twins
    life.do("merge", "operator", Given(reason="同一处井盖", into_case_id=first.pk))
    added = add_report(MACHINE, life.said(channel="web"), first.pk)
    life.later(minutes=2)
    life.do("split", "shift_leader", Given(reason="现场看是两处"))
    second = again(second)
    assert (second.stage, second.merged_into_id, second.ended_at) == ("reported", None, None)
    assert second.due_at is not None
    assert Report.objects.filter(case=second).count() == 1
    assert Report.objects.get(pk=added.report_id).case_id == first.pk
    assert actions_of(first)[-1] == "let_go"
    assert faults() == []


def test_merged_once_more_after_a_split_only_the_last_merge_counts(life, twins):
    first, second = twins
    life.do("merge", "operator", Given(reason="同一处井盖", into_case_id=first.pk))
    life.do("split", "operator", Given(reason="看错了"))
    life.do("merge", "operator", Given(reason="确为同一处", into_case_id=first.pk))
    assert Report.objects.filter(case=first).count() == 2
    life.do("split", "operator", Given(reason="又看错了"))
    assert Report.objects.filter(case=second).count() == 1
    assert faults() == []


def test_a_case_is_not_merged_into_itself_nor_into_one_that_has_ended(life, twins):
    first, second = twins
    with pytest.raises(Refused) as itself:
        life.do("merge", "operator", Given(reason="重复", into_case_id=second.pk))
    assert itself.value.code == "into"
    with pytest.raises(NotFound):
        life.do("merge", "operator", Given(reason="重复", into_case_id=10**9))
    with pytest.raises(Refused):
        life.do("merge", "operator", Given(reason="重复"))
    life.case_id = first.pk
    life.do("void", "shift_leader", Given(reason="误立"))
    life.case_id = second.pk
    with pytest.raises(Conflict):
        life.do("merge", "operator", Given(reason="重复", into_case_id=first.pk))
    assert again(second).stage == "reported"


def test_a_chain_of_merges_is_taken_apart_from_its_end(life, twins):
    first, second = twins
    life.report(channel="sms")
    third = life.case_id
    life.do("merge", "operator", Given(reason="同一处", into_case_id=second.pk))
    life.case_id = second.pk
    life.do("merge", "operator", Given(reason="同一处", into_case_id=first.pk))
    assert Report.objects.filter(case=first).count() == 3
    life.case_id = third
    with pytest.raises(Conflict):
        life.do("split", "operator", Given(reason="不是同一处"))
    life.case_id = second.pk
    life.do("split", "operator", Given(reason="不是同一处"))
    assert Report.objects.filter(case=second).count() == 2
    life.case_id = third
    life.do("split", "operator", Given(reason="不是同一处"))
    assert Report.objects.filter(case=second).count() == Report.objects.filter(case_id=third).count() == 1
    assert faults() == []


def test_the_command_axis_merges_nothing(life, twins):
    first, _second = twins
    for member in ("dispatcher", "department", "inspector"):
        with pytest.raises(Forbidden):
            life.do("merge", member, Given(reason="重复", into_case_id=first.pk))


def test_a_walk_to_verify_ends_with_the_merge(life, twins):
    first, _second = twins
    life.do("ask_to_verify", "operator")
    life.do("merge", "operator", Given(reason="同一处", into_case_id=first.pk))
    assert not life.case.tasks.filter(done_at=None).exists()


def test_one_more_report_joins_an_open_case_with_its_photo_and_leaves_stage_and_clock_alone(life):
    case = life.to("dispatched")
    life.later(minutes=30)
    photo = life.photo("inspector")
    made = add_report(life.city.actor("inspector"), life.said(channel="inspector", photos=(photo,)), case.pk, key="k1")
    twice = add_report(life.city.actor("inspector"), life.said(channel="inspector", photos=(photo,)), case.pk, key="k1")
    assert (made.case_id, made.number, made.repeated) == (case.pk, case.number, False)
    assert (twice.report_id, twice.repeated) == (made.report_id, True)
    assert (life.case.stage, life.case.due_at) == (case.stage, case.due_at)
    assert Evidence.objects.get(sha256=photo).report_id == made.report_id
    assert actions_of(case)[-1] == "add_report"
    assert faults() == []


def test_an_ended_case_takes_no_more_reports(life):
    case = life.to("closed")
    with pytest.raises(Conflict):
        add_report(MACHINE, life.said(channel="web"), case.pk)
    with pytest.raises(Forbidden):
        add_report(life.city.actor("dispatcher"), life.said(), case.pk)


def test_a_follower_says_nothing_and_still_hangs_on_the_case(life):
    case = life.to("filed")
    token = hashlib.sha256(b"secret").hexdigest()
    made = add_report(MACHINE, replace(life.said(channel="web"), problem_class_id=None, lon=None, lat=None), case.pk, token_hash=token)
    assert Report.objects.get(token_hash=token).pk == made.report_id


def test_a_report_that_does_not_belong_to_a_case_opens_its_own(life):
    case = life.to("accepted")
    made = add_report(life.city.actor("operator"), life.said(channel="web", description="对面的路灯不亮"), case.pk)
    own = release_report(made.report_id, life.city.actor("operator"), "说的是路灯", key="r1")
    assert own.case_id not in (None, case.pk)
    assert release_report(made.report_id, life.city.actor("operator"), "说的是路灯", key="r1").case_id == own.case_id
    assert Report.objects.filter(case=case).count() == 1
    assert actions_of(case)[-1] == "release_report"
    assert faults() == []


def test_the_only_report_of_a_case_stays_with_it(life):
    case = life.to("accepted")
    with pytest.raises(Conflict):
        release_report(case.reports.get().pk, life.city.actor("operator"), "不是这里")


def test_a_reopened_case_goes_all_the_way_round_again(life):
    life.to("closed")
    life.later(days=1)
    life.do("reopen", "operator", Given(reason="市民说井盖又不见了"))
    case = life.case
    assert (case.stage, case.reopen_count, case.department_id, case.ended_at) == ("reported", 1, None, None)
    assert case.due_at is not None
    for step in ("accepted", "filed", "dispatched", "handling", "handled", "checking", "checked", "closed"):
        life.later(minutes=1)
        life._step(step, "missing")
    assert life.case.stage == "closed"
    assert faults() == []


def test_a_reopened_case_keeps_its_first_report_and_its_number(life):
    made = report(life.city.actor("operator"), life.said())
    life.case_id = made.case_id or 0
    for step in ("verifying", "verified", "accepted", "filed", "dispatched", "handling", "handled", "checking", "checked", "closed"):
        life._step(step, "missing")
    life.do("reopen", "shift_leader", Given(reason="回访不满意"))
    assert (life.case.number, life.case.reports.get().pk) == (made.number, made.report_id)
