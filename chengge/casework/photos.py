"""Photos: taken in whatever way a phone sends them, kept as clean JPEG under their SHA-256.

What is kept is drawn anew from the pixels: no EXIF, no position, no serial number of a phone, nothing hidden behind the
picture. The hash goes into the ledger entry that the photo was given with.
"""

import io
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from chengge import clock
from chengge.casework.models import Evidence
from chengge.domain.errors import Refused
from chengge.organization.queries import Actor

register_heif_opener()

MOST_BYTES = 20 * 2**20
MOST_PIXELS = 60_000_000
LONG_SIDE = 2560
THUMB_SIDE = 480
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
QUALITY = 85
# What has no business in a photo: the beginnings of documents, archives, programs and pages.
STRANGERS = (b"PK\x03\x04", b"%PDF-", b"<script", b"<html", b"<svg", b"<?php", b"<!doctype", b"\x7fELF", b"Rar!", b"7z\xbc\xaf")


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo drawn anew: JPEG bytes in full and small, and its size in pixels."""

    full: bytes
    thumb: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return sha256(self.full).hexdigest()


def store(data: bytes, actor: Actor, phase: str = "") -> Evidence:
    """Take a photo in: it belongs to nothing until an action is given its hash.

    Raises:
        Refused: too large, no photo, a photo that hides something, or one made to exhaust the machine.
    """
    picture = redraw(data)
    for size, content in (("full", picture.full), ("thumb", picture.thumb)):
        write_whole(path_of(picture.sha256, size), content)
    return again(picture.sha256, actor, phase, picture.width, picture.height, len(picture.full))


def again(digest: str, actor: Actor, phase: str, width: int, height: int, size_bytes: int) -> Evidence:
    """One more proof by a photo that is kept already."""
    return Evidence.objects.create(
        sha256=digest, phase=phase, member_id=actor.member_id, width=width, height=height, size_bytes=size_bytes, created_at=clock.now()
    )


def path_of(digest: str, size: str = "full") -> Path:
    """Where the photo with this SHA-256 lies; `size` is `full` or `thumb`."""
    suffix = {"full": ".jpg", "thumb": ".thumb.jpg"}[size]
    return Path(settings.MEDIA_ROOT) / "photos" / digest[:2] / f"{digest}{suffix}"


def redraw(data: bytes) -> Picture:
    """Decode a photo and draw it anew, upright, without anything that is not picture. Raises Refused."""
    if len(data) > MOST_BYTES:
        raise _refused("photo_large", _("The photo is larger than %(most)d MB.") % {"most": MOST_BYTES // 2**20})
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _refused("photo_pixels", _("The photo has more than %(most)d million pixels.") % {"most": MOST_PIXELS // 10**6})
            if any(stranger in _behind(data, image.format or "").lower() for stranger in map(bytes.lower, STRANGERS)):
                raise _refused("photo_polyglot", _("The photo carries another file inside it."))
            image.draft("RGB", (LONG_SIDE, LONG_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise _refused("photo_pixels", _("The photo has more than %(most)d million pixels.") % {"most": MOST_PIXELS // 10**6}) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError) as error:
        raise _refused("photo_unreadable", _("This file is no photo that can be read.")) from error
    upright.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    full = _jpeg(upright)
    small = upright.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return Picture(full, _jpeg(small), upright.width, upright.height)


def _behind(data: bytes, image_format: str) -> bytes:
    """What the file holds before and after its picture: the head, and all that follows the picture's end."""
    head = data[:64]
    match image_format:
        case "JPEG":
            return head + data[data.rfind(b"\xff\xd9") + 2 :] + _comments(data)
        case "PNG":
            return head + data[data.rfind(b"IEND") + 8 :] + data[: data.find(b"IDAT")]
        case "WEBP":
            return head + data[8 + int.from_bytes(data[4:8], "little") :]
    return head + data[-4096:]


def _comments(data: bytes) -> bytes:
    """The comment segments (FF FE) before a JPEG's picture."""
    found, at = b"", 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xFE:
            found += data[at + 4 : at + 2 + length]
        at += 2 + length
    return found


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk before anybody hears of it."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).rename(path)


def _refused(code: str, message: str) -> Refused:
    return Refused(code, message, _("Send a JPEG, PNG, HEIC or WebP photo of at most 20 MB."), "photos")
