"""Whoever has to act is reminded before and after a limit ends, once for each rule; and somebody above hears of it."""

from datetime import timedelta

import pytest
from django.db import connection

from chengge.casework import reminders
from chengge.casework.actions import Given
from chengge.casework.models import Clock, Reminder, ReminderRule
from chengge.casework.reminders import remind
from chengge.notices.models import Notice
from chengge.organization.models import Duty, Member, MemberPost
from tests.casework.lives import Life
from tests.factories import SINCE

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def life(city, pretended_clock) -> Life:
    ReminderRule.objects.all().delete()
    return Life(city, pretended_clock)


def rule(clock="filing", moment="due", amount=0, to="holder", topic="overdue", **more):
    return ReminderRule.objects.create(clock=clock, moment=moment, amount=amount, to=to, topic=topic, valid_from=SINCE, **more)


def heard():
    """Who was told what, in order."""
    return [(notice.member.username, notice.topic) for notice in Notice.objects.select_related("member").order_by("pk")]


def clock_of(life, kind="filing"):
    return Clock.objects.get(case_id=life.case_id, kind=kind, stopped_at=None)


# --- when ---------------------------------------------------------------------------------------------------------------------------------


def test_before_at_and_after_the_limit_each_rule_reminds_once(life, pretended_clock):
    rule(moment="before", amount=5, topic="due_soon")
    rule()
    rule(moment="after", amount=30, to="leader", topic="escalation")
    life.to("accepted")  # filing has 15 minutes
    due = clock_of(life).due_at
    steps = [(-6, 0), (-5, 1), (-1, 1), (0, 2), (29, 2), (30, 3), (300, 3)]
    for minutes, count in steps:
        pretended_clock.set(due + timedelta(minutes=minutes))
        remind()
        remind()
        assert len(heard()) == count, minutes
    assert heard() == [("shift_leader", "due_soon"), ("shift_leader", "overdue"), ("leader", "escalation")]


def test_a_share_of_the_limit_is_counted_in_the_clocks_own_working_time(life, pretended_clock):
    rule("handling", "share_left", 20, topic="due_soon")
    life.to("dispatched", rule="rattling")  # one working day of eight hours, from 9:30
    clock = clock_of(life, "handling")
    assert clock.limit_seconds == 8 * 3600
    # Due at 9:30; of the 96 minutes that are a fifth, 90 lie in the morning and 6 before six o'clock the evening before.
    pretended_clock.set(clock.due_at - timedelta(hours=15, minutes=37))
    assert remind().clocks == 0
    pretended_clock.set(clock.due_at - timedelta(hours=15, minutes=36))
    assert remind().clocks == 1


def test_working_minutes_after_due_pass_over_the_night(life, pretended_clock):
    rule("handling", "after_work", 120, topic="escalation")
    life.to("dispatched", rule="rattling")
    clock = clock_of(life, "handling")  # due next morning at 9:30
    pretended_clock.set(clock.due_at + timedelta(minutes=119))
    assert remind().clocks == 0
    pretended_clock.set(clock.due_at + timedelta(minutes=120))
    assert remind().clocks == 1


def test_working_minutes_wait_for_the_next_working_day(life, pretended_clock):
    rule("handling", "after_work", 60 * 8, topic="escalation")
    life.to("dispatched", rule="rattling")
    due = clock_of(life, "handling").due_at
    pretended_clock.set(due + timedelta(hours=8))
    assert remind().clocks == 0
    pretended_clock.set(due + timedelta(hours=24))
    assert remind().clocks == 1


def test_a_limit_shorter_than_the_span_before_does_not_remind_at_its_start(life):
    rule(moment="before", amount=20, topic="due_soon")
    life.to("accepted")
    assert remind().clocks == 0


def test_a_stopped_clock_reminds_nobody(life, pretended_clock):
    rule()
    life.to("accepted")
    due = clock_of(life).due_at
    life.do("file", "shift_leader")
    pretended_clock.set(due + timedelta(minutes=1))
    assert remind().clocks == 0


