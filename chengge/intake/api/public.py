"""What a mini-program or an app does for the people who use it. No member signs in: the app shows the key of its source, and names
the device. Nothing here tells what anybody said; a report is followed by the token that was given for it."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Header, Query, Router, Status, UploadedFile
from pydantic import Field

from chengge import clock
from chengge.casework.actions import Said
from chengge.casework.models import Channel
from chengge.domain.errors import Forbidden
from chengge.foundation.queries import rules_of
from chengge.intake.actions.answers import ask_to_reopen, rate
from chengge.intake.actions.app import Device, Told, follow_case, keep_photo, send_report
from chengge.intake.actions.following import report_by
from chengge.intake.api.keys import SourceKey, source_of
from chengge.intake.models import Source
from chengge.intake.queries.open311 import present_classes
from chengge.intake.queries.portal.cases import PublicCase, Wanted, alike_nearby, public_case, public_list
from chengge.intake.queries.portal.everyday import name_of
from chengge.intake.queries.portal.following import followed
from chengge.intake.queries.portal.photos import ShownPhoto, shown_photos
from chengge.organization.queries import city_day
from chengge.rest.answers import answers
from chengge.rest.fields import (
    CaseNumber,
    DivisionCode,
    Id,
    Incoming,
    Key,
    Latitude,
    Longitude,
    Metres,
    Outgoing,
    PageSize,
    QueryLatitude,
    QueryLongitude,
    Sha256,
    StrictBool,
    StrictId,
    text,
)

router = Router(auth=SourceKey(), tags=["app"])

MOST_PHOTOS = 6
DEVICE = r"^[\x21-\x7e]{8,100}$"
DeviceId = Annotated[
    str,
    Header(alias="X-Device-Id", pattern=DEVICE, description="What the app calls the device; kept as a keyed hash only"),
]
Token = Annotated[
    str, Header(alias="X-Report-Token", pattern=r"^[0-9A-Za-z -]{1,100}$", description="Given with the report; nobody else can follow it")
]
Reference = Annotated[str, Field(pattern=r"^(R[0-9]{1,18}|[0-9]{20})$", description="Number of the case, or R and the report's own")]
Words = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]
AfterCursor = Annotated[str, Field(max_length=32, pattern=r"^([0-9]{1,12}-[0-9]{1,18})?$")]


class PublicClassOut(Outgoing):
    id: int
    code: str = Field(description="Kind and code", examples=["component0103"])
    name: str
    group: str


class PublicConditionOut(Outgoing):
    """When a case is filed for a class, and how fast it is dealt with."""

    condition: str
    closing_condition: str


class PublicPhotoOut(Outgoing):
    url: str
    is_after: bool = Field(description="How things are since the handling")


class PublicCaseOut(Outgoing):
    """A case as anybody may know it. The mark stands on the road, not at the door."""

    number: str
    name: str
    where: str
    state: str = Field(description="open, working, solved or ended")
    state_words: str
    words: str = Field(description="Only where an operator wrote them for the public")
    lon: float
    lat: float
    reported_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    is_open: bool


class PublicCasePage(Outgoing):
    items: list[PublicCaseOut]
    next: str | None


class PublicAlikeOut(Outgoing):
    case: PublicCaseOut
    metres: int


class FollowIn(Incoming):
    """What one more reporter says of a case."""

    description: text(500) = Field("", examples=["人行道上一处雨水井盖缺失"])
    name: text(40) = ""
    contact: text(100) = Field("", description="Telephone or e-mail; kept encrypted")
    photos: list[Sha256] = Field(default_factory=list, max_length=MOST_PHOTOS)


class AppReportIn(FollowIn):
    class_id: StrictId | None = Field(None, description="One of /public/classes; null: an operator chooses")
    place: text(200) = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    accuracy_m: Metres | None = None
    urgent: StrictBool = Field(False, description="The reporter sees danger")


class AppReportedOut(Outgoing):
    reference: str = Field(description="What the reporter names the report by")
    token: str = Field(description="Follows the report; told this once")
    number: str | None = Field(description="Of the case; null while the report waits for an operator")
    repeated: bool


class AppPhotoOut(Outgoing):
    sha256: str


class PublicStepOut(Outgoing):
    label: str
    at: datetime | None
    is_done: bool
    is_now: bool


class FollowedReportOut(Outgoing):
    """A report and how far it is."""

    reference: str
    name: str
    state: str
    state_words: str
    steps: list[PublicStepOut]
    department: str
    expected_by: datetime | None
    reopen_until: datetime | None = Field(description="Until when the reporter may ask to go on")
    is_over: bool
    others: int = Field(description="How many others reported the same")
    case: PublicCaseOut | None
    photos: list[PublicPhotoOut]


class PublicRatingIn(Incoming):
    stars: Annotated[int, Field(strict=True, ge=1, le=5)]
    words: text(500) = ""


class PublicReasonIn(Incoming):
    reason: text(500, 1)


class ThankedOut(Outgoing):
    message: str


@router.get("/public/classes", response=answers({200: list[PublicClassOut]}, 403, 429))
def public_classes(request: HttpRequest) -> list[PublicClassOut]:
    """What can be reported."""
    app_of(request)
    return [PublicClassOut(id=row.pk, code=code, name=name_of(row), group=row.major_name) for code, row in present_classes().items()]


@router.get("/public/classes/{class_id}/conditions", response=answers({200: list[PublicConditionOut]}, 403, 429))
def public_conditions(request: HttpRequest, class_id: Id) -> list[PublicConditionOut]:
    """When a case is filed for a class; empty for a class that there is not."""
    app_of(request)
    rows = rules_of(class_id, "", city_day(clock.now()))
    return [PublicConditionOut(condition=row.condition, closing_condition=row.closing_condition) for row in rows]


@router.get("/public/cases", response=answers({200: PublicCasePage}, 403, 429))
def public_cases_list(
    request: HttpRequest,
    q: Words = "",
    division: DivisionCode | None = None,
    class_id: Annotated[Id | None, Query(alias="class")] = None,
    state: Annotated[str, Field(pattern=r"^(open|working|solved)?$")] = "",
    cursor: AfterCursor = "",
    size: PageSize = 20,
) -> PublicCasePage:
    """Public cases, the newest first."""
    app_of(request)
    wanted = Wanted(text=q.strip(), division_code=int(division) if division else None, class_id=class_id, state=state)
    found = public_list(wanted, cursor, size)
    return PublicCasePage(items=[_case(row) for row in found.cases], next=found.next or None)


@router.get("/public/cases/near", response=answers({200: list[PublicAlikeOut]}, 403, 429))
def public_cases_alike(
    request: HttpRequest,
    lon: QueryLongitude,
    lat: QueryLatitude,
    class_id: Annotated[Id | None, Query(alias="class")] = None,
) -> list[PublicAlikeOut]:
    """Open public cases that may be the problem somebody is about to report: to be followed instead of repeated."""
    app_of(request)
    return [PublicAlikeOut(case=_case(row.case), metres=row.metres) for row in alike_nearby(lon, lat, class_id)]


@router.get("/public/cases/{number}", response=answers({200: PublicCaseOut}, 403, 404, 429))
def public_case_details(request: HttpRequest, number: CaseNumber) -> PublicCaseOut:
    """One public case."""
    app_of(request)
    return _case(public_case(number))


@router.get("/public/cases/{number}/photos", response=answers({200: list[PublicPhotoOut]}, 403, 404, 429))
def public_case_photos(request: HttpRequest, number: CaseNumber) -> list[PublicPhotoOut]:
    """Photos of a public case that an operator let the public see."""
    app_of(request)
    case = public_case(number)
    return [_photo(request, row) for row in shown_photos([case.id]).get(case.id, [])]


@router.post("/public/photos", response=answers({201: AppPhotoOut}, 403, 413, 429))
def send_public_photo(
    request: HttpRequest,
    device: DeviceId,
    photo: Annotated[UploadedFile, File(description="JPEG, PNG, HEIC or WebP, at most 20 MB")],
    key: Key = None,
) -> Status:
    """Send a photo before the report that names it. It is drawn anew: nothing but the picture is kept. It is named by what it is,
    so that the same photo sent again, under whatever key, has the same name."""
    return Status(201, AppPhotoOut(sha256=keep_photo(_device(request, device), photo.read())))


@router.post("/public/reports", response=answers({201: AppReportedOut}, 403, 429))
def send_public_report(request: HttpRequest, device: DeviceId, given: AppReportIn, key: Key = None) -> Status:
    """Report a problem. Where place or class is not said, the report waits for an operator."""
    values = given.model_dump(exclude={"class_id", "name"})
    said = Said(**_said(values), problem_class_id=given.class_id, reporter_name=given.name)
    return Status(201, _told(send_report(_device(request, device), said, key)))


@router.post("/public/cases/{number}/follow", response=answers({201: AppReportedOut}, 403, 404, 409, 429))
def follow_public_case(request: HttpRequest, device: DeviceId, number: CaseNumber, given: FollowIn, key: Key = None) -> Status:
    """Say that one has seen the same problem, and hear how it goes."""
    said = Said(**_said(given.model_dump(exclude={"name"})), reporter_name=given.name)
    return Status(201, _told(follow_case(_device(request, device), number, said, key)))


@router.get("/public/reports/{reference}", response=answers({200: FollowedReportOut}, 403, 404, 429))
def follow_public_report(request: HttpRequest, reference: Reference, token: Token) -> FollowedReportOut:
    """How far a report is."""
    app_of(request)
    found = followed(report_by(reference, token))
    same = ("name", "state", "state_words", "department", "expected_by", "reopen_until", "is_over", "others")
    return FollowedReportOut(
        **{name: getattr(found, name) for name in same},
        reference=reference,
        steps=[PublicStepOut(label=str(one.label), at=one.at, is_done=one.is_done, is_now=one.is_now) for one in found.steps],
        case=_case(found.case) if found.case else None,
        photos=[_photo(request, row) for row in found.photos],
    )


@router.post("/public/reports/{reference}/rating", response=answers({200: ThankedOut}, 403, 404, 409, 429))
def rate_public_report(request: HttpRequest, reference: Reference, token: Token, given: PublicRatingIn) -> ThankedOut:
    """Say how content one is with how a closed case was dealt with. It is said once."""
    app_of(request)
    rate(report_by(reference, token), given.stars, given.words)
    return ThankedOut(message=_("Thank you. It counts in how the departments are judged."))


@router.post("/public/reports/{reference}/reopen", response=answers({200: ThankedOut}, 403, 404, 409, 429))
def ask_to_reopen_public_report(request: HttpRequest, reference: Reference, token: Token, given: PublicReasonIn) -> ThankedOut:
    """Ask that a closed case goes on; a shift leader decides."""
    app_of(request)
    ask_to_reopen(report_by(reference, token), given.reason)
    return ThankedOut(message=_("A shift leader looks at it."))


def app_of(request: HttpRequest) -> Source:
    """The app whose key this is. Raises Forbidden for the key of another channel."""
    return source_of(request, Channel.APP)


def _device(request: HttpRequest, device_id: str) -> Device:
    """The device that reports. Raises Forbidden where its app may only look."""
    source = app_of(request)
    if not source.may_report:
        raise Forbidden("source_reports", _("This key does not report."), _("Ask the administrator of the city."))
    return Device(source, device_id)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"channel": Channel.APP.value, "photos": tuple(values["photos"])}


def _told(told: Told) -> AppReportedOut:
    return AppReportedOut(reference=told.reference, token=told.token, number=told.reported.number, repeated=told.reported.repeated)


def _case(row: PublicCase) -> PublicCaseOut:
    return PublicCaseOut(**{name: getattr(row, name) for name in PublicCaseOut.model_fields})


def _photo(request: HttpRequest, row: ShownPhoto) -> PublicPhotoOut:
    return PublicPhotoOut(url=request.build_absolute_uri(f"/public/photos/{row.id}/full"), is_after=row.is_after)
