"""The registers of cameras, of what video platforms call things, and of sensors."""

from dataclasses import dataclass
from typing import TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from chengge.casework.actions.given import is_place
from chengge.domain.errors import Forbidden, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import locate
from chengge.intake.models import Camera, Device, VideoEventType
from chengge.organization.queries import Actor

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class CameraValues:
    code: str
    name: str
    lon: float
    lat: float
    place: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class EventTypeValues:
    """`least_confidence`: 0 … 1; events of which the platform is less sure are set aside."""

    code: str
    problem_class_id: int
    least_confidence: float = 0.8
    urgent: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class DeviceValues:
    """`low`, `high`: it is in alarm below and above; None where it says itself, or only one side counts."""

    code: str
    name: str
    problem_class_id: int
    lon: float
    lat: float
    component_code: int | None = None
    place: str = ""
    quantity: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    calm_minutes: int = 30
    urgent: bool = False
    active: bool = True


def put_camera(actor: Actor, values: CameraValues, row_id: int | None = None) -> Camera:
    """A new camera, or other facts of one. Raises Refused."""
    _require(actor)
    _require_place(values.lon, values.lat)
    return _put(Camera, values, row_id, {"grid_code": locate(values.lon, values.lat).grid_code})


def put_event_type(actor: Actor, values: EventTypeValues, row_id: int | None = None) -> VideoEventType:
    """What an event type means here. Raises Refused."""
    _require(actor)
    _require_class(values.problem_class_id)
    if not 0 <= values.least_confidence <= 1:
        raise Refused("confidence", _("The least confidence lies between 0 and 1."), field="least_confidence")
    return _put(VideoEventType, values, row_id, {})


def put_device(actor: Actor, values: DeviceValues, row_id: int | None = None) -> Device:
    """A new sensor, or other facts of one. Raises Refused."""
    _require(actor)
    _require_place(values.lon, values.lat)
    _require_class(values.problem_class_id)
    if values.low is not None and values.high is not None and values.low >= values.high:
        raise Refused("limits", _("The lower limit lies below the upper one."), field="low")
    if not 0 <= values.calm_minutes <= 7 * 24 * 60:
        raise Refused("calm", _("Quiet for at most a week."), field="calm_minutes")
    return _put(Device, values, row_id, {"grid_code": locate(values.lon, values.lat).grid_code})


def _put(model: type[M], values: CameraValues | EventTypeValues | DeviceValues, row_id: int | None, more: dict[str, int | None]) -> M:
    if not values.code.strip():
        raise Refused("code", _("A code is needed, as the machine sends it."), field="code")
    manager = model._default_manager
    with transaction.atomic():
        if manager.filter(code=values.code).exclude(pk=row_id or 0).exists():
            raise Refused("code", _("There is one of this code already."), field="code")
        row = manager.select_for_update().get(pk=row_id) if row_id is not None else model()
        for name in values.__dataclass_fields__:
            setattr(row, name, getattr(values, name))
        for name, value in more.items():
            setattr(row, name, value)
        row.save()
    return row


def _require(actor: Actor) -> None:
    if Post.ADMINISTRATOR not in actor.posts:
        raise Forbidden("post", _("Only an administrator keeps the registers."))


def _require_place(lon: float, lat: float) -> None:
    if not is_place(lon, lat):
        raise Refused("place", _("This is no valid position."), _("Choose the place on the map."), "place")


def _require_class(class_id: int) -> None:
    if not ProblemClass.objects.filter(pk=class_id).exists():
        raise Refused("class", _("There is no such class."), _("Choose a class of the catalogue."), "problem_class_id")
