"""Excel templates for the importers: headings, help, drop-downs and an example row, all from the importer's own columns."""

from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from chengge.domain.errors import Refused
from chengge.exchange.importers import importer_of
from chengge.exchange.importers.base import Importer
from chengge.exchange.importers.columns import Column
from chengge.exchange.importers.reading import EXAMPLE_MARKS, HELP_SHEETS

ROWS_WITH_DROP_DOWNS = 5000
REQUIRED_FILL = PatternFill("solid", fgColor="FFF2CC")
HEADING_FILL = PatternFill("solid", fgColor="E7EEF7")


def write_template(kind: str, path: Path) -> None:
    """Write the template of a kind, in the language of the moment.

    Raises:
        Refused: no such kind, not an .xlsx path, or a kind whose rows need shapes, which a spreadsheet cannot hold.
    """
    importer = importer_of(kind)
    if path.suffix.lower() != ".xlsx":
        raise Refused(
            "format", _("%(file)s: a template is an Excel workbook.") % {"file": path.name}, _("Let the name end in .xlsx."), field="file"
        )
    columns = template_columns(importer)
    if not columns:
        fields = _(", ").join(column.heading for column in importer.columns if column.name != "border")
        raise Refused(
            "shapes",
            _("%(title)s come as a file of shapes (GeoJSON, GeoPackage, Shapefile), not as a spreadsheet.") % {"title": importer.title},
            _("Its fields may be called: %(fields)s.") % {"fields": fields},
            field="kind",
        )
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = str(importer.title)[:31]
    _write_headings(sheet, columns)
    _write_example(sheet, columns)
    for row in importer.prefilled():
        sheet.append([row.get(column.name, "") for column in columns])
    _write_drop_downs(workbook, sheet, columns)
    _write_help(workbook, importer, columns)
    workbook.save(path)


def template_columns(importer: Importer) -> list[Column]:
    """The columns a template has; none for a kind that is nothing without its shape."""
    if any(column.name == "border" for column in importer.columns):
        return []
    return list(importer.columns)


def _write_headings(sheet: Worksheet, columns: list[Column]) -> None:
    for position, column in enumerate(columns, start=1):
        cell = sheet.cell(1, position, f"{column.heading}*" if column.required else column.heading)
        cell.font = Font(bold=True)
        cell.fill = REQUIRED_FILL if column.required else HEADING_FILL
        cell.alignment = Alignment(horizontal="center", vertical="center")
        if column.help:
            cell.comment = Comment(str(column.help), "Chengge", width=260, height=80)
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = max(12, min(40, 2 * len(column.heading) + 6))
        # Codes are text: a spreadsheet would drop their zeros, and their digits after the fifteenth.
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"


def _write_example(sheet: Worksheet, columns: list[Column]) -> None:
    mark = EXAMPLE_MARKS[0] if (get_language() or "").startswith("zh") else EXAMPLE_MARKS[1]
    for position, column in enumerate(columns, start=1):
        cell = sheet.cell(2, position, f"{mark} {column.example}" if position == 1 else column.example)
        cell.font = Font(italic=True, color="808080")


def _write_drop_downs(workbook: Workbook, sheet: Worksheet, columns: list[Column]) -> None:
    """Lists stand on a hidden sheet: inside the validation itself they may have 255 characters only."""
    lists = workbook.create_sheet("lists")
    lists.sheet_state = "hidden"
    used = 0
    for position, column in enumerate(columns, start=1):
        choices = list(column.choices()) if column.choices else []
        if not choices:
            continue
        used += 1
        source = get_column_letter(used)
        for number, choice in enumerate(choices, start=1):
            lists.cell(number, used, choice)
        letter = get_column_letter(position)
        drop_down = DataValidation("list", formula1=f"lists!${source}$1:${source}${len(choices)}", allow_blank=True)
        drop_down.showErrorMessage = False  # Several posts in one cell are right; the importer checks anyway.
        drop_down.add(f"{letter}3:{letter}{ROWS_WITH_DROP_DOWNS}")
        sheet.add_data_validation(drop_down)
    if not used:
        workbook.remove(lists)


def _write_help(workbook: Workbook, importer: Importer, columns: list[Column]) -> None:
    sheet = workbook.create_sheet(HELP_SHEETS[0] if (get_language() or "").startswith("zh") else HELP_SHEETS[1])
    sheet.append([str(importer.title)])
    sheet.append([str(importer.about)])
    sheet.append([_("The row that begins with the word for example is not imported; a star marks columns that every row needs.")])
    sheet.append([])
    sheet.append([_("Column"), _("Needed"), _("Meaning"), _("Example"), _("Possible values")])
    for column in columns:
        choices = _(", ").join(list(column.choices())[:20]) if column.choices else ""
        sheet.append([column.heading, _("yes") if column.required else "", str(column.help), column.example, choices])
    for letter, width in zip("ABCDE", (22, 8, 60, 24, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in (1, 5):
        for cell in sheet[row]:
            cell.font = Font(bold=True)
