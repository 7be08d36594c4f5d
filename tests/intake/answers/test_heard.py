"""Whoever was told is asked how content they are, called where a message does not do, and heard."""

from datetime import timedelta

import pytest

from chengge.casework.actions import Given, perform
from chengge.casework.models import Case, LedgerEntry
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.intake.actions.answers import Call, ask_to_reopen, decide, rate, rate_by_token, record_call
from chengge.intake.actions.owed import read_on
from chengge.intake.models import Answer, PortalRules
from chengge.intake.queries import answers as queries
from chengge.notices.models import Notice
from tests.intake.answers.reporters import LANDLINE, MOBILE, lives_to, owed, reported, states

pytestmark = [pytest.mark.django_db]


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
