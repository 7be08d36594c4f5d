"""Cases go by themselves to whoever certainly answers for them, and it can be undone, measured and stopped."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from chengge import clock
from chengge.casework import photos
from chengge.casework.actions import Given, Said, perform, report
from chengge.casework.actions.by_itself import RuleValues, look, save_rule, stop_what_errs, switch
from chengge.casework.audit import check_range, rebuild
from chengge.casework.models import Assignment, ByItselfSwitch, Case, LedgerEntry, SelfDispatch
from chengge.casework.queries import CaseFilter, cases, open_actions, timeline
from chengge.casework.queries.by_itself import classes_gone_wrong, records, shares, switched_on, verdict_of
from chengge.domain.by_itself import Record
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.lifecycle import Post, Stage
from chengge.domain.responsibility import Ground
from chengge.foundation.actions import RuledScope, lay_down
from chengge.foundation.models import Component, Responsibility
from chengge.notices.models import Notice
from chengge.organization.queries import MACHINE, city_day
from tests.casework.lives import picture
from tests.factories import GRID_CODES, MANHOLE_CODE, SINCE, City

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday, 9 in Shanghai
LOW = RuleValues(least_percent=85, minimum_sample=2)


@pytest.fixture(autouse=True)
def morning():
    with clock.pretend(MORNING):
        yield


def filed(city: City, what: str = "manhole", place: int = 0) -> Case:
    """A filed case of a class, in one of the four grids."""
    lon, lat = city.places[place]
    said = Said(
        channel="hotline",
        problem_class_id=getattr(city, what).pk,
        description=f"{what} 需要处理",
        place="石桥路",
        lon=lon,
        lat=lat,
        component_code=MANHOLE_CODE if what == "manhole" and place == 0 else None,
    )
    made = report(city.actor("operator"), said)
    assert made.case_id is not None
    rule = {"manhole": city.rattling, "garbage": city.heap, "parking": city.parked}[what]
    perform(made.case_id, "accept", city.actor("operator"), Given(rule_id=rule.pk))
    perform(made.case_id, "file", city.actor("shift_leader"))
    return Case.objects.get(pk=made.case_id)


def allow(city: City, *classes: str, values: RuleValues = LOW) -> None:
    for name in classes:
        save_rule(city.actor("administrator"), getattr(city, name).pk, values, city_day(clock.now()))
        switch(city.actor("coordinator"), getattr(city, name).pk, True, "责任清单齐全")


def machine_body(case: Case, action: str = "dispatch") -> dict:
    entry = LedgerEntry.objects.filter(case=case, action=action, member=None).order_by("seq")[0]
    return orjson.loads(entry.body)


def whole(case: Case) -> bool:
    return not check_range((case.pk, case.pk + 1)).faults


def test_nothing_goes_by_itself_until_somebody_switches_a_class_on(city: City):
    case = filed(city)
    assert look() == 0
    case.refresh_from_db()
    assert case.stage == Stage.FILED


def test_a_manhole_goes_to_the_section_that_maintains_it_with_the_reasons_in_the_ledger(city: City):
    allow(city, "manhole")
    case = filed(city)
    assert look() == 1
    case.refresh_from_db()
    assert (case.stage, case.department_id, case.organization_id, case.level) == (
        Stage.DISPATCHED,
        city.organization_id("works"),
        city.organization_id("works_section"),
        3,
    )
    assert case.undo_until == MORNING + timedelta(minutes=15)
    told = machine_body(case)["given"]["by_itself"]
    assert told["ground"] == "maintains"
    assert told["body"] == told["source"] == city.organization_id("works_section")
    assert told["certainty"] >= 0.9
    assert told["reasons"][0]["because"] == "rests"
    assert "雨水井盖" in machine_body(case)["given"]["note"]
    assert machine_body(case, "pass_down")["given"]["by_itself"] == {"dispatch": machine_body(case)["seq"]}
    assert SelfDispatch.objects.get().ground == "maintains"
    assert whole(case)


def test_looking_twice_dispatches_once(city: City):
    allow(city, "manhole")
    case = filed(city)
    assert (look(), look(), look(MORNING - timedelta(minutes=2))) == (1, 0, 0)
    assert LedgerEntry.objects.filter(case=case, action="dispatch").count() == 1


def test_only_what_moved_lately_is_looked_at_where_that_is_asked(city: City):
    allow(city, "manhole")
    filed(city)
    with clock.pretend(MORNING + timedelta(minutes=10)):
        assert look(clock.now() - timedelta(minutes=2)) == 0
        assert look() == 1


def test_a_case_whose_owner_is_not_certain_enough_stays_for_the_dispatcher(city: City):
    allow(city, "parking", values=RuleValues(least_percent=95))
    case = filed(city, "parking")
    assert look() == 0
    assert verdict_of(case).certainty < 0.95
    assert "dispatch" in {row.action for row in open_actions(city.actor("dispatcher"), case)}


def test_two_bodies_with_the_same_right_leave_the_case_to_the_dispatcher_until_a_ruling_settles_it(city: City):
    allow(city, "manhole", values=RuleValues(least_percent=90))
    for name in ("works", "sanitation"):
        Responsibility.objects.create(
            kind="component", problem_class=city.manhole, organization=city.organizations[name], basis="责任清单", valid_from=SINCE
        )
    Component.objects.filter(code=MANHOLE_CODE).update(maintaining_body=None, owning_body=None, managing_body=None)
    case = filed(city)
    assert look() == 0
    scope = RuledScope(city.organization_id("works_crew"), city.manhole.pk, grid_codes=[GRID_CODES[0]])
    lay_down(city.actor("coordinator"), "协裁〔2026〕1号", "现场会勘", [scope], city_day(MORNING), None)
    assert look() == 1
    case.refresh_from_db()
    assert (case.organization_id, case.level) == (city.organization_id("works_crew"), 4)
    assert machine_body(case)["given"]["by_itself"]["ground"] == Ground.RULING.value
    assert "协裁〔2026〕1号" in machine_body(case)["given"]["note"]
    levels = list(Assignment.objects.filter(case=case).order_by("ordinal").values_list("level", flat=True))
    assert levels == [2, 3, 4]
    assert whole(case)


def test_a_level_on_which_nobody_could_take_the_case_is_skipped(city: City):
    city.members["section"].posts.all().delete()
    scope = RuledScope(city.organization_id("works_crew"), city.garbage.pk, grid_codes=[GRID_CODES[1]])
    lay_down(city.actor("coordinator"), "协裁〔2026〕2号", "会议议定", [scope], city_day(MORNING), None)
    allow(city, "garbage")
    case = filed(city, "garbage", 1)
    assert look() == 1
    assert list(Assignment.objects.filter(case=case).order_by("ordinal").values_list("level", flat=True)) == [2, 4]


def test_a_dispatcher_undoes_it_within_the_time_and_it_stays_with_people_from_then_on(city: City):
    allow(city, "manhole")
    case = filed(city)
    look()
    dispatcher = city.actor("dispatcher")
    case.refresh_from_db()
    assert "undo_dispatch" in {row.action for row in open_actions(dispatcher, case)}
    with clock.pretend(MORNING + timedelta(minutes=5)):
        perform(case.pk, "undo_dispatch", dispatcher, Given(reason="权属为其他单位"))
        assert look() == 0
    case.refresh_from_db()
    assert (case.stage, case.department_id, case.level, case.undo_until) == (Stage.FILED, None, None, None)
    assert case.wrong_dispatch_count == 1
    assert not Assignment.objects.filter(case=case, ended_at=None).exists()
    assert {one.kind for one in case.clocks.filter(stopped_at=None)} == {"dispatch"}
    assert whole(case)
    perform(case.pk, "dispatch", dispatcher, Given(organization_id=city.organization_id("sanitation")))
    assert whole(case)


def test_after_the_time_nobody_undoes_it_and_nobody_undoes_what_a_person_dispatched(city: City):
    allow(city, "manhole")
    dispatcher = city.actor("dispatcher")
    case, by_hand = filed(city), filed(city, "parking", 2)
    look()
    perform(by_hand.pk, "dispatch", dispatcher, Given(organization_id=city.organization_id("street_office")))
    with pytest.raises(Conflict):
        perform(by_hand.pk, "undo_dispatch", dispatcher, Given(reason="派错了"))
    with clock.pretend(MORNING + timedelta(minutes=16)):
        case.refresh_from_db()
        assert "undo_dispatch" not in {row.action for row in open_actions(dispatcher, case)}
        with pytest.raises(Conflict):
            perform(case.pk, "undo_dispatch", dispatcher, Given(reason="派错了"))
    with pytest.raises(Forbidden):
        perform(case.pk, "undo_dispatch", city.actor("shift_leader"), Given(reason="派错了"))


def test_a_machine_dispatches_nothing_without_saying_why(city: City):
    case = filed(city)
    with pytest.raises(Forbidden):
        perform(case.pk, "dispatch", MACHINE, Given(organization_id=city.organization_id("works")))
    with pytest.raises(Forbidden):
        perform(case.pk, "return_to_filing", MACHINE, Given(reason="不清"))


def test_what_came_back_is_for_people_to_look_at(city: City):
    allow(city, "garbage")
    case = filed(city, "garbage", 1)
    perform(case.pk, "return_to_filing", city.actor("dispatcher"), Given(reason="权属不清"))
    perform(case.pk, "file", city.actor("shift_leader"))
    assert look() == 0


def test_the_case_is_rebuilt_from_its_ledger_with_the_mark_that_it_went_by_itself(city: City):
    allow(city, "manhole")
    case = filed(city)
    look()
    Case.objects.filter(pk=case.pk).update(undo_until=None)
    assert rebuild(case.pk)
    case.refresh_from_db()
    assert case.undo_until is not None
    other = filed(city, "parking", 2)
    Case.objects.filter(pk=other.pk).update(undo_until=MORNING)
    assert rebuild(other.pk)
    other.refresh_from_db()
    assert other.undo_until is None


def test_the_story_of_the_case_says_why_it_went_by_itself(city: City):
    allow(city, "manhole")
    case = filed(city)
    look()
    told = next(entry for entry in timeline(case) if entry.action == "dispatch")
    assert told.who == ""
    assert any("97" in fact or "96" in fact for fact in told.facts), told.facts
    assert any("maintains" in fact for fact in told.facts), told.facts


def test_the_desk_finds_what_went_by_itself(city: City):
    allow(city, "manhole")
    case, other = filed(city), filed(city, "parking", 2)
    look()
    dispatcher = city.actor("dispatcher")
    perform(other.pk, "dispatch", dispatcher, Given(organization_id=city.organization_id("street_office")))
    assert [one.pk for one in cases(dispatcher, CaseFilter(mark="by_itself")).rows] == [case.pk]
    queue = CaseFilter(desk=Post.DISPATCHER, queue="by_itself")
    assert [one.pk for one in cases(dispatcher, queue).rows] == [case.pk]


# --- The measure -----------------------------------------------------------------------------------------------------------------------


def record(city: City, what: str = "manhole") -> Record:
    class_id = getattr(city, what).pk
    return records({class_id: MORNING - timedelta(days=90)})[class_id]


def test_what_is_undone_or_handed_back_as_not_theirs_is_an_error_and_what_is_taken_up_is_none(city: City):
    allow(city, "manhole")
    undone, back, needless, taken, finished = (filed(city) for _ in range(5))
    assert look() == 5
    assert record(city) == Record(open=5)
    works, section = city.actor("department"), city.actor("section")
    perform(undone.pk, "undo_dispatch", city.actor("dispatcher"), Given(reason="派错了"))
    for case in (back, needless, finished):
        perform(case.pk, "hand_up", section, Given(reason="非本班组"))
    perform(back.pk, "hand_back", works, Given(reason="不属本单位", basis="wrong_department"))
    perform(needless.pk, "hand_back", works, Given(reason="现场已无问题", basis="needs_no_handling"))
    perform(finished.pk, "finish", works, Given(photos=(photos.store(picture(), works).sha256,)))
    perform(taken.pk, "take_up", section)
    assert record(city) == Record(right=1, wrong=2, open=2)  # one may still be undone, of one nothing is said against the department
    with clock.pretend(MORNING + timedelta(hours=1)):
        assert record(city) == Record(right=2, wrong=2, open=1)
    perform(back.pk, "refuse_return", city.actor("shift_leader"), Given(reason="是你们的"))
    assert record(city) == Record(right=1, wrong=1, open=3)


def test_each_minute_only_classes_are_judged_of_which_something_has_just_gone_wrong(city: City):
    allow(city, "manhole")
    cases = [filed(city) for _case in range(3)]
    look()
    assert stop_what_errs(MORNING - timedelta(minutes=5)) == []
    perform(cases[0].pk, "undo_dispatch", city.actor("dispatcher"), Given(reason="派错了"))
    perform(cases[1].pk, "hand_up", city.actor("section"), Given(reason="非本班组"))
    perform(cases[1].pk, "hand_back", city.actor("department"), Given(reason="不属本单位", basis="wrong_department"))
    assert classes_gone_wrong(MORNING) == {city.manhole.pk}
    assert classes_gone_wrong(MORNING + timedelta(minutes=30)) == set()
    assert stop_what_errs(MORNING + timedelta(minutes=30)) == []
    assert len(stop_what_errs(MORNING)) == 1


def test_a_class_under_its_bar_stops_by_itself_the_coordinators_hear_of_it_and_a_person_must_start_it_again(city: City):
    allow(city, "manhole")
    first, second = filed(city), filed(city)
    look()
    assert stop_what_errs() == []
    for case in (first, second):
        perform(case.pk, "undo_dispatch", city.actor("dispatcher"), Given(reason="派错了"))
    (stopped,) = stop_what_errs()
    assert (stopped.member, stopped.judged_count, stopped.right_count) == (None, 2, 0)
    assert switched_on() == frozenset()
    assert stop_what_errs() == []
    told = Notice.objects.filter(topic="by_itself")
    assert [notice.member_id for notice in told] == [city.members["coordinator"].pk]
    filed(city)
    assert look() == 0
    with clock.pretend(MORNING + timedelta(hours=1)):
        switch(city.actor("administrator"), city.manhole.pk, True, "权属已核对")
        assert stop_what_errs() == []  # judged anew from then on
        assert look() == 1
    history = ByItselfSwitch.objects.filter(problem_class=city.manhole).order_by("pk")
    assert [(row.is_on, row.member_id is None) for row in history] == [(True, False), (False, True), (True, False)]


def test_the_share_of_cases_that_went_by_themselves(city: City):
    allow(city, "manhole")
    filed(city)
    other = filed(city, "manhole", 3)
    look()
    perform(other.pk, "dispatch", city.actor("dispatcher"), Given(organization_id=city.organization_id("works")))
    share = shares(clock.now())[city.manhole.pk]
    assert (share.dispatched, share.by_itself) == (2, 1)


# --- Who decides -----------------------------------------------------------------------------------------------------------------------


def test_administrators_and_coordinators_decide_and_nobody_else(city: City):
    for name in ("dispatcher", "leader", "department", "shift_leader"):
        with pytest.raises(Forbidden):
            switch(city.actor(name), city.manhole.pk, True, "试行")
        with pytest.raises(Forbidden):
            save_rule(city.actor(name), None, RuleValues(), city_day(MORNING))


def test_whoever_switches_says_why_and_switches_what_is_not_so_already(city: City):
    coordinator = city.actor("coordinator")
    with pytest.raises(Refused, match="reason"):
        switch(coordinator, city.manhole.pk, True, "  ")
    with pytest.raises(Conflict):
        switch(coordinator, city.manhole.pk, False, "从未开启")
    with pytest.raises(Refused):
        switch(coordinator, 10**9, True, "试行")


@pytest.mark.parametrize(
    ("name", "value"), [("least_percent", 59), ("undo_minutes", 2000), ("bar_percent", 0), ("minimum_sample", 0), ("window_days", 800)]
)
def test_a_value_beyond_its_bounds_is_refused_by_its_name(city: City, name: str, value: int):
    with pytest.raises(Refused) as refused:
        save_rule(city.actor("administrator"), None, RuleValues(**{name: value}), city_day(MORNING))
    assert refused.value.field == name


def test_values_are_ended_and_replaced_and_a_class_without_its_own_goes_by_those_of_all(city: City):
    administrator, today = city.actor("administrator"), city_day(MORNING)
    save_rule(administrator, None, RuleValues(least_percent=70), today - timedelta(days=3))
    save_rule(administrator, None, RuleValues(least_percent=99), today)
    switch(city.actor("coordinator"), city.parking.pk, True, "试行")
    filed(city, "parking", 2)
    assert look() == 0
    save_rule(administrator, city.parking.pk, RuleValues(least_percent=70), today)
    assert look() == 1