def test_a_clock_that_was_paused_reminds_anew_with_its_new_due_moment(life, pretended_clock):
    rule("acceptance", "before", 5, topic="due_soon")
    life.report()
    due = clock_of(life, "acceptance").due_at
    pretended_clock.set(due - timedelta(minutes=4))
    assert remind().clocks == 1
    life.do("ask_to_verify", "operator")
    pretended_clock.advance(timedelta(minutes=20))
    assert remind().clocks == 0  # it stands
    life.verify()
    assert clock_of(life, "acceptance").due_at > due
    assert remind().clocks == 1
    assert Reminder.objects.count() == 2


def test_what_fell_due_long_ago_while_nobody_looked_does_not_come_as_a_flood(life, pretended_clock):
    rule()
    life.to("accepted")
    pretended_clock.set(clock_of(life).due_at + reminders.LOOKS_BACK)
    assert remind().clocks == 0


def test_a_rule_holds_on_its_days_only(life, pretended_clock):
    ended = rule()
    ended.valid_to = SINCE + timedelta(days=1)
    ended.save()
    life.to("accepted")
    pretended_clock.set(clock_of(life).due_at)
    assert remind().clocks == 0


# --- whom ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "kind", "who"),
    [
        ("reported", "acceptance", "operator"),
        ("verifying", "verify", "inspector"),
        ("accepted", "filing", "shift_leader"),
        ("filed", "dispatch", "dispatcher"),
        ("returned", "dispatch", "shift_leader"),
        ("dispatched", "handling", "department"),
        ("handled", "check_sending", "operator"),
        ("checking", "check", "inspector"),
        ("checked", "closing", "shift_leader"),
    ],
)
def test_every_clock_reminds_who_has_to_act(life, pretended_clock, stage, kind, who):
    rule(kind)
    life.to(stage)
    pretended_clock.set(clock_of(life, kind).due_at)
    remind()
    assert heard() == [(who, "overdue")]
    assert life.case.number in Notice.objects.get().text


@pytest.mark.parametrize(
    ("to", "who"), [("holder", "section"), ("above", "department"), ("dispatcher", "dispatcher"), ("leader", "leader")]
)
def test_a_lower_level_is_escalated_to_the_platform_above_it(life, city, pretended_clock, to, who):
    rule("level", to=to, topic="escalation")
    life.to("dispatched")
    life.do("pass_down", "department", Given(organization_id=city.organization_id("works_section")))
    pretended_clock.set(clock_of(life, "level").due_at)
    remind()
    assert heard() == [(who, "escalation")]


def test_where_nobody_is_on_the_post_it_goes_up_and_is_seen_as_such(life, city, pretended_clock):
    rule()
    life.to("accepted")
    MemberPost.objects.filter(post="shift_leader").delete()
    pretended_clock.set(clock_of(life).due_at)
    assert remind().went_up == 1
    assert heard() == [("leader", "overdue")]
    assert Reminder.objects.get().went_up


def test_where_nobody_is_there_at_all_it_is_written_down_that_nobody_was_told(life, pretended_clock):
    rule()
    life.to("accepted")
    MemberPost.objects.all().delete()
    pretended_clock.set(clock_of(life).due_at)
    remind()
    row = Reminder.objects.get()
    assert (row.told, row.went_up) == (0, True)
    assert heard() == []


def test_a_walk_that_nobody_took_reminds_the_operator(life, pretended_clock):
    rule("verify")
    Duty.objects.all().delete()
    life.to("verifying")
    pretended_clock.set(clock_of(life, "verify").due_at)
    assert remind().went_up == 1
    assert heard() == [("operator", "overdue")]


def colleague(city, name, division_code=None):
    member = Member.objects.create(
        username=name, full_name=name, organization=city.organizations["supervision"], axis="supervision", division_code=division_code
    )
    MemberPost.objects.create(member=member, post="shift_leader", valid_from=SINCE)
    return member


