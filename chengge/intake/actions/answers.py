"""What reporters say of how their problem was dealt with, and what operators and shift leaders do about it.

`rate` and `ask_to_reopen` come from the reporter: from the page that follows a report, or from the link in a message.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.actions import Given, perform
from chengge.casework.models import Case, Report
from chengge.contacts import unseal
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post, Stage
from chengge.intake.models import Answer, PortalRules
from chengge.intake.queries import answers as queries
from chengge.notices import actions as notices
from chengge.notices.recipients import Recipient
from chengge.organization.queries import Actor, city_day

MOST_WORDS = 500
MOST_HOURS_LATER = 72
DISSATISFIED = 2  # stars and fewer
CALL_AGAIN_AFTER = timedelta(hours=2)
Step, State, How, Outcome = Answer.Step, Answer.State, Answer.How, Answer.Outcome


def rate(report: Report, stars: int, words: str = "", *, how: Answer.How = How.LINK, actor: Actor | None = None) -> Answer:
    """Keep how content a reporter is. It counts as the return visit; two stars or fewer go to the shift leader as a complaint.

    Args:
        stars: 1 (not at all) to 5 (very).

    Raises:
        Refused: no such number of stars, or the words are too long.
        Conflict: the case has not ended, or the reporter has said so before.
    """
    if not isinstance(stars, int) or not 1 <= stars <= 5:
        raise Refused("stars", _("Choose one to five stars."), field="stars")
    words = _checked(words, "words")
    with transaction.atomic():
        case = _closed_case_of(report)
        at = clock.now()
        visit = _answer_for(report, case, Step.VISIT, at)
        if visit.state == State.DONE:
            raise Conflict("rated", _("You have said so before. Thank you."))
        visit.stars, visit.words, visit.outcome = stars, words, Outcome.CLOSED
        _done(visit, at, how, actor)
        Answer.objects.filter(report=report, round=visit.round, step=Step.FEEDBACK, state=State.OPEN).update(
            state=State.DONE, done_at=at, how=how, member_id=actor.member_id if actor else None
        )
        if stars <= DISSATISFIED:
            _complain(report, case, words or _("Dissatisfied, without words."), at)
        return visit


def ask_to_reopen(report: Report, reason: str) -> Answer:
    """Keep that a reporter wants the case to go on; a shift leader decides.

    Raises:
        Refused: no reason; or too long after the end (the days stand in the rules of the portal).
        Conflict: the case has not been closed, or the reporter has asked before.
    """
    reason = _checked(reason, "reason")
    if not reason:
        raise Refused("reason", _("Say what is still wrong."), field="reason")
    with transaction.atomic():
        case = _closed_case_of(report)
        at = clock.now()
        days = reopen_days()
        if case.ended_at is not None and at > case.ended_at + timedelta(days=days):
            raise Refused(
                "too_late",
                ngettext("This can be asked for %(days)d day after the end.", "This can be asked for %(days)d days after the end.", days)
                % {"days": days},
                _("Report the problem anew."),
            )
        if Answer.objects.filter(report=report, step=Step.COMPLAINT, round=case.reopen_count).exists():
            raise Conflict("asked", _("You have asked for this before. A shift leader looks at it."))
        return _complain(report, case, reason, at)


def reopen_days() -> int:
    """For how many days after the end a reporter may ask to go on. One query."""
    rules = PortalRules.objects.filter(pk=1).first() or PortalRules()
    return rules.reopen_days


def rate_by_token(token: str, stars: int, words: str = "") -> Answer:
    """Keep how content somebody is who followed the link in a message. The link is good once. Raises as `rate`, and NotFound."""
    with transaction.atomic():
        asked = visit_by_token(token)
        return rate(asked.report, stars, words)


def visit_by_token(token: str) -> Answer:
    """The return visit that a link asks for, with report and case. One query. Raises NotFound."""
    asked = Answer.objects.select_related("report", "case__problem_class").filter(token_hash=token_hash_of(token)).first()
    if asked is None:
        raise NotFound("token", _("This link leads nowhere."), _("Copy it whole from the message."))
    return asked


def token_hash_of(token: str) -> str:
    """The hash of a link's token, as it is kept."""
    return sha256(token.strip()[:100].encode()).hexdigest()


