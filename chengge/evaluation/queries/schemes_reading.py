"""A workbook read as a version of a scheme; what is wrong is said by sheet, row and column."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, BinaryIO
from zipfile import BadZipFile

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from chengge.domain.errors import Refused
from chengge.domain.scoring import Missing, Way
from chengge.evaluation.indicators import Settings
from chengge.evaluation.indicators.shapes import CHOICES
from chengge.evaluation.models import Source
from chengge.evaluation.queries.rules import known_indicators
from chengge.evaluation.queries.schemes_content import AspectContent, ItemContent, VersionContent
from chengge.evaluation.queries.schemes_faults import item_faults, unkeepable
from chengge.evaluation.queries.schemes_sheets import (
    ASPECT_COLUMNS,
    BAND_COLUMNS,
    BANDS,
    GRADE,
    ITEM_COLUMNS,
    ITEMS,
    NOTE,
    SETTING,
    TERM_COLUMNS,
    TERMS,
    Is,
    Lazy,
    SheetColumn,
    band_names,
)
from chengge.evaluation.queries.schemes_words import choice_words, setting_words

LANGUAGES = ("zh-hans", "en")
MOST_BYTES, MOST_ROWS, MOST_FAULTS_TOLD = 5_000_000, 3_000, 20
FLOAT_PLACES = 9  # A spreadsheet reckons in floating point; what lies behind these places was never typed.
YES = Decimal(100)


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong, and where it stands; row 0 is the sheet as a whole."""

    sheet: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        said = {"sheet": self.sheet, "row": self.row, "column": self.column, "message": self.message}
        if not self.row:
            return _("Sheet “%(sheet)s”: %(message)s") % said
        if not self.column:
            return _("Sheet “%(sheet)s”, row %(row)s: %(message)s") % said
        return _("Sheet “%(sheet)s”, row %(row)s, column “%(column)s”: %(message)s") % said


class FaultyWorkbook(Refused):
    """A workbook that is not taken; `faults` says all that is wrong."""

    def __init__(self, faults: Sequence[CellFault]) -> None:
        told = [str(fault) for fault in faults[:MOST_FAULTS_TOLD]]
        if len(faults) > MOST_FAULTS_TOLD:
            told.append(_("and %(count)s more") % {"count": len(faults) - MOST_FAULTS_TOLD})
        super().__init__("faulty_workbook", _("; ").join(told), _("Nothing was taken. Mend the workbook and try again."), field="file")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet: its number there, and its cells by field."""

    number: int
    cells: dict[str, Any]


class Reader:
    """Reads cells and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[CellFault] = []
        self._meanings: dict[str, dict[str, str]] = {}

    def lines(self, book: Any, title: Lazy, columns: tuple[SheetColumn, ...], needed: tuple[str, ...]) -> list[Line]:
        """The rows of a sheet that hold anything; a missing sheet or heading is a fault."""
        sheet = next((one for one in book.worksheets if _fold(one.title) in spellings(title)), None)
        if sheet is None:
            self.wrong(str(title), 0, "", _("there is no such sheet"))
            return []
        return list(self._lines(sheet, columns, needed))

    def _lines(self, sheet: Worksheet, columns: tuple[SheetColumn, ...], needed: tuple[str, ...]) -> Iterator[Line]:
        rows = sheet.iter_rows(values_only=True, max_row=min(sheet.max_row, MOST_ROWS + 1))
        headings = [_fold(cell) for cell in next(rows, ())]
        places = {one.field: headings.index(said) for one in columns for said in spellings(one.heading) if said in headings}
        missing = [str(one.heading) for one in columns if one.field in needed and one.field not in places]
        if missing:
            self.wrong(sheet.title, 1, "", _("these headings are missing: %(names)s") % {"names": _(", ").join(missing)})
            return
        if sheet.max_row > MOST_ROWS:
            self.wrong(sheet.title, 0, "", _("it has more than %(most)s rows") % {"most": MOST_ROWS})
        for number, row in enumerate(rows, 2):
            cells = {field: row[place] for field, place in places.items()}
            if any(cell not in (None, "") for cell in cells.values()):
                yield Line(number, cells)

    def wrong(self, sheet: str, row: int, column: str, message: str) -> None:
        self.faults.append(CellFault(sheet, row, column, message))

    def value(self, title: Lazy, line: Line, column: SheetColumn, otherwise: Any) -> Any:
        """A cell as its column says; `otherwise` where it is empty or wrong."""
        cell = line.cells.get(column.field)
        if isinstance(cell, str):
            cell = cell.strip()
        if cell in (None, ""):
            return otherwise
        try:
            match column.holds:
                case Is.TEXT:
                    return _as_text(cell)
                case Is.CHOICE:
                    if column.field not in self._meanings:
                        self._meanings[column.field] = meanings(column.choices, column.said)
                    return chosen(cell, self._meanings[column.field], column.said)
                case Is.WHOLE:
                    return _as_whole(cell)
                case _:
                    return _as_number(cell)
        except ValueError as fault:
            self.wrong(str(title), line.number, str(column.heading), str(fault))
            return otherwise


