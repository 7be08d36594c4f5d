"""Rulings for programs: read, draft, sign, object to, end."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.coordination.actions.rulings import Drafted, draft_ruling, end_early, object_to, sign_ruling
from chengge.coordination.api.telling import WantedFrom, page_from
from chengge.coordination.models import Ruling
from chengge.coordination.queries.rulings import ruling_in_sight, state_words
from chengge.coordination.queries.rulings import rulings as rulings_in
from chengge.foundation.queries.drawn import geojson_of
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import CaseNumber, ComponentCode, Day, DivisionCode, Id, Incoming, Key, Outgoing, StrictId
from chengge.rest.fields import text as words

router = Router()


class WantedRulings(WantedFrom):
    state: Literal["draft", "in_force", "expiring", "ended"] = "in_force"


class RulingIn(Incoming):
    """One kind of place: grids (codes in full or their first digits), components, a division or a drawn area."""

    subject: words(120, 1)
    basis: words(300, 1)
    organization_id: StrictId
    first_day: Day
    end: Day | None = None
    objections_until: Day | None = None
    problem_class_id: StrictId | None = None
    kind: Literal["", "component", "event"] = ""
    major_code: Annotated[str, Field(strict=True, pattern=r"^([0-9]{2})?$")] = ""
    grids: Annotated[list[Annotated[str, Field(strict=True, pattern=r"^[1-9][0-9]{5,14}$")]], Field(max_length=2000)] = []
    components: Annotated[list[ComponentCode], Field(max_length=2000)] = []
    division: DivisionCode | None = None
    area: dict[str, Any] | None = Field(None, description="A GeoJSON polygon, or several; degrees, WGS84")
    cases: Annotated[list[CaseNumber], Field(max_length=200)] = []


class KnowingIn(Incoming):
    knowing: Annotated[list[StrictId], Field(max_length=500, description="Rulings that it contradicts, as the signer saw them")] = []


class ObjectionIn(Incoming):
    text: words(500, 1)


class EndIn(Incoming):
    reason: words(300, 1)
    day: Day


class RulingOut(Outgoing):
    id: int
    number: str
    subject: str
    state: str
    state_in_words: str
    problem_class_id: int | None
    kind: str
    major_code: str
    grids: list[str]
    components: list[str]
    division: str | None
    area: dict[str, Any] | None
    organization: str
    basis: str
    first_day: date
    end: date | None
    objections_until: date | None
    drafted_by: str
    signed_by: str
    signed_at: datetime | None
    end_reason: str


class RulingsOut(Outgoing):
    rulings: list[RulingOut]
    total: int


class ObjectionOut(Outgoing):
    id: int
    at: datetime
    text: str


@router.get("/coordination/rulings", response=answers({200: RulingsOut}))
def ruling_list(request: HttpRequest, wanted: Query[WantedRulings]) -> RulingsOut:
    """Rulings in my sight: all for the platform and leaders, what concerns it for a department."""
    found = rulings_in(request.actor, wanted.state)
    return RulingsOut(rulings=[_told(one) for one in page_from(found, wanted)], total=found.count())


@router.post("/coordination/rulings", response=answers({201: RulingOut}, 403, 404, 409))
def draft(request: HttpRequest, given: RulingIn, key: Key = None) -> Status | HttpResponse:
    """Draft a ruling; it changes nothing until a second person signs it."""
    drafted = Drafted(
        places=given.grids,
        component_codes=[int(code) for code in given.components],
        division_code=int(given.division) if given.division else None,
        polygon=given.area or "",
        numbers=given.cases,
        **given.model_dump(exclude={"grids", "components", "division", "area", "cases"}),
    )
    return once(request, key, 201, lambda: _told(draft_ruling(request.actor, drafted)))


@router.get("/coordination/rulings/{ruling_id}", response=answers({200: RulingOut}, 404))
@single_thing
def ruling(request: HttpRequest, ruling_id: Id) -> RulingOut:
    """One ruling."""
    return _told(ruling_in_sight(request.actor, ruling_id))


@router.post("/coordination/rulings/{ruling_id}/sign", response=answers({200: RulingOut}, 403, 404, 409))
def sign(request: HttpRequest, ruling_id: Id, given: KnowingIn, key: Key = None) -> Status | HttpResponse:
    """Sign a draft of somebody else; it is dated responsibility at once."""
    ruling_in_sight(request.actor, ruling_id)
    return once(request, key, 200, lambda: _told(sign_ruling(request.actor, ruling_id, given.knowing)))


@router.post("/coordination/rulings/{ruling_id}/objections", response=answers({201: ObjectionOut}, 403, 404, 409))
def objecting(request: HttpRequest, ruling_id: Id, given: ObjectionIn, key: Key = None) -> Status | HttpResponse:
    """Say, for my unit, what speaks against a ruling."""

    def done() -> ObjectionOut:
        made = object_to(request.actor, ruling_id, given.text)
        return ObjectionOut(id=made.pk, at=made.at, text=made.text)

    return once(request, key, 201, done)


@router.post("/coordination/rulings/{ruling_id}/end", response=answers({200: RulingOut}, 403, 404, 409))
def ending(request: HttpRequest, ruling_id: Id, given: EndIn, key: Key = None) -> Status | HttpResponse:
    """End a ruling before its time, with a reason."""
    ruling_in_sight(request.actor, ruling_id)
    return once(request, key, 200, lambda: _told(end_early(request.actor, ruling_id, given.day, given.reason)))


def _told(one: Ruling) -> RulingOut:
    return RulingOut(
        id=one.pk,
        number=one.number,
        subject=one.subject,
        state=one.state,
        state_in_words=state_words(one),
        problem_class_id=one.problem_class_id,
        kind=one.kind,
        major_code=one.major_code,
        grids=[f"{code:015d}" for code in one.grid_codes],
        components=[f"{code:016d}" for code in one.component_codes],
        division=str(one.division_code) if one.division_code else None,
        area=geojson_of(one.polygon) if one.polygon is not None else None,
        organization=one.organization.name,
        basis=one.basis,
        first_day=one.first_day,
        end=one.end,
        objections_until=one.objections_until,
        drafted_by=str(one.drafted_by),
        signed_by=str(one.signed_by or ""),
        signed_at=one.signed_at,
        end_reason=one.end_reason,
    )