def _closed_case_of(report: Report) -> Case:
    """The case that went on for a report, locked against a second saying at the same moment. Raises Conflict."""
    kept = Report.objects.select_for_update().filter(pk=report.pk).first()
    case = None if kept is None or kept.case_id is None else Case.objects.filter(pk=kept.case_id).first()
    if case is None or case.stage != Stage.CLOSED:
        raise Conflict("stage", _("The case has not been closed yet."), _("You can say so as soon as it has been dealt with."))
    return case


def _answer_for(report: Report, case: Case, step: Answer.Step, at: datetime) -> Answer:
    """The answer of a step in this round, made now where it was not owed."""
    found = Answer.objects.filter(report=report, step=step, round=case.reopen_count).first()
    if found is not None:
        return found
    rule = queries.rule_for(report.channel, city_day(at))
    hours = rule.decide_hours if step is Step.COMPLAINT else rule.visit_hours
    return Answer(
        report_id=report.pk,
        step=step,
        round=case.reopen_count,
        case=case,
        channel=report.channel,
        since=at,
        call_from=at,
        due_at=at + timedelta(hours=hours),
    )


def _complain(report: Report, case: Case, reason: str, at: datetime) -> Answer:
    complaint = _answer_for(report, case, Step.COMPLAINT, at)
    if complaint.pk is None:
        complaint.reason = reason
        complaint.save()
    return complaint


def _done(answer: Answer, at: datetime, how: Answer.How, actor: Actor | None) -> None:
    answer.state, answer.done_at, answer.how = State.DONE, at, how
    answer.member_id = actor.member_id if actor else None
    answer.save()


