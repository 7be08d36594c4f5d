"""Standing problems for programs: the list, one with plan and notes, listing, noting, reviewing, ending."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.coordination.actions.standing import Listed, Step, end_problem, finish_step, list_problem, note_progress, review
from chengge.coordination.models import StandingProblem
from chengge.coordination.queries.standing import Wanted, standing_in_sight, standing_problems
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import CaseNumber, Day, Id, Incoming, Key, Latitude, Longitude, Outgoing, StrictId
from chengge.rest.fields import text as words

router = Router()
MOST_ROWS = 200


class WantedProblems(Incoming):
    state: Literal["open", "overdue", "listed", "under_way", "solved", "dropped"] = "open"
    owner: Annotated[int, Field(ge=0, description="Who answers; 0: anybody")] = 0
    q: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""
    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


class StepIn(Incoming):
    due_on: Day
    text: words(300, 1)


class ProblemIn(Incoming):
    subject: words(120, 1)
    why: words(1000, 1)
    organization_id: StrictId = Field(description="Who answers for it")
    review_on: Day
    place: words(200) = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    problem_class_id: StrictId | None = None
    cases: Annotated[list[CaseNumber], Field(max_length=50)] = []
    steps: Annotated[list[StepIn], Field(max_length=50)] = []


class NoteIn(Incoming):
    text: words(1000, 1)


class ReviewIn(NoteIn):
    next_on: Day


class EndIn(Incoming):
    state: Literal["solved", "dropped"]
    why: words(500, 1)


class StepOut(Outgoing):
    position: int
    due_on: date
    text: str
    done_on: date | None


class NoteOut(Outgoing):
    kind: str
    at: datetime
    member: str
    text: str


class ProblemOut(Outgoing):
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


class WholeProblemOut(ProblemOut):
    cases: list[str]
    steps: list[StepOut]
    notes: list[NoteOut]


class ProblemsOut(Outgoing):
    problems: list[ProblemOut]
    total: int


@router.get("/coordination/standing-problems", response=answers({200: ProblemsOut}))
def problems(request: HttpRequest, wanted: Query[WantedProblems]) -> ProblemsOut:
    """Standing problems in my sight: all for the platform and leaders, what it answers for for a department."""
    found = standing_problems(request.actor, Wanted(wanted.state, wanted.owner, wanted.q))
    rows = [ProblemOut(**_told(one)) for one in found[wanted.first : wanted.first + MOST_ROWS]]
    return ProblemsOut(problems=rows, total=found.count())


@router.post("/coordination/standing-problems", response=answers({201: WholeProblemOut}, 403, 404, 409))
def list_one(request: HttpRequest, given: ProblemIn, key: Key = None) -> Status | HttpResponse:
    """Put a problem on the list."""
    listed = Listed(
        numbers=given.cases, steps=[Step(one.due_on, one.text) for one in given.steps], **given.model_dump(exclude={"cases", "steps"})
    )
    return once(request, key, 201, lambda: _whole(request, list_problem(request.actor, listed).pk))


@router.get("/coordination/standing-problems/{problem_id}", response=answers({200: WholeProblemOut}, 404))
@single_thing
def problem(request: HttpRequest, problem_id: Id) -> WholeProblemOut:
    """One problem with its plan and what has moved."""
    return _whole(request, problem_id)


@router.post("/coordination/standing-problems/{problem_id}/notes", response=answers({200: WholeProblemOut}, 403, 404, 409))
def note(request: HttpRequest, problem_id: Id, given: NoteIn, key: Key = None) -> Status | HttpResponse:
    """Write down what has moved; it stays."""
    return _after(request, problem_id, key, lambda: note_progress(request.actor, problem_id, given.text))


@router.post("/coordination/standing-problems/{problem_id}/steps/{position}/done", response=answers({200: WholeProblemOut}, 403, 404, 409))
def done(request: HttpRequest, problem_id: Id, position: Id, key: Key = None) -> Status | HttpResponse:
    """A step of the plan is done."""
    return _after(request, problem_id, key, lambda: finish_step(request.actor, problem_id, position))


@router.post("/coordination/standing-problems/{problem_id}/reviews", response=answers({200: WholeProblemOut}, 403, 404, 409))
def reviewing(request: HttpRequest, problem_id: Id, given: ReviewIn, key: Key = None) -> Status | HttpResponse:
    """Look at a problem again, and say when the next time is."""
    return _after(request, problem_id, key, lambda: review(request.actor, problem_id, given.text, given.next_on))


@router.post("/coordination/standing-problems/{problem_id}/end", response=answers({200: WholeProblemOut}, 403, 404, 409))
def ending(request: HttpRequest, problem_id: Id, given: EndIn, key: Key = None) -> Status | HttpResponse:
    """Take a problem off the list, solved or not."""
    return _after(request, problem_id, key, lambda: end_problem(request.actor, problem_id, given.state, given.why))


def _after(request: HttpRequest, problem_id: int, key: str | None, does: Callable[[], object]) -> Status | HttpResponse:
    standing_in_sight(request.actor, problem_id)

    def moved() -> WholeProblemOut:
        does()
        return _whole(request, problem_id)

    return once(request, key, 200, moved)


def _whole(request: HttpRequest, problem_id: int) -> WholeProblemOut:
    found = standing_in_sight(request.actor, problem_id)
    return WholeProblemOut(
        cases=[case.number for case in found.cases.all()],
        steps=[StepOut(position=one.position, due_on=one.due_on, text=one.text, done_on=one.done_on) for one in found.steps.all()],
        notes=[NoteOut(kind=one.kind, at=one.at, member=str(one.member), text=one.text) for one in found.notes.all()],
        **_told(found),
    )


def _told(one: StandingProblem) -> dict[str, object]:
    return {
        "id": one.pk,
        "subject": one.subject,
        "why": one.why,
        "place": one.place,
        "owner": one.owner.name,
        "state": one.state,
        "review_on": one.review_on,
        "listed_at": one.listed_at,
        "ended_at": one.ended_at,
        "ended_why": one.ended_why,
    }
