"""The hotline: what the switchboard tells of calls, what an operator makes of them, and who is called back."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Reported, Said, add_report, report
from chengge.casework.contacts import mark, mask, normalised, seal, unseal
from chengge.casework.models import Channel
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.intake.actions.messages import Outcome, Payload
from chengge.intake.actions.orders import Ordered, take_order
from chengge.intake.models import Call, InboundMessage, Source, WorkOrder
from chengge.organization.models import Member
from chengge.organization.queries import CITY_ZONE, Actor

ANSWERS_CALLS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})
END_OF_WORK = time(18, 0)
WITHOUT_REPORT = frozenset({Call.Result.PROGRESS, Call.Result.ENQUIRY, Call.Result.NOTHING})


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants besides the report.

    Attributes:
        wants_answer: the caller wants to hear how it ended; else the contact is not kept with the report.
        ticket: number of the 12345 ticket, and by when it wants its answer.
    """

    wants_answer: bool = True
    ticket: str = ""
    due_on: date | None = None


def take_call_event(message: InboundMessage, payload: Payload) -> Outcome:
    """An event of the switchboard: `call_id`, `event` (ringing, answered, ended), `number`, `line`, `agent`, `at`, `recording_url`.

    Events may come in any order; each adds what it knows.
    """
    at = datetime.fromisoformat(payload["at"]) if payload.get("at") else clock.now()
    call = _call_of(message.source, payload, at)
    agent = Member.objects.filter(username=payload["agent"], is_active=True).first() if payload.get("agent") else None
    if agent is not None:
        call.agent = agent
    match payload["event"]:
        case "ringing":
            call.rang_at = min(call.rang_at, at)
        case "answered":
            call.answered_at = at
        case "ended":
            call.ended_at = at
    call.recording_url = payload.get("recording_url") or call.recording_url
    call.state = _state_of(call)
    call.save()
    if payload.get("agent") and agent is None:
        return Outcome(remark=_("The call is kept; nobody signs in as “%(agent)s”.") % {"agent": payload["agent"][:40]})
    return Outcome()


def begin_call(actor: Actor, source: Source, number: str, line: str = "") -> Call:
    """A call that an operator takes without a switchboard: the log begins by hand."""
    _require(actor)
    now = clock.now()
    return Call.objects.create(
        source=source,
        call_id=f"{actor.member_id}-{now:%Y%m%d%H%M%S%f}",
        line=line[:20],
        state=Call.State.ANSWERED,
        agent_id=actor.member_id,
        rang_at=now,
        answered_at=now,
        **_number(number),
    )


def report_from_call(call_id: int, actor: Actor, said: Said, wish: Wish = Wish(), *, key: str | None = None) -> Reported:
    """Write down what the caller says: a report of the hotline, with the caller's number where an answer is wanted.

    Raises:
        Conflict: something was written down for this call before.
    """
    _require(actor)
    with transaction.atomic():
        call = _locked(call_id)
        _refuse_written(call, key)
        said = _of_caller(said, call, wish)
        made = (
            take_order(actor, replace(said, other_number=wish.ticket), _ticket(wish), key=key)
            if wish.ticket
            else report(actor, said, key=key)
        )
        _write_down(call, actor, Call.Result.REPORT, made.report_id)
    return made


def add_from_call(call_id: int, actor: Actor, said: Said, case_id: int, wish: Wish = Wish(), *, key: str | None = None) -> Reported:
    """The caller tells of a problem that is a case already: their report hangs on it, and they get its answer too."""
    _require(actor)
    with transaction.atomic():
        call = _locked(call_id)
        _refuse_written(call, key)
        made = add_report(actor, _of_caller(said, call, wish), case_id, key=key)
        _write_down(call, actor, Call.Result.ADDED, made.report_id)
    return made


def close_call(call_id: int, actor: Actor, result: str, note: str = "") -> Call:
    """Write down that a call was no report: a question, how a case goes, or nothing."""
    _require(actor)
    if result not in WITHOUT_REPORT:
        raise Refused("result", _("Choose what the call was."), field="result")
    if len(note) > 500:
        raise Refused("note", _("The note is longer than 500 characters."), _("Shorten it."), "note")
    with transaction.atomic():
        call = _locked(call_id)
        _refuse_written(call, None)
        call.note = note.strip()
        return _write_down(call, actor, Call.Result(result), None)


def called_back(call_id: int, actor: Actor) -> Call:
    """A caller whom nobody had answered was called back."""
    _require(actor)
    with transaction.atomic():
        call = _locked(call_id)
        if call.called_back_at is None:
            call.called_back_at, call.called_back_by_id = clock.now(), actor.member_id
            call.save(update_fields=["called_back_at", "called_back_by"])
    return call


def number_of(call: Call, actor: Actor) -> str:
    """The caller's number in full, for those who answer calls; masked for everybody else."""
    return unseal(bytes(call.sealed)) if actor.posts & ANSWERS_CALLS else call.masked


def _call_of(source: Source, payload: Payload, at: datetime) -> Call:
    facts = {"state": Call.State.RINGING, "rang_at": at, "line": payload.get("line", "")[:20], **_number(payload.get("number", ""))}
    Call.objects.bulk_create([Call(source=source, call_id=payload["call_id"], **facts)], ignore_conflicts=True)
    call = Call.objects.select_for_update().get(source=source, call_id=payload["call_id"])
    if payload.get("number") and not call.contact_mark:
        for name, value in _number(payload["number"]).items():
            setattr(call, name, value)
    call.line = call.line or payload.get("line", "")[:20]
    return call


def _number(number: str) -> dict[str, str | bytes]:
    told = number.strip()[:40]
    return {"sealed": seal(told), "contact_mark": mark(told), "masked": mask(normalised(told))[:20]}


def _state_of(call: Call) -> str:
    if call.ended_at is not None:
        return Call.State.ENDED if call.answered_at is not None else Call.State.MISSED
    return Call.State.ANSWERED if call.answered_at is not None else Call.State.RINGING


def _of_caller(said: Said, call: Call, wish: Wish) -> Said:
    contact = said.contact.strip() or unseal(bytes(call.sealed))
    return replace(said, channel=Channel.HOTLINE.value, contact=contact if wish.wants_answer else "")


def _ticket(wish: Wish) -> Ordered:
    due_at = datetime.combine(wish.due_on, END_OF_WORK, CITY_ZONE) if wish.due_on else None
    return Ordered(WorkOrder.Kind.HOTLINE.value, wish.ticket, "12345", due_at=due_at)


def _write_down(call: Call, actor: Actor, result: Call.Result, report_id: int | None) -> Call:
    call.result, call.report_id, call.agent_id = result, report_id, call.agent_id or actor.member_id
    if call.state == Call.State.MISSED and call.called_back_at is None:
        call.called_back_at, call.called_back_by_id = clock.now(), actor.member_id
    call.save()
    return call


def _refuse_written(call: Call, key: str | None) -> None:
    """What was written down stays, but the same form sent again gives the same answer."""
    if call.result and not (key is not None and call.report is not None and call.report.key == key):
        message = _("Something was written down for this call already: %(what)s.") % {"what": call.get_result_display()}
        raise Conflict("call", message, _("Begin a new report without the call."))


def _locked(call_id: int) -> Call:
    call = Call.objects.select_for_update(of=("self",)).select_related("report").filter(pk=call_id).first()
    if call is None:
        raise NotFound("call", _("There is no such call."))
    return call


def _require(actor: Actor) -> None:
    if not actor.posts & ANSWERS_CALLS:
        raise Forbidden("post", _("Calls are answered by operators and shift leaders."))
