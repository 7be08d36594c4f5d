"""The API's operations for component surveys, versions of components, planned duty, and small things put right on the spot."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from chengge.casework.photos import path_of
from chengge.domain.errors import Forbidden, NotFound
from chengge.domain.lifecycle import Post
from chengge.field.actions import Correction, Finding, approve_survey, refuse_survey, send_survey, undo_decision
from chengge.field.actions.surveys import MOST_PHOTOS
from chengge.field.models import ComponentSurvey
from chengge.field.queries.small_things import small_totals
from chengge.field.queries.surveys import LOOKERS, SurveyFilter, survey_detail, survey_in_sight, surveys_like
from chengge.foundation.api.catalogue import today
from chengge.foundation.models import Component, ProblemClass
from chengge.foundation.queries.register import versions_of_component
from chengge.organization.models import Organization
from chengge.organization.queries.roster import planned_duties
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import (
    ComponentCode,
    Day,
    Id,
    Incoming,
    Key,
    Latitude,
    Longitude,
    Metres,
    Outgoing,
    PageCursor,
    PageSize,
    Sha256,
    StrictId,
    text,
)
from chengge.rest.pages import page_before
from chengge.rest.references import check_named

router = Router()

SurveyKind = Literal[tuple(ComponentSurvey.Kind.values)]
SurveyState = Literal[tuple(ComponentSurvey.State.values)]
ComponentState = Literal[tuple(Component.State.values)]
Position = Annotated[int, Field(ge=0, lt=MOST_PHOTOS)]


# --- Surveys ----------------------------------------------------------------------------------------------------------------------------
class SurveyIn(Incoming):
    kind: SurveyKind
    lon: Longitude
    lat: Latitude
    accuracy_m: Metres | None = None
    component_code: ComponentCode | None = Field(None, description="The component; left away for what is new")
    class_id: StrictId | None = Field(None, description="Class of what is new")
    name: text(60) = ""
    found_state: ComponentState | None = None
    owning_body_id: StrictId | None = None
    words: text(500) = ""
    photos: list[Sha256] = Field(min_length=1, max_length=MOST_PHOTOS)

    def finding(self) -> Finding:
        check_named(ProblemClass, self.class_id, "class_id")
        check_named(Organization, self.owning_body_id, "owning_body_id")
        return Finding(
            kind=self.kind,
            lon=self.lon,
            lat=self.lat,
            accuracy_m=self.accuracy_m,
            component_code=None if self.component_code is None else int(self.component_code),
            problem_class_id=self.class_id,
            name=self.name,
            found_state=self.found_state or "",
            owning_body_id=self.owning_body_id,
            words=self.words,
            photos=tuple(self.photos),
        )


class SurveyOut(Outgoing):
    id: int
    kind: SurveyKind
    state: SurveyState
    component_code: str | None = Field(description="Of a new one: the code it was given, once approved")
    class_id: int
    name: str
    lon: float
    lat: float
    accuracy_m: float | None
    grid_code: str | None
    found_state: ComponentState
    owning_body_id: int | None
    words: str
    member_id: int
    made_at: datetime
    decided_at: datetime | None
    reason: str


class DifferenceOut(Outgoing):
    fact: str
    before: str
    after: str


class NeighbourOut(Outgoing):
    code: str
    name: str
    metres: float


class SurveyDetailOut(SurveyOut):
    photo_count: int = Field(description="Photos 0 to one less at /surveys/{id}/photos/{position}/{size}")
    moved_m: float | None = Field(description="From the registered place to the place found")
    differences: list[DifferenceOut]
    neighbours: list[NeighbourOut] = Field(description="Components of the class within 15 m: perhaps it is registered already")


class SurveyPage(Outgoing):
    items: list[SurveyOut]
    next: str | None


class ApprovalIn(Incoming):
    """What the office puts right; left away, what the inspector said holds."""

    class_id: StrictId | None = None
    name: text(60) = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    found_state: ComponentState | None = None
    owning_body_id: StrictId | None = None

    def correction(self) -> Correction:
        check_named(ProblemClass, self.class_id, "class_id")
        check_named(Organization, self.owning_body_id, "owning_body_id")
        return Correction(self.class_id, self.name, self.lon, self.lat, self.found_state or "", self.owning_body_id)


class ReasonIn(Incoming):
    reason: text(200, 1)


@router.post("/surveys", response=answers({201: SurveyOut}, 403, 404))
def make_survey(request: HttpRequest, given: SurveyIn, key: Key = None) -> Status:
    """Tell what differs from the register of components (inspectors); it waits for the office."""
    return Status(201, _survey(send_survey(request.actor, given.finding(), key=key).survey))


@router.get("/surveys", response=answers({200: SurveyPage}))
def surveys(
    request: HttpRequest, state: SurveyState | None = None, kind: SurveyKind | None = None, cursor: PageCursor = "", size: PageSize = 20
) -> SurveyPage:
    """Surveys in sight, the newest first: an inspector's own, the office's all."""
    rows = surveys_like(request.actor, SurveyFilter(state=state or "", kind=kind or "")).select_related("component")
    found, following = page_before(rows, "id", cursor, size)
    return SurveyPage(items=list(map(_survey, found)), next=following)


@router.get("/surveys/{survey_id}", response=answers({200: SurveyDetailOut}, 404))
@single_thing
def survey(request: HttpRequest, survey_id: Id) -> SurveyDetailOut:
    """One survey beside the register: what differs, and what stands close by."""
    row = survey_in_sight(request.actor, survey_id)
    detail = survey_detail(row)
    return SurveyDetailOut(
        **_survey(row).model_dump(),
        photo_count=len(row.photos.all()),
        moved_m=detail.moved_m,
        differences=[DifferenceOut(fact=one.name, before=one.before, after=one.after) for one in detail.differences],
        neighbours=[
            NeighbourOut(code=f"{one.component.code:016d}", name=one.component.name, metres=round(one.metres, 1))
            for one in detail.neighbours
        ],
    )


@router.get(
    "/surveys/{survey_id}/photos/{position}/{size}",
    response=answers({200: None}, 404),
    openapi_extra={
        "responses": {200: {"description": "The photo", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def survey_photo(request: HttpRequest, survey_id: Id, position: Position, size: Literal["full", "thumb"]) -> FileResponse:
    """A photo of a survey in sight."""
    found = survey_in_sight(request.actor, survey_id).photos.filter(position=position).select_related("evidence").first()
    path = None if found is None else path_of(found.evidence.sha256, size)
    if path is None or not path.exists():
        raise NotFound("photo", _("There is no such photo, or none that you may see."), field="position")
    return FileResponse(path.open("rb"), content_type="image/jpeg")


@router.post("/surveys/{survey_id}/approve", response=answers({200: SurveyOut}, 403, 404, 409))
def approve_a_survey(request: HttpRequest, survey_id: Id, given: ApprovalIn) -> SurveyOut:
    """Let the register say what was found (shift leaders and administrators; nobody their own)."""
    approve_survey(request.actor, survey_id, given.correction())
    return _survey(survey_in_sight(request.actor, survey_id))


@router.post("/surveys/{survey_id}/refuse", response=answers({200: SurveyOut}, 403, 404, 409))
def refuse_a_survey(request: HttpRequest, survey_id: Id, given: ReasonIn) -> SurveyOut:
    """Leave the register as it is; the inspector is told why."""
    refuse_survey(request.actor, survey_id, given.reason)
    return _survey(survey_in_sight(request.actor, survey_id))


@router.post("/surveys/{survey_id}/take-back", response=answers({200: SurveyOut}, 403, 404, 409))
def take_back_a_decision(request: HttpRequest, survey_id: Id, given: ReasonIn) -> SurveyOut:
    """Take a decision back on its own day: the survey waits again, and the register says what it said before."""
    undo_decision(request.actor, survey_id, given.reason)
    return _survey(survey_in_sight(request.actor, survey_id))


def _survey(row: ComponentSurvey) -> SurveyOut:
    same = ("id", "kind", "state", "name", "lon", "lat", "accuracy_m", "found_state", "owning_body_id", "words", "member_id", "made_at")
    return SurveyOut(
        component_code=None if row.component is None else f"{row.component.code:016d}",
        class_id=row.problem_class_id,
        grid_code=None if row.grid_code is None else f"{row.grid_code:015d}",
        decided_at=row.decided_at,
        reason=row.reason,
        **{name: getattr(row, name) for name in same},
    )


# --- The register's past ----------------------------------------------------------------------------------------------------------------
class VersionOut(Outgoing):
    number: int
    valid_from: date
    valid_to: date | None
    class_id: int
    name: str
    lon: float
    lat: float
    grid_code: str | None
    state: ComponentState
    origin: str = Field(description="registered, imported, surveyed or taken_back")
    reason: str
    member_id: int | None
    written_at: datetime
    changed: list[str] = Field(description="Facts that differ from the version before")


@router.get("/components/{code}/versions", response=answers({200: list[VersionOut]}, 404))
def component_versions(request: HttpRequest, code: ComponentCode) -> list[VersionOut]:
    """Every state that the register has had of a component, the latest first; none of one that never changed."""
    component = Component.objects.filter(code=int(code)).first()
    if component is None:
        raise NotFound("component", _("There is no such component."), field="code")
    same = ("number", "valid_from", "valid_to", "name", "lon", "lat", "state", "origin", "reason", "member_id", "written_at")
    return [
        VersionOut(
            class_id=version.row.problem_class_id,
            grid_code=None if version.row.grid_code is None else f"{version.row.grid_code:015d}",
            changed=list(version.changed),
            **{name: getattr(version.row, name) for name in same},
        )
        for version in versions_of_component(component)
    ]


# --- Planned duty -----------------------------------------------------------------------------------------------------------------------
class PlannedOut(Outgoing):
    shift: str
    starts_at: datetime
    ends_at: datetime
    grid_codes: list[str] = Field(description="Codes of the responsibility grids to walk")


@router.get("/roster", response=answers({200: list[PlannedOut]}))
def my_roster(request: HttpRequest, on: Day | None = None) -> list[PlannedOut]:
    """What I am planned for on a day (today)."""
    plans: Sequence[Any] = planned_duties(request.actor.member_id, on or today()) if request.actor.member_id else ()
    return [PlannedOut(shift=plan.shift, starts_at=plan.starts_at, ends_at=plan.ends_at, grid_codes=list(plan.grids)) for plan in plans]


# --- Small things -----------------------------------------------------------------------------------------------------------------------
class SmallTotalOut(Outgoing):
    key: str
    name: str
    done: int
    closed: int
    refused: int
    waiting: int
    review_minutes: float | None = Field(description="Mean time until somebody looked at it")


@router.get("/small-things/totals", response=answers({200: list[SmallTotalOut]}, 403))
def totals_of_small_things(
    request: HttpRequest,
    by: Literal["inspector", "class", "street", "month"] = "inspector",
    since: Day | None = None,
    until: Day | None = None,
) -> list[SmallTotalOut]:
    """Problems put right on the spot, of cases reported in these days (this month; half a year at most), and what came of them."""
    if not request.actor.posts & (LOOKERS | {Post.LEADER}):
        raise Forbidden("post", _("Only those who oversee the street count what is done there."))
    last = until or today()
    rows = small_totals(request.actor, by, since or last.replace(day=1), last)
    same = ("key", "name", "done", "closed", "refused", "waiting", "review_minutes")
    return [SmallTotalOut(**{name: getattr(row, name) for name in same}) for row in rows]
