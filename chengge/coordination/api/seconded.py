"""Seconded staff for programs: needs, who is here, and a file without what is sealed. Reading only."""

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from chengge.coordination.models import Secondment
from chengge.coordination.queries.seconded import days_of, manages, needs, qualifications, secondment_in_sight, secondments
from chengge.domain.errors import Forbidden
from chengge.domain.secondment import counted
from chengge.foundation.pages.manage.common import today
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Id, Incoming, Outgoing

router = Router()
MOST_ROWS = 200


class WantedSecondments(Incoming):
    state: Literal["here", "coming", "over"] = "here"
    first: Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")] = 0


class SecondmentOut(Outgoing):
    id: int
    member: str
    home: str = Field(description="Code of the home unit")
    post: str
    state: Literal["proposed", "checked", "begun", "ended", "declined"]
    first_day: date
    last_day: date
    end_day: date | None
    cause: str


class SecondmentsOut(Outgoing):
    secondments: list[SecondmentOut]
    total: int


class CheckOut(Outgoing):
    kind: str
    threshold: float | None
    value: float | None = Field(description="None where nobody has looked yet; 1 or 0 for what is yes or no")
    met: bool | None
    checked_by: str
    checked_at: datetime | None


class TrainingOut(Outgoing):
    phase: str
    subject: str
    day: date
    hours: float
    result: str
    mark: int | None


class HomeVisitOut(Outgoing):
    planned_day: date
    visited_day: date | None


class AppraisalOut(Outgoing):
    id: int
    first: date
    after: date
    platform_signed_at: datetime | None
    home_signed_at: datetime | None


class SecondmentFileOut(SecondmentOut):
    checks: list[CheckOut]
    trainings: list[TrainingOut]
    attendance: dict[str, int] = Field(description="Days of the term so far by what they were; unknown: nobody knows")
    visits: list[HomeVisitOut]
    appraisals: list[AppraisalOut]


class NeedOut(Outgoing):
    id: int
    post: str
    people: int
    filled: int
    from_kind: str
    first_day: date
    last_day: date
    why: str


class NeedsOut(Outgoing):
    needs: list[NeedOut]


@router.get("/coordination/seconded", response=answers({200: SecondmentsOut}))
def secondment_list(request: HttpRequest, wanted: Query[WantedSecondments]) -> SecondmentsOut:
    """Seconded staff in my sight: everybody for coordinators and leaders, its own people for a unit, oneself."""
    found = secondments(request.actor, wanted.state)
    return SecondmentsOut(
        secondments=[SecondmentOut(**_told(one)) for one in found[wanted.first : wanted.first + MOST_ROWS]], total=found.count()
    )


@router.get("/coordination/seconded/needs", response=answers({200: NeedsOut}, 403))
def need_list(request: HttpRequest) -> NeedsOut:
    """Whom the platform needs. For coordinators and leaders."""
    if not manages(request.actor):
        raise Forbidden("post", _("Seconded staff are looked after by coordinators and leaders."))
    names = NeedOut.model_fields
    return NeedsOut(needs=[NeedOut(**{name: getattr(one, name) for name in names}) for one in needs(today())])


@router.get("/coordination/seconded/{secondment_id}", response=answers({200: SecondmentFileOut}, 404))
@single_thing
def secondment_file(request: HttpRequest, secondment_id: Id) -> SecondmentFileOut:
    """One file. How somebody is reached is never told here: people open it on the page, and say what for."""
    one = secondment_in_sight(request.actor, secondment_id)
    return SecondmentFileOut(
        **_told(one),
        checks=[_checked(asked) for asked in qualifications(one)],
        trainings=[TrainingOut(**{name: getattr(row, name) for name in TrainingOut.model_fields}) for row in one.trainings.all()],
        attendance=counted(days_of(one, one.first_day, one.last_day)) if one.begun_at else {},
        visits=[HomeVisitOut(planned_day=row.planned_day, visited_day=row.visited_day) for row in one.home_visits.all()],
        appraisals=[AppraisalOut(**{name: getattr(row, name) for name in AppraisalOut.model_fields}) for row in one.appraisals.all()],
    )


def _told(one: Secondment) -> dict:
    names = ("post", "state", "first_day", "last_day", "end_day", "cause")
    return {"id": one.pk, "member": str(one.member), "home": one.home.code} | {name: getattr(one, name) for name in names}


def _checked(asked) -> CheckOut:  # type: ignore[no-untyped-def]
    check = asked.check
    return CheckOut(
        kind=asked.rule.kind,
        threshold=asked.rule.threshold,
        value=check.value if check else None,
        met=check.passed if check else None,
        checked_by=str(check.checked_by) if check else "",
        checked_at=check.checked_at if check else None,
    )
