"""What cameras and sensors tell of: one problem is one report, however often they tell of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Said, add_report, report
from chengge.casework.models import Case, Channel
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Stage
from chengge.intake.actions.messages import Outcome, Payload, report_key
from chengge.intake.models import Alarm, Camera, Device, InboundMessage, SourceEvent, VideoEventType
from chengge.organization.queries import CITY_ZONE, MACHINE

MOST_MERGES = 10  # how far a merged case is followed
# A clock of a machine that goes wrong by more than this is not believed.
LATEST, EARLIEST = timedelta(minutes=5), timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Sign:
    """One message of a camera or a sensor that tells of a problem.

    Attributes:
        of: what tells two problems of one camera or sensor apart: the columns of `Alarm` that name it.
        value: what was measured, or how sure the video platform is.
        calm: so long after the end of its case, nothing new is opened.
    """

    message: InboundMessage
    of: dict[str, Any]
    said: Said
    at: datetime
    value: float | None
    calm: timedelta = timedelta(0)


def take_video(message: InboundMessage, payload: Payload) -> Outcome:
    """An event that a video platform saw: `camera`, `type`, `confidence`, `at`, `photos`, `text`."""
    camera = Camera.objects.select_for_update().filter(code=payload["camera"], active=True).first()
    if camera is None:
        raise _not_registered(_("There is no camera in use with the code “%(code)s”."), payload["camera"], "camera")
    kind = VideoEventType.objects.filter(code=payload["type"], active=True).select_related("problem_class").first()
    if kind is None:
        raise _not_registered(_("Nobody has said what the event type “%(code)s” means here."), payload["type"], "type")
    confidence = float(payload["confidence"])
    at = _moment(payload.get("at"))
    Camera.objects.filter(pk=camera.pk).update(seen_at=at)
    if confidence < kind.least_confidence:
        return Outcome(aside=_("Not sure enough: %(got)s, wanted %(least)s.") % {"got": confidence, "least": kind.least_confidence})
    said = Said(
        channel=Channel.VIDEO.value,
        problem_class_id=kind.problem_class_id,
        description=_cut(payload.get("text") or f"{camera.name}：{kind.problem_class.name}"),
        place=camera.place or camera.name,
        lon=camera.lon,
        lat=camera.lat,
        photos=tuple(payload.get("photos", ())),
        urgent=kind.urgent,
    )
    return _noticed(Sign(message, {"camera": camera, "event_type": kind}, said, at, confidence))


def take_sensor(message: InboundMessage, payload: Payload) -> Outcome:
    """A message of a sensor: `device`, `at`, and `value` or `state` (`alarm`, `normal`)."""
    device = Device.objects.select_for_update().select_related("problem_class").filter(code=payload["device"], active=True).first()
    if device is None:
        raise _not_registered(_("There is no sensor in use with the code “%(code)s”."), payload["device"], "device")
    value, at = payload.get("value"), _moment(payload.get("at"))
    Device.objects.filter(pk=device.pk).update(seen_at=at, last_value=F("last_value") if value is None else value)
    if not _in_alarm(device, payload.get("state", ""), value):
        return _recovered(message, device, at, value)
    measured = "" if value is None else f"{device.quantity or _('value')} {value:g}{device.unit}"
    said = Said(
        channel=Channel.SENSOR.value,
        problem_class_id=device.problem_class_id,
        description=_cut(" ".join(filter(None, (f"{device.name}：{device.problem_class.name}", measured, payload.get("text", ""))))),
        place=device.place or device.name,
        lon=device.lon,
        lat=device.lat,
        component_code=device.component_code,
        photos=tuple(payload.get("photos", ())),
        urgent=device.urgent,
    )
    return _noticed(Sign(message, {"device": device}, said, at, value, timedelta(minutes=device.calm_minutes)))


def _noticed(sign: Sign) -> Outcome:
    """A problem that is new becomes a report; one that goes on is counted."""
    last = Alarm.objects.filter(**sign.of).select_related("report__case").order_by("-began_at", "-pk").first()
    if last is not None:
        case = _case_of(last)
        if last.ended_at is None and (case is None or not Stage(case.stage).is_end):
            return _again(sign, last, case)
        if last.ended_at is None:
            last.ended_at = case.ended_at if case is not None and case.ended_at is not None else sign.at
            last.save(update_fields=["ended_at"])
        if sign.at < last.ended_at + sign.calm:
            minutes = sign.calm.total_seconds() // 60
            return Outcome(last.report_id, _("Its case ended only just now; nothing new for %(minutes)d minutes.") % {"minutes": minutes})
    made = report(MACHINE, sign.said, key=report_key(sign.message))
    alarm = Alarm.objects.create(**sign.of, report_id=made.report_id, began_at=sign.at, last_at=sign.at)
    _event(alarm, sign, SourceEvent.Kind.ALARM)
    return Outcome(made.report_id)


def _again(sign: Sign, alarm: Alarm, case: Case | None) -> Outcome:
    """Count it. The first repeat is said to the case, so that whoever works on it knows; the others only count."""
    if alarm.count == 1 and case is not None:
        add_report(MACHINE, sign.said, case.pk, key=report_key(sign.message))
    Alarm.objects.filter(pk=alarm.pk).update(count=F("count") + 1, last_at=sign.at, recovered_at=None)
    _event(alarm, sign, SourceEvent.Kind.REPEAT)
    where = case.number if case is not None else _("a report that waits")
    return Outcome(alarm.report_id, _("Counted on %(where)s, message %(count)d of its alarm.") % {"where": where, "count": alarm.count + 1})


def _recovered(message: InboundMessage, device: Device, at: datetime, value: float | None) -> Outcome:
    """Note that the sensor is calm again; the case goes on, since only a person can say that all is well."""
    alarm = Alarm.objects.filter(device=device, ended_at=None).first()
    if alarm is None:
        return Outcome(aside=_("All is well; there was no alarm."))
    if alarm.recovered_at is None:
        Alarm.objects.filter(pk=alarm.pk).update(recovered_at=at)
        SourceEvent.objects.create(alarm=alarm, message=message, kind=SourceEvent.Kind.RECOVERY, at=at, value=value)
    when = at.astimezone(CITY_ZONE).strftime("%m-%d %H:%M")
    return Outcome(alarm.report_id, _("Recovered at %(when)s; noted with its alarm.") % {"when": when})


def _in_alarm(device: Device, state: str, value: float | None) -> bool:
    """What the sensor itself says counts first; else its value is held against the limits of the register."""
    if state:
        return state == "alarm"
    if value is None:
        raise Refused("value", _("A sensor sends a state or a value."), _("Send `state` (alarm, normal) or `value`."), "value")
    if device.low is None and device.high is None:
        raise Refused(
            "limits", _("The sensor “%(code)s” has no limits.") % {"code": device.code}, _("Enter them in the register."), "value"
        )
    return (device.high is not None and value > device.high) or (device.low is not None and value < device.low)


def _case_of(alarm: Alarm) -> Case | None:
    """The case of an alarm, wherever it was merged to; None while its report waits for an answer."""
    case = alarm.report.case
    for _step in range(MOST_MERGES):
        if case is None or case.merged_into_id is None:
            break
        case = Case.objects.get(pk=case.merged_into_id)
    return case


def _event(alarm: Alarm, sign: Sign, kind: str) -> None:
    SourceEvent.objects.create(alarm=alarm, message=sign.message, kind=kind, at=sign.at, value=sign.value)


def _moment(told: str | None) -> datetime:
    """When it happened, as the machine says; the present where it says nothing, or nothing that can be believed."""
    now = clock.now()
    if not told:
        return now
    at = datetime.fromisoformat(told)
    return at if now - EARLIEST <= at <= now + LATEST else now


def _not_registered(sentence: str, code: str, field: str) -> Refused:
    return Refused("not_registered", sentence % {"code": code[:60]}, _("Enter it in the register, then take the message again."), field)


def _cut(text: str) -> str:
    return text.strip()[:1000]
