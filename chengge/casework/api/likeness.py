"""The same problem reported twice: what may be the same, hanging a report on a case, taking it off again; and guesses from words."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge import clock
from chengge.casework.actions import add_report, release_report
from chengge.casework.actions.likeness import hang_on, say_not_alike, unsay_not_alike
from chengge.casework.api.reports import ReportedOut, ReportIn, reported_out
from chengge.casework.api.shapes import CaseOut, case_out
from chengge.casework.queries import case_in_sight, report_in_sight
from chengge.casework.queries.likeness import Alike, alike_to, in_sight_of
from chengge.casework.suggestions import Guess, suggest
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers
from chengge.rest.fields import NO_ZERO, CaseNumber, Id, Incoming, Key, Outgoing, text

router = Router()


class AlikeOut(Outgoing):
    case: CaseOut
    score: float = Field(description="0 … 1: how likely it is the same problem")
    reasons: list[str] = Field(description="Why, in words")
    distance_m: float
    came_back: bool = Field(description="It was closed lately: the problem may have come back")


class OtherCase(Incoming):
    number: CaseNumber


class Reason(Incoming):
    reason: text(500)


class GuessOut(Outgoing):
    id: int
    name: str
    confidence: float = Field(description="0 … 1: of texts answered so, this share was right")


class SuggestionOut(Outgoing):
    sure: bool = Field(description="false: no idea; nothing is trained, or the words are not clear enough")
    classes: list[GuessOut]
    departments: list[GuessOut]


class Words(Incoming):
    q: Annotated[str, Field(max_length=1000, pattern=NO_ZERO, description="What the reporter says")]


@router.get("/cases/{number}/alike", response=answers({200: list[AlikeOut]}, 404))
def alike_cases(request: HttpRequest, number: CaseNumber) -> list[AlikeOut]:
    """Open and lately closed cases in sight that may be the same problem, the likeliest first, with the reasons."""
    found = in_sight_of(request.actor, alike_to(case_in_sight(request.actor, number)))
    return [_alike(one) for one in found]


@router.post("/cases/{number}/not-alike", response=answers({204: None}, 403, 404))
def not_alike(request: HttpRequest, number: CaseNumber, given: OtherCase) -> Status:
    """Say that another case is not the same problem: the two are not offered as one again."""
    say_not_alike(case_in_sight(request.actor, number).pk, case_in_sight(request.actor, given.number).pk, request.actor)
    return Status(204, None)


@router.delete("/cases/{number}/not-alike/{other}", response=answers({204: None}, 403, 404))
def perhaps_alike(request: HttpRequest, number: CaseNumber, other: CaseNumber) -> Status:
    """Take that back."""
    unsay_not_alike(case_in_sight(request.actor, number).pk, case_in_sight(request.actor, other).pk, request.actor)
    return Status(204, None)


@router.post("/cases/{number}/reports", response=answers({201: ReportedOut}, 403, 404, 409))
def add_report_to_case(request: HttpRequest, number: CaseNumber, given: ReportIn, key: Key = None) -> Status:
    """One more report of the same problem: it hangs on this open case instead of opening another."""
    case = case_in_sight(request.actor, number)
    return Status(201, reported_out(add_report(request.actor, given.said(), case.pk, key=key)))


@router.post("/reports/{report_id}/hang", response=answers({200: ReportedOut}, 403, 404, 409))
def hang_report(request: HttpRequest, report_id: Id, given: OtherCase, key: Key = None) -> Status | HttpResponse:
    """A report that waits for an answer speaks of an open case: hang it there."""
    case_id = case_in_sight(request.actor, given.number).pk
    return once(request, key, 200, lambda: reported_out(hang_on(report_id, case_id, request.actor)))


@router.post("/reports/{report_id}/release", response=answers({200: ReportedOut}, 403, 404, 409))
def release(request: HttpRequest, report_id: Id, given: Reason, key: Key = None) -> ReportedOut:
    """Take a report off a case that it does not belong to: it opens one of its own."""
    report_in_sight(request.actor, report_id)
    return reported_out(release_report(report_id, request.actor, given.reason, key=key))


@router.get("/suggestions", response=answers({200: SuggestionOut}))
def suggestions(request: HttpRequest, words: Query[Words]) -> SuggestionOut:
    """Which class and which department the words of a report point to, learned from the city's own closed cases."""
    found = suggest(words.q)
    return SuggestionOut(sure=found.sure, classes=list(map(_guess, found.classes)), departments=list(map(_guess, found.departments)))


def _alike(one: Alike) -> AlikeOut:
    return AlikeOut(
        case=case_out(one.case, clock.now()),
        score=one.score,
        reasons=list(one.reasons),
        distance_m=one.distance_m,
        came_back=one.came_back,
    )


def _guess(guess: Guess) -> GuessOut:
    return GuessOut(id=guess.id, name=guess.name, confidence=guess.confidence)
