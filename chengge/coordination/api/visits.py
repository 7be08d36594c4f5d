"""Weekly visits for programs: the plan of a week, writing one down, promises until they are kept."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge import clock
from chengge.coordination.actions.visits import Made, Promised, add_visit, call_visit_off, keep_promise, write_visit
from chengge.coordination.models import DepartmentVisit, VisitPromise
from chengge.coordination.queries.visits import open_promises, visit_in_sight, visits_in, week_of
from chengge.organization.kept_answers import once
from chengge.organization.queries import city_day
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Day, Id, Incoming, Key, Outgoing, StrictId
from chengge.rest.fields import text as words

router = Router()
MOST_ROWS = 200


class WantedVisits(Incoming):
    week: Day | None = Field(None, description="Any day of the week; this week, where it is left out")


class WantedPromises(Incoming):
    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


class VisitIn(Incoming):
    organization_id: StrictId
    week: Day | None = Field(None, description="Any day of the week")


class PromiseIn(Incoming):
    whose: Literal["department", "platform"]
    text: words(300, 1)
    due_on: Day


class MadeIn(Incoming):
    day: Day
    met: words(200, 1)
    raised: words(2000, 1)
    promises: Annotated[list[PromiseIn], Field(max_length=30)] = []


class ReasonIn(Incoming):
    reason: words(300, 1)


class HowIn(Incoming):
    how: words(300, 1)


class PromiseOut(Outgoing):
    id: int
    visit: int
    organization: str
    whose: str
    text: str
    due_on: date
    kept_on: date | None
    kept_how: str


class VisitOut(Outgoing):
    id: int
    organization: str
    week: date
    day: date | None
    state: str
    reasons: list[str]
    returns: int
    hard: int
    late: int
    met: str
    raised: str


class WholeVisitOut(VisitOut):
    promises: list[PromiseOut]


class VisitsOut(Outgoing):
    visits: list[VisitOut]


class PromisesOut(Outgoing):
    promises: list[PromiseOut]
    total: int


@router.get("/coordination/visits", response=answers({200: VisitsOut}))
def visits(request: HttpRequest, wanted: Query[WantedVisits]) -> VisitsOut:
    """The visits of a week in my sight: all for the platform and leaders, those to it for a department."""
    week = week_of(wanted.week or city_day(clock.now()))
    return VisitsOut(visits=[VisitOut(**_told(one)) for one in visits_in(request.actor, week)[:MOST_ROWS]])


@router.post("/coordination/visits", response=answers({201: WholeVisitOut}, 403, 404, 409))
def add(request: HttpRequest, given: VisitIn, key: Key = None) -> Status | HttpResponse:
    """Put a department on the plan of a week."""
    return once(request, key, 201, lambda: _whole(request, add_visit(request.actor, given.organization_id, given.week).pk))


@router.get("/coordination/visits/{visit_id}", response=answers({200: WholeVisitOut}, 404))
@single_thing
def visit(request: HttpRequest, visit_id: Id) -> WholeVisitOut:
    """One visit with its promises."""
    return _whole(request, visit_id)


@router.post("/coordination/visits/{visit_id}/made", response=answers({200: WholeVisitOut}, 403, 404, 409))
def made(request: HttpRequest, visit_id: Id, given: MadeIn, key: Key = None) -> Status | HttpResponse:
    """Write a visit down, with what was promised; written again, promises are added."""
    visit_in_sight(request.actor, visit_id)
    promises = [Promised(one.whose, one.text, one.due_on) for one in given.promises]

    def done() -> WholeVisitOut:
        write_visit(request.actor, visit_id, Made(given.day, given.met, given.raised, promises))
        return _whole(request, visit_id)

    return once(request, key, 200, done)


@router.post("/coordination/visits/{visit_id}/call-off", response=answers({200: WholeVisitOut}, 403, 404, 409))
def off(request: HttpRequest, visit_id: Id, given: ReasonIn, key: Key = None) -> Status | HttpResponse:
    """Call a planned visit off."""
    visit_in_sight(request.actor, visit_id)

    def done() -> WholeVisitOut:
        call_visit_off(request.actor, visit_id, given.reason)
        return _whole(request, visit_id)

    return once(request, key, 200, done)


@router.get("/coordination/promises", response=answers({200: PromisesOut}))
def promises(request: HttpRequest, wanted: Query[WantedPromises]) -> PromisesOut:
    """Promises in my sight that are not kept yet, the next due first."""
    found = open_promises(request.actor)
    return PromisesOut(promises=[_promise(one) for one in found[wanted.first : wanted.first + MOST_ROWS]], total=found.count())


@router.post("/coordination/promises/{promise_id}/kept", response=answers({200: PromiseOut}, 403, 404, 409))
def kept(request: HttpRequest, promise_id: Id, given: HowIn, key: Key = None) -> Status | HttpResponse:
    """A promise is kept; whoever gave it says how, or the platform does."""
    return once(request, key, 200, lambda: _promise(keep_promise(request.actor, promise_id, given.how)))


def _whole(request: HttpRequest, visit_id: int) -> WholeVisitOut:
    found = visit_in_sight(request.actor, visit_id)
    return WholeVisitOut(promises=[_promise(one) for one in found.promises.all()], **_told(found))


def _told(one: DepartmentVisit) -> dict[str, object]:
    return {
        "id": one.pk,
        "organization": one.organization.code,
        "week": one.week,
        "day": one.day,
        "state": one.state,
        "reasons": one.whys,
        "returns": one.returns,
        "hard": one.hard,
        "late": one.late,
        "met": one.met,
        "raised": one.raised,
    }


def _promise(one: VisitPromise) -> PromiseOut:
    return PromiseOut(
        id=one.pk,
        visit=one.visit_id,
        organization=one.visit.organization.code,
        whose=one.whose,
        text=one.text,
        due_on=one.due_on,
        kept_on=one.kept_on,
        kept_how=one.kept_how,
    )
