"""What a mini-program or an app of the city does for somebody who uses it: report, hang a report on a case, answer afterwards."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import photos
from chengge.casework.actions import Reported, Said, add_report, report
from chengge.casework.contacts import mark
from chengge.casework.models import Report
from chengge.domain.errors import Conflict
from chengge.intake.actions.following import new_token, reference_of, token_for
from chengge.intake.limits import allow
from chengge.intake.models import ApiReport, Source
from chengge.intake.queries.portal.cases import public_case
from chengge.organization.queries import MACHINE

HOUR = timedelta(hours=1)
REPORTS_PER_HOUR = 20
PHOTOS_PER_HOUR = 120


@dataclass(frozen=True, slots=True)
class Device:
    """The device that somebody holds, behind the app's own server or not."""

    source: Source
    device_id: str

    @property
    def known_as(self) -> str:
        return f"{self.source.pk} {self.device_id}"


@dataclass(frozen=True, slots=True)
class Told:
    """What the reporter is told: what to name the report by, the token that follows it, and what has to be asked back."""

    reference: str
    token: str
    reported: Reported


def keep_photo(device: Device, data: bytes) -> str:
    """Take a photo in before the report that names it; its SHA-256. Raises Refused, TooMany."""
    allow("app_photo", device.known_as, PHOTOS_PER_HOUR, HOUR)
    return photos.store(data, MACHINE).sha256


def send_report(device: Device, said: Said, key: str | None = None) -> Told:
    """Keep a report; it becomes a case when place and class are known, else an operator completes it.

    Raises:
        Refused: a value is none. TooMany: too many from this device.
    """
    report_key, token, token_hash = _tokens(device, key)
    if (before := _before(report_key)) is not None:
        return _again(before, token)
    allow("app_report", device.known_as, REPORTS_PER_HOUR, HOUR)
    with transaction.atomic():
        made = report(MACHINE, said, key=report_key, token_hash=token_hash)
        return _kept(device, made, token, token_hash)


def follow_case(device: Device, number: str, said: Said, key: str | None = None) -> Told:
    """Hang one more report on a public case that goes on, instead of opening another for the same problem.

    Raises:
        NotFound: no public case has this number. Conflict: it has ended. Refused, TooMany: as `send_report`.
    """
    report_key, token, token_hash = _tokens(device, key)
    if (before := _before(report_key)) is not None:
        return _again(before, token)
    case = public_case(number)
    if not case.is_open:
        raise Conflict("stage", _("This problem has been solved meanwhile."), _("If it is there again, report it anew."), "number")
    allow("app_report", device.known_as, REPORTS_PER_HOUR, HOUR)
    with transaction.atomic():
        made = add_report(MACHINE, said, case.id, key=report_key, token_hash=token_hash)
        return _kept(device, made, token, token_hash)


def _tokens(device: Device, key: str | None) -> tuple[str | None, str, str]:
    """The key the report is kept under, and its token: the same key gives the same token, so that a lost answer can be given again."""
    if key is None:
        return None, *new_token()
    report_key = f"app-{sha256(f'{device.known_as} {key}'.encode()).hexdigest()[:48]}"
    return report_key, *token_for(report_key)


def _before(report_key: str | None) -> Report | None:
    if report_key is None:
        return None
    return Report.objects.select_related("case").filter(key=report_key, member=None).first()


def _kept(device: Device, made: Reported, token: str, token_hash: str) -> Told:
    ApiReport.objects.get_or_create(
        report_id=made.report_id,
        defaults={"source": device.source, "device_mark": mark(device.device_id), "token_hash": token_hash, "received_at": clock.now()},
    )
    kept = Report.objects.select_related("case").get(pk=made.report_id)
    return Told(reference_of(kept), token, made)


def _again(before: Report, token: str) -> Told:
    number = before.case.number if before.case else None
    return Told(reference_of(before), token, Reported(before.pk, before.case_id, number, repeated=True))
