"""A department's own file of areas: compared with what holds by code, with what moves and what overlaps."""

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from shapely import Polygon, box

from chengge.clock import PretendedClock
from chengge.domain.errors import Refused
from chengge.exchange.exports import Wanted, export
from chengge.exchange.importers import Severity
from chengge.foundation.models import ResponsibilityArea
from tests.casework.lives import Life
from tests.exchange.files import counts, csv_file, imported, planned, refusals, shapes_file
from tests.factories import SIDE, SOUTH, WEST, City, build_city

pytestmark = pytest.mark.django_db
TODAY, LATER = date(2026, 11, 24), date(2026, 12, 1)


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


def strip(west: float, east: float) -> Polygon:
    return box(WEST + west * SIDE, SOUTH, WEST + east * SIDE, SOUTH + SIDE)


def file(path: Path, *areas: tuple[str, Polygon | None, str, str]) -> Path:
    return shapes_file(path, [(shape, {"编号": code, "名称": code, "责任单位": body, "小类": what}) for code, shape, body, what in areas])


def told(made) -> list[str]:
    return [fault.message for fault in made.faults if fault.severity is Severity.NOTICE]


def test_areas_come_in_once_and_a_second_time_changes_nothing(city: City, tmp_path: Path) -> None:
    path = file(tmp_path / "areas.geojson", ("W1", strip(0, 2), "D01", "暴露垃圾、雨水井盖"), ("W2", strip(2, 4), "D01", "事件"))
    run = imported("areas", path, day=TODAY).run
    assert (run.new, run.changed, run.same) == (2, 0, 0)
    assert ResponsibilityArea.objects.get(code="W1").classes == ["component:0103", "event:0101"]
    assert ResponsibilityArea.objects.get(code="W2").classes == ["event"]
    assert counts(planned("areas", path, day=LATER)) == (0, 0, 2, 0)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "zip"])
def test_areas_that_are_exported_or_come_from_another_program_are_known_as_they_are(city: City, tmp_path: Path, suffix: str) -> None:
    turned = Polygon(
        [(WEST + 2 * SIDE, SOUTH), (WEST + 2 * SIDE, SOUTH + SIDE), (WEST + 3.3 * SIDE, SOUTH + SIDE), (WEST + 3 * SIDE, SOUTH)]
    )
    rows = (("W1", strip(0, 2), "D01", "暴露垃圾、雨水井盖"), ("W2", turned, "D01", "event:01,component"))
    imported("areas", file(tmp_path / "areas.geojson", *rows), day=TODAY)
    path = tmp_path / f"out.{suffix}"
    if suffix == "zip":
        shapefile(path)
    else:
        assert export("areas", path, Wanted(TODAY)) == 2
    assert counts(planned("areas", path, day=LATER)) == (0, 0, 2, 0)


def shapefile(path: Path) -> None:
    """What holds as a zipped Shapefile, whose texts are GB18030 without saying so."""
    held = list(ResponsibilityArea.objects.select_related("organization").order_by("code"))
    columns = {
        "编号": [row.code for row in held],
        "名称": [row.name for row in held],
        "机构代码": [row.organization.code for row in held],
        "小类": ["、".join(row.classes) for row in held],
        "依据": [row.basis for row in held],
    }
    folder = path.with_suffix("")
    folder.mkdir()
    borders = np.array([bytes(row.polygon) for row in held], dtype=object)
    cells = [np.array(column, dtype=object) for column in columns.values()]
    pyogrio.raw.write(
        str(folder / "areas.shp"), borders, cells, list(columns), geometry_type="Polygon", crs="EPSG:4326", encoding="gb18030"
    )
    (folder / "areas.cpg").unlink(missing_ok=True)
    shutil.make_archive(str(folder), "zip", folder)


def test_a_changed_border_tells_its_areas_and_how_many_cases_a_year_go_elsewhere(city: City, pretended_clock, tmp_path: Path) -> None:
    imported("areas", file(tmp_path / "a.geojson", ("W1", strip(0, 1), "D01", "暴露垃圾")), day=TODAY)
    for grid in (0, 1, 1, 3):
        Life(city, pretended_clock).reported("garbage", grid=grid).until("filed")
    wider = planned("areas", file(tmp_path / "b.geojson", ("W1", strip(0, 2), "D01", "暴露垃圾")), day=TODAY)
    assert counts(wider) == (0, 1, 0, 0)
    (line,) = told(wider)
    assert line.endswith("2 cases a year go elsewhere by it.")
    before, after = (float(word.replace(",", "")) for word in (line.split(" m²")[0], line.split("become ")[1].split(" m²")[0]))
    assert after == pytest.approx(2 * before, rel=1e-3)


def test_areas_that_the_file_names_no_more_are_told_and_end_on_wish(city: City, tmp_path: Path) -> None:
    imported("areas", file(tmp_path / "a.geojson", ("W1", strip(0, 1), "D01", ""), ("W2", strip(1, 2), "D01", "")), day=TODAY)
    path = file(tmp_path / "b.geojson", ("W1", strip(0, 1), "D01", ""))
    assert "W2" in planned("areas", path, day=LATER).missing[0]
    imported("areas", path, day=LATER, end_missing="on")
    assert ResponsibilityArea.objects.get(code="W2").valid_to == LATER


def test_overlaps_with_areas_of_others_are_told_in_the_file_and_with_what_holds(city: City, tmp_path: Path) -> None:
    imported("areas", file(tmp_path / "a.geojson", ("S1", strip(0, 1), "D02", "暴露垃圾")), day=TODAY)
    path = file(tmp_path / "b.geojson", ("W1", strip(0.5, 2), "D01", "事件"), ("T1", strip(1.5, 3), "T01", "暴露垃圾"))
    overlaps = [line for line in told(planned("areas", path, day=TODAY)) if "overlaps" in line]
    assert len(overlaps) == 2
    assert "S1" in overlaps[0]
    assert "T1" in overlaps[1]


def test_rows_at_fault_are_refused_by_row_and_column(city: City, tmp_path: Path) -> None:
    crossed = Polygon([(WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (WEST + SIDE, SOUTH), (WEST, SOUTH + SIDE)])
    made = planned(
        "areas",
        file(
            tmp_path / "a.geojson",
            ("", strip(0, 1), "D01", ""),
            ("A", strip(0, 1), "没有这个单位", ""),
            ("B", strip(0, 1), "D01", "没有这个小类"),
            ("C", None, "D01", ""),
            ("D", crossed, "D01", ""),
            ("E", strip(0, 1), "D01", ""),
            ("E", strip(1, 2), "D01", ""),
        ),
        day=TODAY,
    )
    columns = [(row, column) for row, column, _value in refusals(made)]
    assert columns == [(1, "编号"), (2, "责任单位"), (3, "小类"), (4, "border"), (5, "border"), (7, "编号")]
    assert all(fault.hint for fault in made.faults if fault.severity is Severity.REFUSED)


def test_the_option_names_who_answers_where_the_file_does_not(city: City, tmp_path: Path) -> None:
    path = shapes_file(tmp_path / "a.geojson", [(strip(0, 1), {"编号": "W1"})])
    assert refusals(planned("areas", path, day=TODAY))
    imported("areas", path, day=TODAY, organization="市政设施养护中心")
    assert ResponsibilityArea.objects.get().organization.code == "D01"


def test_a_table_without_shapes_is_no_file_of_areas(city: City, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="shapes"):
        planned("areas", csv_file(tmp_path / "a.csv", [("编号", "责任单位"), ("W1", "D01")]), day=TODAY)
