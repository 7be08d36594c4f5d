"""Reports: what people say; a case begins from it, or questions come back."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from chengge.casework.actions import Reported, Said, complete_report, contact_of, report
from chengge.casework.api.moves import MOST_PHOTOS
from chengge.casework.models import Channel, ContactView, Report
from chengge.casework.privacy import show_contact
from chengge.casework.queries.evidence import report_in_sight, reports_in_sight
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import (
    ComponentCode,
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
    StrictBool,
    StrictId,
    text,
)
from chengge.rest.pages import page_before

router = Router()

ReportState = Literal[tuple(Report.State.values)]


class SaidIn(Incoming):
    """What the reporter says. A report without a place or a class is kept, and asks back."""

    class_id: StrictId | None = Field(None, description="Class of the catalogue")
    description: text(1000) = Field("", examples=["人行道上一处雨水井盖缺失"])
    place: text(200) = Field("", examples=["石桥路与东新路路口东北角"])
    lon: Longitude | None = None
    lat: Latitude | None = None
    accuracy_m: Metres | None = None
    component_code: ComponentCode | None = None
    reporter_name: text(40) = ""
    contact: text(100) = Field("", description="Telephone or address; kept encrypted")
    other_number: text(60) = Field("", description="Its number in the other system")
    photos: list[Sha256] = Field(default_factory=list, max_length=MOST_PHOTOS)
    urgent: StrictBool = Field(False, description="The reporter sees danger")


class ReportIn(SaidIn):
    channel: Channel

    def said(self) -> Said:
        return Said(**_said(self.model_dump()))


class QuestionOut(Outgoing):
    field: str
    message: str


class ReportedOut(Outgoing):
    report_id: int
    number: str | None = Field(description="The case that was opened; null: the report waits for answers to the questions")
    questions: list[QuestionOut]
    repeated: bool = Field(description="Reported before under the same Idempotency-Key; nothing was done now")


class ReportOut(Outgoing):
    id: int
    number: str | None = Field(description="Number of its case")
    state: ReportState
    channel: Channel
    class_id: int | None
    description: str
    place: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    component_code: str | None
    reporter_name: str
    contact: str = Field(description="Masked; POST /reports/{report_id}/contact shows it in full")
    other_number: str
    reported_at: datetime


class PurposeIn(Incoming):
    purpose: ContactView.Purpose = Field(description="What the contact is needed for; it is written down")


class ContactOut(Outgoing):
    contact: str = Field(description="In full; empty: none is kept")


class ReportPage(Outgoing):
    items: list[ReportOut]
    next: str | None


@router.post("/reports", response=answers({201: ReportedOut}, 403))
def make_report(request: HttpRequest, given: ReportIn, key: Key = None) -> Status:
    """Report a problem: a case is opened, or the report is kept and questions come back."""
    return Status(201, reported_out(report(request.actor, given.said(), key=key)))


@router.get("/reports", response=answers({200: ReportPage}))
def reports(
    request: HttpRequest, mine: bool = False, state: ReportState | None = None, cursor: PageCursor = "", size: PageSize = 20
) -> ReportPage:
    """Reports in sight, the newest first."""
    rows = reports_in_sight(request.actor)
    if mine:
        rows = rows.filter(member_id=request.actor.member_id)
    if state is not None:
        rows = rows.filter(state=state)
    found, following = page_before(rows, "id", cursor, size)
    return ReportPage(items=[_report(request, row) for row in found], next=following)


@router.get("/reports/{report_id}", response=answers({200: ReportOut}, 404))
@single_thing
def report_details(request: HttpRequest, report_id: Id) -> ReportOut:
    """One report."""
    return _report(request, report_in_sight(request.actor, report_id))


@router.post("/reports/{report_id}/contact", response=answers({200: ContactOut}, 403, 404))
def show_contact_of_report(request: HttpRequest, report_id: Id, given: PurposeIn) -> ContactOut:
    """How the reporter is reached, in full, for operators and shift leaders. Who looked, when and what for is written down."""
    return ContactOut(contact=show_contact(report_id, request.actor, given.purpose.value))


@router.post("/reports/{report_id}/complete", response=answers({200: ReportedOut}, 403, 404, 409))
def answer_questions(request: HttpRequest, report_id: Id, given: SaidIn, key: Key = None) -> Status | HttpResponse:
    """Answer the questions of an incomplete report. Only what is sent changes; a case is opened as soon as place and class are known."""
    changes = _said(given.model_dump(exclude_unset=True))
    return once(request, key, 200, lambda: reported_out(complete_report(report_id, request.actor, changes)))


def reported_out(row: Reported) -> ReportedOut:
    asked = [QuestionOut(field=question.field, message=question.message) for question in row.questions]
    return ReportedOut(report_id=row.report_id, number=row.number, questions=asked, repeated=row.repeated)


def _said(sent: dict[str, Any]) -> dict[str, Any]:
    """The values that were sent, as `Said` names and types them."""
    if "class_id" in sent:
        sent["problem_class_id"] = sent.pop("class_id")
    if sent.get("component_code") is not None:
        sent["component_code"] = int(sent["component_code"])
    if "photos" in sent:
        sent["photos"] = tuple(sent["photos"])
    if "channel" in sent:
        sent["channel"] = sent["channel"].value
    return sent


def _report(request: HttpRequest, row: Report) -> ReportOut:
    same = ("id", "state", "channel", "description", "place", "lon", "lat", "accuracy_m", "reporter_name", "other_number", "reported_at")
    return ReportOut(
        number=row.case.number if row.case else None,
        class_id=row.problem_class_id,
        component_code=None if row.component_code is None else f"{row.component_code:016d}",
        contact=contact_of(row, request.actor),
        **{name: getattr(row, name) for name in same},
    )
