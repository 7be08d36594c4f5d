"""Side paths through the one door: extension, suspension, appeal, correction, return, each with its exact effect on the clocks."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengge.casework import audit
from chengge.casework.actions import Given, perform
from chengge.casework.actions.side_paths import morning_of
from chengge.casework.clocks import moment
from chengge.casework.jobs import wake_suspended
from chengge.casework.models import Clock, Evidence, RequestRule, SidePath
from chengge.casework.queries.timeline import timeline
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.organization.queries import CITY_ZONE, MACHINE
from tests.casework.lives import Life

pytestmark = pytest.mark.django_db

WHY = Given(reason="材料需订货")
A_YEAR_ON = date(2027, 11, 24)


def city_time(at: datetime) -> str:
    return at.astimezone(CITY_ZONE).strftime("%m-%d %H:%M")


def handling(life: Life) -> Clock:
    return Clock.objects.filter(case_id=life.case_id, kind="handling").latest("ordinal")


def level(life: Life) -> Clock:
    return Clock.objects.filter(case_id=life.case_id, kind="level").latest("ordinal")


def path(life: Life) -> SidePath:
    return SidePath.objects.filter(case_id=life.case_id).latest("ordinal")


def faults(life: Life) -> tuple[audit.Fault, ...]:
    return audit.check_range((life.case_id, life.case_id + 1)).faults


def season(day: date = date(2027, 3, 12)) -> Given:
    return Given(reason="需待植树季节", basis="season", until=day)


def late_and_closed(life: Life) -> None:
    """A case of two urgent hours, done after three, checked and closed."""
    life.to("handling")
    life.later(hours=3)
    life._step("handled", "")
    life._step("checking", "")
    life._step("checked", "")
    life._step("closed", "")


# --- Extension ---------------------------------------------------------------------------------------------------------------------------


def test_an_extension_adds_one_original_limit_in_the_clocks_own_time(life):
    life.to("handling", rule="rattling")  # 09:30 on a Tuesday, one working day of eight hours
    assert city_time(handling(life).due_at) == "11-25 09:30"
    life.do("ask_extension", "department", WHY)
    assert life.case.asked == "extension"
    assert city_time(path(life).answer_due_at) == "11-24 15:30"  # four working hours, the noon break left out
    life.later(hours=2)
    life.do("grant_extension", "dispatcher")
    assert city_time(handling(life).due_at) == "11-26 09:30"
    assert handling(life).limit_seconds == 2 * 8 * 3600
    assert (life.case.extension_count, life.case.asked) == (1, "")
    assert life.case.due_at == handling(life).due_at
    assert faults(life) == ()


def test_an_extension_of_a_limit_that_counts_by_night_counts_by_night(life):
    life.to("handling")
    life.do("ask_extension", "department", WHY)
    life.do("grant_extension", "dispatcher")
    assert handling(life).due_at - handling(life).started_at == timedelta(hours=4)


def test_the_clock_of_a_lower_level_follows_an_extension(life):
    life.to("handling", rule="rattling")
    life.do("pass_down", "department", Given(organization_id=life.city.organization_id("works_section")))
    life.later(hours=1)
    life.do("ask_extension", "department", WHY)
    life.do("grant_extension", "dispatcher")
    assert level(life).due_at == handling(life).due_at
    assert level(life).yellow_at == handling(life).yellow_at
    assert faults(life) == ()


def test_an_extension_asked_in_time_and_granted_late_still_moves_the_due_moment(life):
    life.to("handling")
    life.later(hours=1, minutes=55)
    life.do("ask_extension", "department", WHY)
    life.later(hours=1)
    life.do("grant_extension", "dispatcher")
    life._step("handled", "")
    assert handling(life).overdue is False


def test_an_extension_is_asked_before_the_deadline_or_not_at_all(life):
    life.to("handling")
    life.later(hours=2, seconds=1)
    with pytest.raises(Refused) as refused:
        life.do("ask_extension", "department", WHY)
    assert refused.value.code == "too_late"
    assert refused.value.hint


def test_two_extensions_are_granted_at_most_and_a_refusal_does_not_count(life):
    life.to("handling", rule="rattling")
    life.do("ask_extension", "department", WHY)
    life.do("refuse_extension", "dispatcher", Given(reason="时限足够"))
    due = handling(life).due_at
    assert (path(life).outcome, life.case.extension_count) == ("refused", 0)
    for number in range(2):
        photos = (life.photo("department"),) if number else ()
        life.do("ask_extension", "department", Given(reason="材料需订货", photos=photos))
        life.do("grant_extension", "dispatcher")
    assert handling(life).due_at > due
    with pytest.raises(Refused) as refused:
        life.do("ask_extension", "department", Given(reason="又要", photos=(life.photo("department"),)))
    assert refused.value.code == "too_often"


def test_the_second_extension_needs_evidence_which_is_kept_apart_from_the_photos_of_the_place(life):
    life.to("handling", rule="rattling")
    life.do("ask_extension", "department", WHY)
    life.do("grant_extension", "dispatcher")
    with pytest.raises(Refused) as refused:
        life.do("ask_extension", "department", WHY)
    assert (refused.value.code, refused.value.field) == ("photo", "photos")
    life.do("ask_extension", "department", Given(reason="开挖许可未到", photos=(life.photo("department"),)))
    assert Evidence.objects.get(case_id=life.case_id, phase="asked").entry.action == "ask_extension"


def test_one_thing_is_asked_at_a_time(life):
    life.to("handling", rule="rattling")
    life.do("ask_extension", "department", WHY)
    with pytest.raises(Conflict):
        life.do("ask_suspension", "department", season())


def test_the_department_asks_for_what_a_crew_below_it_holds_and_the_crew_does_not(life):
    life.to("handling", rule="rattling")
    life.do("pass_down", "department", Given(organization_id=life.city.organization_id("works_section")))
    with pytest.raises(Forbidden):
        life.do("ask_extension", "section", WHY)
    life.do("ask_extension", "department", WHY)
    assert life.case.asked == "extension"


def test_a_request_nobody_answered_lapses_when_the_work_is_done(life):
    life.to("handling", rule="rattling")
    life.do("ask_extension", "department", WHY)
    life._step("handled", "")
    assert (path(life).outcome, path(life).answered_at, life.case.asked) == ("lapsed", None, "")
    assert faults(life) == ()


def test_the_city_may_let_others_grant_by_its_own_rule(life):
    RequestRule.objects.filter(kind="extension").update(granted_by=["coordinator"])
    life.to("handling", rule="rattling")
    life.do("ask_extension", "department", WHY)
    with pytest.raises(Forbidden):
        life.do("grant_extension", "dispatcher")
    life.do("grant_extension", "coordinator")
    assert life.case.extension_count == 1


def test_another_department_begins_without_the_extensions_of_the_one_before(life):
    life.to("handling", rule="rattling")
    life.do("ask_extension", "department", WHY)
    life.do("grant_extension", "dispatcher")
    life.do("hand_back", "department", Given(reason="不属于我单位", basis="wrong_department"))
    life.do("confirm_return", "shift_leader")
    life.do("dispatch", "dispatcher", Given(organization_id=life.city.organization_id("sanitation")))
    assert life.case.extension_count == 0
    assert handling(life).limit_seconds == 8 * 3600


def test_a_change_of_condition_keeps_what_was_granted(life):
    life.to("handling", rule="rattling")
    life.do("ask_extension", "department", WHY)
    life.do("grant_extension", "dispatcher")
    life.do("reclassify", "shift_leader", Given(rule_id=life.city.missing.pk, reason="危及行人"))
    assert handling(life).limit_seconds == 4 * 3600


# --- Suspension --------------------------------------------------------------------------------------------------------------------------


def test_a_suspension_stops_every_clock_and_wakes_by_itself_with_what_was_left(life):
    life.to("handling", rule="rattling")
    life.do("pass_down", "department", Given(organization_id=life.city.organization_id("works_section")))
    life.do("ask_suspension", "department", season(date(2026, 11, 30)))
    life.later(hours=2)  # until 11:30
    life.do("grant_suspension", "leader")
    assert (life.case.due_at, life.case.asked, life.case.suspension_count) == (None, "", 1)
    assert {clock.paused_at for clock in (handling(life), level(life))} == {life.now}
    life.clock.set(moment(morning_of(date(2026, 11, 30))) - timedelta(seconds=1))
    assert wake_suspended(0) == 0
    life.clock.set(moment(morning_of(date(2026, 11, 30))))
    assert wake_suspended(0) == 1
    assert life.case.suspended_until is None
    # Six of eight working hours are left: from Monday 08:00 to 16:00 with the noon break between.
    assert city_time(handling(life).due_at) == city_time(level(life).due_at) == city_time(life.case.due_at) == "11-30 16:00"
    assert level(life).yellow_at == handling(life).yellow_at
    assert (path(life).outcome, path(life).ended_at) == ("granted", life.now)
    assert wake_suspended(0) == 0
    assert faults(life) == ()


def test_a_suspended_case_takes_nothing_that_would_take_it_on(life):
    life.to("handling", rule="rattling")
    life.do("ask_suspension", "department", season())
    life.do("grant_suspension", "coordinator")
    with pytest.raises(Conflict, match="2027-03-12"):
        life.do("finish", "department", Given(photos=(life.photo("department"),)))
    life.do("wake", "department")
    life._step("handled", "")
    assert faults(life) == ()


def test_a_suspension_ends_within_a_year(life):
    life.to("handling", rule="rattling")
    with pytest.raises(Refused) as refused:
        life.do("ask_suspension", "department", season(A_YEAR_ON + timedelta(days=1)))
    assert refused.value.field == "until"
    life.do("ask_suspension", "department", season(A_YEAR_ON))
    with pytest.raises(Refused):
        life.do("grant_suspension", "leader", Given(until=date(2026, 11, 24)))


def test_whoever_grants_a_suspension_may_shorten_it(life):
    life.to("handling", rule="rattling")
    life.do("ask_suspension", "department", season(A_YEAR_ON))
    life.do("grant_suspension", "leader", Given(until=date(2027, 3, 12)))
    assert life.case.suspended_until == moment(morning_of(date(2027, 3, 12)))
    assert path(life).until == life.case.suspended_until


def test_a_case_is_suspended_once(life):
    life.to("handling", rule="rattling")
    life.do("ask_suspension", "department", season())
    life.do("grant_suspension", "leader")
    life.do("wake", "dispatcher")
    with pytest.raises(Refused) as refused:
        life.do("ask_suspension", "department", season())
    assert refused.value.code == "too_often"


def test_a_suspension_names_season_or_project(life):
    life.to("handling", rule="rattling")
    with pytest.raises(Refused) as refused:
        life.do("ask_suspension", "department", Given(reason="等等再说", until=date(2027, 1, 5)))
    assert refused.value.field == "basis"


def test_voiding_a_suspended_case_ends_the_suspension(life):
    life.to("handling", rule="rattling")
    life.do("ask_suspension", "department", season())
    life.do("grant_suspension", "leader")
    life.do("void", "shift_leader", Given(reason="重复立案"))
    assert (life.case.suspended_until, path(life).ended_at) == (None, life.now)
    assert faults(life) == ()


def test_no_machine_does_what_a_timer_may_not(life):
    life.to("handling")
    with pytest.raises(Forbidden):
        perform(life.case_id, "finish", MACHINE, Given(photos=(life.photo("department"),)))


# --- Appeal, correction, return ----------------------------------------------------------------------------------------------------------


def test_a_granted_appeal_excuses_the_case_and_leaves_the_raw_fact(life):
    late_and_closed(life)
    life.do("appeal", "department", Given(reason="暴雨停工", photos=(life.photo("department"),)))
    assert life.case.asked == "appeal"
    life.do("grant_appeal", "evaluator", Given(note="气象证明属实"))
    assert (life.case.excused, life.case.asked, life.case.stage) == (True, "", "closed")
    assert handling(life).overdue is True
    with pytest.raises(Conflict):
        life.do("appeal", "department", Given(reason="再申诉"))
    assert faults(life) == ()


def test_a_refused_appeal_is_not_made_again(life):
    late_and_closed(life)
    life.do("appeal", "department", WHY)
    life.do("refuse_appeal", "shift_leader", Given(reason="证据不足"))
    assert life.case.excused is False
    with pytest.raises(Conflict):
        life.do("appeal", "department", WHY)


def test_what_was_in_time_cannot_be_appealed(life):
    life.to("closed")
    with pytest.raises(Refused) as refused:
        life.do("appeal", "department", WHY)
    assert refused.value.code == "not_late"


def test_an_appeal_comes_within_a_week_of_closing(life):
    late_and_closed(life)
    life.later(days=7, seconds=1)
    with pytest.raises(Refused) as refused:
        life.do("appeal", "department", WHY)
    assert refused.value.code == "too_late"


def test_only_supervision_answers_an_appeal(life):
    late_and_closed(life)
    life.do("appeal", "department", WHY)
    with pytest.raises(Forbidden):
        life.do("grant_appeal", "dispatcher")


def test_a_reopened_case_forgets_that_it_was_excused(life):
    late_and_closed(life)
    life.do("appeal", "department", WHY)
    life.do("grant_appeal", "evaluator")
    life.do("reopen", "shift_leader", Given(reason="问题反弹"))
    assert (life.case.excused, life.case.appealed) == (False, False)
    assert faults(life) == ()


def test_a_wrong_fact_is_corrected_even_after_closing_and_no_clock_moves(life):
    life.to("closed")
    before = list(Clock.objects.filter(case_id=life.case_id).values())
    life.do("correct", "shift_leader", Given(place="石桥路 21 号", reason="门牌写错"))
    assert (life.case.place, life.case.stage) == ("石桥路 21 号", "closed")
    assert list(Clock.objects.filter(case_id=life.case_id).values()) == before
    with pytest.raises(Refused):
        life.do("correct", "shift_leader", Given(reason="没有改什么"))
    with pytest.raises(Forbidden):
        life.do("correct", "dispatcher", Given(place="别处", reason="不该由指挥轴改"))


def test_a_return_is_a_request_with_its_reason_and_its_answer(life):
    life.to("dispatched")
    life.do("hand_back", "department", Given(reason="权属为街道", basis="out_of_jurisdiction"))
    assert (path(life).kind, path(life).basis, life.case.asked) == ("return", "out_of_jurisdiction", "return")
    life.do("refuse_return", "shift_leader", Given(reason="责任清单明确"))
    assert (path(life).outcome, life.case.asked) == ("refused", "")
    assert faults(life) == ()


# --- Orders and urging -------------------------------------------------------------------------------------------------------------------


def test_a_supervision_order_is_placed_answered_and_lifted_and_ends_with_the_case(life):
    life.to("handling")
    demand = Given(reason="超时未反馈", note="今日 18 时前完成围挡", basis="timeout", degree=2)
    life.do("order_supervision", "dispatcher", demand)
    assert (life.case.supervision, path(life).degree, path(life).basis) == ("ordered", 2, "timeout")
    assert city_time(path(life).answer_due_at) == "11-25 09:30"
    with pytest.raises(Conflict):
        life.do("order_supervision", "leader", demand)
    life.do("answer_supervision", "department", Given(reason="已派人到场"))
    assert (life.case.supervision, path(life).outcome) == ("answered", "answered")
    life.do("lift_supervision", "leader")
    assert (life.case.supervision, path(life).outcome) == ("", "lifted")
    life.do("order_supervision", "leader", Given(reason="领导批示", note="举一反三", basis="leader"))
    for step in ("handled", "checking", "checked", "closed"):
        life._step(step, "")
    assert life.case.supervision == ""
    assert path(life).ended_at == life.now
    assert faults(life) == ()


def test_an_order_may_name_its_own_deadline(life):
    life.to("handling")
    by = life.now + timedelta(hours=1)
    life.do("order_supervision", "leader", Given(reason="重要", note="立即处置", basis="importance", answer_by=by))
    assert path(life).answer_due_at == by


def test_urging_is_counted_and_not_done_twice_within_the_hour(life):
    life.to("handling")
    life.do("urge", "dispatcher", Given(note="请尽快"))
    with pytest.raises(Refused) as refused:
        life.do("urge", "leader")
    assert refused.value.code == "too_soon"
    life.later(hours=1)
    life.do("urge", "leader")
    assert life.case.urge_count == 2
    assert faults(life) == ()


def test_the_story_of_a_case_tells_what_was_asked_until_when_and_by_when_it_is_answered(life):
    life.to("handling", rule="rattling")
    life.do("ask_suspension", "department", season())
    told = timeline(life.case)[0]
    assert any("2027-03-12" in fact for fact in told.facts)
    assert any("11-26 09:30" in fact for fact in told.facts)  # two working days to answer


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.sampled_from(["extension", "refused", "suspension", "wake", "order", "answer", "lift", "urge", "down", "later"]), max_size=12
    )
)
def test_whatever_is_asked_and_answered_in_whatever_order_the_row_is_what_the_ledger_adds_up_to(life, steps):
    life.to("handling", rule="rattling")
    deeds = {
        "extension": (("ask_extension", "department", WHY), ("grant_extension", "dispatcher", Given())),
        "refused": (("ask_extension", "department", WHY), ("refuse_extension", "dispatcher", WHY)),
        "suspension": (("ask_suspension", "department", season()), ("grant_suspension", "leader", Given())),
        "wake": (("wake", "dispatcher", Given()),),
        "order": (("order_supervision", "leader", Given(reason="督办", note="尽快", basis="leader")),),
        "answer": (("answer_supervision", "department", WHY),),
        "lift": (("lift_supervision", "dispatcher", Given()),),
        "urge": (("urge", "dispatcher", Given()),),
        "down": (("pass_down", "department", Given(organization_id=life.city.organization_id("works_section"))),),
    }
    for step in steps:
        life.later(minutes=17)
        for deed in deeds.get(step, ()):
            try:
                life.do(*deed)
            except Refused:
                break
    assert faults(life) == ()
