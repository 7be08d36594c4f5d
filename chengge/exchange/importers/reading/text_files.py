"""CSV as cities hand it over: UTF-8 with or without a mark, or GB18030; parted by commas, semicolons or tabs."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from chengge.exchange.importers.columns import Column, plain_heading, text_of
from chengge.exchange.importers.options import Options
from chengge.exchange.importers.reading.rows import (
    Row,
    Sheet,
    Table,
    heading_row,
    is_blank,
    is_example,
    no_headings,
    positions_of,
    unreadable,
)
from chengge.exchange.importers.reading.shapes import in_wgs84

SHAPE_HEADINGS = ("geometry", "geom", "the_geom", "wkt", "wkt_geom", "geojson", "几何", "图形")
MOST_FIELD_BYTES = 16 * 2**20  # A border as text may be long.


def read_text(path: Path, columns: Sequence[Column], options: Options) -> Table:
    """A text file's rows. A column with WKT or GeoJSON becomes the rows' shapes.

    Raises:
        Refused: it is in no known encoding, or lacks the headings.
    """
    content = decoded(path, options.encoding)
    csv.field_size_limit(MOST_FIELD_BYTES)
    try:
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=_delimiter(content))
        lines = [(reader.line_num, tuple(cells)) for cells in reader]
    except csv.Error as error:
        raise unreadable(path, str(error), _("Save it again as CSV, with a comma between the columns.")) from error
    head = heading_row([cells for _number, cells in lines], columns, options.columns)
    if head is None:
        raise no_headings(path.name, lines[0][1] if lines else (), columns)
    headings = tuple(text_of(cell) for cell in lines[head][1])
    sheet = Sheet("", headings, positions_of(headings, columns, options.columns))
    shape_at = next(
        (number for number, heading in enumerate(headings) if plain_heading(heading) in map(plain_heading, SHAPE_HEADINGS)), None
    )
    kept = [(number, cells) for number, cells in lines[head + 1 :] if not is_blank(cells) and not is_example(cells)]
    shapes: list[BaseGeometry | None] = [None] * len(kept)
    if shape_at is not None and kept:
        read = np.array([_shape(cells, shape_at) for _number, cells in kept], dtype=object)
        shapes = in_wgs84(shapely.force_2d(read), options.crs, path.name).tolist()
    rows = [Row(sheet, number, cells, shape) for (number, cells), shape in zip(kept, shapes, strict=True)]
    return Table(path.name, rows, has_shapes=shape_at is not None)


def decoded(path: Path, encoding: str = "") -> str:
    """The text of a file: UTF-8 where it is valid as that, else GB18030, else Refused."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = encoding or "utf-16"
    for candidate in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(candidate)
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise unreadable(
                path, _("there is no encoding “%(name)s”") % {"name": encoding}, _("Leave the option away, or write gb18030.")
            ) from error
    raise unreadable(path, _("it is neither UTF-8 nor GB18030"), _("Save it as CSV UTF-8, or name its encoding with the option for it."))


def _delimiter(content: str) -> str:
    head = content[:4096].partition("\n")[0]
    return max(",;\t", key=head.count)


def _shape(cells: Sequence[str], position: int) -> BaseGeometry | None:
    """The shape in a cell; None where there is none or it cannot be read: the importer then says that the place is missing."""
    if position >= len(cells) or not cells[position].strip():
        return None
    written = cells[position].strip()
    if written.startswith("{"):
        return shapely.from_geojson(written, on_invalid="ignore") if _is_json(written) else None
    return shapely.from_wkt(written, on_invalid="ignore")


def _is_json(written: str) -> bool:
    try:
        json.loads(written)
    except ValueError:
        return False
    return True
