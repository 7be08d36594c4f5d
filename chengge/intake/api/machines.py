"""What machines send: calls, texts, events of cameras and sensors, orders of the upper platform.

Every operation shows the key of its source in `X-Source-Key`. A message carries a number of its own; sent again under it, it is
done once. What is refused is kept with the reason, and can be taken again once the register knows what was missing.
"""

from base64 import b64decode
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Router, Status, UploadedFile
from pydantic import ConfigDict, Field

from chengge.casework.models import Channel
from chengge.casework.photos import store
from chengge.domain.errors import Refused
from chengge.intake.actions.messages import LONGEST_MESSAGE_ID, Take, receive
from chengge.intake.actions.takers import TAKERS
from chengge.intake.api.keys import SourceKey, kept_when_unreadable, source_of
from chengge.organization.queries import MACHINE
from chengge.rest.answers import answers
from chengge.rest.fields import Incoming, Key, Latitude, Longitude, Moment, Outgoing, Sha256, StrictBool
from chengge.rest.fields import text as words

router = Router(auth=SourceKey(), tags=["machine channels"])

MOST_PHOTOS = 6
Number = words(LONGEST_MESSAGE_ID, 1)
Base64 = Annotated[str, Field(strict=True, min_length=1, pattern=r"^[A-Za-z0-9+/\r\n]+={0,2}[\r\n]*$")]
PHOTOS: list[Any] = Field(default_factory=list, max_length=MOST_PHOTOS, description="JPEG, PNG, HEIC or WebP files in Base64")
UPLOADED: list[Any] = Field(
    default_factory=list, max_length=MOST_PHOTOS, description="Photos sent before to /intake/photos, instead of Base64"
)
REFUSALS = (403, 409, 413, 422, 429)


class CallEventIn(Incoming):
    """An event of the switchboard. Events of a call may come in any order, and more than once."""

    call_id: words(80, 1) = Field(examples=["20261124-000137"])
    event: Literal["ringing", "answered", "ended"]
    number: words(40) = Field("", description="The caller's; kept encrypted", examples=["13800001111"])
    line: words(20) = Field("", description="The number that was called", examples=["12319"])
    agent: words(150) = Field("", description="User name of the operator whose telephone rings", examples=["banzhang01"])
    at: Moment | None = None
    recording_url: words(500) = Field("", description="Shown to operators as a link; nothing is fetched from it")


class WithPhotos(Incoming):
    photos: list[Base64] = PHOTOS
    photo_hashes: list[Sha256] = UPLOADED