def read_workbook(judged: str, file: BinaryIO) -> VersionContent:
    """The version that a workbook holds.

    Weights need not add up yet: what comes in is a draft.

    Args:
        judged: whom the scheme judges, for codes must be of indicators that can be reckoned for them.

    Raises:
        FaultyWorkbook: something is wrong, each fault with sheet, row and column.
        Refused: it is no workbook at all, or too big.
    """
    reader = Reader()
    book = _open(file)
    lines = reader.lines(book, ITEMS, (*ASPECT_COLUMNS, *ITEM_COLUMNS), ("aspect", "aspect_weight", "code", "weight", "way"))
    aspects, rows = _aspects(reader, lines)
    content = _with_bands(
        reader, reader.lines(book, BANDS, BAND_COLUMNS, ("code", "least_value", "points")), VersionContent(tuple(aspects))
    )
    content = _with_terms(reader, reader.lines(book, TERMS, TERM_COLUMNS, ("kind", "name", "value")), content)
    if not reader.faults:
        _check(reader, judged, content, rows)
    if reader.faults:
        raise FaultyWorkbook(reader.faults)
    return content


def spellings(words: Lazy) -> dict[str, None]:
    """How a text is spelt in every language of the product: whoever filled the sheet may have used another one."""
    return _in_every_language(lambda: str(words))


def _in_every_language(said: Callable[[], str]) -> dict[str, None]:
    found: dict[str, None] = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[_fold(said())] = None
    return found


def meanings(values: Sequence[str], said: Callable[[str], str]) -> dict[str, str]:
    """What each way of saying a value means, in any language or as its code."""
    found = {_fold(value): value for value in values}
    for language in LANGUAGES:
        with translation.override(language):
            for value in values:
                found |= {_fold(said(value)): value, _fold(said(value).replace(",", " ")): value}
    return found


def chosen(cell: Any, means: Mapping[str, str], said: Callable[[str], str]) -> str:
    """The value that a cell means. Raises ValueError."""
    value = means.get(_fold(cell))
    if value is None:
        choices = _(", ").join(said(one) for one in dict.fromkeys(means.values()))
        raise ValueError(_("“%(value)s” is none of: %(choices)s") % {"value": cell, "choices": choices})
    return value


