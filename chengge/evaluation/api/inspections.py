"""The API's operations for inspections: campaigns with their sample and what they found, an assessor's own places, imported scores."""

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router, Status
from pydantic import Field

from chengge.domain.errors import Forbidden
from chengge.evaluation.actions.visits import Look, MarkGiven, report_finding, send_in
from chengge.evaluation.models import Campaign, ImportedSet, InspectionPlace, Judged, SampleFrame, Visit
from chengge.evaluation.queries import inspection_results as results
from chengge.evaluation.queries.imported_scores import import_in_sight, imports_in_sight
from chengge.evaluation.queries.inspections import campaign_in_sight, campaigns_in_sight, may_see_marks, own_visit, own_visits, progress_of
from chengge.foundation.models import ProblemClass
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Id, Incoming, Key, Latitude, Longitude, Metres, Outgoing, PageCursor, PageSize, Sha256, StrictId, text
from chengge.rest.pages import page_before
from chengge.rest.references import check_named

router = Router(tags=["inspections"])

Kind = Literal[tuple(Campaign.Kind.values)]
State = Literal[tuple(Campaign.State.values)]
ImportState = Literal[tuple(ImportedSet.State.values)]
Whom = Literal[tuple(Judged.values)]
Code = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]


class CampaignOut(Outgoing):
    code: str
    name: str
    kind: Kind
    state: State
    begin: date
    end: date
    places: int
    places_looked_at: int = Field(description="Places at which every look has been taken")
    places_left_out: int
    seed: str | None = Field(description="Of the draw; text, for it may have many digits")
    frame_sha256: str
    result_sha256: str = Field(description="Empty until published")
    published_at: datetime | None


class CampaignPage(Outgoing):
    items: list[CampaignOut]
    next: str | None


class InspectedPlaceOut(Outgoing):
    number: int
    grid_code: str
    street_code: str
    area_class: str
    lon: float
    lat: float
    scored_twice: bool
    left_out: str


class SampleOut(Outgoing):
    seed: str | None
    frame_sha256: str
    places_wanted: int
    minimum: int
    frame: list[str] = Field(
        description="A line “code,street,class” for each unit grid, by code; joined with line feeds they make the digest"
    )
    places: list[InspectedPlaceOut]


class ValueOut(Outgoing):
    """Points of a hundred as an exact fraction: numerator divided by denominator."""

    code: str = Field(description="The scheme item that it feeds")
    judged: Whom
    subject_id: str
    numerator: str = Field(examples=["1100/3"])
    places: int = Field(description="The denominator")
    points: float


class ResultsOut(Outgoing):
    published: bool
    result_sha256: str
    unfinished: int
    disputed: int
    same: float | None = Field(description="Share of marks that two assessors gave alike, 0 to 1")
    kappa: float | None
    icc: float | None
    values: list[ValueOut]


class ItemOut(Outgoing):
    id: int
    code: str
    text: str
    most: int
    photo: Literal["no", "lost", "always"]


class VisitOut(Outgoing):
    id: int
    campaign: str
    place: InspectedPlaceOut
    turn: int
    submitted_at: datetime | None
    items: list[ItemOut]


class MarkIn(Incoming):
    item_id: StrictId
    points: Annotated[int, Field(strict=True, ge=0, le=100)] | None = Field(description="null: the item does not apply at this place")
    words: text(200) = ""
    photos: list[Sha256] = Field(default_factory=list, max_length=12)


class LookIn(Incoming):
    marks: list[MarkIn] = Field(min_length=1, max_length=60)
    lon: Longitude
    lat: Latitude
    accuracy_m: Metres | None = None
    words: text(500) = ""
    photos: list[Sha256] = Field(default_factory=list, max_length=12, description="Of the place as a whole")

    def look(self) -> Look:
        photos: dict[int | None, tuple[str, ...]] = {one.item_id: tuple(one.photos) for one in self.marks if one.photos}
        if self.photos:
            photos[None] = tuple(self.photos)
        marks = {one.item_id: MarkGiven(one.points, one.words) for one in self.marks}
        return Look(marks, self.lon, self.lat, self.accuracy_m, self.words, photos)


class FoundProblemIn(Incoming):
    item_id: StrictId
    class_id: StrictId | None = Field(None, description="Without it an operator asks back")
    words: text(1000) = ""


class FoundProblemOut(Outgoing):
    report_id: int
    case_number: str | None


class ImportedScoreOut(Outgoing):
    row: int
    code: str
    subject_id: str
    subject: str
    points: str
    sample: int


class ImportOut(Outgoing):
    id: int
    name: str
    kind: str
    body: str
    state: ImportState
    judged: Whom
    begin: date
    end: date
    table_sha256: str
    evidence_sha256: str


class ImportPage(Outgoing):
    items: list[ImportOut]
    next: str | None


class ImportDetailOut(ImportOut):
    scores: list[ImportedScoreOut]


@router.get("/inspections", response=answers({200: CampaignPage}))
def inspections(request: HttpRequest, cursor: PageCursor = "", size: PageSize = 20) -> CampaignPage:
    """Campaigns of inspections in sight, the newest first. Secret visits and spot checks are out of sight until published."""
    found, following = page_before(campaigns_in_sight(request.actor), "id", cursor, size)
    progress = progress_of(found)
    return CampaignPage(items=[_campaign(one, progress[one.pk]) for one in found], next=following)


@router.get("/inspections/{campaign}", response=answers({200: CampaignOut}, 404))
@single_thing
def inspection(request: HttpRequest, campaign: Code) -> CampaignOut:
    """One campaign."""
    one = campaign_in_sight(request.actor, campaign)
    return _campaign(one, progress_of([one])[one.pk])


