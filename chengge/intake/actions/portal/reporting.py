"""A report by somebody without an account: kept, or hung on the public case that it is about."""

from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Reported, Said, add_report, report
from chengge.casework.models import Channel, Evidence, Report
from chengge.casework.photos import store
from chengge.domain.errors import Conflict, Refused
from chengge.intake.actions.following import reference_of, token_for
from chengge.intake.actions.portal.codes import contact_as_kept, require_confirmed
from chengge.intake.actions.portal.protection import (
    HOUR,
    PHOTOS_PER_HOUR,
    Sender,
    allow_one_more,
    require_new_words,
    require_person,
    words_hash,
)
from chengge.intake.limits import allow
from chengge.intake.models import PortalReport
from chengge.intake.queries.portal import portal_rules, public_case
from chengge.organization.queries import MACHINE

MOST_PHOTOS = 6
LONGEST_WORDS = 500
PHOTO_SALT = "portal photo"


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody tells the city.

    Attributes:
        lon, lat: degrees, WGS84; None where only words say the place.
        photos: references given by `keep_photo`.
        follows: number of the public case that it is about; "" for a new problem.
        code: the code that confirms the contact, where the city asks for one.
    """

    words: str = ""
    problem_class_id: int | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    name: str = ""
    contact: str = ""
    code: str = ""
    photos: tuple[str, ...] = ()
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the reporter is told: what to name the report by, and the token that follows it."""

    reference: str
    token: str
    report_id: int
    repeated: bool


def keep_photo(data: bytes, address: str) -> tuple[str, Evidence]:
    """Take a photo in; the reference that names it in the report, and the photo.

    Raises:
        Refused: it is no photo.
        TooMany: too many from this address.
    """
    allow("portal_photo", address, PHOTOS_PER_HOUR, HOUR)
    kept = store(data, MACHINE)
    return signing.Signer(salt=PHOTO_SALT).sign(kept.sha256), kept


def photo_of(reference: str) -> str | None:
    """SHA-256 of the photo that a reference names; None for one that we never gave."""
    try:
        return signing.Signer(salt=PHOTO_SALT).unsign(reference)
    except signing.BadSignature:
        return None


def send_report(sent: Sent, sender: Sender) -> Told:
    """Keep a report. A new problem becomes a case when place and class are known, else an operator completes it.

    Sent twice with the same form it is one report, and the same token is told again.

    Raises:
        Refused: something is missing or wrong (`field` names it), or it does not look like a person's.
        TooMany: too many from this address or for this contact.
        Conflict: the case that it is about has ended.
    """
    rules = portal_rules()
    contact = _checked(sent)
    stamp = require_person(sender, rules)
    token, token_hash = token_for(stamp.nonce)
    before = Report.objects.select_related("case").filter(key=stamp.nonce, member=None).first()
    if before is not None:
        return Told(reference_of(before), token, before.pk, repeated=True)
    hashed = words_hash(f"{sent.words} {sent.place if sent.lon is None else ''} {sent.follows}" if sent.words else "")
    require_new_words(hashed, sent.lon, sent.lat)
    if rules.asks_code and contact:
        require_confirmed(contact, sent.code, sender.address)
    allow_one_more(sender, stamp, contact, rules)
    with transaction.atomic():
        reported = _keep(sent, contact, stamp.nonce, token_hash)
        PortalReport.objects.get_or_create(
            report_id=reported.report_id, defaults={"words_hash": hashed, "lon": sent.lon, "lat": sent.lat, "made_at": clock.now()}
        )
    kept = Report.objects.select_related("case").get(pk=reported.report_id)
    return Told(reference_of(kept), token, kept.pk, reported.repeated)


def _keep(sent: Sent, contact: str, key: str, token_hash: str) -> Reported:
    said = Said(
        channel=Channel.WEB.value,
        problem_class_id=sent.problem_class_id,
        description=sent.words,
        place=sent.place,
        lon=sent.lon,
        lat=sent.lat,
        accuracy_m=sent.accuracy_m,
        reporter_name=sent.name,
        contact=contact,
        photos=_hashes(sent.photos),
    )
    if not sent.follows:
        return report(MACHINE, said, key=key, token_hash=token_hash)
    case = public_case(sent.follows)
    if not case.is_open:
        raise Conflict("stage", _("This problem has been solved meanwhile."), _("If it is there again, report it anew."), "follows")
    return add_report(MACHINE, said, case.id, key=key, token_hash=token_hash)


def _checked(sent: Sent) -> str:
    """Whether it says enough; the contact as it is kept. Raises Refused."""
    for field, text, most in (("words", sent.words, LONGEST_WORDS), ("place", sent.place, 200), ("name", sent.name, 40)):
        if len(text) > most:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": most}, _("Shorten it."), field)
    if len(sent.photos) > MOST_PHOTOS:
        raise Refused("photos", _("At most %(most)d photos.") % {"most": MOST_PHOTOS}, _("Take one away."), "photos")
    contact = contact_as_kept(sent.contact)
    if sent.follows:
        return contact
    if not (sent.words or sent.photos):
        raise Refused("words", _("What is wrong? Take a photo, or say it in a few words."), "", "words")
    if not sent.words and sent.problem_class_id is None:
        raise Refused("class", _("What is it? Choose one of the list, or say it in a few words."), "", "problem_class")
    if sent.lon is None and not sent.place:
        raise Refused("place", _("Where is it? Use your position, mark it on the map, or name the street."), "", "place")
    return contact


def _hashes(references: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for reference in references:
        digest = photo_of(reference)
        if digest is None:
            raise Refused("photo", _("A photo did not arrive whole."), _("Add it again."), "photos")
        found.append(digest)
    return tuple(dict.fromkeys(found))
