"""The API's operations for the inspector in the street: duty, position, what lies around a place, disposal on the spot."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from chengge import clock
from chengge.casework.actions import Given
from chengge.casework.api.moves import MOST_PHOTOS
from chengge.casework.api.reports import ReportedOut, ReportIn, reported_out
from chengge.field.actions import begin_duty, end_duty, note_position, report_disposed
from chengge.field.queries import current_duty, nearby
from chengge.foundation.api.catalogue import RuleOut, rule_out, today
from chengge.foundation.models import ProblemClass, ResponsibilityGridUnit
from chengge.foundation.queries import holds_on
from chengge.rest.answers import answers
from chengge.rest.fields import Id, Incoming, Key, Latitude, Longitude, Outgoing, QueryLatitude, QueryLongitude, Sha256, StrictId
from chengge.rest.references import check_named

router = Router()


class PositionIn(Incoming):
    lon: Longitude
    lat: Latitude


class DutyIn(Incoming):
    lon: Longitude | None = None
    lat: Latitude | None = None


class DutyOut(Outgoing):
    on_duty: bool
    starts_at: datetime | None
    ends_at: datetime | None
    grid_codes: list[str] = Field(description="Unit grids of my responsibility grids")


class NearComponent(Outgoing):
    code: str
    name: str
    lon: float
    lat: float
    metres: float


class NearCase(Outgoing):
    number: str
    class_name: str
    metres: float
    score: float = Field(description="How likely it is the same problem, 0 to 1")
    reasons: list[str] = Field(description="Why, in words, the weightiest first")


class NearbyOut(Outgoing):
    grid_code: str | None
    area_class: str
    components: list[NearComponent] = Field(description="Of the class, the nearest first")
    cases: list[NearCase] = Field(description="Open cases that may be the same problem, the likeliest first")
    rules: list[RuleOut] = Field(description="Filing conditions of the class in the area of the place")


class DisposedIn(ReportIn):
    rule_id: StrictId = Field(description="The filing condition that the problem met")
    after: list[Sha256] = Field(min_length=1, max_length=MOST_PHOTOS, description="Photos after the disposal")


@router.get("/duty", response=answers({200: DutyOut}))
def my_duty(request: HttpRequest) -> DutyOut:
    """Whether I am on duty, until when, and for which unit grids."""
    return _duty(request)


@router.post("/duty", response=answers({200: DutyOut}, 403, 409))
def check_in(request: HttpRequest, given: DutyIn) -> DutyOut:
    """Go on duty now (inspectors): tasks of my grids come to me from here on."""
    begin_duty(request.actor, given.lon, given.lat)
    return _duty(request)


@router.delete("/duty", response=answers({204: None}, 403, 409))
def check_out(request: HttpRequest) -> Status:
    """Go off duty now; open tasks stay with me."""
    end_duty(request.actor)
    return Status(204, None)


@router.put("/position", response=answers({204: None}, 403))
def tell_position(request: HttpRequest, given: PositionIn) -> Status:
    """Where I am now (inspectors on duty)."""
    note_position(request.actor, given.lon, given.lat)
    return Status(204, None)


@router.get("/nearby", response=answers({200: NearbyOut}))
def what_is_nearby(
    request: HttpRequest, lon: Annotated[QueryLongitude, Query()], lat: Annotated[QueryLatitude, Query()], class_id: Id | None = None
) -> NearbyOut:
    """What lies around a place that I want to report: components to name, cases that may be the same, conditions it may meet."""
    check_named(ProblemClass, class_id, "class_id")
    found = nearby(request.actor, lon, lat, class_id)
    return NearbyOut(
        grid_code=None if found.grid_code is None else f"{found.grid_code:015d}",
        area_class=found.area_class,
        components=[
            NearComponent(code=f"{row.code:016d}", name=row.name, lon=row.lon, lat=row.lat, metres=round(metres, 1))
            for row, metres in found.components
        ],
        cases=[
            NearCase(
                number=one.case.number,
                class_name=one.case.problem_class.name,
                metres=round(one.distance_m, 1),
                score=round(one.score, 3),
                reasons=list(one.reasons),
            )
            for one in found.like
        ],
        rules=list(map(rule_out, found.rules)),
    )


@router.post("/self-disposals", response=answers({201: ReportedOut}, 403, 409))
def report_own_disposal(request: HttpRequest, given: DisposedIn, key: Key = None) -> Status:
    """Report a small problem together with its disposal on the spot (inspectors)."""
    after = Given(rule_id=given.rule_id, photos=tuple(given.after))
    said = ReportIn(**given.model_dump(exclude={"rule_id", "after"})).said()
    return Status(201, reported_out(report_disposed(request.actor, said, after, key=key)))


def _duty(request: HttpRequest) -> DutyOut:
    duty = current_duty(request.actor.member_id, clock.now())
    units = ResponsibilityGridUnit.objects.filter(
        holds_on(today(), "responsibility_grid__"), responsibility_grid__inspectors=request.actor.member_id
    )
    return DutyOut(
        on_duty=duty is not None,
        starts_at=duty and duty.starts_at,
        ends_at=duty and duty.ends_at,
        grid_codes=[f"{code:015d}" for code in sorted(units.values_list("grid_code", flat=True))],
    )
