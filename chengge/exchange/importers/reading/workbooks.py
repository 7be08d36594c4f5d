"""Excel sheets as cities keep them: titles above the headings, merged cells, empty rows, several sheets."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from chengge.domain.errors import Refused
from chengge.exchange.importers.columns import Column, text_of
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

HELP_SHEETS = ("填写说明", "Help")


def read_workbook(path: Path, columns: Sequence[Column], options: Options) -> Table:
    """The rows of every sheet that has our headings, or of the sheet that the options name.

    A merged cell gives its value to every row it covers; `Row.continued` says which cells only repeat.

    Raises:
        Refused: it is no workbook, there is no such sheet, or no sheet has the headings.
    """
    try:
        # Not read-only: that mode does not tell which cells are merged.
        workbook = load_workbook(path, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise unreadable(path, _("it is no Excel workbook"), _("Save it as .xlsx; an old .xls must be saved again.")) from error
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible" and sheet.title not in HELP_SHEETS]
    sheets = [sheet for sheet in visible if not options.sheet or sheet.title == options.sheet]
    if not sheets:
        raise Refused(
            "sheet",
            _("%(file)s has no sheet “%(sheet)s”.") % {"file": path.name, "sheet": options.sheet},
            _("Its sheets are: %(sheets)s.") % {"sheets": _(", ").join(sheet.title for sheet in visible)},
            field="sheet",
        )
    rows: list[Row] = []
    left_out: list[str] = []
    for worksheet in sheets:
        found = _rows_of(worksheet, columns, options)
        if found is not None:
            rows += found
        else:
            left_out.append(worksheet.title)
    if not rows and left_out:
        first = sheets[0]
        raise no_headings(f"{path.name} › {first.title}", [cell.value for cell in next(first.iter_rows(), ())], columns)
    notes = (_("Sheets without our headings were left out: %(sheets)s.") % {"sheets": _(", ").join(left_out)},) if left_out else ()
    return Table(path.name, rows, notes=notes)


def _rows_of(worksheet: Worksheet, columns: Sequence[Column], options: Options) -> list[Row] | None:
    grid = [list(values) for values in worksheet.iter_rows(values_only=True)]
    head = heading_row(grid, columns, options.columns)
    if head is None:
        return None
    continued = _spread_merged_cells(worksheet, grid, below=head)
    headings = tuple(text_of(value) for value in grid[head])
    sheet = Sheet(worksheet.title, headings, positions_of(headings, columns, options.columns))
    return [
        Row(sheet, number, tuple(values), None, frozenset(continued.get(number, ())))
        for number, values in enumerate(grid[head + 1 :], start=head + 2)
        if not is_blank(values) and not is_example(values)
    ]


def _spread_merged_cells(worksheet: Worksheet, grid: list[list[object]], below: int) -> dict[int, set[int]]:
    """Give the value of each merged cell below the headings to every cell it covers. Returns which positions repeat, by row number."""
    continued: dict[int, set[int]] = {}
    for area in worksheet.merged_cells.ranges:
        if area.min_row - 1 <= below:
            continue
        value = grid[area.min_row - 1][area.min_col - 1]
        for row in range(area.min_row - 1, min(area.max_row, len(grid))):
            for column in range(area.min_col - 1, min(area.max_col, len(grid[row]))):
                if row > area.min_row - 1:
                    continued.setdefault(row + 1, set()).add(column)
                grid[row][column] = value
    return continued
