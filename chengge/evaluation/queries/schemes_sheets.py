"""A version of a scheme as an Excel workbook, as cities keep it: aspects and items, bands, grades and settings on a sheet each."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from chengge.domain.scoring import Missing, Way
from chengge.evaluation.indicators import Unit
from chengge.evaluation.indicators.shapes import CHOICES
from chengge.evaluation.models import Source
from chengge.evaluation.queries.rules import known_indicators
from chengge.evaluation.queries.schemes_content import ItemContent, VersionContent
from chengge.evaluation.queries.schemes_words import choice_words, item_name, missing_words, number_words, setting_words, unit_of, way_words

LONGEST_NUMBER_DIGITS = 15  # A spreadsheet keeps no more of a number; a longer one is written as text.
HEADING = PatternFill("solid", fgColor="E7EEF7")
ROWS_WITH_CHOICES = 600
Lazy = Any  # a text that is translated when it is looked at


class Is(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    VALUE = "value"  # a value of the indicator: a share is shown as percent
    WHOLE = "whole"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: the field it fills, what stands above it, and for a choice how each value is said."""

    field: str
    heading: Lazy
    holds: Is = Is.TEXT
    width: int = 12
    choices: tuple[str, ...] = ()
    said: Callable[[Any], str] = str
    help: Lazy = ""


def source_words(source: Source) -> str:
    return str(Source(source).label)


ITEMS, BANDS, TERMS = _("Aspects and items"), _("Bands"), _("Grades and settings")
ASPECT_COLUMNS = (
    SheetColumn("number", _("Aspect no."), Is.WHOLE, 8, help=_("A new number begins a new aspect; empty: as in the row above.")),
    SheetColumn("aspect", _("Aspect"), width=18),
    SheetColumn("aspect_en", _("Aspect in English"), width=18),
    SheetColumn("aspect_weight", _("Weight of the aspect"), Is.NUMBER, help=_("All aspects come to 100.")),
)
ITEM_COLUMNS = (
    SheetColumn("source", _("Source"), Is.CHOICE, 12, tuple(Source.values), lambda one: source_words(Source(one))),
    SheetColumn("code", pgettext_lazy("sheet", "Code"), width=16, help=_("Of the indicator; D2@c01 is D2 over component class 01 alone.")),
    SheetColumn("name", pgettext_lazy("sheet", "Name"), width=26, help=_("Empty: the name of the indicator.")),
    SheetColumn("name_en", _("English name"), width=26),
    SheetColumn("weight", _("Weight"), Is.NUMBER, help=_("In each aspect they come to 100, or to the weight of the aspect.")),
    SheetColumn("way", _("Rule"), Is.CHOICE, 14, tuple(way.value for way in Way), lambda one: way_words(Way(one))),
    SheetColumn("zero_at", _("No points at"), Is.VALUE),
    SheetColumn("full_at", _("All points at"), Is.VALUE),
    SheetColumn("each", _("Points off for each"), Is.NUMBER),
    SheetColumn("step", _("Step"), Is.VALUE),
    SheetColumn("floor", _("Never fewer than"), Is.NUMBER),
    SheetColumn("least", _("Minimum sample"), Is.WHOLE),
    SheetColumn(
        "missing",
        _("With nothing to judge by"),
        Is.CHOICE,
        24,
        tuple(one.value for one in Missing),
        lambda one: missing_words(Missing(one)),
    ),
    SheetColumn("veto_below", _("Veto below"), Is.VALUE, help=_("Empty: no veto.")),
    SheetColumn("bonus", _("Bonus"), Is.NUMBER),
    SheetColumn("basis", _("Basis"), width=30),
)
BAND_COLUMNS = (
    SheetColumn(
        "code",
        pgettext_lazy("sheet", "Code"),
        width=16,
        help=_("Of the item; where a code stands several times on the sheet before, “D2 #2” is the second."),
    ),
    SheetColumn("name", pgettext_lazy("sheet", "Name"), width=26),
    SheetColumn("least_value", pgettext_lazy("band", "From"), Is.VALUE),
    SheetColumn("points", _("Points"), Is.NUMBER),
)
TERM_COLUMNS = (
    SheetColumn("kind", pgettext_lazy("sheet", "What"), width=14),
    SheetColumn("name", pgettext_lazy("sheet", "Name"), width=32),
    SheetColumn("value", pgettext_lazy("sheet", "Value"), width=20),
)
GRADE, SETTING = pgettext_lazy("sheet", "Grade"), pgettext_lazy("sheet", "Setting")
NOTE = _("Note")


