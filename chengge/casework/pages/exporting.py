"""What is filtered on a desk, as a table to take away."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from chengge import clock
from chengge.casework.pages.desk import desk_asked
from chengge.casework.queries import Export, export
from chengge.casework.queries.export import Cell
from chengge.organization.gates import for_members
from chengge.organization.queries import city_day

BOM = "\ufeff"  # without it a spreadsheet takes the file for something else than UTF-8
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
ROWS_AT_ONCE = 200
MOST_ROWS_OF_WORKBOOK = 20_000  # a workbook is written whole before it is sent
WIDTHS = {1: 24, 7: 28, 8: 40, 9: 30}


@require_safe
@for_members
def as_csv(request: HttpRequest, post: str) -> StreamingHttpResponse:
    """Streamed, so that a large table does not have to be held at once."""
    actor, _post, wanted = desk_asked(request, post)
    response = StreamingHttpResponse(_csv_lines(export(actor, wanted)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name("csv")}"'
    return response


@require_safe
@for_members
def as_xlsx(request: HttpRequest, post: str) -> FileResponse:
    """A workbook; written row by row into a file, which goes away by itself."""
    actor, _post, wanted = desk_asked(request, post)
    table = export(actor, wanted, MOST_ROWS_OF_WORKBOOK)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Cases"))
    sheet.freeze_panes = "B2"
    for number in range(1, len(table.headings) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(number, 14)
    headings = []
    for heading in table.headings:
        cell = WriteOnlyCell(sheet, heading)
        cell.font = Font(bold=True)
        headings.append(cell)
    sheet.append(headings)
    for row in table.rows:
        sheet.append([guarded(cell) for cell in row])
    if table.left_out:
        sheet.append([_left_out(table)])
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    book.save(kept)
    kept.seek(0)
    return FileResponse(kept, as_attachment=True, filename=_file_name("xlsx"))


def guarded(cell: Cell) -> Cell:
    """A text that a spreadsheet would run as a formula is made a plain text by an apostrophe before it."""
    if isinstance(cell, str):
        clean = "".join(letter for letter in cell if letter >= " " or letter in "\t\r\n")
        return f"'{clean}" if clean.startswith(BEGINS_A_FORMULA) else clean
    return cell


def _csv_lines(table: Export) -> Iterator[str]:
    yield BOM + _line([table.headings])
    rows = iter(table.rows)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield _line([[_written(guarded(cell)) for cell in row] for row in chunk])
    if table.left_out:
        yield _line([[_left_out(table)]])


def _line(rows: list[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def _written(cell: Cell) -> Cell:
    return f"{cell:%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else cell


def _left_out(table: Export) -> str:
    return _("%(count)d more cases fulfil the search but are not in this table. Narrow the search, for example by dates.") % {
        "count": table.left_out
    }


def _file_name(ending: str) -> str:
    return f"cases-{city_day(clock.now()):%Y%m%d}.{ending}"
