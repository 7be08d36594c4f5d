"""Nobody is left without an answer: whoever can be reached hears of acceptance and end."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from chengge import clock
from chengge.casework.actions import Given, perform
from chengge.casework.models import Report
from chengge.intake.actions.answers import rate, visit_by_token
from chengge.intake.actions.owed import follow_messages, forget_erased, read_on
from chengge.intake.models import Answer, AnswerRule, AnswersRead
from chengge.intake.queries import answers as queries
from chengge.notices.actions import deliver_due
from chengge.notices.models import Notice
from tests.factories import SINCE
from tests.intake.answers.reporters import MOBILE, lives_to, lives_to_end, owed, reported, states

pytestmark = [pytest.mark.django_db]


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


def test_reading_twice_owes_nothing_twice(life):
    report = reported(life)
    lives_to(life, "closed")
    assert read_on().owed == 3
    assert read_on().owed == 0
    known = Answer.objects.filter(report=report).count()
    AnswersRead.objects.update(read_to="1")  # everything is read once more
    assert read_on().owed == 0
    assert Answer.objects.filter(report=report).count() == known


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