def _open(file: BinaryIO) -> Any:
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise Refused(
            "too_big", _("The workbook is bigger than 5 MB."), _("A scheme needs far less: remove pictures and other sheets."), field="file"
        )
    file.seek(0)
    try:
        return load_workbook(file, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        raise Refused("no_workbook", _("This is no Excel workbook."), _("Save it as .xlsx and try again."), field="file") from error


def _aspects(reader: Reader, lines: Sequence[Line]) -> tuple[list[AspectContent], dict[tuple[int, int], int]]:
    """The aspects with their items, and the row in which each item stands."""
    aspects: list[AspectContent] = []
    rows: dict[tuple[int, int], int] = {}
    number: int | None = None
    for line in lines:
        told = {column.field: reader.value(ITEMS, line, column, None) for column in ASPECT_COLUMNS}
        is_new = not aspects or (told["number"] != number if told["number"] is not None else told["aspect"] not in (None, aspects[-1].name))
        if is_new:
            number = told["number"]
            if told["aspect_weight"] is None and not reader.faults:
                reader.wrong(str(ITEMS), line.number, str(ASPECT_COLUMNS[3].heading), _("a new aspect begins here and has no weight"))
            aspects.append(AspectContent(told["aspect"] or "", told["aspect_weight"] or Decimal(0), (), told["aspect_en"] or ""))
        if any(line.cells.get(column.field) not in (None, "") for column in ITEM_COLUMNS):
            item = _item(reader, line)
            rows[len(aspects) - 1, len(aspects[-1].items)] = line.number
            aspects[-1] = replace(aspects[-1], items=(*aspects[-1].items, item))
    return aspects, rows


def _item(reader: Reader, line: Line) -> ItemContent:
    bare = ItemContent(code="", weight=Decimal(0), way=Way.LINEAR)
    told = {column.field: reader.value(ITEMS, line, column, getattr(bare, column.field)) for column in ITEM_COLUMNS}
    told |= {"source": Source(told["source"]), "way": Way(told["way"]), "missing": Missing(told["missing"])}
    return ItemContent(**told)


def _with_bands(reader: Reader, lines: Sequence[Line], content: VersionContent) -> VersionContent:
    codes = [name for name, _item in band_names(content)]
    bands: dict[str, list[tuple[Decimal, Decimal]]] = {code: [] for code in codes}
    of_code, _name, of_value, of_points = BAND_COLUMNS
    for line in lines:
        code = reader.value(BANDS, line, of_code, "")
        value, points = reader.value(BANDS, line, of_value, None), reader.value(BANDS, line, of_points, None)
        if code not in bands:
            message = _("no item has the code “%(code)s”") % {"code": code}
            reader.wrong(str(BANDS), line.number, str(of_code.heading), message)
        elif value is None or points is None:
            reader.wrong(str(BANDS), line.number, "", _("a band needs a value and its points"))
        elif any(value == other for other, _points in bands[code]):
            reader.wrong(str(BANDS), line.number, str(of_value.heading), _("this band stands there twice"))
        else:
            bands[code].append((value, points))
    names = iter(codes)
    return replace(
        content,
        aspects=tuple(
            replace(aspect, items=tuple(replace(item, bands=tuple(sorted(bands[next(names)]))) for item in aspect.items))
            for aspect in content.aspects
        ),
    )


def _with_terms(reader: Reader, lines: Sequence[Line], content: VersionContent) -> VersionContent:
    grades: list[tuple[Decimal, str]] = []
    told: dict[str, Any] = {}
    names = {one.name: _in_every_language(partial(setting_words, one.name)) for one in fields(Settings)} | {"note": spellings(NOTE)}
    of_kind, of_name, of_value = TERM_COLUMNS
    for line in lines:
        kind, name = reader.value(TERMS, line, of_kind, ""), reader.value(TERMS, line, of_name, "")
        try:
            if _fold(kind) in spellings(GRADE):
                grades.append((_as_number(line.cells.get("value")), name))
            elif _fold(kind) in spellings(SETTING):
                field = next((one for one, said in names.items() if _fold(name) in said), None)
                if field is None:
                    reader.wrong(str(TERMS), line.number, str(of_name.heading), _("there is no setting “%(name)s”") % {"name": name})
                else:
                    told[field] = _setting(field, line.cells.get("value"))
            else:
                reader.wrong(str(TERMS), line.number, str(of_kind.heading), _("this is either a grade or a setting"))
        except ValueError as fault:
            reader.wrong(str(TERMS), line.number, str(of_value.heading), str(fault))
    note = told.pop("note", "")
    return replace(content, grades=tuple(sorted(grades, key=lambda one: -one[0])), settings=Settings(**told), note=note)


def _setting(field: str, cell: Any) -> Any:
    if field == "note":
        return "" if cell is None else _as_text(cell)
    if field in CHOICES:
        said = partial(choice_words, field)
        return chosen(cell, meanings(CHOICES[field], said), said)
    return _as_whole(cell)


def _check(reader: Reader, judged: str, content: VersionContent, rows: dict[tuple[int, int], int]) -> None:
    """What the cells say is one thing; whether it can be meant so another."""
    known = known_indicators(content.settings)
    headings = {column.field: str(column.heading) for column in ITEM_COLUMNS}
    for (aspect, place), row in rows.items():
        for field, message in item_faults(judged, content.aspects[aspect].items[place], known):
            reader.wrong(str(ITEMS), row, headings.get(field, ""), message)
    first = {aspect: row for (aspect, _place), row in reversed(rows.items())}
    for fault in unkeepable(content):
        if fault.item is None:
            title = ITEMS if fault.aspect is not None else TERMS
            reader.wrong(str(title), first.get(fault.aspect, 0) if fault.aspect is not None else 0, "", str(fault))


def _fold(cell: Any) -> str:
    return " ".join(str(cell if cell is not None else "").split()).casefold().rstrip("*")


def _as_text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _as_number(cell: Any) -> Decimal:
    """A number, also one written as text or percent. Raises ValueError."""
    if isinstance(cell, float):
        return _tidy(round(Decimal(repr(cell)), FLOAT_PLACES))
    if isinstance(cell, int) and not isinstance(cell, bool):
        return Decimal(cell)
    told = str(cell if cell is not None else "").strip().replace("％", "%")
    try:
        number = Decimal(told.rstrip("% ")) / (YES if told.endswith("%") else 1)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(_("“%(value)s” is no number") % {"value": told[:40]})
    return _tidy(number)


def _as_whole(cell: Any) -> int:
    number = _as_number(cell)
    if number != number.to_integral_value() or abs(number) > 10**9:
        raise ValueError(_("“%(value)s” is no whole number") % {"value": cell})
    return int(number)


def _tidy(number: Decimal) -> Decimal:
    """Without noughts behind; a number that is equal is written the same."""
    return Decimal(f"{number.normalize():f}")
