"""Standing problems for programs: the list, one with plan and notes, listing, noting, reviewing, ending."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.coordination.actions.standing import Listed, Step, end_problem, finish_step, list_problem, note_progress, review
from chengge.coordination.api.telling import WantedFrom, after, page_from, told
from chengge.coordination.queries.standing import Wanted, standing_in_sight, standing_problems
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import CaseNumber, Day, Id, Incoming, Key, Latitude, Longitude, Outgoing, StrictId
from chengge.rest.fields import text as words

router = Router()


class WantedStandingProblems(WantedFrom):
    state: Literal["open", "overdue", "listed", "under_way", "solved", "dropped"] = "open"
    owner: Annotated[int, Field(ge=0, description="Who answers; 0: anybody")] = 0
    q: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""


class PlanStepIn(Incoming):
    due_on: Day
    text: words(300, 1)


class StandingProblemIn(Incoming):
    subject: words(120, 1)
    why: words(1000, 1)
    organization_id: StrictId = Field(description="Who answers for it")
    review_on: Day
    place: words(200) = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    problem_class_id: StrictId | None = None
    cases: Annotated[list[CaseNumber], Field(max_length=50)] = []
    steps: Annotated[list[PlanStepIn], Field(max_length=50)] = []


class ProgressNoteIn(Incoming):
    text: words(1000, 1)


class ProblemReviewIn(ProgressNoteIn):
    next_on: Day


class ProblemEndIn(Incoming):
    state: Literal["solved", "dropped"]
    why: words(500, 1)


class PlanStepOut(Outgoing):
    position: int
    due_on: date
    text: str
    done_on: date | None


class ProgressNoteOut(Outgoing):
    kind: str
    at: datetime
    member: str
    text: str


class StandingProblemOut(Outgoing):
    id: int
    subject: str
    why: str
    place: str
    owner: str
    state: str
    review_on: date
    listed_at: datetime
    ended_at: datetime | None
    ended_why: str


class WholeStandingProblemOut(StandingProblemOut):
    cases: list[str]
    steps: list[PlanStepOut]
    notes: list[ProgressNoteOut]


class StandingProblemsOut(Outgoing):
    problems: list[StandingProblemOut]
    total: int


@router.get("/coordination/standing-problems", response=answers({200: StandingProblemsOut}))
def standing_problem_list(request: HttpRequest, wanted: Query[WantedStandingProblems]) -> StandingProblemsOut:
    """Standing problems in my sight: all for the platform and leaders, what it answers for for a department."""
    found = standing_problems(request.actor, Wanted(wanted.state, wanted.owner, wanted.q))
    rows = [told(StandingProblemOut, one, owner=one.owner.name) for one in page_from(found, wanted)]
    return StandingProblemsOut(problems=rows, total=found.count())


@router.post("/coordination/standing-problems", response=answers({201: WholeStandingProblemOut}, 403, 404, 409))
def list_standing_problem(request: HttpRequest, given: StandingProblemIn, key: Key = None) -> Status | HttpResponse:
    """Put a problem on the list."""
    listed = Listed(
        numbers=given.cases, steps=[Step(one.due_on, one.text) for one in given.steps], **given.model_dump(exclude={"cases", "steps"})
    )
    return once(request, key, 201, lambda: _whole(request, list_problem(request.actor, listed).pk))


@router.get("/coordination/standing-problems/{problem_id}", response=answers({200: WholeStandingProblemOut}, 404))
@single_thing
def standing_problem(request: HttpRequest, problem_id: Id) -> WholeStandingProblemOut:
    """One problem with its plan and what has moved."""
    return _whole(request, problem_id)


@router.post("/coordination/standing-problems/{problem_id}/notes", response=answers({200: WholeStandingProblemOut}, 403, 404, 409))
def note_standing_progress(request: HttpRequest, problem_id: Id, given: ProgressNoteIn, key: Key = None) -> Status | HttpResponse:
    """Write down what has moved; it stays."""
    return _after(request, problem_id, key, lambda: note_progress(request.actor, problem_id, given.text))


@router.post(
    "/coordination/standing-problems/{problem_id}/steps/{position}/done",
    response=answers({200: WholeStandingProblemOut}, 403, 404, 409),
)
def standing_step_done(request: HttpRequest, problem_id: Id, position: Id, key: Key = None) -> Status | HttpResponse:
    """A step of the plan is done."""
    return _after(request, problem_id, key, lambda: finish_step(request.actor, problem_id, position))


@router.post("/coordination/standing-problems/{problem_id}/reviews", response=answers({200: WholeStandingProblemOut}, 403, 404, 409))
def review_standing_problem(request: HttpRequest, problem_id: Id, given: ProblemReviewIn, key: Key = None) -> Status | HttpResponse:
    """Look at a problem again, and say when the next time is."""
    return _after(request, problem_id, key, lambda: review(request.actor, problem_id, given.text, given.next_on))


@router.post("/coordination/standing-problems/{problem_id}/end", response=answers({200: WholeStandingProblemOut}, 403, 404, 409))
def end_standing_problem(request: HttpRequest, problem_id: Id, given: ProblemEndIn, key: Key = None) -> Status | HttpResponse:
    """Take a problem off the list, solved or not."""
    return _after(request, problem_id, key, lambda: end_problem(request.actor, problem_id, given.state, given.why))


def _after(request: HttpRequest, problem_id: int, key: str | None, does: Callable[[], object]) -> Status | HttpResponse:
    standing_in_sight(request.actor, problem_id)
    return after(request, key, does, lambda: _whole(request, problem_id))


def _whole(request: HttpRequest, problem_id: int) -> WholeStandingProblemOut:
    found = standing_in_sight(request.actor, problem_id)
    return told(
        WholeStandingProblemOut,
        found,
        owner=found.owner.name,
        cases=[case.number for case in found.cases.all()],
        steps=[told(PlanStepOut, one) for one in found.steps.all()],
        notes=[told(ProgressNoteOut, one, member=str(one.member)) for one in found.notes.all()],
    )