def test_of_several_on_a_post_those_on_duty_are_reminded(life, city, pretended_clock):
    rule()
    second = colleague(city, "second")
    life.to("accepted")
    due = clock_of(life).due_at
    Duty.objects.create(member=second, starts_at=due - timedelta(hours=1), ends_at=due + timedelta(hours=1))
    pretended_clock.set(due)
    remind()
    assert heard() == [("second", "overdue")]


def test_where_no_duty_is_kept_all_of_the_post_are_reminded_who_reach_the_place(life, city, pretended_clock):
    rule()
    colleague(city, "near", 990101001001)
    colleague(city, "far", 990101001002)
    life.to("accepted")
    pretended_clock.set(clock_of(life).due_at)
    remind()
    assert {name for name, _topic in heard()} == {"shift_leader", "near"}


# --- what -------------------------------------------------------------------------------------------------------------------------------


def test_the_city_writes_its_own_words(life, pretended_clock):
    rule(text="{clock}：{number}（{class}）{due}")
    life.to("accepted")
    due = clock_of(life).due_at
    pretended_clock.set(due)
    remind()
    assert Notice.objects.get().text == f"立案：{life.case.number}（雨水井盖）{due + timedelta(hours=8):%m-%d %H:%M}"


def test_a_member_is_told_in_their_own_language(life, city, pretended_clock):
    Member.objects.filter(username="shift_leader").update(language="en")
    rule()
    life.to("accepted")
    pretended_clock.set(clock_of(life).due_at)
    remind()
    assert Notice.objects.get().subject == "Filing is due"


def test_a_heap_of_reminders_becomes_one_notice(life, pretended_clock):
    rule()
    for _number in range(reminders.DIGEST_FROM):
        life.to("accepted")
    pretended_clock.set(clock_of(life).due_at)
    done = remind()
    assert (done.clocks, done.notices) == (reminders.DIGEST_FROM, 1)
    assert Notice.objects.get().link == "/desk/shift_leader/?light=red"
    assert remind().clocks == 0


def test_a_walk_leads_to_the_phone(life, pretended_clock):
    rule("check")
    life.to("checking")
    pretended_clock.set(clock_of(life, "check").due_at)
    remind()
    assert Notice.objects.get().link.startswith("/phone/tasks/")


# --- at what cost -------------------------------------------------------------------------------------------------------------------------


def test_what_fell_due_is_found_by_the_index_of_running_clocks(life, pretended_clock):
    one = rule()
    first, last = reminders.window(one, pretended_clock.at, [], [])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + reminders.FELL_DUE, {"first": first, "last": last, "kind": "filing", "rule": one.pk, "most": 9})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "clock_running_due" in plan
    assert "Index Cond: ((due_at >" in plan


def test_only_the_clocks_of_the_window_are_read(life, pretended_clock, django_assert_num_queries):
    """A hundred clocks that are not concerned cost no row and no query."""
    one = rule(moment="before", amount=10, topic="due_soon")
    for _number in range(3):
        life.report()
    list(reminders.fell_due(pretended_clock.at))  # builds the calendar, which is kept
    with django_assert_num_queries(4):  # rules, calendars and the version of the one there is, one span
        assert [dues for _rule, dues in reminders.fell_due(pretended_clock.at)] == [[]]
    assert one.pk


def test_another_run_at_the_same_moment_leaves_it_to_the_first(life, pretended_clock):
    rule()
    life.to("accepted")
    pretended_clock.set(clock_of(life).due_at)
    from django.db import connections

    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [reminders.LOCK])
            assert remind().clocks == 0
            cursor.execute("SELECT pg_advisory_unlock(%s)", [reminders.LOCK])
    finally:
        other.close()
    assert remind().clocks == 1


def test_old_reminders_are_forgotten(life, pretended_clock):
    rule()
    life.to("accepted")
    pretended_clock.set(clock_of(life).due_at)
    remind()
    pretended_clock.advance(timedelta(days=reminders.KEPT_DAYS + 1))
    assert reminders.forget_old() == 1