class SmsIn(WithPhotos):
    """A text that a resident sent to the city's number."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    message_id: Number
    sender: words(40, 1) = Field(alias="from", description="The resident's telephone number; kept encrypted", examples=["13800001111"])
    text: words(2000, 1) = Field(examples=["石桥路菜场门口井盖没有了"])


class VideoIn(WithPhotos):
    """An event that a video platform saw."""

    message_id: Number
    camera: words(60, 1) = Field(description="Code of the camera in the register", examples=["CAM-0017"])
    type: words(60, 1) = Field(description="Event type as the platform calls it; the city maps it to a class", examples=["garbage_exposed"])
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0
    at: Moment | None = None
    text: words(1000) = ""


class SensorIn(WithPhotos):
    """A message of a sensor: what it measured, or whether it is in alarm."""

    message_id: Number
    device: words(60, 1) = Field(description="Code of the sensor in the register", examples=["WELL-0042"])
    value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    state: Literal["alarm", "normal"] | None = Field(None, description="What the sensor itself says; goes before its value")
    at: Moment | None = None
    text: words(500) = ""


class OrderIn(WithPhotos):
    """An order of the upper platform. Its number is known once for ever."""

    number: words(60, 1) = Field(examples=["SJ202611240017"])
    text: words(1000, 1)
    due_at: Moment | None = Field(None, description="By when the platform wants its answer")
    class_code: words(40) = Field("", description="Kind and code of the class, or its name", examples=["component0103"])
    place: words(200) = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    name: words(40) = ""
    contact: words(100) = Field("", description="Kept encrypted")
    urgent: StrictBool = False


class MessageOut(Outgoing):
    """What became of a message."""

    state: Literal["taken", "ignored"] = Field(description="`ignored`: nothing is wrong with it, but it became no report of its own")
    reason: str = Field(description="Why it was set aside")
    report_id: int | None
    number: str | None = Field(description="Number of the case; null while the report waits for an operator")
    repeated: bool = Field(description="It came before under this number; nothing was done now")


class KeptPhoto(Outgoing):
    sha256: str = Field(description="Name the photo by this in `photo_hashes`")


@router.post("/intake/cti", response=answers({200: MessageOut}, *REFUSALS))
@kept_when_unreadable
def call_event(request: HttpRequest, given: CallEventIn) -> MessageOut:
    """A call rings, is answered, or ends: it stands in the hotline's log, and the operator's page opens a form for it."""
    payload = given.model_dump(mode="json")
    return _receive(request, Channel.HOTLINE, f"{given.call_id}:{given.event}", f"{given.call_id} · {given.event}", payload)


@router.post("/intake/sms", response=answers({200: MessageOut}, *REFUSALS))
@kept_when_unreadable
def text_message(request: HttpRequest, given: SmsIn) -> MessageOut:
    """A text becomes a case where it says class and place for certain; else it waits for an operator."""
    return _receive(request, Channel.SMS, given.message_id, _("text"), _payload(given) | {"from": given.sender})


@router.post("/intake/video", response=answers({200: MessageOut}, *REFUSALS))
@kept_when_unreadable
def video_event(request: HttpRequest, given: VideoIn) -> MessageOut:
    """An event of a camera becomes a case at its place; repeats of one that is open are counted on it."""
    return _receive(request, Channel.VIDEO, given.message_id, f"{given.camera} · {given.type}", _payload(given))


@router.post("/intake/sensor", response=answers({200: MessageOut}, *REFUSALS))
@kept_when_unreadable
def sensor_message(request: HttpRequest, given: SensorIn) -> MessageOut:
    """A sensor in alarm is one case, however often it says so; that it is calm again is noted."""
    return _receive(request, Channel.SENSOR, given.message_id, given.device, _payload(given))


@router.post("/intake/upper", response=answers({200: MessageOut}, *REFUSALS))
@kept_when_unreadable
def upper_order(request: HttpRequest, given: OrderIn) -> MessageOut:
    """An order of the upper platform becomes a report; when its case ends, the platform is told."""
    return _receive(request, Channel.UPPER, given.number, given.number, _payload(given))


@router.post("/intake/photos", response=answers({201: KeptPhoto}, 403, 413, 422, 429))
def photo_of_machine(
    request: HttpRequest, photo: Annotated[UploadedFile, File(description="JPEG, PNG, HEIC or WebP, at most 20 MB")], key: Key = None
) -> Status:
    """Send a photo before the message that names it. It is drawn anew: nothing but the picture is kept. It is named by what it is,
    so that the same photo sent again, under whatever key, has the same name."""
    source_of(request, *TAKES_PHOTOS)
    return Status(201, KeptPhoto(sha256=store(photo.read(), MACHINE).sha256))


TAKES_PHOTOS = (Channel.SMS, Channel.VIDEO, Channel.SENSOR, Channel.UPPER)


def _receive(request: HttpRequest, channel: Channel, message_id: str, title: str, payload: dict[str, Any]) -> MessageOut:
    source = source_of(request, channel)
    take: Take = TAKERS[channel.value]
    request.message_kept = True  # type: ignore[attr-defined]
    received = receive(source, message_id, title, payload, take)
    message = received.message
    case = message.report.case if message.report else None
    return MessageOut(
        state=message.state,
        reason=message.reason,
        report_id=message.report_id,
        number=case.number if case else None,
        repeated=received.repeated,
    )


def _payload(given: WithPhotos) -> dict[str, Any]:
    """What is kept of a message: its values, its photos by their SHA-256."""
    said = given.model_dump(mode="json", exclude_none=True, exclude={"photos", "photo_hashes"})
    kept = [store(_decoded(photo), MACHINE).sha256 for photo in given.photos]
    return said | {"photos": [*kept, *given.photo_hashes][:MOST_PHOTOS]}


def _decoded(photo: str) -> bytes:
    try:
        return b64decode(photo, validate=False)
    except ValueError:
        raise Refused("photo", _("A photo is not written in Base64."), field="photos") from None
