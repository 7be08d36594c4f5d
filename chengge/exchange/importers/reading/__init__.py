"""Reading the files that cities hand over: one table of rows, whatever the format."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.exchange.importers.columns import Column
from chengge.exchange.importers.options import Options
from chengge.exchange.importers.reading.rows import EXAMPLE_MARKS, Row, Sheet, Table, unreadable
from chengge.exchange.importers.reading.shapes import read_shapes
from chengge.exchange.importers.reading.text_files import decoded, read_text
from chengge.exchange.importers.reading.workbooks import HELP_SHEETS, read_workbook

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
SHAPE_SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".zip")
BIGGEST_FILE_BYTES = 2 * 2**30


def read(path: Path, columns: Sequence[Column], options: Options) -> Table:
    """The rows of a file, by its suffix.

    Raises:
        Refused: there is no such file, its format is unknown, or it cannot be read.
    """
    if not path.is_file():
        raise unreadable(path, _("there is no such file"), _("Check the path."))
    if path.stat().st_size > BIGGEST_FILE_BYTES:
        raise unreadable(path, _("it is bigger than 2 GB"), _("Split it by district."))
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        table = read_text(path, columns, options)
    elif suffix in WORKBOOK_SUFFIXES:
        table = read_workbook(path, columns, options)
    elif suffix in SHAPE_SUFFIXES:
        table = read_shapes(path, columns, options)
    else:
        raise Refused(
            "format",
            _("%(file)s: files ending in “%(suffix)s” cannot be read.") % {"file": path.name, "suffix": suffix},
            _("Give one of: %(suffixes)s.") % {"suffixes": " ".join(TEXT_SUFFIXES + WORKBOOK_SUFFIXES + SHAPE_SUFFIXES)},
            field="file",
        )
    if not table.rows:
        raise Refused(
            "empty", _("%(file)s holds no rows below its headings.") % {"file": path.name}, _("Fill in at least one row."), field="file"
        )
    return table


def hash_of(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


__all__ = ["EXAMPLE_MARKS", "HELP_SHEETS", "Row", "Sheet", "Table", "decoded", "hash_of", "read"]
