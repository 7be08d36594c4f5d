"""Joint surveys for programs: planned, attended, drawn, concluded."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from chengge.coordination.actions.surveys import (
    Planned,
    Position,
    add_photos,
    call_off,
    conclude,
    draw,
    plan_survey,
    say_position,
)
from chengge.coordination.api.telling import WantedFrom, after, page_from, told
from chengge.coordination.models import JointSurvey
from chengge.coordination.queries.surveys import drawn_on, survey_in_sight
from chengge.coordination.queries.surveys import surveys as surveys_in
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import CaseNumber, Id, Incoming, Key, Latitude, Longitude, Moment, Outgoing, Sha256, StrictBool, StrictId
from chengge.rest.fields import text as words

router = Router()


class WantedJointSurveys(WantedFrom):
    state: Literal["planned", "over"] = "planned"


class JointSurveyIn(Incoming):
    subject: words(120, 1)
    place: words(200, 1)
    lon: Longitude
    lat: Latitude
    meets_at: Moment
    organization_ids: Annotated[list[StrictId], Field(min_length=1, max_length=20)]
    cases: Annotated[list[CaseNumber], Field(max_length=50)] = []


class SurveyPositionIn(Incoming):
    organization_id: StrictId
    attended: StrictBool
    who: words(60) = ""
    position: words(500) = ""
    lon: Longitude | None = None
    lat: Latitude | None = None


class SurveyPhotosIn(Incoming):
    photos: Annotated[list[Sha256], Field(min_length=1, max_length=40)]


class SurveySketchIn(Incoming):
    geometry: dict[str, Any] = Field(description="A GeoJSON point, line or area without holes, near the place; degrees, WGS84")
    label: words(60, 1)


class SurveyEndIn(Incoming):
    step: Literal["conclude", "call_off"]
    text: words(1000, 1) = Field(description="The conclusion, or why it is called off")


class SurveyUnitOut(Outgoing):
    organization: str
    attended: bool
    who: str
    position: str
    said_at: datetime | None


class JointSurveyOut(Outgoing):
    id: int
    subject: str
    place: str
    lon: float
    lat: float
    meets_at: datetime
    state: str
    host: str
    conclusion: str
    ended_at: datetime | None
    cases: list[str]
    units: list[SurveyUnitOut]


class WholeJointSurveyOut(JointSurveyOut):
    photos: list[str] = Field(description="SHA-256 of each photo")
    drawn: dict[str, Any] = Field(description="GeoJSON: what was drawn, and a point with `unit` where a unit showed its position")


class JointSurveysOut(Outgoing):
    surveys: list[JointSurveyOut]
    total: int


@router.get("/coordination/surveys", response=answers({200: JointSurveysOut}))
def joint_surveys(request: HttpRequest, wanted: Query[WantedJointSurveys]) -> JointSurveysOut:
    """Joint surveys in my sight: all for the platform and leaders, those it is invited to for a department."""
    found = surveys_in(request.actor, wanted.state)
    return JointSurveysOut(surveys=[told(JointSurveyOut, one, **_beside(one)) for one in page_from(found, wanted)], total=found.count())


@router.post("/coordination/surveys", response=answers({201: WholeJointSurveyOut}, 403, 404, 409))
def plan_joint_survey(request: HttpRequest, given: JointSurveyIn, key: Key = None) -> Status | HttpResponse:
    """Invite units to a place."""
    planned = Planned(numbers=given.cases, **given.model_dump(exclude={"cases"}))
    return once(request, key, 201, lambda: _whole(request, plan_survey(request.actor, planned).pk))


@router.get("/coordination/surveys/{survey_id}", response=answers({200: WholeJointSurveyOut}, 404))
@single_thing
def joint_survey(request: HttpRequest, survey_id: Id) -> WholeJointSurveyOut:
    """One survey with its units and what was drawn."""
    return _whole(request, survey_id)


@router.post("/coordination/surveys/{survey_id}/positions", response=answers({200: WholeJointSurveyOut}, 403, 404, 409))
def survey_position(request: HttpRequest, survey_id: Id, given: SurveyPositionIn, key: Key = None) -> Status | HttpResponse:
    """Say who came for a unit and where it stands."""
    said = Position("yes" if given.attended else "", given.who, given.position, given.lon, given.lat)
    return _after(request, survey_id, key, lambda: say_position(request.actor, survey_id, given.organization_id, said))


@router.post("/coordination/surveys/{survey_id}/photos", response=answers({200: WholeJointSurveyOut}, 403, 404, 409))
def survey_photos(request: HttpRequest, survey_id: Id, given: SurveyPhotosIn, key: Key = None) -> Status | HttpResponse:
    """Bind photos that I uploaded to a survey."""
    return _after(request, survey_id, key, lambda: add_photos(request.actor, survey_id, list(dict.fromkeys(given.photos))))


@router.post("/coordination/surveys/{survey_id}/sketches", response=answers({201: WholeJointSurveyOut}, 403, 404, 409))
def survey_sketch(request: HttpRequest, survey_id: Id, given: SurveySketchIn, key: Key = None) -> Status | HttpResponse:
    """Draw something on the map of a survey."""
    return _after(request, survey_id, key, lambda: draw(request.actor, survey_id, given.geometry, given.label), 201)


@router.post("/coordination/surveys/{survey_id}/end", response=answers({200: WholeJointSurveyOut}, 403, 404, 409))
def end_joint_survey(request: HttpRequest, survey_id: Id, given: SurveyEndIn, key: Key = None) -> Status | HttpResponse:
    """Write what a survey found, or call it off."""
    does = conclude if given.step == "conclude" else call_off
    return _after(request, survey_id, key, lambda: does(request.actor, survey_id, given.text))


def _after(request: HttpRequest, survey_id: int, key: str | None, does: Callable[[], object], status: int = 200) -> Status | HttpResponse:
    survey_in_sight(request.actor, survey_id)
    return after(request, key, does, lambda: _whole(request, survey_id), status)


def _whole(request: HttpRequest, survey_id: int) -> WholeJointSurveyOut:
    found = survey_in_sight(request.actor, survey_id)
    photos = [one.evidence.sha256 for one in found.photos.all()]
    return told(WholeJointSurveyOut, found, photos=photos, drawn=drawn_on(found), **_beside(found))


def _beside(one: JointSurvey) -> dict[str, Any]:
    """What lies in other tables: who invites, the cases, the units."""
    return {
        "host": str(one.host),
        "cases": [case.number for case in one.cases.all()],
        "units": [told(SurveyUnitOut, unit, organization=unit.organization.code) for unit in one.units.all()],
    }
