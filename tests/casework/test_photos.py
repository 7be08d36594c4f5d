"""Photos: what is taken in, what is kept of it, and what is refused."""

import io
import zipfile

import pytest
from PIL import Image
from pillow_heif import from_pillow

from chengge.casework import photos
from chengge.casework.models import Evidence
from chengge.domain.errors import Refused
from tests.casework.lives import picture

SEXTANT_TAG, GPS_TAG, ORIENTATION_TAG = 0x010F, 0x8825, 0x0112


def encoded(image_format: str, size: tuple[int, int] = (120, 80), **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, (180, 60, 40))
    if image_format == "HEIF":
        from_pillow(image).save(out)
    else:
        image.save(out, image_format, **options)
    return out.getvalue()


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[SEXTANT_TAG] = "a phone's maker"
    exif[ORIENTATION_TAG] = orientation
    exif.get_ifd(GPS_TAG)[1] = "N"
    return encoded("JPEG", exif=exif)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_phone_s_format_is_kept_as_jpeg(image_format):
    picture = photos.redraw(encoded(image_format))
    assert Image.open(io.BytesIO(picture.full)).format == "JPEG"
    assert (picture.width, picture.height) == (120, 80)


def test_nothing_but_the_picture_is_kept():
    kept = photos.redraw(with_exif()).full
    assert b"Exif" not in kept
    assert b"a phone's maker" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_a_photo_taken_sideways_stands_upright():
    assert (photos.redraw(with_exif(orientation=6)).width, photos.redraw(with_exif(orientation=6)).height) == (80, 120)


def test_a_large_photo_is_made_smaller_and_gets_a_thumbnail():
    picture = photos.redraw(encoded("JPEG", (4000, 3000)))
    assert (picture.width, picture.height) == (2560, 1920)
    assert max(Image.open(io.BytesIO(picture.thumb)).size) == 480


def polyglot() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("payload.txt", "hidden")
    return encoded("JPEG") + archive.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has 900 million pixels."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "photo_unreadable"),
        (b"GIF89a" + bytes(100), "photo_unreadable"),
        (b"", "photo_unreadable"),
        (encoded("JPEG")[:200], "photo_unreadable"),
        (polyglot(), "photo_polyglot"),
        (encoded("JPEG", comment=b"<script>alert(1)</script>"), "photo_polyglot"),
        (encoded("PNG") + b"%PDF-1.7", "photo_polyglot"),
        (bomb(), "photo_pixels"),
        (bytes(20 * 2**20 + 1), "photo_large"),
    ],
    ids=["svg", "gif", "empty", "cut off", "zip behind", "script in a comment", "pdf behind", "bomb", "too large"],
)
def test_what_is_no_honest_photo_is_refused(data, code):
    with pytest.raises(Refused) as refused:
        photos.redraw(data)
    assert refused.value.code == code
    assert refused.value.field == "photos"


@pytest.mark.django_db
def test_a_photo_is_kept_under_its_hash_and_belongs_to_nothing_yet(city):
    kept = photos.store(picture(), city.actor("inspector"))
    assert photos.path_of(kept.sha256).stat().st_size == kept.size_bytes
    assert photos.path_of(kept.sha256, "thumb").exists()
    assert (kept.case_id, kept.entry_id, kept.member_id) == (None, None, city.members["inspector"].pk)


@pytest.mark.django_db
def test_an_upload_nobody_used_is_forgotten_after_a_week(city, pretended_clock):
    from datetime import timedelta

    from chengge.casework.jobs import forget_orphan_photos

    kept = photos.store(picture(), city.actor("inspector"))
    pretended_clock.advance(timedelta(days=6))
    assert forget_orphan_photos(0) == 0
    pretended_clock.advance(timedelta(days=2))
    assert forget_orphan_photos(0) == 1
    assert not photos.path_of(kept.sha256).exists()
    assert not Evidence.objects.exists()
