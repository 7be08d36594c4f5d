"""The one door: what it lets through, what it refuses, and what it leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from chengge.casework import audit
from chengge.casework.actions import Given, Said, complete_report, perform, report
from chengge.casework.models import Assignment, Case, Clock, LedgerEntry, Task
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Stage
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(city, pretended_clock) -> Life:
    return Life(city, pretended_clock)


def clock_of(case: Case, kind: str) -> Clock:
    return Clock.objects.filter(case=case, kind=kind).latest("ordinal")


def test_a_case_goes_all_the_way_round(life):
    life.to("closed")
    case = life.case
    assert case.stage == "closed"
    assert case.ended_at is not None
    told = list(LedgerEntry.objects.filter(case=case).order_by("seq").values_list("action", flat=True))
    assert told == [
        "report", "ask_to_verify", "verify_true", "accept", "file", "dispatch", "take_up", "finish", "ask_to_check", "pass_check", "close",
    ]  # fmt: skip
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()
    assert not Task.objects.filter(case=case, done_at=None).exists()
    assert next(iter(audit.verify(1))).faults == ()


def test_the_number_says_day_county_and_serial(life):
    first, second = life.report(), life.report()
    day = life.clock.at.astimezone().strftime("%Y%m%d")
    assert (first.number, second.number) == (f"{day}990101000001", f"{day}990101000002")


def test_a_department_cannot_close_its_own_case(life):
    life.to("checked")
    with pytest.raises(Forbidden) as refused:
        life.do("close", "department")
    assert refused.value.code == "post"
    assert life.case.stage == "checked"


def test_a_department_cannot_touch_the_case_of_another(life):
    life.to("dispatched")
    with pytest.raises(Forbidden) as refused:
        life.do("take_up", "other_department")
    assert refused.value.code == "holder"


def test_an_action_out_of_order_is_refused_and_says_who_was_there_before(life):
    life.to("filed")
    with pytest.raises(Conflict) as refused:
        life.do("file", "shift_leader")
    assert "何敏" in refused.value.hint
    assert life.case.entry_count == LedgerEntry.objects.filter(case=life.case).count()


def test_a_case_that_moved_since_it_was_seen_is_not_moved_blindly(life):
    life.to("reported")
    seen = life.case.entry_count
    life.do("amend", "operator", Given(reason="补充地点", place="石桥路 8 号"))
    with pytest.raises(Conflict):
        life.do("reject", "operator", Given(reason="重复"), seen=seen)
    assert life.case.stage == "reported"


def test_the_same_key_does_a_thing_once(life):
    life.to("accepted")
    first = life.do("file", "shift_leader", key="k-1")
    again = life.do("file", "shift_leader", key="k-1")
    assert (again.entry_id, again.repeated) == (first.entry_id, True)
    assert LedgerEntry.objects.filter(case=life.case, action="file").count() == 1


def test_the_same_report_sent_twice_is_one_case(life):
    said = life.said()
    first = report(life.city.actor("operator"), said, key="r-1")
    again = report(life.city.actor("operator"), said, key="r-1")
    assert (again.case_id, again.repeated) == (first.case_id, True)
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("action", "post", "before", "field"),
    [
        ("reject", "operator", "reported", "reason"),
        ("accept", "operator", "reported", "rule"),
        ("dispatch", "dispatcher", "filed", "organization"),
        ("finish", "department", "handling", "photos"),
        ("hand_back", "department", "dispatched", "reason"),
    ],
)
def test_what_is_missing_is_named(life, action, post, before, field):
    life.to(before)
    with pytest.raises(Refused) as refused:
        life.do(action, post, Given())
    assert refused.value.field == field
    assert life.case.stage == before


def test_a_case_is_dispatched_to_a_department_not_to_its_crew(life):
    life.to("filed")
    with pytest.raises(Refused) as refused:
        life.do("dispatch", "dispatcher", Given(organization_id=life.city.organization_id("works_crew")))
    assert refused.value.field == "organization"


def test_a_photo_of_somebody_else_proves_nothing(life):
    life.to("handling")
    photo = life.photo("operator")
    with pytest.raises(Refused) as refused:
        life.do("finish", "department", Given(photos=(photo,)))
    assert refused.value.code == "photo"
    assert life.case.stage == "handling"


def test_the_hash_of_a_photo_stands_in_the_entry_it_was_given_with(life):
    life.to("handling")
    photo = life.photo("department")
    moved = life.do("finish", "department", Given(photos=(photo,)))
    entry = LedgerEntry.objects.get(pk=moved.entry_id)
    assert photo in entry.body
    assert entry.evidence.get().phase == "handle"


# --- clocks -----------------------------------------------------------------------------------------------------------------------------


def test_the_acceptance_clock_stands_still_while_a_verify_task_is_out(life):
    life.to("reported")
    life.later(minutes=5)
    life.do("ask_to_verify", "operator")
    life.later(minutes=20)
    life.verify()
    acceptance = clock_of(life.case, "acceptance")
    assert acceptance.worked_seconds == 5 * 60
    assert acceptance.due_at == life.now + timedelta(minutes=10)
    assert life.case.due_at == acceptance.due_at
    assert clock_of(life.case, "verify").overdue is False


def test_the_second_in_which_a_clock_is_due_is_still_in_time(life):
    life.to("accepted")
    life.later(minutes=15)
    life.do("file", "shift_leader")
    assert clock_of(life.case, "filing").overdue is False


def test_a_second_later_is_late(life):
    life.to("accepted")
    life.later(minutes=15, seconds=1)
    life.do("file", "shift_leader")
    assert clock_of(life.case, "filing").overdue is True


def test_a_wrongly_dispatched_case_gives_the_next_department_its_full_limit(life):
    life.to("dispatched")
    life.later(hours=1)
    life.do("hand_back", "department", Given(reason="不属于我单位"))
    first = clock_of(life.case, "handling")
    life.later(minutes=10)
    life.do("confirm_return", "shift_leader")
    life.later(minutes=2)
    life.do("dispatch", "dispatcher", Given(organization_id=life.city.organization_id("sanitation")))
    first.refresh_from_db()
    second = clock_of(life.case, "handling")
    assert first.worked_seconds == 3600
    assert second.ordinal > first.ordinal
    assert second.limit_seconds == first.limit_seconds
    assert second.started_at == life.now
    assert clock_of(life.case, "dispatch").worked_seconds == 12 * 60
    assert (life.case.return_count, life.case.wrong_dispatch_count) == (1, 1)


def test_a_return_that_is_refused_leaves_the_department_what_was_left(life):
    life.to("dispatched")
    life.later(minutes=30)
    life.do("hand_back", "department", Given(reason="不属于我单位"))
    life.later(minutes=50)
    life.do("refuse_return", "shift_leader", Given(reason="养护单位即为该单位"))
    handling = clock_of(life.case, "handling")
    assert handling.due_at == life.now + timedelta(seconds=handling.limit_seconds - 30 * 60)
    assert (life.case.stage, life.case.organization_id) == ("dispatched", life.city.organization_id("works"))
    life.later(minutes=5)
    life.do("take_up", "department")
    life.do("finish", "department", Given(photos=(life.photo("department"),)))
    assert clock_of(life.case, "handling").worked_seconds == 35 * 60


def test_a_failed_check_is_rework_by_the_same_department_with_all_material_kept(life):
    life.to("checking")
    photos_before = life.case.evidence.count()
    life.do("fail_check", "inspector", Given(reason="未修复", photos=(life.photo("inspector"),)))
    case = life.case
    assert (case.stage, case.rework_count, case.organization_id) == ("dispatched", 1, life.city.organization_id("works"))
    assert case.evidence.count() == photos_before + 1
    assert clock_of(case, "handling").stopped_at is None
    assert Assignment.objects.filter(case=case).count() == 2


def test_a_lower_level_is_due_when_the_department_is(life):
    life.to("dispatched")
    life.later(minutes=10)
    life.do("pass_down", "department", Given(organization_id=life.city.organization_id("works_section")))
    life.do("pass_down", "section", Given(organization_id=life.city.organization_id("works_crew")))
    case = life.case
    assert (case.level, case.organization_id) == (4, life.city.organization_id("works_crew"))
    assert clock_of(case, "level").due_at == clock_of(case, "handling").due_at
    with pytest.raises(Forbidden):
        life.do("take_up", "department")
    life.do("submit", "crew", Given(photos=(life.photo("crew"),)))
    assert (life.case.level, life.case.organization_id) == (3, life.city.organization_id("works_section"))
    assert clock_of(life.case, "handling").stopped_at is None
    life.do("hand_up", "section", Given(reason="已完成，交部门确认"))
    life.do("finish", "department", Given(photos=(life.photo("department"),)))
    assert life.case.stage == "handled"
    assert not Assignment.objects.filter(case=life.case, ended_at=None).exists()
    assert not Clock.objects.filter(case=life.case, kind="level", stopped_at=None).exists()


def test_another_rule_counts_from_the_start_of_the_handling(life):
    life.to("handling")
    handling = clock_of(life.case, "handling")
    life.later(minutes=30)
    life.do("reclassify", "shift_leader", Given(reason="复核条件", rule_id=life.city.rattling.pk))
    again = clock_of(life.case, "handling")
    assert again.ordinal == handling.ordinal
    assert again.limit_amount == life.city.rattling.limit_amount
    assert life.case.due_at == again.due_at > life.now


def test_a_change_of_rule_never_makes_a_case_overdue_at_birth(life):
    life.to("handling", rule="rattling")
    life.later(hours=3)
    life.do("reclassify", "shift_leader", Given(reason="危及行人", rule_id=life.city.missing.pk))
    first, second = Clock.objects.filter(case=life.case, kind="handling").order_by("ordinal")
    assert (first.stopped_at, first.overdue) == (life.now, False)
    assert second.started_at == life.now
    assert life.case.due_at == second.due_at == life.now + timedelta(seconds=second.limit_seconds)


# --- ends and side paths ----------------------------------------------------------------------------------------------------------------


def test_a_small_thing_is_disposed_of_on_the_spot_and_closed_after_review(life):
    life.to("reported", channel="inspector", post="inspector")
    photo = life.photo("inspector")
    life.do("self_dispose", "inspector", Given(photos=(photo,), rule_id=life.city.missing.pk))
    assert (life.case.stage, life.case.self_disposed) == ("checked", True)
    with pytest.raises(Conflict):
        life.do("check_again", "shift_leader", Given(reason="看一看"))
    life.do("close", "shift_leader")
    assert life.case.stage == "closed"


def test_a_refused_self_disposal_goes_the_long_way(life):
    life.to("reported", channel="inspector", post="inspector")
    life.do("self_dispose", "inspector", Given(photos=(life.photo("inspector"),), rule_id=life.city.missing.pk))
    life.do("refuse_self_disposal", "shift_leader", Given(reason="井盖仍然松动"))
    assert (life.case.stage, life.case.self_disposed) == ("reported", False)
    life.do("accept", "operator")
    assert life.case.stage == "accepted"


@pytest.mark.parametrize("stage", ["reported", "verifying", "accepted", "filed", "handling", "returned", "checking", "checked"])
def test_a_voided_case_leaves_nothing_running(life, stage):
    life.to(stage)
    life.do("void", "shift_leader", Given(reason="误报"))
    case = life.case
    assert case.stage == "voided"
    assert case.due_at is None
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()
    assert not Task.objects.filter(case=case, done_at=None).exists()
    assert not Assignment.objects.filter(case=case, ended_at=None).exists()
    assert [checked.faults for checked in audit.verify(1)] == [()]


def test_nobody_moves_a_closed_case(life):
    life.to("closed")
    for action, post in (("void", "shift_leader"), ("amend", "operator"), ("dispatch", "dispatcher")):
        with pytest.raises(Conflict):
            life.do(action, post, Given(reason="再来一次", organization_id=life.city.organization_id("works")))


def test_an_unknown_action_or_case_is_said_to_be_unknown(life):
    life.to("reported")
    with pytest.raises(NotFound):
        life.do("fly", "operator")
    with pytest.raises(NotFound):
        perform(10**9, "file", life.city.actor("shift_leader"))


# --- reports ----------------------------------------------------------------------------------------------------------------------------


def test_a_report_without_place_or_class_is_a_question_back_not_a_crash(life):
    said = Said(channel="hotline", description="井盖响", contact="13800001234")
    kept = report(life.city.actor("operator"), said)
    assert kept.case_id is None
    assert {question.field for question in kept.questions} == {"place", "problem_class"}
    assert Case.objects.count() == 0


def test_a_phone_without_a_fix_has_no_place(life):
    kept = report(life.city.actor("operator"), life.said(lon=0.0, lat=0.0))
    assert [question.field for question in kept.questions] == ["place"]


def test_a_place_in_no_grid_opens_a_case_that_says_so(life):
    kept = report(life.city.actor("operator"), life.said(lon=121.5, lat=29.9))
    assert Case.objects.get(pk=kept.case_id).grid_code is None


def test_an_operator_completes_what_an_inspector_reported_with_a_photo(life):
    photo = life.photo("inspector")
    kept = report(life.city.actor("inspector"), life.said(channel="inspector", lon=None, lat=None, photos=(photo,)))
    lon, lat = life.city.places[0]
    done = complete_report(kept.report_id, life.city.actor("operator"), {"lon": lon, "lat": lat})
    assert Case.objects.get(pk=done.case_id).evidence.get().sha256 == photo


def test_disposing_of_a_thing_from_the_other_side_of_the_street_does_not_move_it(life):
    life.to("reported", channel="inspector", post="inspector")
    before = life.case
    lon, lat = life.city.places[3]
    life.do("self_dispose", "inspector", Given(photos=(life.photo("inspector"),), rule_id=life.city.missing.pk, lon=lon, lat=lat))
    assert (life.case.lon, life.case.grid_code) == (before.lon, before.grid_code)


def test_departments_report_nothing(life):
    with pytest.raises(Forbidden):
        report(life.city.actor("department"), life.said())


# --- the ledger -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    ["UPDATE casework_ledgerentry SET reason = 'x'", "DELETE FROM casework_ledgerentry", "TRUNCATE casework_ledgerentry CASCADE"],
)
def test_the_database_refuses_to_change_the_ledger(life, statement):
    life.to("filed")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE casework_ledgerentry ENABLE TRIGGER ledger_no_truncate")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_simulated_entries_say_so(life):
    life.to("reported")
    life.do("reject", "operator", Given(reason="重复"), origin="simulated")
    assert LedgerEntry.objects.get(case=life.case, action="reject").origin == "simulated"


def test_time_never_runs_backwards_in_a_case(life):
    life.to("accepted")
    before = life.case.changed_at
    life.clock.set(datetime(2026, 1, 2, tzinfo=UTC))
    life.do("file", "shift_leader")
    assert life.case.changed_at == before
    assert Stage(life.case.stage) is Stage.FILED
