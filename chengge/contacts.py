"""How people outside the house can be reached: encrypted at rest, masked on screen, found again without being read.

Contacts are sealed with the newest key of a ring and opened with any of it, so that keys can be changed while the city runs
(docs/privacy.md). `mark` stands beside a sealed contact where it must be found again.
"""

import hmac
import os
import re
import unicodedata
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _


class KeyLost(ValueError):
    """Something was sealed under a key that is not in the ring."""


def seal(contact: str) -> bytes:
    """A contact as it is kept; nothing stays nothing."""
    return _ring().encrypt(contact.strip().encode()) if contact.strip() else b""


def unseal(sealed: bytes) -> str:
    """A contact as it was told; where its key is not in the ring, a sentence that says so."""
    if not sealed:
        return ""
    try:
        return _ring().decrypt(sealed).decode()
    except InvalidToken:
        return _("(kept under another key)")


def resealed(sealed: bytes) -> bytes | None:
    """The same under the newest key; None where it is under it already, or is empty.

    Raises:
        KeyLost: it cannot be opened.
    """
    if not sealed or key_of(sealed) == 0:
        return None
    try:
        return _ring().rotate(sealed)
    except InvalidToken as error:
        raise KeyLost(_("It was sealed under a key that is not in the ring.")) from error


def key_of(sealed: bytes) -> int | None:
    """Which key of the ring it is sealed under: 0 is the newest; None: none of them."""
    for number, key in enumerate(keys()):
        try:
            _cipher(key).decrypt(sealed)
        except InvalidToken:
            continue
        return number
    return None


def mask(contact: str) -> str:
    """Enough to recognise, too little to reach anybody: 138****5678, 王**."""
    if len(contact) >= 7:
        return f"{contact[:3]}****{contact[-4:]}" if len(contact) >= 11 else f"{contact[:2]}****{contact[-2:]}"
    return f"{contact[:1]}**" if contact else ""


def mark(contact: str) -> str:
    """What the same telephone or e-mail is always found by, however it was written: a keyed hash (HMAC-SHA-256, 64 hex digits).

    It stands beside the sealed contact, and without the key it tells nobody anything. Nothing told, no mark.
    """
    told = normalised(contact)
    return hmac.new(settings.CONTACT_MARK_KEY.encode(), told.encode(), sha256).hexdigest() if told else ""


def normalised(contact: str) -> str:
    """A contact without what two people write differently: width, case, blanks, punctuation, the country's code."""
    told = unicodedata.normalize("NFKC", contact).strip().casefold()
    if "@" in told:
        return "".join(told.split())
    digits = re.sub(r"[\s\-()./]", "", told)
    if not re.fullmatch(r"\+?[0-9]{5,20}", digits):
        return " ".join(told.split())
    return re.sub(r"^(\+86|0086|86(?=1[0-9]{10}$))", "", digits).lstrip("+")


# --- The ring -----------------------------------------------------------------------------------------------------------------------------


def keys() -> tuple[str, ...]:
    """The keys, the newest first: those of the setting, else those kept in files."""
    named = tuple(key.strip() for key in settings.CONTACT_KEY.split(",") if key.strip())
    return named or _kept_keys(*_files_now())


def key_files() -> list[Path]:
    """The files that keep keys, the newest first; none where the setting names the keys."""
    return [] if settings.CONTACT_KEY.strip(", ") else list(_files_now()[0])


def add_key(secret: str) -> Path:
    """Keep one more key, which is the newest from now on for every process that runs. Raises FileExistsError when two do so at once."""
    first = Path(settings.CONTACT_KEY_FILE)
    numbers = [_number_of(path) for path in _files_now()[0] if path != first]
    path = first.with_name(f"{first.name}_{max(numbers, default=1) + 1}")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # A half-written key is never seen.
    finally:
        draft.unlink()
    return path


def _ring() -> MultiFernet:
    return _ring_of(keys())


@lru_cache(maxsize=4)
def _ring_of(keys_of_ring: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([_cipher(key) for key in keys_of_ring])


@lru_cache(maxsize=16)
def _cipher(key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(key.encode()).digest()))


def _files_now() -> tuple[tuple[Path, ...], int]:
    """The files of keys, the newest first, and when their folder last changed: a key that is added is seen without a restart."""
    first = Path(settings.CONTACT_KEY_FILE)
    return _files_in(first, first.parent.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _files_in(first: Path, changed_ns: int) -> tuple[tuple[Path, ...], int]:
    later = [path for path in first.parent.iterdir() if re.fullmatch(re.escape(first.name) + "_[0-9]+", path.name)]
    return (*sorted(later, key=_number_of, reverse=True), *([first] if first.exists() else [])), changed_ns


@lru_cache(maxsize=4)
def _kept_keys(files: tuple[Path, ...], _changed_ns: int) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="ascii").strip() for path in files)


def _number_of(later: Path) -> int:
    return int(later.name.rpartition("_")[2])
