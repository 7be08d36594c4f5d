"""Small files for the importers' tests."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from chengge.exchange.importers import Applied, Options, Plan, Severity, apply, plan
from chengge.organization.actions import COMMAND_LINE

DAY = date(2026, 3, 1)
LATER = date(2026, 6, 1)


def csv_file(path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def excel_file(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], merged: Sequence[str] = ()) -> Path:
    """Sheets by name; `merged` are areas of the first sheet, such as A2:A4."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for area in merged:
        workbook.worksheets[0].merge_cells(area)
    workbook.save(path)
    return path


def shapes_file(path: Path, features: Sequence[tuple[BaseGeometry | None, Mapping[str, object]]]) -> Path:
    """A GeoJSON file in WGS84."""
    listed = [
        {"type": "Feature", "properties": dict(fields), "geometry": mapping(shape) if shape is not None else None}
        for shape, fields in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False), encoding="utf-8")
    return path


def planned(kind: str, file: Path, /, **options: Any) -> Plan:
    return plan(kind, file, Options.parse({"day": DAY, **options}))


def imported(kind: str, file: Path, /, **options: Any) -> Applied:
    return apply(planned(kind, file, **options), COMMAND_LINE)


def refusals(made: Plan) -> list[tuple[int, str, str]]:
    """Row, column and value of everything that is refused."""
    return [(fault.row, fault.column, fault.value) for fault in made.faults if fault.severity is Severity.REFUSED]


def counts(made: Plan) -> tuple[int, int, int, int]:
    """New, changed, same, refused."""
    return made.counts.new, made.counts.changed, made.counts.same, made.counts.refused
