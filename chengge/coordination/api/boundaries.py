"""Unclear boundaries and drawn areas for programs: read, propose, accept, give up."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from chengge.coordination.actions.boundaries import accept as accept_it
from chengge.coordination.actions.boundaries import propose, propose_to_end
from chengge.coordination.queries.boundaries import area_in_sight, areas_in_sight, rows_of, zone_in_sight, zones_in_sight
from chengge.coordination.queries.boundaries_cut import cut_of
from chengge.coordination.queries.hard_cases import READERS
from chengge.domain.errors import Forbidden
from chengge.foundation.actions.areas import AreaValues, withdraw_change
from chengge.foundation.models import AreaChange, ResponsibilityArea
from chengge.foundation.queries.areas import changes_like
from chengge.foundation.queries.boundaries import last_count
from chengge.foundation.queries.drawn import border_drawn, geojson_of, wkb_of
from chengge.organization.kept_answers import once
from chengge.organization.models import Organization
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Day, Id, Incoming, Key, Named, Outgoing, StrictId
from chengge.rest.fields import text as words
from chengge.rest.references import check_named

router = Router()
MOST_ROWS = 200
ClassCodeText = Annotated[str, Field(strict=True, pattern=r"^(component|event)(:[0-9]{2}([0-9]{2})?)?$", examples=["event:0407"])]
First = Annotated[int, Field(ge=0, le=100_000, description="How many to pass over")]


class WantedZones(Incoming):
    verdict: Literal["", "none", "several"] = ""
    class_id: Annotated[int | None, Field(ge=1)] = None
    kind: Literal["", "component", "event"] = ""
    street: Annotated[int | None, Field(ge=10**8, lt=10**9)] = None
    organization_id: Annotated[int | None, Field(ge=1)] = None
    first: First = 0


class ZoneOut(Outgoing):
    key: str = Field(description="Its name in addresses; it stays while the same is unclear")
    problem_class: Named
    verdict: str = Field(description="none: nobody but the territory; several: with the same right")
    street: str
    organizations: list[Named]
    area_m2: float
    lon: float
    lat: float
    cases: int = Field(description="Of the past twelve months, as all that follow")
    disputes: int
    lost_days: float
    components: int
    ownerless: int
    weight: float


class ZonesOut(Outgoing):
    zones: list[ZoneOut]
    total: int
    counted_at: datetime | None = Field(description="When it was reckoned; null: never yet")


class ProposedPartOut(Outgoing):
    number: int
    organization: Named
    reason: str
    area_m2: float
    geometry: dict[str, Any]


class WholeZoneOut(ZoneOut):
    grids: list[str]
    geometry: dict[str, Any] = Field(description="GeoJSON")
    along: str = Field(description="The border along which a cut is proposed")
    parts: list[ProposedPartOut]


class WantedAreas(Incoming):
    text: words(60) = Field("", description="A part of code, name or organization")
    first: First = 0


class AreaIn(Incoming):
    code: words(40, 1)
    name: words(60, 1)
    organization_id: StrictId
    classes: Annotated[list[ClassCodeText], Field(max_length=500, description="None: every class")] = []
    basis: words(200, 1)
    first_day: Day
    polygon: dict[str, Any] = Field(description="GeoJSON: a polygon, several, a feature, or a collection of them, in WGS84")


class EndingAreaIn(Incoming):
    first_day: Day = Field(description="The first day on which it holds no longer")
    basis: words(200, 1)


class AreaOut(Outgoing):
    id: int
    code: str
    name: str
    organization: Named
    classes: list[str]
    basis: str
    area_m2: float
    valid_from: date
    valid_to: date | None


class WholeAreaOut(AreaOut):
    geometry: dict[str, Any]


class AreasOut(Outgoing):
    areas: list[AreaOut]
    total: int


class AreaMovedOut(Outgoing):
    problem_class: str
    before: str
    after: str
    cases: int


class ChangeOut(Outgoing):
    id: int
    code: str
    name: str
    organization: Named
    classes: list[str]
    basis: str
    area_m2: float
    ends: bool
    first_day: date
    state: str
    cases_a_year: int
    moved: list[AreaMovedOut]
    proposed_by: str
    decided_by: str


@router.get("/coordination/boundaries", response=answers({200: ZonesOut}))
def boundaries(request: HttpRequest, wanted: Query[WantedZones]) -> ZonesOut:
    """Where nobody or several answer for a class, the costliest first: all for the platform and leaders, its own for a department."""
    rows = zones_in_sight(request.actor, wanted.verdict, wanted.class_id, wanted.kind, wanted.street, wanted.organization_id)
    count = last_count()
    listed = [ZoneOut(**_zone(view)) for view in rows_of(rows[wanted.first : wanted.first + MOST_ROWS])]
    return ZonesOut(zones=listed, total=rows.count(), counted_at=count.counted_at if count else None)


@router.get("/coordination/boundaries/{key}", response=answers({200: WholeZoneOut}, 404))
@single_thing
def boundary(request: HttpRequest, key: Annotated[str, Field(max_length=200, pattern=r"^[0-9-]+$")]) -> WholeZoneOut:
    """One unclear boundary with its border and the cut that is proposed."""
    zone = zone_in_sight(request.actor, key)
    cut = cut_of(zone)
    parts = [
        ProposedPartOut(
            number=part.number,
            organization=_named(part.body),
            reason=part.reason,
            area_m2=part.area_m2,
            geometry=geojson_of(wkb_of(part.shape)),
        )
        for part in cut.parts
    ]
    return WholeZoneOut(
        grids=[f"{code:015d}" for code in zone.grid_codes],
        geometry=geojson_of(zone.polygon),
        along=cut.along,
        parts=parts,
        **_zone(rows_of([zone])[0]),
    )


@router.get("/coordination/areas", response=answers({200: AreasOut}))
def areas(request: HttpRequest, wanted: Query[WantedAreas]) -> AreasOut:
    """Drawn areas that hold, by a part of code, name or organization."""
    rows = areas_in_sight(request.actor, wanted.text)
    listed = rows[wanted.first : wanted.first + MOST_ROWS]
    return AreasOut(areas=[AreaOut(**_area(row)) for row in listed], total=rows.count())


@router.get("/coordination/areas/{area_id}", response=answers({200: WholeAreaOut}, 404))
@single_thing
def area(request: HttpRequest, area_id: Id) -> WholeAreaOut:
    """One drawn area with its border."""
    row = area_in_sight(request.actor, area_id)
    return WholeAreaOut(geometry=geojson_of(row.polygon), **_area(row))


@router.get("/coordination/area-changes", response=answers({200: list[ChangeOut]}, 403))
def area_changes(request: HttpRequest, state: Literal["proposed", "accepted", "withdrawn"] = "proposed") -> list[ChangeOut]:
    """Proposals for areas, the latest first (the platform and leaders)."""
    _require_reader(request)
    return [_change(row) for row in changes_like(state)[:MOST_ROWS]]


@router.post("/coordination/area-changes", response=answers({201: ChangeOut}, 403, 404, 409))
def propose_change(request: HttpRequest, given: AreaIn, key: Key = None) -> Status | HttpResponse:
    """Propose an area, or another border, body or classes for the one with this code; a second person accepts it."""
    check_named(Organization, given.organization_id, "organization_id")

    def done() -> ChangeOut:
        values = AreaValues(given.code, given.name, given.organization_id, given.basis, border_drawn(given.polygon), given.classes)
        return _change(propose(request.actor, values, given.first_day))

    return once(request, key, 201, done)


@router.post("/coordination/areas/{area_id}/ending", response=answers({201: ChangeOut}, 403, 404, 409))
def propose_ending(request: HttpRequest, area_id: Id, given: EndingAreaIn, key: Key = None) -> Status | HttpResponse:
    """Propose that an area ends; a second person accepts it."""
    code = area_in_sight(request.actor, area_id).code
    return once(request, key, 201, lambda: _change(propose_to_end(request.actor, code, given.first_day, given.basis)))


@router.post("/coordination/area-changes/{change_id}/accept", response=answers({200: ChangeOut}, 403, 404, 409))
def accept(request: HttpRequest, change_id: Id, key: Key = None) -> Status | HttpResponse:
    """Accept what another proposed: it holds from its first day on, today at the earliest."""
    _require_reader(request)
    return once(request, key, 200, lambda: _change(accept_it(request.actor, change_id)))


@router.post("/coordination/area-changes/{change_id}/withdraw", response=answers({200: ChangeOut}, 403, 404, 409))
def withdraw(request: HttpRequest, change_id: Id, key: Key = None) -> Status | HttpResponse:
    """Give a proposal up."""
    _require_reader(request)
    return once(request, key, 200, lambda: _change(withdraw_change(request.actor, change_id)))


def _require_reader(request: HttpRequest) -> None:
    if not request.actor.posts & READERS:
        raise Forbidden("post", _("Proposals of areas are read by coordinators, dispatchers and leaders."))


def _named(row: Organization) -> Named:
    return Named(id=row.pk, name=row.name)


def _zone(view: Any) -> dict[str, Any]:
    zone = view.zone
    same = ("verdict", "area_m2", "lon", "lat", "cases", "disputes", "lost_days", "components", "ownerless", "weight")
    return {
        "key": view.key,
        "problem_class": Named(id=zone.problem_class_id, name=zone.problem_class.name),
        "street": view.street,
        "organizations": [_named(body) for body in view.bodies],
        **{name: getattr(zone, name) for name in same},
    }


def _area(row: ResponsibilityArea) -> dict[str, Any]:
    same = ("code", "name", "classes", "basis", "area_m2", "valid_from", "valid_to")
    return {"id": row.pk, "organization": _named(row.organization), **{name: getattr(row, name) for name in same}}


def _change(row: AreaChange) -> ChangeOut:
    same = ("code", "name", "classes", "basis", "area_m2", "ends", "first_day", "state", "cases_a_year")
    return ChangeOut(
        id=row.pk,
        organization=_named(row.organization),
        moved=[
            AreaMovedOut(problem_class=one["class"], before=one["before"], after=one["after"], cases=one["cases"]) for one in row.effect
        ],
        proposed_by=str(row.proposed_by),
        decided_by=str(row.decided_by or ""),
        **{name: getattr(row, name) for name in same},
    )
