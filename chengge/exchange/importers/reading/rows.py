"""A file as rows, whatever its format: text, spreadsheet or shapes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from chengge.domain.errors import Refused
from chengge.exchange.importers.columns import Column, plain_heading, text_of

# Titles and remarks may stand above the headings of a sheet.
HEADINGS_WITHIN_ROWS = 20
EXAMPLE_MARKS = ("示例", "Example")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, layer or text file: its headings, and where each of our columns stands among them."""

    name: str
    headings: tuple[str, ...]
    positions: dict[str, int]

    def heading_of(self, column: str) -> str:
        """The heading as the file has it; empty where the file has no such column."""
        position = self.positions.get(column)
        return "" if position is None else self.headings[position]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Attributes:
        number: as the spreadsheet counts it; of shapes, the first is 1.
        geometry: in WGS84 degrees; None where the file has no shapes, or this row none.
        continued: positions of cells that continue a merged cell from a row above; they repeat its value.
    """

    sheet: Sheet
    number: int
    values: tuple[Any, ...]
    geometry: BaseGeometry | None = None
    continued: frozenset[int] = frozenset()

    def get(self, column: str) -> Any:
        """The cell of one of our columns; None where the file has no such column."""
        position = self.sheet.positions.get(column)
        return self.values[position] if position is not None and position < len(self.values) else None

    def continues(self, column: str) -> bool:
        return self.sheet.positions.get(column) in self.continued


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a file. `has_shapes`: it is a file of shapes, or its rows hold them as text."""

    file_name: str
    rows: Sequence[Row]
    has_shapes: bool = False
    notes: tuple[str, ...] = ()
    left_out_sheets: tuple[str, ...] = field(default=())


def positions_of(headings: Sequence[object], columns: Sequence[Column], named: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Where each of our columns stands among the headings; `named` says which heading stands for which column and goes first.

    Raises:
        Refused: `named` speaks of a column that the kind does not have.
    """
    plain = [plain_heading(heading) for heading in headings]
    positions: dict[str, int] = {}
    for ours, theirs in named:
        column_meant = _column_called(ours, columns)
        if plain_heading(theirs) in plain:
            positions[column_meant.name] = plain.index(plain_heading(theirs))
    for column in columns:
        if column.name in positions:
            continue
        # The names of a column stand in order of how surely they mean it; the surest that the file has is taken.
        for heading in map(plain_heading, (column.chinese, column.english, column.name, *column.also)):
            if heading in plain and plain.index(heading) not in positions.values():
                positions[column.name] = plain.index(heading)
                break
    return positions


def _column_called(ours: str, columns: Sequence[Column]) -> Column:
    for column in columns:
        if plain_heading(ours) in column.headings:
            return column
    known = _(", ").join(column.heading for column in columns)
    raise Refused(
        "columns", _("There is no column “%(name)s”.") % {"name": ours}, _("Ours are: %(names)s.") % {"names": known}, field="columns"
    )


def heading_row(rows: Sequence[Sequence[object]], columns: Sequence[Column], named: Sequence[tuple[str, str]]) -> int | None:
    """Which of the first rows holds the headings: the one that names most of our columns, and all that are required. None: none."""
    required = {column.name for column in columns if column.required}
    best, most = None, 0
    for number, row in enumerate(rows[:HEADINGS_WITHIN_ROWS]):
        positions = positions_of(row, columns, named)
        if required <= positions.keys() and len(positions) > most:
            best, most = number, len(positions)
    return best


def is_blank(values: Sequence[object]) -> bool:
    return not any(text_of(value) for value in values)


def is_example(values: Sequence[object]) -> bool:
    """Whether it is the example row of one of our templates."""
    first = next((text_of(value) for value in values if text_of(value)), "")
    return first.startswith(EXAMPLE_MARKS)


def no_headings(file_name: str, seen: Sequence[object], columns: Sequence[Column]) -> Refused:
    """What to say of a file without the headings a kind needs."""
    wanted = [column.heading for column in columns if column.required]
    found = [text_of(heading) for heading in seen if text_of(heading)][:12]
    return Refused(
        "headings",
        _("%(file)s: the headings %(wanted)s were not found. The first row holds: %(found)s.")
        % {"file": file_name, "wanted": _(", ").join(wanted), "found": _(", ").join(found) or _("nothing")},
        _("Use our template (chengge export template), or name the file's headings with the option for columns, such as name=theirs."),
        field="columns",
    )


def unreadable(path: Path, why: str, hint: str) -> Refused:
    return Refused("unreadable", _("%(file)s cannot be read: %(why)s.") % {"file": path.name, "why": why}, hint, field="file")
