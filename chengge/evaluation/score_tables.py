"""Tables of scores as other bodies send them: CSV or Excel, with Chinese or English headings. Here they are only read."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from chengge.domain.errors import Refused

MOST_BYTES = 5 * 2**20
MOST_UNPACKED_BYTES = 100 * 2**20
MOST_ROWS = 5000
# What each column may be called; the first is what our own form calls it.
HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("项目代码", "指标代码", "code", "item"),
    "subject": ("评价对象", "对象", "单位", "街道", "subject", "name"),
    "points": ("得分", "分数", "满意度", "points", "score"),
    "sample": ("样本数", "样本量", "sample", "asked"),
    "note": ("备注", "说明", "note"),
}
NEEDED = ("code", "subject", "points")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as written; `number` is that of the sheet, counted from 1."""

    number: int
    values: dict[str, str]


def read_table(file_name: str, data: bytes) -> list[TableRow]:
    """The rows below the headings.

    Raises:
        Refused: too large, not readable, without our headings, or empty.
    """
    if len(data) > MOST_BYTES:
        raise _refused(_("The table is larger than %(most)d MB.") % {"most": MOST_BYTES // 2**20})
    lines = _workbook(data) if file_name.lower().endswith(".xlsx") else _text(data)
    head: dict[str, int] | None = None
    rows: list[TableRow] = []
    for number, cells in enumerate(lines, 1):
        written = [_written(cell) for cell in cells]
        if head is None:
            head = _head(written)
        elif any(written):
            rows.append(TableRow(number, {name: written[at] if at < len(written) else "" for name, at in head.items()}))
        if len(rows) > MOST_ROWS:
            raise _refused(_("The table has more than %(most)d rows.") % {"most": MOST_ROWS})
    if head is None:
        wanted = _(", ").join(HEADINGS[name][0] for name in NEEDED)
        raise _refused(_("No row has the headings %(headings)s.") % {"headings": wanted})
    if not rows:
        raise _refused(_("There is no row below the headings."))
    return rows


def empty_form() -> bytes:
    """A workbook with our headings, to be filled in."""
    book = Workbook()
    sheet = book.active
    sheet.append([names[0] for names in HEADINGS.values()])
    for column in "ABCDE":
        sheet.column_dimensions[column].width = 18
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(cells: Sequence[str]) -> dict[str, int] | None:
    lowered = [cell.lower() for cell in cells]
    found: dict[str, int] = {}
    for name, called in HEADINGS.items():
        at = next((lowered.index(one) for one in called if one in lowered), None)
        if at is not None:
            found[name] = at
    return found if all(name in found for name in NEEDED) else None


def _text(data: bytes) -> Iterator[Sequence[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return csv.reader(io.StringIO(text))
    raise _refused(_("This is neither an Excel workbook (.xlsx) nor a CSV text."))


def _workbook(data: bytes) -> Iterator[Sequence[Any]]:
    try:
        with ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
                raise _refused(_("The workbook unpacks to too much."))
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return iter(list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 50)))
    except (InvalidFileException, BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise _refused(_("This Excel workbook cannot be read.")) from error


def _written(cell: Any) -> str:
    """A cell as a person reads it; 95.0 is 95."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _refused(message: str) -> Refused:
    return Refused("table", message, _("Take the empty form, fill it in, and send it as .xlsx or .csv."), "table")
