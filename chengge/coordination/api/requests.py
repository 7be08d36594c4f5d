"""Requests that wait for an answer, comments and telephone calls. Asking and answering are actions on the case."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.coordination.actions.requests import Called, comment, note_call
from chengge.coordination.models import Comment, PhoneCall
from chengge.coordination.queries.requests import beside, request_views, requests_answered, requests_waiting
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers
from chengge.rest.fields import CaseNumber, Incoming, Key, Moment, Outgoing
from chengge.rest.fields import text as words

router = Router()
MOST_ROWS = 200


class WantedRequests(Incoming):
    kind: Literal["", "return", "extension", "suspension", "appeal"] = ""
    answered: bool = Field(False, description="Those that were answered or lapsed, the latest first")
    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


class RequestOut(Outgoing):
    case: str
    kind: str
    asked_at: datetime
    asked_by: str
    organization: str
    reason: str
    basis: str
    until: datetime | None
    answer_due_at: datetime | None
    answered_at: datetime | None
    outcome: str = Field(description="granted, refused or lapsed; empty while it waits")
    mine: bool = Field(description="I may answer it: by the actions `grant` and `refuse` on the case")
    grant: str
    refuse: str


class RequestsOut(Outgoing):
    requests: list[RequestOut]
    total: int


class CommentOut(Outgoing):
    id: int
    at: datetime
    member: str
    organization: str
    text: str
    mentioned: list[str]


class CommentIn(Incoming):
    text: words(500, 1) = Field(description="@ and a member's name or an organization's short name calls them")


class CallIn(Incoming):
    direction: Literal["out", "in"]
    with_whom: words(80, 1)
    gist: words(500, 1)
    at: Moment | None = Field(None, description="When; now, where it is left out")
    promised_by: Moment | None = None


class CallOut(Outgoing):
    id: int
    at: datetime
    member: str
    direction: str
    with_whom: str
    gist: str
    promised_by: datetime | None
    kept_at: datetime | None


@router.get("/coordination/requests", response=answers({200: RequestsOut}))
def requests(request: HttpRequest, wanted: Query[WantedRequests]) -> RequestsOut:
    """Requests in my sight: those that wait, the most pressing first, or those that were answered."""
    found = requests_answered(request.actor, wanted.kind) if wanted.answered else requests_waiting(request.actor, wanted.kind)
    views = request_views(request.actor, list(found[wanted.first : wanted.first + MOST_ROWS]))
    rows = [
        RequestOut(
            case=view.path.case.number,
            kind=view.path.kind,
            asked_at=view.path.asked_at,
            asked_by=str(view.asked.member or "") if view.asked else "",
            organization=view.path.organization.name if view.path.organization else "",
            reason=view.asked.reason if view.asked else "",
            basis=view.path.basis,
            until=view.path.until,
            answer_due_at=view.path.answer_due_at,
            answered_at=view.path.answered_at,
            outcome=view.path.outcome,
            mine=view.mine,
            grant=view.grant,
            refuse=view.refuse,
        )
        for view in views
    ]
    return RequestsOut(requests=rows, total=found.count())


@router.get("/cases/{number}/comments", response=answers({200: list[CommentOut]}, 404))
def comments(request: HttpRequest, number: CaseNumber) -> list[CommentOut]:
    """What was said about a case, the first first. Whoever was mentioned may read it, too."""
    return [_comment(one) for one in beside(request.actor, number).comments]


@router.post("/cases/{number}/comments", response=answers({201: CommentOut}, 403, 404, 409))
def say(request: HttpRequest, number: CaseNumber, given: CommentIn, key: Key = None) -> Status | HttpResponse:
    """Say something about a case to whoever works on it; it stays as it was said."""
    return once(request, key, 201, lambda: _comment(comment(request.actor, number, given.text)))


@router.get("/cases/{number}/phone-calls", response=answers({200: list[CallOut]}, 404))
def phone_calls(request: HttpRequest, number: CaseNumber) -> list[CallOut]:
    """Telephone calls about a case, the latest first."""
    return [_call(one) for one in beside(request.actor, number).calls]


@router.post("/cases/{number}/phone-calls", response=answers({201: CallOut}, 403, 404, 409))
def note(request: HttpRequest, number: CaseNumber, given: CallIn, key: Key = None) -> Status | HttpResponse:
    """Write down a telephone call that mattered, with what was promised until when."""
    return once(request, key, 201, lambda: _call(note_call(request.actor, number, Called(**given.model_dump()))))


def _comment(one: Comment) -> CommentOut:
    return CommentOut(
        id=one.pk,
        at=one.at,
        member=str(one.member),
        organization=one.organization.short_name if one.organization else "",
        text=one.text,
        mentioned=[str(mention.member) for mention in one.mentions.all()],
    )


def _call(one: PhoneCall) -> CallOut:
    return CallOut(
        id=one.pk,
        at=one.at,
        member=str(one.member),
        direction=one.direction,
        with_whom=one.with_whom,
        gist=one.gist,
        promised_by=one.promised_by,
        kept_at=one.kept_at,
    )
