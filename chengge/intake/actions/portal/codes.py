"""Codes that show that a telephone number or e-mail address is the reporter's."""

import hmac
import re
import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.contacts import mask
from chengge.domain.errors import Refused
from chengge.intake.limits import allow
from chengge.intake.models import ContactCode
from chengge.notices.actions import send
from chengge.notices.recipients import Recipient

GOOD_FOR = timedelta(minutes=10)
CONFIRMED_FOR = timedelta(hours=24)
MOST_TRIES = 5
CODES_PER_CONTACT_AND_HOUR = 3
CODES_PER_ADDRESS_AND_HOUR = 10

MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
LANDLINE = re.compile(r"0\d{2,3}\d{7,8}|[2-9]\d{6,7}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")


def contact_as_kept(text: str) -> str:
    """A telephone number or e-mail address as it is kept; nothing stays nothing. Raises Refused for anything else."""
    plain = re.sub(r"[\s()\-–—]", "", text.strip())
    if not plain:
        return ""
    mobile = MOBILE.fullmatch(plain)
    if mobile:
        return mobile[1]
    if LANDLINE.fullmatch(plain):
        return plain
    if EMAIL.fullmatch(text.strip()) and len(text.strip()) <= 100:
        return text.strip()
    raise Refused(
        "contact",
        _("This is neither a telephone number nor an e-mail address."),
        _("Correct it, or leave it empty: you can follow your report without it."),
        "contact",
    )


def require_confirmed(contact: str, code: str, address: str) -> None:
    """Let a contact pass whose code was told; else send one and ask for it.

    Raises:
        Refused: (field `code`) a code is on its way, or the one told is wrong.
        TooMany: too many codes were asked for.
    """
    hashed = _hash("contact", contact)
    now = clock.now()
    latest = ContactCode.objects.filter(contact_hash=hashed).order_by("-made_at").first()
    if latest is not None and latest.confirmed_at is not None and latest.confirmed_at > now - CONFIRMED_FOR and not code:
        return
    live = latest is not None and latest.confirmed_at is None and latest.made_at > now - GOOD_FOR and latest.tries < MOST_TRIES
    if latest is None or not live:
        _send(contact, hashed, address)
        raise Refused(
            "code", _("A code is on its way to %(contact)s.") % {"contact": mask(contact)}, _("Type it in here and send again."), "code"
        )
    told = code.strip().replace(" ", "")
    if not told:
        raise Refused("code", _("Type in the code that we sent to %(contact)s.") % {"contact": mask(contact)}, "", "code")
    if not hmac.compare_digest(latest.code_hash, _hash("code", f"{contact} {told}")):
        ContactCode.objects.filter(pk=latest.pk).update(tries=latest.tries + 1)
        raise Refused("code", _("This is not the code that we sent."), _("Look again; after five tries a new one is sent."), "code")
    ContactCode.objects.filter(pk=latest.pk).update(confirmed_at=now)


def _send(contact: str, hashed: str, address: str) -> None:
    allow("portal_code", contact, CODES_PER_CONTACT_AND_HOUR, timedelta(hours=1))
    allow("portal_code_from", address, CODES_PER_ADDRESS_AND_HOUR, timedelta(hours=1))
    code = f"{secrets.randbelow(10**6):06d}"
    ContactCode.objects.filter(made_at__lt=clock.now() - CONFIRMED_FOR).delete()
    with transaction.atomic():
        kept = ContactCode.objects.create(contact_hash=hashed, code_hash=_hash("code", f"{contact} {code}"), made_at=clock.now())
        send(
            Recipient.contact(contact),
            _("Your code"),
            _("Your code for reporting a problem: %(code)s. It is good for 10 minutes; give it to nobody.") % {"code": code},
            key=f"portal code {kept.pk}",
            topic="code",
        )


def _hash(kind: str, text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"portal {kind} {text.casefold()}".encode(), sha256).hexdigest()
