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


class WantedDepartmentVisits(Incoming):
    week: Day | None = Field(None, description="Any day of the week; this week, where it is left out")


class WantedVisitPromises(Incoming):
    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


class DepartmentVisitIn(Incoming):
    organization_id: StrictId
    week: Day | None = Field(None, description="Any day of the week")


class VisitPromiseIn(Incoming):
    whose: Literal["department", "platform"]
    text: words(300, 1)
    due_on: Day


class VisitMadeIn(Incoming):
    day: Day
    met: words(200, 1)
    raised: words(2000, 1)
    promises: Annotated[list[VisitPromiseIn], Field(max_length=30)] = []


class VisitReasonIn(Incoming):
    reason: words(300, 1)


class PromiseKeptIn(Incoming):
    how: words(300, 1)


class VisitPromiseOut(Outgoing):
    id: int
    visit: int
    organization: str
    whose: str
    text: str
    due_on: date
    kept_on: date | None
    kept_how: str


class DepartmentVisitOut(Outgoing):
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


class WholeDepartmentVisitOut(DepartmentVisitOut):
    promises: list[VisitPromiseOut]


class DepartmentVisitsOut(Outgoing):
    visits: list[DepartmentVisitOut]


class VisitPromisesOut(Outgoing):
    promises: list[VisitPromiseOut]
    total: int


@router.get("/coordination/visits", response=answers({200: DepartmentVisitsOut}))
def department_visits(request: HttpRequest, wanted: Query[WantedDepartmentVisits]) -> DepartmentVisitsOut:
    """The visits of a week in my sight: all for the platform and leaders, those to it for a department."""
    week = week_of(wanted.week or city_day(clock.now()))
    return DepartmentVisitsOut(visits=[DepartmentVisitOut(**_told(one)) for one in visits_in(request.actor, week)[:MOST_ROWS]])


@router.post("/coordination/visits", response=answers({201: WholeDepartmentVisitOut}, 403, 404, 409))
def add_department_visit(request: HttpRequest, given: DepartmentVisitIn, key: Key = None) -> Status | HttpResponse:
    """Put a department on the plan of a week."""
    return once(request, key, 201, lambda: _whole(request, add_visit(request.actor, given.organization_id, given.week).pk))


@router.get("/coordination/visits/{visit_id}", response=answers({200: WholeDepartmentVisitOut}, 404))
@single_thing
def department_visit(request: HttpRequest, visit_id: Id) -> WholeDepartmentVisitOut:
    """One visit with its promises."""
    return _whole(request, visit_id)


@router.post("/coordination/visits/{visit_id}/made", response=answers({200: WholeDepartmentVisitOut}, 403, 404, 409))
def department_visit_made(request: HttpRequest, visit_id: Id, given: VisitMadeIn, key: Key = None) -> Status | HttpResponse:
    """Write a visit down, with what was promised; written again, promises are added."""
    visit_in_sight(request.actor, visit_id)
    promises = [Promised(one.whose, one.text, one.due_on) for one in given.promises]

    def done() -> WholeDepartmentVisitOut:
        write_visit(request.actor, visit_id, Made(given.day, given.met, given.raised, promises))
        return _whole(request, visit_id)

    return once(request, key, 200, done)


@router.post("/coordination/visits/{visit_id}/call-off", response=answers({200: WholeDepartmentVisitOut}, 403, 404, 409))
def call_off_department_visit(request: HttpRequest, visit_id: Id, given: VisitReasonIn, key: Key = None) -> Status | HttpResponse:
    """Call a planned visit off."""
    visit_in_sight(request.actor, visit_id)

    def done() -> WholeDepartmentVisitOut:
        call_visit_off(request.actor, visit_id, given.reason)
        return _whole(request, visit_id)

    return once(request, key, 200, done)


@router.get("/coordination/promises", response=answers({200: VisitPromisesOut}))
def visit_promises(request: HttpRequest, wanted: Query[WantedVisitPromises]) -> VisitPromisesOut:
    """Promises in my sight that are not kept yet, the next due first."""
    found = open_promises(request.actor)
    return VisitPromisesOut(promises=[_promise(one) for one in found[wanted.first : wanted.first + MOST_ROWS]], total=found.count())


@router.post("/coordination/promises/{promise_id}/kept", response=answers({200: VisitPromiseOut}, 403, 404, 409))
def visit_promise_kept(request: HttpRequest, promise_id: Id, given: PromiseKeptIn, key: Key = None) -> Status | HttpResponse:
    """A promise is kept; whoever gave it says how, or the platform does."""
    return once(request, key, 200, lambda: _promise(keep_promise(request.actor, promise_id, given.how)))


def _whole(request: HttpRequest, visit_id: int) -> WholeDepartmentVisitOut:
    found = visit_in_sight(request.actor, visit_id)
    return WholeDepartmentVisitOut(promises=[_promise(one) for one in found.promises.all()], **_told(found))


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


def _promise(one: VisitPromise) -> VisitPromiseOut:
    return VisitPromiseOut(
        id=one.pk,
        visit=one.visit_id,
        organization=one.visit.organization.code,
        whose=one.whose,
        text=one.text,
        due_on=one.due_on,
        kept_on=one.kept_on,
        kept_how=one.kept_how,
    )