def _checked(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > MOST_WORDS:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": MOST_WORDS}, _("Shorten it."), field)
    return text


@dataclass(frozen=True, slots=True)
class Call:
    """How a call went.

    Attributes:
        result: `reached`, `not_reached`, or `later` (call again at another time).
        stars, words: what the reporter said of a return visit.
        then: where the reporter is dissatisfied: `reopen`, `supervisor`, or `leave` with a reason.
    """

    result: str
    stars: int | None = None
    words: str = ""
    then: str = ""
    reason: str = ""
    later_hours: int = 2


def record_call(actor: Actor, answer_id: int, call: Call) -> Answer:
    """Write down how a call to a reporter went.

    Raises:
        Forbidden, NotFound: not this member's to answer.
        Conflict: somebody else has answered meanwhile.
        Refused: something is missing, or does not fit.
    """
    with transaction.atomic():
        answer = _to_answer(actor, answer_id)
        if answer.step == Step.COMPLAINT:
            raise Refused("step", _("A complaint is decided, not called off."))
        at = clock.now()
        match call.result:
            case "not_reached":
                answer.tries += 1
                missed = answer.tries >= queries.rule_for(answer.channel, city_day(at)).most_tries
                answer.state = State.MISSED if missed else State.OPEN
                answer.call_from, answer.member_id = at + CALL_AGAIN_AFTER, actor.member_id
                answer.save()
            case "later":
                if not 1 <= call.later_hours <= MOST_HOURS_LATER:
                    raise Refused("later", _("Choose one to %(most)d hours.") % {"most": MOST_HOURS_LATER}, field="later_hours")
                answer.call_from, answer.member_id = at + timedelta(hours=call.later_hours), actor.member_id
                answer.save()
            case "reached" if answer.step == Step.VISIT:
                _visited(answer, actor, call, at)
            case "reached":
                answer.tries += 1
                _done(answer, at, How.CALL, actor)
            case _:
                raise Refused("result", _("Say whether the reporter was reached."), field="result")
        return answer


def decide(actor: Actor, answer_id: int, decision: str, reason: str) -> Answer:
    """A shift leader's word on a complaint: `reopen` the case, or `decline` with a reason, which the reporter is told.

    Raises:
        Forbidden: the actor is no shift leader; Refused: no reason; Conflict: it has been decided, or the case is not closed.
    """
    if Post.SHIFT_LEADER not in actor.posts:
        raise Forbidden("post", _("Complaints are decided by shift leaders."))
    reason = _checked(reason, "reason")
    if not reason:
        raise Refused("reason", _("Give the reason."), field="reason")
    with transaction.atomic():
        complaint = _to_answer(actor, answer_id)
        if complaint.step != Step.COMPLAINT:
            raise Refused("step", _("Only complaints are decided."))
        match decision:
            case "reopen":
                _reopen(complaint.case_id, actor, reason)
                complaint.outcome = Outcome.REOPENED
            case "decline":
                complaint.outcome = Outcome.DECLINED
                _tell_of_refusal(complaint, reason)
            case _:
                raise Refused("decision", _("Reopen the case, or decline."), field="decision")
        complaint.words = reason
        _done(complaint, clock.now(), How.DESK, actor)
        return complaint


def _visited(visit: Answer, actor: Actor, call: Call, at: datetime) -> None:
    if call.stars is None:
        raise Refused("stars", _("Ask the reporter for one to five stars."), field="stars")
    if call.stars > DISSATISFIED:
        _rated_by_call(visit, actor, call)
        return
    reason = _checked(call.reason, "reason")
    if call.then not in ("reopen", "supervisor", "leave"):
        raise Refused(
            "then", _("The reporter is dissatisfied: reopen the case, pass it to the shift leader, or say why not."), field="then"
        )
    if not reason:
        raise Refused("reason", _("Give the reason."), field="reason")
    _rated_by_call(visit, actor, call)
    complaint = _complain(visit.report, visit.case, reason, at)
    complaint.reason = reason
    if call.then == "reopen":
        _reopen(visit.case_id, actor, reason)
        complaint.outcome = Outcome.REOPENED
        _done(complaint, at, How.DESK, actor)
    elif call.then == "leave":
        complaint.outcome, complaint.words = Outcome.DECLINED, reason
        _done(complaint, at, How.DESK, actor)
    else:
        complaint.save()


def _rated_by_call(visit: Answer, actor: Actor, call: Call) -> None:
    visit.tries += 1
    visit.save(update_fields=["tries"])
    rate(visit.report, call.stars or 0, call.words, how=How.CALL, actor=actor)
    visit.refresh_from_db()


def _reopen(case_id: int, actor: Actor, reason: str) -> None:
    perform(case_id, "reopen", actor, Given(reason=reason))


def _tell_of_refusal(complaint: Answer, reason: str) -> None:
    contact = unseal(bytes(complaint.report.contact))
    if contact and queries.is_written_to(contact):
        with translation.override(settings.LANGUAGE_CODE):
            text = _("You asked to reopen case %(number)s. After looking at it again we do not: %(reason)s")
            notices.send(
                Recipient.contact(contact),
                _("Your request"),
                text % {"number": complaint.case.number, "reason": reason},
                key=f"answer:{complaint.report_id}:complaint:{complaint.round}",
                topic=queries.TOPIC,
                about=f"report:{complaint.report_id}",
            )


def _to_answer(actor: Actor, answer_id: int) -> Answer:
    """An open answer, locked. Raises Forbidden, NotFound, Conflict."""
    seen = queries.answer_in_sight(actor, answer_id)
    Answer.objects.select_for_update().get(pk=seen.pk)
    seen.refresh_from_db(fields=["state", "tries", "call_from", "done_at", "how"])
    if seen.state != State.OPEN:
        raise Conflict("answered", _("This has been answered meanwhile."), str(seen.member or ""))
    return seen
