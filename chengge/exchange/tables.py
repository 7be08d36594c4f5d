"""Tables as files for people: CSV that Excel opens rightly, and XLSX."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from chengge.domain.errors import Refused

# A cell that begins with one of these is a formula for a spreadsheet, whoever wrote it.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
# A spreadsheet keeps 15 digits of a number; a code with more must be text.
LONGEST_NUMBER_DIGITS = 15


def write_table(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a table as .csv or .xlsx. Returns the number of rows.

    Raises:
        Refused: the path ends neither in .csv nor in .xlsx.
    """
    check_table_path(path)
    return _write_csv(path, headings, rows) if path.suffix.lower() == ".csv" else _write_xlsx(path, headings, rows)


def check_table_path(path: Path) -> None:
    """Raises Refused unless the path ends in .csv or .xlsx, in a folder that exists."""
    if path.suffix.lower() not in (".csv", ".xlsx"):
        said = {"file": path.name}
        raise Refused("format", _("%(file)s: a table is written as .csv or .xlsx.") % said, _("Choose one of them."), field="file")
    if not path.parent.is_dir():
        raise Refused("folder", _("There is no folder %(folder)s.") % {"folder": path.parent}, _("Make it first."), field="file")


def _write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(_harmless, headings))
        for row in rows:
            writer.writerow(map(_harmless, row))
            count += 1
    return count


def _harmless(value: Any) -> Any:
    """The value, with a mark before what a spreadsheet would run as a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_MARKS):
        return f"'{value}"
    return value


def _write_xlsx(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_text_cell(sheet, heading) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    workbook.save(path)
    return count


def _cell(sheet: Any, value: Any) -> Any:
    if value is None or isinstance(value, bool | float | date):
        return value
    if isinstance(value, int) and len(str(value)) < LONGEST_NUMBER_DIGITS:
        return value
    return _text_cell(sheet, str(value))


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # Never a formula.
    return cell
