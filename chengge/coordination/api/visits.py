"""Weekly visits for programs: the plan of a week, writing one down, promises until they are kept."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge import clock
from chengge.coordination.actions.visits import Made, Promised, add_visit, call_visit_off, keep_promise, write_visit
from chengge.coordination.api.telling import MOST_ROWS, Shape, WantedFrom, after, page_from, told
from chengge.coordination.models import DepartmentVisit, VisitPromise
from chengge.coordination.queries.visits import open_promises, visit_in_sight, visits_in, week_of
from chengge.organization.kept_answers import once
from chengge.organization.queries import city_day
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Day, Id, Incoming, Key, Outgoing, StrictId
from chengge.rest.fields import text as words

router = Router()


class WantedDepartmentVisits(Incoming):
    week: Day | None = Field(None, description="Any day of the week; this week, where it is left out")


class WantedVisitPromises(WantedFrom):
    """Promises that are not kept yet."""


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
    return DepartmentVisitsOut(visits=[_told(DepartmentVisitOut, one) for one in visits_in(request.actor, week)[:MOST_ROWS]])


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
    promises = [Promised(one.whose, one.text, one.due_on) for one in given.promises]
    return _after(request, visit_id, key, lambda: write_visit(request.actor, visit_id, Made(given.day, given.met, given.raised, promises)))


@router.post("/coordination/visits/{visit_id}/call-off", response=answers({200: WholeDepartmentVisitOut}, 403, 404, 409))
def call_off_department_visit(request: HttpRequest, visit_id: Id, given: VisitReasonIn, key: Key = None) -> Status | HttpResponse:
    """Call a planned visit off."""
    return _after(request, visit_id, key, lambda: call_visit_off(request.actor, visit_id, given.reason))


@router.get("/coordination/promises", response=answers({200: VisitPromisesOut}))
def visit_promises(request: HttpRequest, wanted: Query[WantedVisitPromises]) -> VisitPromisesOut:
    """Promises in my sight that are not kept yet, the next due first."""
    found = open_promises(request.actor)
    return VisitPromisesOut(promises=[_promise(one) for one in page_from(found, wanted)], total=found.count())


@router.post("/coordination/promises/{promise_id}/kept", response=answers({200: VisitPromiseOut}, 403, 404, 409))
def visit_promise_kept(request: HttpRequest, promise_id: Id, given: PromiseKeptIn, key: Key = None) -> Status | HttpResponse:
    """A promise is kept; whoever gave it says how, or the platform does."""
    return once(request, key, 200, lambda: _promise(keep_promise(request.actor, promise_id, given.how)))


def _after(request: HttpRequest, visit_id: int, key: str | None, does: Callable[[], object]) -> Status | HttpResponse:
    visit_in_sight(request.actor, visit_id)
    return after(request, key, does, lambda: _whole(request, visit_id))


def _whole(request: HttpRequest, visit_id: int) -> WholeDepartmentVisitOut:
    found = visit_in_sight(request.actor, visit_id)
    return _told(WholeDepartmentVisitOut, found, promises=[_promise(one) for one in found.promises.all()])


def _told(shape: type[Shape], one: DepartmentVisit, **more: Any) -> Shape:
    return told(shape, one, organization=one.organization.code, reasons=one.whys, **more)


def _promise(one: VisitPromise) -> VisitPromiseOut:
    return told(VisitPromiseOut, one, visit=one.visit_id, organization=one.visit.organization.code)