def write_workbook(content: VersionContent, out: BinaryIO) -> None:
    """Write a version as a workbook, in the language of the moment."""
    book = Workbook()
    known = known_indicators(content.settings)
    sheet = book.worksheets[0]
    sheet.title = str(ITEMS)
    _head(sheet, (*ASPECT_COLUMNS, *ITEM_COLUMNS))
    for row, values in enumerate(_item_rows(content), 2):
        unit = unit_of(values["item"], known) if values["item"] else Unit.COUNT
        for place, column in enumerate((*ASPECT_COLUMNS, *ITEM_COLUMNS), 1):
            _put(sheet, row, place, column, values.get(column.field), unit)
    _head(sheet := book.create_sheet(str(BANDS)), BAND_COLUMNS)
    for row, (name, item, value, points) in enumerate(_band_rows(content), 2):
        cells = (name, item_name(item, known), value, points)
        for place, (column, cell) in enumerate(zip(BAND_COLUMNS, cells, strict=True), 1):
            _put(sheet, row, place, column, cell, unit_of(item, known))
    _head(sheet := book.create_sheet(str(TERMS)), TERM_COLUMNS)
    for row, (kind, name, said) in enumerate(_term_rows(content), 2):
        _text(sheet, row, 1, str(kind))
        _text(sheet, row, 2, name)
        if isinstance(said, Decimal):
            _put(sheet, row, 3, SheetColumn("value", "", Is.NUMBER), said, Unit.COUNT)
        else:
            _text(sheet, row, 3, said)
    book.save(out)


def band_names(content: VersionContent) -> Iterator[tuple[str, ItemContent]]:
    """Every item with the name by which the sheet of bands knows it: its code, and its turn where the code stands several times."""
    times: dict[str, int] = defaultdict(int)
    for aspect in content.aspects:
        for item in aspect.items:
            times[item.code] += 1
            yield (item.code if times[item.code] == 1 else f"{item.code} #{times[item.code]}"), item


def _item_rows(content: VersionContent) -> Iterator[dict[str, Any]]:
    for number, aspect in enumerate(content.aspects, 1):
        first = {"number": number, "aspect": aspect.name, "aspect_en": aspect.name_en, "aspect_weight": aspect.weight}
        if not aspect.items:
            yield {**first, "item": None}
        for item in aspect.items:
            yield {**first, "item": item, **{column.field: getattr(item, column.field) for column in ITEM_COLUMNS}}


def _band_rows(content: VersionContent) -> Iterator[tuple[str, ItemContent, Decimal, Decimal]]:
    for name, item in band_names(content):
        for value, points in item.bands:
            yield name, item, value, points


def _term_rows(content: VersionContent) -> Iterator[tuple[Lazy, str, Decimal | str]]:
    for least, grade in content.grades:
        yield GRADE, grade, least
    for one in fields(content.settings):
        value = getattr(content.settings, one.name)
        yield SETTING, setting_words(one.name), choice_words(one.name, value) if one.name in CHOICES else Decimal(value)
    yield SETTING, str(NOTE), content.note


def _head(sheet: Worksheet, columns: tuple[SheetColumn, ...]) -> None:
    for place, column in enumerate(columns, 1):
        cell = sheet.cell(1, place, str(column.heading))
        cell.font, cell.fill = Font(bold=True), HEADING
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        if column.help:
            cell.comment = Comment(str(column.help), "Chengge", width=260, height=80)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        if column.choices:
            listed = ",".join(column.said(one).replace(",", " ") for one in column.choices)
            choice = DataValidation("list", formula1=f'"{listed}"', allow_blank=True)
            choice.showErrorMessage = False  # The reader says better what is wrong, and takes every language.
            choice.add(f"{letter}2:{letter}{ROWS_WITH_CHOICES}")
            sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"


def _put(sheet: Worksheet, row: int, place: int, column: SheetColumn, value: Any, unit: Unit) -> None:
    if value is None:
        return
    if column.holds is Is.CHOICE:
        _text(sheet, row, place, column.said(value))
    elif column.holds is Is.TEXT:
        _text(sheet, row, place, value)
    elif len(f"{value:f}".replace(".", "").lstrip("-0")) > LONGEST_NUMBER_DIGITS:
        _text(sheet, row, place, number_words(Decimal(value)))
    else:
        cell = sheet.cell(row, place, value)
        if column.holds is Is.VALUE and unit is Unit.SHARE:
            cell.number_format = "0.####%"


def _text(sheet: Worksheet, row: int, place: int, text: str) -> None:
    if not text:
        return
    cell = sheet.cell(row, place, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # Never a formula.
