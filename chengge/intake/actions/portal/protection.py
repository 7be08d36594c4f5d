"""What keeps programs and floods out of the portal, without asking any other house (docs/adr/0018).

A form carries a signed stamp: when it was made, and a nonce. It is good from 3 seconds to 24 hours later and for one report, since
the nonce becomes the report's idempotency key. The browser proves a little work over the nonce; a browser without scripts answers a
small sum instead, and may report less often. A field that people do not see stays empty.
"""

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.coordinates import distance_m
from chengge.domain.errors import Refused
from chengge.intake.limits import allow
from chengge.intake.models import PortalReport, PortalRules

SALT = "portal form"
SOONEST = timedelta(seconds=3)
LATEST = timedelta(hours=24)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAIN_REPORTS_PER_HOUR = 5  # from one address, by browsers that prove no work
REPORTS_PER_CONTACT_AND_DAY = 10
PHOTOS_PER_HOUR = 120
SAME_WORDS_WITHIN_M = 200.0
SAME_WORDS_ANYWHERE = 3  # in an hour
SHORTEST_TELLING_WORDS = 6


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a form carries. `sum_of`: two numbers that a browser without scripts adds up."""

    nonce: str
    made_at: datetime
    sum_of: tuple[int, int]

    def signed(self) -> str:
        return signing.dumps([self.nonce, int(self.made_at.timestamp()), *self.sum_of], salt=SALT)


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of who sends a form: a network address, and what the form proves.

    Attributes:
        proof: a number with which SHA-256 of `nonce:number` begins with as many zero bits as the city asks for.
        sum_answer: the sum as a person typed it.
        trap: the field that people do not see.
    """

    address: str
    stamp: str
    proof: str = ""
    sum_answer: str = ""
    trap: str = ""


def fresh_stamp() -> Stamp:
    return Stamp(secrets.token_hex(12), clock.now(), (secrets.randbelow(8) + 2, secrets.randbelow(8) + 2))


def read_stamp(text: str) -> Stamp | None:
    """The stamp of a form; None for one that is not ours."""
    try:
        nonce, made_at, first, second = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Stamp(nonce, datetime.fromtimestamp(made_at, clock.now().tzinfo), (first, second))


def require_person(sender: Sender, rules: PortalRules) -> Stamp:
    """Let a form pass that a person filled in.

    Raises:
        Refused: with what to do, for a person whom it meets by mistake.
    """
    stamp = read_stamp(sender.stamp)
    if stamp is None:
        raise Refused("form", _("The form was not whole."), _("Nothing is lost: send it once more."))
    age = clock.now() - stamp.made_at
    if sender.trap:
        raise Refused("trap", _("A field was filled in that is meant to stay empty."), _("Nothing is lost: send it once more."))
    if age < SOONEST:
        raise Refused("quick", _("That was quicker than a person can be."), _("Wait three seconds and send it once more."))
    if age > LATEST:
        raise Refused("old", _("The form lay open for more than a day."), _("Nothing is lost: send it once more."))
    if not is_proven(stamp, sender.proof, rules.work_bits) and sender.sum_answer.strip() != str(sum(stamp.sum_of)):
        raise Refused("sum", _("Please answer the small sum, so that we know you are a person."), _("Nothing is lost."), "sum_answer")
    return stamp


def is_proven(stamp: Stamp, proof: str, bits: int) -> bool:
    """Whether the browser has done the work over the stamp's nonce."""
    if not (proof.isascii() and proof.isdigit() and len(proof) <= 12):
        return False
    digest = sha256(f"{stamp.nonce}:{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def allow_one_more(sender: Sender, stamp: Stamp, contact: str, rules: PortalRules) -> None:
    """Count a report that is about to be kept: what was refused before does not count against a person who mistypes.

    Raises:
        TooMany: too many from this address, or for this contact.
    """
    if is_proven(stamp, sender.proof, rules.work_bits):
        allow("portal_report", sender.address, rules.reports_per_hour, HOUR)
    else:
        allow("portal_report_plain", sender.address, PLAIN_REPORTS_PER_HOUR, HOUR)
    if contact:
        allow("portal_contact", contact, REPORTS_PER_CONTACT_AND_DAY, DAY)


def words_hash(words: str) -> str:
    """A keyed hash of what was said, without spaces, marks and width; "" for words too short to tell anything."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", words).casefold() if letter.isalnum())
    if len(plain) < SHORTEST_TELLING_WORDS:
        return ""
    return hmac.new(settings.SECRET_KEY.encode(), f"portal words {plain}".encode(), sha256).hexdigest()


def require_new_words(hashed: str, lon: float | None, lat: float | None) -> None:
    """The same words again, for the same place within a day or all over the city within an hour, are refused. One query.

    Raises:
        Refused: with what to do instead.
    """
    if not hashed:
        return
    now = clock.now()
    before = list(PortalReport.objects.filter(words_hash=hashed, made_at__gt=now - DAY).order_by("-made_at")[:50])
    if any(_is_near(kept, lon, lat) for kept in before):
        raise Refused(
            "same_words",
            _("These very words have come already, for this place."),
            _("If it was you, it is in hand: follow it by the link you were given. Else say what is different."),
            "words",
        )
    if sum(kept.made_at > now - HOUR for kept in before) >= SAME_WORDS_ANYWHERE:
        raise Refused(
            "same_words", _("These very words have come several times already."), _("Say in your own words what you see."), "words"
        )


def _is_near(kept: PortalReport, lon: float | None, lat: float | None) -> bool:
    if kept.lon is None or kept.lat is None or lon is None or lat is None:
        return kept.lon is None and lon is None
    return float(distance_m(kept.lon, kept.lat, lon, lat)) <= SAME_WORDS_WITHIN_M
