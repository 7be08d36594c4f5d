"""What people said, beside the ledger: the ledger keeps a salted hash of it, so that it can be forgotten.

A description or a place may name a person. Such texts stand in a table of their own, each with 16 random bytes of salt; an entry
names them by SHA-256 over salt and text. Whoever holds the text can prove what was said; once text and salt are gone, the hash tells
nothing, and the chain still holds (docs/adr/0021-the-ledger-keeps-a-hash-not-the-person.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from django.db import connection

from chengge.casework.models import SaidText

SALT_BYTES = 16
MARK = "sha256:"
PERSONAL = ("description", "place")

INSERT = "INSERT INTO casework_saidtext (case_id, digest, salt, text) VALUES "
TEXTS = "SELECT case_id, digest, salt, text FROM casework_saidtext WHERE case_id >= %s AND case_id < %s ORDER BY case_id"


class SaidBroken(ValueError):
    """What is kept beside the ledger is not what the ledger names."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text that an entry names by its digest."""

    digest: str
    salt: bytes
    text: str


def digest_of(salt: bytes, text: str) -> str:
    """How the ledger names a text."""
    return MARK + sha256(salt + text.encode()).hexdigest()


def hide(body: dict[str, Any]) -> list[Said]:
    """Put hashes in place of what people said in an entry's body; returns the texts to be kept beside it."""
    kept: dict[str, Said] = {}
    for part in (body["case"], body["given"]):
        for name in PERSONAL:
            if text := part.get(name):
                if text not in kept:
                    salt = token_bytes(SALT_BYTES)
                    kept[text] = Said(digest_of(salt, text), salt, text)
                part[name] = kept[text].digest
    return list(kept.values())


def insertion(case_id: int, texts: Iterable[Said]) -> tuple[str, list[Any]]:
    """The statement that keeps texts, with its values. There must be one at least."""
    rows = [(case_id, said.digest, said.salt, said.text) for said in texts]
    return INSERT + ", ".join(["(%s, %s, %s, %s)"] * len(rows)), [value for row in rows for value in row]


def reveal(value: Any, texts: Mapping[str, tuple[bytes | None, str | None]]) -> Any:
    """The text that an entry names, "" once it was forgotten; anything that is no such name is returned as it is.

    Args:
        texts: salt and text of what was said about the case, by digest; None for both once it was forgotten.

    Raises:
        SaidBroken: the text is missing, or is not the one that was said.
    """
    if not isinstance(value, str) or not value.startswith(MARK):
        return value
    if value not in texts:
        raise SaidBroken("what was said is missing beside the ledger")
    salt, text = texts[value]
    if salt is None or text is None:
        return ""
    if digest_of(salt, text) != value:
        raise SaidBroken("what is kept beside the ledger is not what was said")
    return text


def texts_of(case_id: int) -> dict[str, tuple[bytes | None, str | None]]:
    """Salt and text of everything said about a case, by digest. One query."""
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, [case_id, case_id + 1])
        return {digest: (salt if salt is None else bytes(salt), text) for _case, digest, salt, text in cursor.fetchall()}


def forget(case_id: int) -> int:
    """Forget everything said about a case: texts and salts go, their hashes stay. Returns how many texts went. One query."""
    return SaidText.objects.filter(case_id=case_id, text__isnull=False).update(salt=None, text=None)
