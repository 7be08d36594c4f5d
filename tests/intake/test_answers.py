"""Nobody is left without an answer: whoever can be reached hears of acceptance and end, is asked how content they are, and is heard."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from chengge import clock
from chengge.casework.actions import Given, perform
from chengge.casework.models import Case, LedgerEntry, Report
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.intake.actions.answers import Call, ask_to_reopen, decide, rate, rate_by_token, record_call, visit_by_token
from chengge.intake.actions.owed import follow_messages, forget_erased, read_on
from chengge.intake.models import Answer, AnswerRule, PortalRules
from chengge.intake.queries import answers as queries
from chengge.notices.actions import deliver_due
from chengge.notices.models import Notice
from tests.casework.lives import Life
from tests.factories import SINCE, City, build_city

pytestmark = [pytest.mark.django_db]

MOBILE, LANDLINE = "13812345678", "0571-87654321"


@pytest.fixture
def city(db) -> City:
    read_on_from_here()
    return build_city()


@pytest.fixture
def life(city, pretended_clock) -> Life:
    return Life(city, pretended_clock)


def read_on_from_here():
    read_on()


def reported(life, contact=LANDLINE, **more):
    made = life.report(contact=contact, **more)
    return Report.objects.get(pk=made.report_id)


def lives_to(life, stage):
    """The rest of the way of a case that has been reported."""
    from tests.casework.lives import WAY

    for step in WAY[: WAY.index(stage) + 1]:
        if step not in ("verifying", "verified"):
            life._step(step, "missing")


def owed(report):
    return {(row.step, row.round): row for row in Answer.objects.filter(report=report)}


def states(report):
    return {f"{step}{round_ or ''}": row.state for (step, round_), row in owed(report).items()}


# --- what is owed -------------------------------------------------------------------------------------------------------------------------


def test_a_reporter_is_owed_word_of_acceptance_then_of_the_end_then_a_visit(life):
    report = reported(life)
    read_on()
    assert owed(report) == {}
    lives_to(life, "accepted")
    read_on()
    assert states(report) == {"acceptance": "open"}
    lives_to_end(life)
    read_on()
    assert states(report) == {"acceptance": "open", "feedback": "open", "visit": "open"}
    feedback = owed(report)["feedback", 0]
    assert (feedback.outcome, feedback.due_at - feedback.since) == ("closed", timedelta(hours=24))


def lives_to_end(life):
    for step in ("filed", "dispatched", "handling", "handled", "checking", "checked", "closed"):
        life._step(step, "missing")


def test_reading_twice_owes_nothing_twice(life):
    report = reported(life)
    lives_to(life, "closed")
    assert read_on().owed == 3
    assert read_on().owed == 0
    place = Answer.objects.filter(report=report).count()
    from chengge.intake.models import AnswersRead

    AnswersRead.objects.update(read_to="1")  # everything is read once more
    assert read_on().owed == 0
    assert Answer.objects.filter(report=report).count() == place


def test_a_refused_report_is_owed_one_answer_with_the_reason(life):
    report = reported(life)
    life.do("reject", "operator", Given(reason="不属于城市管理范围"))
    read_on()
    (row,) = owed(report).values()
    assert (row.step, row.outcome, row.reason) == ("acceptance", "rejected", "不属于城市管理范围")


def test_a_case_that_is_declined_after_acceptance_is_told_of_twice(life):
    report = reported(life)
    lives_to(life, "accepted")
    read_on()
    life.do("decline_filing", "shift_leader", Given(reason="重复"))
    read_on()
    assert {step: row.outcome for (step, _round), row in owed(report).items()} == {"acceptance": "accepted", "feedback": "rejected"}


def test_who_left_neither_number_nor_token_is_owed_nothing(life):
    report = reported(life, contact="")
    lives_to(life, "closed")
    read_on()
    assert owed(report) == {}


def test_who_left_only_a_token_is_answered_on_the_page_that_follows_the_report(life):
    report = reported(life, contact="")
    Report.objects.filter(pk=report.pk).update(token_hash="ab" * 32)
    lives_to(life, "closed")
    read_on()
    assert {step: (row.state, row.how) for (step, _round), row in owed(report).items()} == {
        "acceptance": ("done", "page"),
        "feedback": ("done", "page"),
    }


def test_every_reporter_of_a_merged_case_gets_the_answer_of_the_case_that_went_on(life, city):
    first = reported(life)
    going_on = life.case_id
    lives_to(life, "filed")
    read_on()
    second = reported(life, contact="0571-11112222")
    life.do("merge", "operator", Given(into_case_id=going_on, reason="同一个井盖"))
    read_on()
    assert states(second) == {"acceptance": "open"}
    life.case_id = going_on
    for step in ("dispatched", "handling", "handled", "checking", "checked", "closed"):
        life._step(step, "missing")
    read_on()
    for report in (first, second):
        rows = owed(Report.objects.get(pk=report.pk))
        assert {row.case_id for row in rows.values()} == {going_on}
        assert rows["feedback", 0].outcome == "closed"


@pytest.mark.django_db(transaction=True)
def test_what_was_still_being_written_while_others_were_read_is_not_passed_over(life, city):
    """An acceptance begins, a later one is committed and read, and only then the first is committed."""
    slow = reported(life)
    slow_case = life.case_id
    quick = reported(life)
    read_on()
    written, may_commit = threading.Event(), threading.Event()

    def accept_slowly():
        with clock.pretend(life.clock.at), transaction.atomic():
            perform(slow_case, "accept", city.actor("operator"), Given(rule_id=city.missing.pk))
            written.set()
            may_commit.wait(20)
        connection.close()

    thread = threading.Thread(target=accept_slowly)
    thread.start()
    assert written.wait(20)
    lives_to(life, "accepted")
    read_on()
    assert (states(slow), states(quick)) == ({}, {"acceptance": "open"})
    may_commit.set()
    thread.join()
    assert read_on().owed == 1
    assert states(slow) == {"acceptance": "open"}


def test_a_city_visits_only_the_share_it_has_promised(life):
    AnswerRule.objects.create(valid_from=SINCE, visit_percent=0)
    report = reported(life)
    lives_to(life, "closed")
    read_on()
    assert set(states(report)) == {"acceptance", "feedback"}


def test_the_rule_of_a_channel_goes_before_the_one_for_all(life):
    AnswerRule.objects.create(valid_from=SINCE, acknowledge_hours=10)
    AnswerRule.objects.create(valid_from=SINCE, channel="hotline", acknowledge_hours=2)
    hotline, web = reported(life), None
    lives_to(life, "accepted")
    web = reported(life, channel="web")
    lives_to(life, "accepted")
    read_on()
    spans = [(row.due_at - row.since) for report in (hotline, web) for row in owed(report).values()]
    assert spans == [timedelta(hours=2), timedelta(hours=10)]


# --- messages -----------------------------------------------------------------------------------------------------------------------------


def test_a_mobile_number_is_told_by_message_with_a_link_to_say_how_content(life, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    report = reported(life, contact=MOBILE)
    lives_to(life, "closed")
    read_on()
    acceptance, feedback = Notice.objects.order_by("pk")
    assert life.case.number in acceptance.text
    assert "雨水井盖" in acceptance.text
    assert feedback.link.startswith("/s/")
    deliver_due()
    assert follow_messages() == 2
    assert states(report) == {"acceptance": "done", "feedback": "done", "visit": "open"}
    asked = visit_by_token(feedback.link.removeprefix("/s/"))
    assert asked.report_id == report.pk
    assert asked.call_from > asked.since  # a call waits for the link first


def test_where_the_message_cannot_go_out_somebody_calls(life, city, settings, monkeypatch):
    settings.NOTICE_ROUTES = {"sms": "bell"}
    report = reported(life, contact=MOBILE)
    lives_to(life, "accepted")
    read_on()
    assert queries.queue(city.actor("operator"), Answer.Step.ACCEPTANCE)[0] == []
    deliver_due()
    follow_messages()
    assert [row.report_id for row in queries.queue(city.actor("operator"), Answer.Step.ACCEPTANCE)[0]] == [report.pk]


def test_the_city_writes_its_own_words(life):
    AnswerRule.objects.create(valid_from=SINCE, accepted_text="您好，{number}（{class}）已受理。")
    reported(life, contact=MOBILE)
    lives_to(life, "accepted")
    read_on()
    assert Notice.objects.get().text == f"您好，{life.case.number}（雨水井盖）已受理。"


# --- how content they are -----------------------------------------------------------------------------------------------------------------


def test_a_reporter_says_how_content_once(life):
    report = reported(life)
    with pytest.raises(Conflict):
        rate(report, 5, "")
    lives_to(life, "closed")
    read_on()
    assert rate(report, 5, "很快").state == "done"
    assert states(report)["feedback"] == "done"  # who rates has heard of the end
    with pytest.raises(Conflict):
        rate(report, 1, "")
    assert owed(report)["visit", 0].words == "很快"


@pytest.mark.parametrize("stars", [0, 6, -1, "5", None])
def test_stars_are_one_to_five(life, stars):
    report = reported(life)
    lives_to(life, "closed")
    with pytest.raises(Refused):
        rate(report, stars, "")


def test_the_link_is_good_once_and_for_nobody_else(life):
    reported(life, contact=MOBILE)
    lives_to(life, "closed")
    read_on()
    token = Notice.objects.get(link__startswith="/s/").link.removeprefix("/s/")
    with pytest.raises(NotFound):
        rate_by_token(token[:-1] + "~", 5)
    rate_by_token(token, 4)
    with pytest.raises(Conflict):
        rate_by_token(token, 1)


def test_who_is_dissatisfied_is_heard_by_the_shift_leader(life, city):
    report = reported(life)
    lives_to(life, "closed")
    rate(report, 1, "井盖还是响")
    complaint = owed(report)["complaint", 0]
    assert (complaint.state, complaint.reason) == ("open", "井盖还是响")
    decide(city.actor("shift_leader"), complaint.pk, "reopen", "确实还响")
    assert Case.objects.get(pk=life.case_id).stage == "reported"
    assert LedgerEntry.objects.filter(case_id=life.case_id).last().action == "reopen"


def test_a_reporter_may_ask_to_reopen_within_the_days_the_city_allows(life, pretended_clock):
    PortalRules.objects.create(pk=1, reopen_days=3)
    report = reported(life)
    with pytest.raises(Conflict):
        ask_to_reopen(report, "还没修")
    lives_to(life, "closed")
    with pytest.raises(Refused):
        ask_to_reopen(report, "  ")
    pretended_clock.advance(timedelta(days=3, seconds=1))
    with pytest.raises(Refused, match="3"):
        ask_to_reopen(report, "又坏了")
    pretended_clock.advance(timedelta(days=-1))
    assert ask_to_reopen(report, "又坏了").step == "complaint"
    with pytest.raises(Conflict):
        ask_to_reopen(report, "又坏了")


def test_a_declined_complaint_is_told_with_the_reason(life, city):
    report = reported(life, contact=MOBILE)
    lives_to(life, "closed")
    complaint = ask_to_reopen(report, "颜色不好看")
    decide(city.actor("shift_leader"), complaint.pk, "decline", "井盖符合标准")
    assert "井盖符合标准" in Notice.objects.get(key__contains="complaint").text
    assert Case.objects.get(pk=life.case_id).stage == "closed"
    with pytest.raises(Conflict):
        decide(city.actor("shift_leader"), complaint.pk, "reopen", "再看")


def test_only_a_shift_leader_decides(life, city):
    report = reported(life)
    lives_to(life, "closed")
    complaint = ask_to_reopen(report, "又坏了")
    for name in ("operator", "dispatcher", "leader"):
        with pytest.raises(Forbidden):
            decide(city.actor(name), complaint.pk, "reopen", "好")
    with pytest.raises(Refused):
        decide(city.actor("shift_leader"), complaint.pk, "decline", "")


def test_after_a_reopening_the_reporter_is_told_and_visited_again(life, city):
    report = reported(life)
    lives_to(life, "closed")
    read_on()
    other = owed(report)["feedback", 0]
    perform(life.case_id, "reopen", city.actor("operator"), Given(reason="没有修好"))
    read_on()
    assert states(report) == {"acceptance": "open", "feedback": "dropped", "visit": "dropped"}
    lives_to(life, "closed")
    read_on()
    assert states(report)["feedback1"] == states(report)["visit1"] == "open"
    assert Answer.objects.get(pk=other.pk).state == "dropped"


# --- calls --------------------------------------------------------------------------------------------------------------------------------


def visit_of(life, contact=LANDLINE):
    report = reported(life, contact=contact)
    lives_to(life, "closed")
    read_on()
    return owed(report)["visit", 0]


def test_a_call_that_reaches_the_reporter_gives_the_answer(life, city):
    report = reported(life)
    lives_to(life, "accepted")
    read_on()
    row = record_call(city.actor("operator"), owed(report)["acceptance", 0].pk, Call("reached"))
    assert (row.state, row.how, row.member_id) == ("done", "call", city.members["operator"].pk)
    with pytest.raises(Conflict):
        record_call(city.actor("operator"), row.pk, Call("reached"))


def test_after_three_calls_in_vain_the_reporter_counts_as_not_reached(life, city, pretended_clock):
    visit = visit_of(life)
    for number in range(3):
        assert Answer.objects.get(pk=visit.pk).tries == number
        record_call(city.actor("operator"), visit.pk, Call("not_reached"))
        assert visit.pk not in [row.pk for row in queries.queue(city.actor("operator"), Answer.Step.VISIT)[0]]
        pretended_clock.advance(timedelta(hours=2, seconds=1))
    assert Answer.objects.get(pk=visit.pk).state == "missed"


def test_a_reporter_without_time_is_called_later(life, city, pretended_clock):
    visit = visit_of(life)
    record_call(city.actor("operator"), visit.pk, Call("later", later_hours=5))
    assert queries.queue(city.actor("operator"), Answer.Step.VISIT)[0] == []
    pretended_clock.advance(timedelta(hours=5))
    assert [row.pk for row in queries.queue(city.actor("operator"), Answer.Step.VISIT)[0]] == [visit.pk]
    with pytest.raises(Refused):
        record_call(city.actor("operator"), visit.pk, Call("later", later_hours=500))


def test_a_visit_needs_stars_and_a_bad_one_needs_a_way_on(life, city):
    visit = visit_of(life)
    operator = city.actor("operator")
    with pytest.raises(Refused) as refusal:
        record_call(operator, visit.pk, Call("reached"))
    assert refusal.value.field == "stars"
    with pytest.raises(Refused) as refusal:
        record_call(operator, visit.pk, Call("reached", stars=2))
    assert refusal.value.field == "then"
    with pytest.raises(Refused) as refusal:
        record_call(operator, visit.pk, Call("reached", stars=2, then="reopen"))
    assert refusal.value.field == "reason"
    assert Answer.objects.get(pk=visit.pk).state == "open"


@pytest.mark.parametrize(
    ("then", "stage", "complaint"),
    [("reopen", "reported", ("done", "reopened")), ("supervisor", "closed", ("open", "")), ("leave", "closed", ("done", "declined"))],
)
def test_the_three_ways_on_for_who_is_dissatisfied(life, city, then, stage, complaint):
    visit = visit_of(life)
    record_call(city.actor("operator"), visit.pk, Call("reached", stars=1, words="不好", then=then, reason="井盖还在响"))
    assert Case.objects.get(pk=life.case_id).stage == stage
    row = Answer.objects.get(report_id=visit.report_id, step="complaint")
    assert ((row.state, row.outcome), row.reason) == (complaint, "井盖还在响")


@pytest.mark.parametrize("name", ["inspector", "dispatcher", "department", "evaluator", "leader", "administrator"])
def test_only_operators_and_shift_leaders_answer(life, city, name):
    visit = visit_of(life)
    with pytest.raises(Forbidden):
        queries.queue(city.actor(name), Answer.Step.VISIT)
    with pytest.raises(Forbidden):
        record_call(city.actor(name), visit.pk, Call("reached", stars=5))


# --- rates --------------------------------------------------------------------------------------------------------------------------------


def test_the_three_rates_count_everybody_who_was_owed_an_answer(life, city, pretended_clock):
    day = queries.today()
    for number in range(3):
        report = reported(life, channel="hotline" if number else "web")
        lives_to(life, "closed")
        read_on()
        if number:
            record_call(city.actor("operator"), owed(report)["acceptance", 0].pk, Call("reached"))
    rate(report, 4)
    assert queries.rates(day, day)[0].rates[0].percent == 100.0  # the third has time yet
    pretended_clock.advance(timedelta(hours=73))
    whole, by_channel = queries.rates(day, day)
    acceptance, feedback, visit = whole.rates
    assert (acceptance.owed, acceptance.given, acceptance.percent) == (3, 2, 66.6)
    assert (feedback.given, visit.given, visit.stars) == (1, 1, 4.0)
    assert {line.name: line.rates[0].percent for line in by_channel} == {"hotline": 100.0, "web": 0.0}
    missing, _more = queries.missing(city.actor("evaluator"), Answer.Step.ACCEPTANCE, day, day, "web")
    assert [row.channel for row in missing] == ["web"]
    assert [line.name for line in queries.rates_by_day(day, day)] == [day.isoformat()]


def test_a_hundred_percent_is_said_only_where_nobody_was_left_out():
    assert queries.Rate(100_000, 99_999).percent == 99.9
    assert queries.Rate().percent is None


def test_the_piles_tell_how_much_waits_and_how_late_it_is(life, city, pretended_clock):
    report = reported(life)
    lives_to(life, "accepted")
    read_on()
    for hours, light in ((0, "green"), (20, "yellow"), (24.1, "red")):
        since = owed(report)["acceptance", 0].since
        pretended_clock.set(since + timedelta(hours=hours))
        pile = queries.piles(city.actor("operator"))[0]
        assert pile.count == getattr(pile, light) == 1
        assert queries.light_of(owed(report)["acceptance", 0], pretended_clock.at) == light


def test_the_queue_goes_on_where_the_page_before_ended(life, city):
    for _number in range(5):
        reported(life)
        lives_to(life, "accepted")
    read_on()
    seen, cursor = [], ""
    while cursor is not None:
        page, cursor = queries.queue(city.actor("operator"), Answer.Step.ACCEPTANCE, cursor, 2)
        seen += [row.pk for row in page]
    assert len(seen) == len(set(seen)) == 5
    with pytest.raises(Refused):
        queries.queue(city.actor("operator"), Answer.Step.ACCEPTANCE, "nonsense")


# --- forgetting ---------------------------------------------------------------------------------------------------------------------------


def test_what_an_erased_reporter_said_is_forgotten_here_too(life, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    report = reported(life, contact=MOBILE)
    lives_to(life, "closed")
    read_on()
    rate(report, 2, "我是王女士")
    Report.objects.filter(pk=report.pk).update(erased_at=life.now, contact=b"")
    assert forget_erased() > 0
    assert not Answer.objects.filter(report=report).exclude(words="").exists()
    assert not Notice.objects.filter(about=f"report:{report.pk}").exclude(text="").exists()
    assert {row.state for row in owed(report).values()} <= {"done", "dropped", "open"}
