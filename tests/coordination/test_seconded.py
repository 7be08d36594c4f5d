"""Seconded staff: needed, proposed, checked by dated rules, here, and gone only when somebody has taken over."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from chengge.casework.actions import Given
from chengge.casework.models import SidePath
from chengge.coordination import jobs
from chengge.coordination.actions import appraisals, seconded, seconded_rules, training
from chengge.coordination.models import HomeVisit, Secondment, SecondmentCheck, SecondmentHandoverItem, SecondmentNeed
from chengge.coordination.queries.seconded import days_of, needs, qualifications, secondment_in_sight, turnover
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.secondment import DayKind
from chengge.notices.models import Notice
from chengge.organization.models import Duty
from chengge.organization.queries import city_day
from tests.coordination.secondments import FIRST, LAST, begun, checked, proposed, rule_of

pytestmark = pytest.mark.django_db


def need(city, **changes) -> SecondmentNeed:
    values = {"post": "dispatcher", "people": 2, "first_day": FIRST, "last_day": LAST, "why": "夜班人手不足", "from_kind": "department"}
    return seconded.state_need(city.actor("coordinator"), seconded.Needed(**values | changes))


def test_a_need_is_filled_by_whom_it_asks_for(life):
    city, wanted = life.city, need(life.city)
    member, works, office = city.members["dispatcher"], city.organization_id("works"), city.organization_id("street_office")
    coordinator = city.actor("coordinator")
    with pytest.raises(Refused, match="asks for people from"):
        seconded.propose(coordinator, seconded.Proposed(member.pk, office, "dispatcher", FIRST, LAST, wanted.pk))
    with pytest.raises(Refused, match="of another post"):
        seconded.propose(coordinator, seconded.Proposed(member.pk, works, "coordinator", FIRST, LAST, wanted.pk))
    seconded.propose(coordinator, seconded.Proposed(member.pk, works, "dispatcher", FIRST, LAST, wanted.pk))
    assert [(one.people, one.filled) for one in needs(city_day(life.now))] == [(2, 1)]
    seconded.withdraw_need(city.actor("leader"), wanted.pk)
    assert not needs(city_day(life.now))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("post", {"post": "emperor"}),
        ("people", {"people": 0}),
        ("from_kind", {"from_kind": "moon"}),
        ("first_day", {"first_day": LAST, "last_day": FIRST}),
        ("last_day", {"last_day": date(2040, 1, 1)}),
        ("why", {"why": " "}),
    ],
)
def test_a_need_says_what_is_missing(life, field, change):
    with pytest.raises(Refused) as refused:
        need(life.city, **change)
    assert refused.value.field == field


def test_only_the_platform_states_needs_and_proposes(life):
    for name in ("dispatcher", "department", "evaluator", "administrator"):
        with pytest.raises(Forbidden):
            seconded.state_need(life.city.actor(name), seconded.Needed("dispatcher", 1, FIRST, LAST, "缺人"))


def test_who_is_proposed_is_told_with_the_home_unit(life):
    made = proposed(life.city)
    told = Notice.objects.filter(topic="seconded", about=f"secondment:{made.pk}")
    assert {notice.member.username for notice in told} == {"dispatcher", "department"}


def test_nobody_is_seconded_twice_at_a_time(life):
    proposed(life.city)
    with pytest.raises(Conflict, match="already"):
        proposed(life.city, home="sanitation")


def test_every_qualification_is_checked_and_met_before_anybody_begins(life):
    city, made = life.city, proposed(life.city)
    coordinator = city.actor("coordinator")
    with pytest.raises(Refused, match="has not been checked"):
        seconded.pass_checks(coordinator, made.pk)
    found = {"years": "1.5", "mark": "88", "clear": "1", "agreed": "1"}
    for one in qualifications(secondment_in_sight(coordinator, made.pk)):
        seconded.check(coordinator, made.pk, one.rule.pk, Decimal(found[one.rule.kind]))
    with pytest.raises(Refused, match="“Years of service” is not met"):
        seconded.pass_checks(coordinator, made.pk)
    seconded.check(city.actor("leader"), made.pk, rule_of("years").pk, Decimal("2"), "人事证明")
    assert seconded.pass_checks(coordinator, made.pk).state == Secondment.State.CHECKED
    kept = SecondmentCheck.objects.get(secondment=made, rule=rule_of("years"))
    assert (kept.passed, kept.checked_by.username, kept.remark) == (True, "leader", "人事证明")


def test_the_rules_of_the_day_of_the_proposal_decide(life):
    made = proposed(life.city)
    administrator, tomorrow = life.city.actor("administrator"), city_day(life.now) + timedelta(days=1)
    seconded_rules.save_rule(administrator, "mark", "", Decimal(95), tomorrow)
    marks = [
        one.rule.threshold for one in qualifications(secondment_in_sight(life.city.actor("leader"), made.pk)) if one.rule.kind == "mark"
    ]
    assert marks == [Decimal(80)]


def test_a_rule_for_the_post_stands_in_place_of_the_one_for_all(life):
    seconded_rules.save_rule(life.city.actor("administrator"), "mark", "dispatcher", Decimal(90), city_day(life.now))
    made = proposed(life.city)
    rules = {one.rule.kind: one.rule for one in qualifications(secondment_in_sight(life.city.actor("leader"), made.pk))}
    assert (rules["mark"].threshold, rules["mark"].post) == (Decimal(90), "dispatcher")
    assert set(rules) == {"years", "mark", "clear", "agreed"}


def test_rules_are_the_administrators_and_have_sound_values(life):
    with pytest.raises(Forbidden):
        seconded_rules.save_rule(life.city.actor("coordinator"), "mark", "", Decimal(90), city_day(life.now))
    with pytest.raises(Refused, match="A number from 1"):
        seconded_rules.save_rule(life.city.actor("administrator"), "visit", "", Decimal(0), city_day(life.now))


@pytest.mark.parametrize("value", [None, Decimal(-1), Decimal(2)])
def test_what_is_yes_or_no_takes_nothing_else(life, value):
    made = proposed(life.city)
    with pytest.raises(Refused, match="What was found"):
        seconded.check(life.city.actor("coordinator"), made.pk, rule_of("clear").pk, value)


def test_a_proposal_may_be_declined_with_a_reason(life):
    made = proposed(life.city)
    with pytest.raises(Refused):
        seconded.decline(life.city.actor("coordinator"), made.pk, "")
    assert seconded.decline(life.city.actor("coordinator"), made.pk, "原单位不放").state == Secondment.State.DECLINED
    assert proposed(life.city).state == Secondment.State.PROPOSED


def test_nobody_begins_unchecked_or_before_the_term(life):
    made = proposed(life.city)
    with pytest.raises(Conflict, match="checked"):
        seconded.begin(life.city.actor("coordinator"), made.pk)
    life.clock.at -= timedelta(days=60)
    Secondment.objects.filter(pk=made.pk).update(state="checked")
    with pytest.raises(Conflict, match="term begins"):
        seconded.begin(life.city.actor("coordinator"), made.pk)


def test_nobody_works_on_their_own_file(life):
    own = seconded.Proposed(life.city.members["coordinator"].pk, life.city.organization_id("works"), "coordinator", FIRST, LAST)
    made = seconded.propose(life.city.actor("leader"), own)
    with pytest.raises(Forbidden, match="own file"):
        seconded.check(life.city.actor("coordinator"), made.pk, rule_of("years").pk, Decimal(9))


def test_visits_to_the_home_unit_are_planned_by_the_rule_and_noted(life):
    made = begun(life.city)
    days = list(HomeVisit.objects.filter(secondment=made).values_list("planned_day", flat=True))
    assert days[:2] == [date(2026, 11, 30), date(2026, 12, 28)]
    assert len(days) == 6
    life.clock.at += timedelta(days=7)
    visit = HomeVisit.objects.filter(secondment=made).earliest("planned_day")
    with pytest.raises(Refused, match="spoken about"):
        training.note_visit(life.city.actor("dispatcher"), visit.pk, date(2026, 11, 30), "")
    with pytest.raises(NotFound):
        training.note_visit(life.city.actor("other_department"), visit.pk, date(2026, 11, 30), "看看")
    noted = training.note_visit(life.city.actor("department"), visit.pk, date(2026, 11, 30), "谈了回单位后的岗位")
    assert (noted.visited_day, noted.noted_by.username) == (date(2026, 11, 30), "department")
    with pytest.raises(Conflict):
        training.note_visit(life.city.actor("dispatcher"), visit.pk, date(2026, 11, 30), "再记一次")


def test_training_before_during_and_after_with_its_result(life):
    made = proposed(life.city)
    coordinator, today = life.city.actor("coordinator"), city_day(life.now)
    with pytest.raises(Conflict, match="During"):
        training.plan_training(coordinator, made.pk, training.Training("during", "疑难案卷实务", today, Decimal(4)))
    before = training.plan_training(coordinator, made.pk, training.Training("before", "指挥手册", today, Decimal(8)))
    assert training.record_training(coordinator, before.pk, "passed", 91).mark == 91
    with pytest.raises(Conflict, match="already"):
        training.record_training(coordinator, before.pk, "failed")
    with pytest.raises(Refused):
        training.plan_training(coordinator, made.pk, training.Training("before", "", today, Decimal(8)))
    later = training.plan_training(coordinator, made.pk, training.Training("before", "系统操作", today + timedelta(days=2), Decimal(2)))
    with pytest.raises(Conflict, match="is on"):
        training.record_training(coordinator, later.pk, "passed")


def test_attendance_comes_from_duty_and_from_entries_by_hand(life):
    made = begun(life.city)
    member, today = life.city.members["dispatcher"], city_day(life.now)
    Duty.objects.create(member=member, starts_at=life.now - timedelta(hours=1), ends_at=life.now + timedelta(hours=7))
    yesterday = today - timedelta(days=1)
    training.write_day(life.city.actor("coordinator"), made.pk, yesterday, "leave", "事假")
    days = {one.day: one for one in days_of(made, FIRST, today + timedelta(days=5))}
    assert (days[today].kind, days[today].minutes) == (DayKind.PRESENT, 60)
    assert (days[yesterday].kind, days[yesterday].written) == (DayKind.LEAVE, True)
    assert max(days) == today
    with pytest.raises(Refused, match="that has come"):
        training.write_day(life.city.actor("coordinator"), made.pk, today + timedelta(days=1), "present")


def test_nobody_leaves_before_somebody_has_taken_over(life):
    life.to("dispatched")
    life.do("order_supervision", "dispatcher", Given(reason="群众反复投诉", basis="importance", note="明日办结", degree=1))
    made = begun(life.city)
    leader, dispatcher = life.city.actor("leader"), life.city.actor("dispatcher")
    with pytest.raises(Conflict, match="Nobody has taken over"):
        seconded.end(leader, made.pk, "term")
    coordinator = life.city.members["coordinator"]
    handover = appraisals.hand_over(dispatcher, made.pk, coordinator.pk, "督办件请盯住")
    assert [(item.kind, item.case.pk) for item in SecondmentHandoverItem.objects.filter(handover=handover)] == [("work", life.case_id)]
    with pytest.raises(Conflict, match="Nobody has taken over"):
        seconded.end(leader, made.pk, "term")
    with pytest.raises(Forbidden):
        appraisals.accept_handover(leader, made.pk)
    appraisals.accept_handover(life.city.actor("coordinator"), made.pk)
    with pytest.raises(Conflict):
        appraisals.hand_over(dispatcher, made.pk, coordinator.pk)
    with pytest.raises(Refused, match="Why does it end"):
        seconded.end(leader, made.pk, "")
    ended = seconded.end(leader, made.pk, "called_back", "原单位抽调")
    assert (ended.state, ended.end_day) == (Secondment.State.ENDED, city_day(life.now))
    assert not HomeVisit.objects.filter(secondment=made, planned_day__gt=ended.end_day).exists()
    assert SidePath.objects.filter(kind="order", ended_at=None).count() == 1  # it is another's to look after now, not over
    told = Notice.objects.filter(topic="seconded", key__contains=":ended:")
    assert {notice.member.username for notice in told} == {"dispatcher", "department", "coordinator", "administrator"}


def test_an_ended_secondment_always_has_a_day_and_a_cause(life):
    made = begun(life.city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Secondment.objects.filter(pk=made.pk).update(state="ended")


def test_leaders_see_how_many_came_and_went_and_why(life, tmp_path, settings):
    settings.VAR_DIR = tmp_path
    made = begun(life.city)
    appraisals.hand_over(life.city.actor("dispatcher"), made.pk, life.city.members["coordinator"].pk)
    appraisals.accept_handover(life.city.actor("coordinator"), made.pk)
    seconded.end(life.city.actor("leader"), made.pk, "own_wish", "家庭原因")
    told = turnover(city_day(life.now))
    assert (told.here, told.came, told.left, told.causes) == (0, 1, 1, [("Own wish", 1)])
    assert told.mean_days == told.leavers[0].days == (city_day(life.now) - FIRST).days + 1


def test_checked_people_have_a_checker(life):
    assert checked(life.city).checked_by.username == "coordinator"


def test_what_falls_due_is_told_once(life):
    made = begun(life.city)
    life.clock.at += timedelta(days=6)  # the day of the first visit
    assert jobs.tell_of_seconded.func(0) == 1
    jobs.tell_of_seconded.func(0)
    assert [notice.member.username for notice in Notice.objects.filter(key__contains=":visit-")] == ["dispatcher"]
    Secondment.objects.filter(pk=made.pk).update(last_day=city_day(life.now) + timedelta(days=10))
    jobs.tell_of_seconded.func(0)
    assert {notice.member.username for notice in Notice.objects.filter(key__contains=":ending-")} == {"dispatcher", "coordinator"}
