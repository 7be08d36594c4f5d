"""Files as cities hand them over: encodings, titles, merged cells, frames of coordinates."""

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely import Point

from chengge.domain.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from chengge.domain.errors import Refused
from chengge.exchange.importers.columns import Column, text, text_of
from chengge.exchange.importers.options import Options, pairs_of
from chengge.exchange.importers.reading import read
from tests.exchange.files import csv_file, excel_file, shapes_file

COLUMNS = (
    Column("code", "代码", "code", text(20), also=("编码",), required=True),
    Column("name", "名称", "name", text(20), required=True),
)
ROWS = [("代码", "名称"), ("01", "上水井盖"), ("02", "污水井盖")]


def names(path: Path, **options: str) -> list[str]:
    return [text_of(row.get("name")) for row in read(path, COLUMNS, Options(**options)).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_whatever_encoding_it_came(tmp_path: Path, encoding: str) -> None:
    assert names(csv_file(tmp_path / "t.csv", ROWS, encoding)) == ["上水井盖", "污水井盖"]


def test_semicolons_and_tabs_part_columns_too(tmp_path: Path) -> None:
    for mark in ";\t":
        (tmp_path / "t.csv").write_text(f"代码{mark}名称\n01{mark}路灯\n", encoding="utf-8")
        assert names(tmp_path / "t.csv") == ["路灯"]


def test_titles_above_the_headings_and_empty_rows_are_passed_over(tmp_path: Path) -> None:
    rows = [("某市部件分类表", ""), ("", ""), *ROWS[:2], ("", ""), ROWS[2]]
    table = read(csv_file(tmp_path / "t.csv", rows), COLUMNS, Options())
    assert [row.number for row in table.rows] == [4, 6]
    assert names(excel_file(tmp_path / "t.xlsx", {"部件": rows})) == ["上水井盖", "污水井盖"]


def test_headings_are_known_by_other_names_stars_brackets_and_width(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "t.csv", [("编 码 *", "名称（必填）"), ("01", "路灯")])
    assert names(path) == ["路灯"]


def test_a_column_under_another_heading_can_be_named(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "t.csv", [("代码", "设施叫法"), ("01", "路灯")])
    with pytest.raises(Refused, match="设施叫法"):
        names(path)
    for ours in ("name", "名称"):
        assert names(path, columns=pairs_of(f"{ours}=设施叫法")) == ["路灯"]  # type: ignore[arg-type]
    with pytest.raises(Refused, match="no column “大名”"):
        names(path, columns=pairs_of("大名=设施叫法"))  # type: ignore[arg-type]


def test_the_example_row_of_a_template_is_not_imported(tmp_path: Path) -> None:
    assert names(csv_file(tmp_path / "t.csv", [ROWS[0], ("示例 01", "举例"), ROWS[1]])) == ["上水井盖"]


def test_a_merged_cell_gives_its_value_to_every_row_it_covers(tmp_path: Path) -> None:
    path = excel_file(tmp_path / "t.xlsx", {"s": [("名称", "代码"), ("井盖", "01"), (None, "02"), (None, "03")]}, merged=["A2:A4"])
    rows = read(path, COLUMNS, Options()).rows
    assert [row.get("name") for row in rows] == ["井盖"] * 3
    assert [row.continues("name") for row in rows] == [False, True, True]


def test_every_sheet_with_our_headings_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    path = excel_file(tmp_path / "t.xlsx", {"一": ROWS[:2], "二": [ROWS[0], ROWS[2]], "说明": [("随便写",)]})
    table = read(path, COLUMNS, Options())
    assert [(row.sheet.name, row.number) for row in table.rows] == [("一", 2), ("二", 2)]
    assert any("说明" in note for note in table.notes)
    assert names(path, sheet="二") == ["污水井盖"]
    with pytest.raises(Refused) as refused:
        names(path, sheet="三")
    assert "一, 二, 说明" in refused.value.hint


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", "甲,乙\n1,2\n", "甲"),
        ("t.csv", "代码,名称\n", "no rows"),
        ("t.pdf", "x", ".pdf"),
        ("t.xlsx", "no workbook", "Excel"),
        ("t.geojson", "{", "t.geojson"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path, name: str, content: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read(path, COLUMNS, Options())
    assert said in str(refused.value)
    assert refused.value.hint


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such file"):
        read(tmp_path / "not there.csv", COLUMNS, Options())


def test_bytes_in_no_known_encoding_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\x81\x20\xff\xff\xfe,\xff")
    with pytest.raises(Refused, match="GB18030"):
        read(tmp_path / "t.csv", COLUMNS, Options())


@pytest.mark.parametrize(("crs", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_places_of_domestic_maps_come_back_to_where_they_are(tmp_path: Path, crs: str, shift: object) -> None:
    shifted = Point(*shift(120.17, 30.32))  # type: ignore[operator]
    path = shapes_file(tmp_path / "t.geojson", [(shifted, {"代码": "1", "名称": "路灯"})])
    shape = read(path, COLUMNS, Options(crs=crs)).rows[0].geometry
    assert shape is not None
    assert (shape.x, shape.y) == pytest.approx((120.17, 30.32), abs=1e-7)


def test_metres_of_a_files_own_frame_become_degrees(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    write_points(path, [Point(516350.0, 3355599.2)], "EPSG:4549")
    shape = read(path, COLUMNS, Options()).rows[0].geometry
    assert shape is not None
    assert (shape.x, shape.y) == pytest.approx((120.17, 30.32), abs=0.001)


def test_metres_without_a_named_frame_are_asked_about(tmp_path: Path) -> None:
    path = shapes_file(tmp_path / "t.geojson", [(Point(516325, 3355443), {"代码": "1", "名称": "路灯"})])
    with pytest.raises(Refused) as refused:
        read(path, COLUMNS, Options())
    assert refused.value.field == "crs"
    assert "EPSG" in refused.value.hint


def test_a_shapefile_in_gb18030_keeps_its_chinese_names(tmp_path: Path) -> None:
    path = tmp_path / "t.shp"
    write_points(path, [Point(120.17, 30.32)], "EPSG:4490", encoding="gb18030")
    path.with_suffix(".cpg").unlink()
    assert names(path) == ["上水井盖"]


def write_points(path: Path, points: list[Point], crs: str, encoding: str | None = None) -> None:
    shapes = np.empty(len(points), dtype=object)
    shapes[:] = points
    fields = [np.array(["01"] * len(points), dtype=object), np.array(["上水井盖"] * len(points), dtype=object)]
    pyogrio.raw.write(path, shapely.to_wkb(shapes), fields, ["code", "name"], geometry_type="Point", crs=crs, encoding=encoding)