@router.get("/inspections/{campaign}/sample", response=answers({200: SampleOut}, 404))
@single_thing
def inspection_sample(request: HttpRequest, campaign: Code) -> SampleOut:
    """The frame, the seed and the places drawn: all that is needed to draw them again."""
    one = campaign_in_sight(request.actor, campaign)
    frame = SampleFrame.objects.filter(campaign=one).first()
    return SampleOut(
        seed=None if one.seed is None else str(one.seed),
        frame_sha256=one.frame_digest,
        places_wanted=one.places,
        minimum=one.minimum,
        frame=frame.text.splitlines() if frame else [],
        places=[_place(row) for row in InspectionPlace.objects.filter(campaign=one).order_by("number")],
    )


@router.get("/inspections/{campaign}/results", response=answers({200: ResultsOut}, 403, 404))
@single_thing
def inspection_results(request: HttpRequest, campaign: Code) -> ResultsOut:
    """What was found, as values for schemes; before it is published for evaluators and leaders only."""
    one = campaign_in_sight(request.actor, campaign)
    if not may_see_marks(request.actor, one):
        raise Forbidden("unpublished", _("What was found is not published yet."))
    what = results.found(one)
    told = results.agreement_in(what)
    values = sorted(results.values_of(what, results.street_offices(one.end)).items())
    return ResultsOut(
        published=one.state == Campaign.State.PUBLISHED,
        result_sha256=one.result_digest,
        unfinished=what.unfinished,
        disputed=len(what.disputed),
        same=_number(told.same),
        kappa=_number(told.kappa),
        icc=_number(told.icc),
        values=[
            ValueOut(
                code=item,
                judged=judged,
                subject_id=subject_id,
                numerator=str(value.numerator),
                places=value.denominator or 0,
                points=round(float(value.value or 0), 4),
            )
            for (item, judged, subject_id), value in values
        ],
    )


@router.get("/visits", response=answers({200: list[VisitOut]}))
def visits(request: HttpRequest) -> list[VisitOut]:
    """The caller's own places in campaigns that run, those still to be looked at first."""
    return [_visit(row) for row in own_visits(request.actor).prefetch_related("place__campaign__items")[:400]]


@router.post("/visits/{visit_id}", response=answers({201: VisitOut}, 404, 409))
def send_in_visit(request: HttpRequest, visit_id: Id, given: LookIn, key: Key = None) -> Status:
    """Send in what was found at a place, once."""
    send_in(request.actor, visit_id, given.look(), key=key)
    return Status(201, _visit(own_visit(request.actor, visit_id)))


@router.post("/visits/{visit_id}/reports", response=answers({201: FoundProblemOut}, 404, 409))
def report_visit_finding(request: HttpRequest, visit_id: Id, given: FoundProblemIn, key: Key = None) -> Status:
    """Let a finding become a report, and a case if its class is named."""
    check_named(ProblemClass, given.class_id, "class_id")
    told = report_finding(request.actor, visit_id, given.item_id, given.class_id, given.words)
    return Status(201, FoundProblemOut(report_id=told.report_id, case_number=told.number))


@router.get("/imported-scores", response=answers({200: ImportPage}))
def imported_scores(request: HttpRequest, cursor: PageCursor = "", size: PageSize = 20) -> ImportPage:
    """Tables of scores from outside in sight, the newest first."""
    found, following = page_before(imports_in_sight(request.actor), "id", cursor, size)
    return ImportPage(items=[_import(one) for one in found], next=following)


@router.get("/imported-scores/{set_id}", response=answers({200: ImportDetailOut}, 404))
@single_thing
def imported_score_set(request: HttpRequest, set_id: Id) -> ImportDetailOut:
    """One of them with its rows."""
    one = import_in_sight(request.actor, set_id)
    scores = [
        ImportedScoreOut(
            row=row.row, code=row.code, subject_id=row.subject_id, subject=row.subject, points=str(row.points), sample=row.sample
        )
        for row in one.scores.order_by("row")
    ]
    return ImportDetailOut(**_import(one).model_dump(), scores=scores)


def _campaign(one: Campaign, progress: object) -> CampaignOut:
    return CampaignOut(
        code=one.code,
        name=one.name,
        kind=one.kind,
        state=one.state,
        begin=one.begin,
        end=one.end,
        places=one.places,
        places_looked_at=progress.done,
        places_left_out=progress.left_out,
        seed=None if one.seed is None else str(one.seed),
        frame_sha256=one.frame_digest,
        result_sha256=one.result_digest,
        published_at=one.published_at,
    )


def _place(row: InspectionPlace) -> InspectedPlaceOut:
    return InspectedPlaceOut(
        number=row.number,
        grid_code=f"{row.grid_code:015d}",
        street_code=str(row.street_code),
        area_class=row.area_class,
        lon=row.lon,
        lat=row.lat,
        scored_twice=row.twice,
        left_out=row.left_out,
    )


def _visit(row: Visit) -> VisitOut:
    campaign = row.place.campaign
    items = sorted(campaign.items.all(), key=lambda item: item.position)
    return VisitOut(
        id=row.pk,
        campaign=campaign.code,
        place=_place(row.place),
        turn=row.turn,
        submitted_at=row.submitted_at,
        items=[ItemOut(id=item.pk, code=item.code, text=item.text, most=item.most, photo=item.photo) for item in items],
    )


def _import(one: ImportedSet) -> ImportOut:
    return ImportOut(
        id=one.pk,
        name=one.name,
        kind=one.kind,
        body=one.body,
        state=one.state,
        judged=one.judged,
        begin=one.begin,
        end=one.end,
        table_sha256=one.table_digest,
        evidence_sha256=one.evidence_digest,
    )


def _number(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)
