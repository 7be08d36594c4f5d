"""How reporters can be reached: encrypted at rest, masked on screen."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _


@lru_cache(maxsize=4)
def _cipher(key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(key.encode()).digest()))


def seal(contact: str) -> bytes:
    """A contact as it is kept; nothing stays nothing."""
    return _cipher(settings.CONTACT_KEY).encrypt(contact.strip().encode()) if contact.strip() else b""


def unseal(sealed: bytes) -> str:
    """A contact as it was told; where the key has changed, a sentence that says so."""
    if not sealed:
        return ""
    try:
        return _cipher(settings.CONTACT_KEY).decrypt(sealed).decode()
    except InvalidToken:
        return _("(kept under another key)")


def mask(contact: str) -> str:
    """Enough to recognise, too little to reach anybody: 138****5678, 王**."""
    if len(contact) >= 7:
        return f"{contact[:3]}****{contact[-4:]}" if len(contact) >= 11 else f"{contact[:2]}****{contact[-2:]}"
    return f"{contact[:1]}**" if contact else ""
