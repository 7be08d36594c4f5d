"""A document as PDF, and its pictures as PNG: both set by typst, with the fonts that lie beside the product."""

from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import orjson
import typst
from django.conf import settings
from django.utils.translation import gettext as _

from chengge.documents.document import Document, Picture, as_plain
from chengge.domain.errors import Refused

FONTS = "@expo-google-fonts/noto-sans-sc"
WEIGHTS = ("400Regular", "700Bold")
TEMPLATE = Path(__file__).with_name("paper.typ")
PICTURE = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")\n'
PIXELS_PER_INCH = 200


def as_pdf(document: Document, day: date) -> bytes:
    """The document as PDF/A. The same document and day give the same bytes.

    Args:
        day: written into the file as the day on which it was made.

    Raises:
        Refused: the fonts are not installed.
    """
    plain = orjson.dumps(as_plain(document)).decode()
    made = datetime(day.year, day.month, day.day, tzinfo=UTC)
    compiled = _compiler().compile(
        TEMPLATE.read_bytes(), format="pdf", sys_inputs={"document": plain}, pdf_standards=["a-2a"], timestamp=made
    )
    return _whole(compiled)


def as_png(picture: Picture) -> bytes:
    """A picture in the pixels that Word can show."""
    return _png(picture.svg)


@lru_cache(maxsize=32)  # public and internal edition show the same pictures
def _png(svg: str) -> bytes:
    return _whole(_compiler().compile(PICTURE.encode(), format="png", ppi=PIXELS_PER_INCH, sys_inputs={"svg": svg}))


def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=_fonts(settings.NODE_MODULES_DIR / FONTS))


@lru_cache(maxsize=1)
def _fonts(home: Path) -> typst.Fonts:
    """The fonts of a folder and no others, so that a document looks the same on every machine."""
    folders = [home / weight for weight in WEIGHTS]
    missing = next((folder for folder in folders if not folder.is_dir()), None)
    if missing is not None:
        raise Refused(
            "fonts",
            _("The fonts for papers are not installed."),
            _("Run “npm ci” in the folder of Chengge: the package %(name)s brings them.") % {"name": FONTS},
        )
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _whole(compiled: bytes | list[bytes] | None) -> bytes:
    if not isinstance(compiled, bytes):
        raise TypeError("typst gave no single file")
    return compiled
