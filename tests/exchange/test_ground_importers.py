"""Divisions, their borders, and unit grids."""

from pathlib import Path

import pytest
import shapely
from shapely import Polygon, box

from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.exchange.importers import Severity, apply
from chengge.exchange.models import ImportRun
from chengge.foundation.models import Component, Division, ProblemClass, UnitGrid
from chengge.foundation.queries import divisions_tree, grid_index, locate
from chengge.organization.actions import COMMAND_LINE
from chengge.organization.queries import MACHINE
from tests.exchange.files import DAY, LATER, counts, csv_file, imported, planned, refusals, shapes_file

pytestmark = pytest.mark.django_db

DIVISIONS = [
    ("代码", "名称"),
    ("990101", "城格区"),
    ("990101001", "石桥街道"),
    ("990101002", "东新街道"),
    ("990101001001", "华丰社区"),
    ("990101001002", "景荣社区"),
    ("990101002001", "三塘社区"),
]
WEST, SOUTH, SIDE = 120.18, 30.32, 0.001


def square(column: int, row: int = 0) -> Polygon:
    """One of a field of squares, some 100 m wide; rows count northwards."""
    return box(WEST + column * SIDE, SOUTH + row * SIDE, WEST + (column + 1) * SIDE, SOUTH + (row + 1) * SIDE)


@pytest.fixture
def divided(tmp_path: Path) -> None:
    """Two communities of two by two squares beside each other, with borders."""
    imported("divisions", csv_file(tmp_path / "divisions.csv", DIVISIONS))
    borders = [(community(1), {"街道": "石桥街道", "社区": "华丰社区"}), (community(2), {"街道": "石桥街道", "社区": "景荣社区"})]
    imported("boundaries", shapes_file(tmp_path / "borders.geojson", borders))


def community(number: int) -> Polygon:
    first = 2 * (number - 1)
    return shapely.union_all([square(first + column, row) for column in range(2) for row in range(2)])


# --- Divisions --------------------------------------------------------------------------------------------------------------------------


def test_divisions_come_in_once_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "d.csv", DIVISIONS, "gb18030")
    run = imported("divisions", path).run
    assert (run.new, run.changed, run.same) == (6, 0, 0)
    assert counts(planned("divisions", path)) == (0, 0, 6, 0)
    (district,) = divisions_tree(DAY)
    assert [street.name for street in district.children] == ["石桥街道", "东新街道"]
    assert [one.name for one in district.children[0].children] == ["华丰社区", "景荣社区"]


def test_a_renamed_division_ends_and_begins_again_and_keeps_its_border(divided: None, tmp_path: Path) -> None:
    renamed = [(code, "新华丰社区" if name == "华丰社区" else name) for code, name in DIVISIONS]
    imported("divisions", csv_file(tmp_path / "new.csv", renamed), day=LATER)
    old, new = Division.objects.filter(code=990101001001).order_by("valid_from", "pk")[1:]
    assert (old.name, old.valid_to) == ("华丰社区", LATER)
    assert (new.name, new.valid_from, new.valid_to) == ("新华丰社区", LATER, None)
    assert bytes(new.polygon or b"") == bytes(old.polygon or b"") != b""


def test_a_code_that_is_none_a_missing_name_and_a_repeated_row_are_refused_by_row_and_column(tmp_path: Path) -> None:
    rows = [*DIVISIONS, ("99010100", "短码"), ("990101003", ""), ("990101001", "石桥街道")]
    made = planned("divisions", csv_file(tmp_path / "d.csv", rows))
    assert refusals(made) == [(8, "代码", "99010100"), (9, "名称", ""), (10, "代码", "990101001")]
    assert all(fault.hint for fault in made.faults)
    assert made.faults[2].message == "The code 990101001 stands in row 3 already."


def test_nothing_is_imported_when_one_row_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "d.csv", [*DIVISIONS, ("x", "y")])
    with pytest.raises(Refused) as refused:
        imported("divisions", path)
    assert refused.value.code == "import_refused"
    assert not Division.objects.exists()
    assert not ImportRun.objects.exists()


def test_good_rows_are_imported_alone_where_that_is_asked_for(tmp_path: Path) -> None:
    applied = imported("divisions", csv_file(tmp_path / "d.csv", [*DIVISIONS, ("x", "y")]), skip_bad=True)
    assert Division.objects.count() == 6
    assert (applied.run.new, applied.run.refused) == (6, 1)


def test_a_street_needs_its_district(tmp_path: Path) -> None:
    made = planned("divisions", csv_file(tmp_path / "d.csv", [DIVISIONS[0], *DIVISIONS[2:]]))
    assert counts(made) == (3, 0, 0, 2)
    assert {fault.message for fault in made.faults} == {"The division 990101 above it is not known."}


def test_rows_elsewhere_are_left_out(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "d.csv", [*DIVISIONS, ("990102", "别的区"), ("990102001", "别的街道")])
    made = planned("divisions", path, within="990101")
    assert counts(made) == (6, 0, 0, 0)
    assert "2 rows outside 990101" in made.notes[0]


def test_divisions_that_the_file_lacks_are_told_and_end_only_where_that_is_asked_for(tmp_path: Path) -> None:
    imported("divisions", csv_file(tmp_path / "d.csv", DIVISIONS))
    fewer = csv_file(tmp_path / "fewer.csv", [row for row in DIVISIONS if row[1] != "景荣社区"])
    made = planned("divisions", fewer, within="990101", day=LATER)
    assert (made.missing, made.counts.ended) == (("990101001002 景荣社区",), 0)
    imported("divisions", fewer, within="990101", end_missing=True, day=LATER)
    assert Division.objects.get(code=990101001002).valid_to == LATER


def test_codes_filled_up_with_zeros_are_understood(tmp_path: Path) -> None:
    imported(
        "divisions", csv_file(tmp_path / "d.csv", [("行政区划代码", "单位名称"), ("990101000000", "城格区"), ("990101001000", "石桥街道")])
    )
    assert set(Division.objects.values_list("code", flat=True)) == {990101, 990101001}


def test_only_an_administrator_may_apply_a_plan(tmp_path: Path) -> None:
    made = planned("divisions", csv_file(tmp_path / "d.csv", DIVISIONS))
    with pytest.raises(Forbidden):
        apply(made, MACHINE)


def test_a_plan_made_before_somebody_else_imported_is_not_carried_out(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "d.csv", DIVISIONS)
    made = planned("divisions", path)
    imported("divisions", path)
    with pytest.raises(Conflict):
        apply(made, COMMAND_LINE)


# --- Borders ----------------------------------------------------------------------------------------------------------------------------


def test_borders_find_their_division_by_name_within_the_street(divided: None) -> None:
    border = Division.objects.get(code=990101001002, valid_to=None).polygon
    assert shapely.from_wkb(bytes(border or b"")).equals(community(2))


def test_several_shapes_of_one_community_are_joined(divided: None, tmp_path: Path) -> None:
    parts = [(square(4), {"社区": "三塘社区"}), (square(6), {"社区": "三塘社区"})]
    imported("boundaries", shapes_file(tmp_path / "b.geojson", parts))
    border = shapely.from_wkb(bytes(Division.objects.get(code=990101002001, valid_to=None).polygon or b""))
    assert shapely.get_num_geometries(border) == 2


def test_names_that_do_not_match_are_told_with_names_that_look_like_them(divided: None, tmp_path: Path) -> None:
    shapes = [(square(5), {"街道": "石桥街道", "社区": "花丰社区"}), (square(6), {"街道": "东新街道", "社区": "华丰社区"})]
    made = planned("boundaries", shapes_file(tmp_path / "b.geojson", shapes))
    assert refusals(made) == [(1, "社区", "花丰社区"), (2, "社区", "华丰社区")]
    assert "华丰社区" in made.faults[0].hint


def test_an_older_word_for_the_same_community_is_taken_and_told(divided: None, tmp_path: Path) -> None:
    made = planned("boundaries", shapes_file(tmp_path / "b.geojson", [(square(5), {"社区": "三塘居委会"})]))
    assert counts(made)[3] == 0
    assert [fault.severity for fault in made.faults] == [Severity.NOTICE]


def test_a_row_without_a_polygon_has_no_border(divided: None, tmp_path: Path) -> None:
    made = planned("boundaries", shapes_file(tmp_path / "b.geojson", [(shapely.Point(120, 30), {"社区": "三塘社区"})]))
    assert made.faults[0].message == "The row has no border."


# --- Unit grids -------------------------------------------------------------------------------------------------------------------------


def grids_file(path: Path, places: list[tuple[int, int]], **fields: str) -> Path:
    return shapes_file(path, [(square(*place), {"网格编号": f"G{number}", **fields}) for number, place in enumerate(places, start=1)])


def test_grids_are_numbered_west_to_east_and_north_to_south_inside_their_community(divided: None, tmp_path: Path) -> None:
    imported("grids", grids_file(tmp_path / "g.geojson", [(0, 0), (1, 0), (0, 1), (1, 1), (3, 1), (2, 1)]))
    by_own_code = dict(UnitGrid.objects.values_list("other_code", "code"))
    assert by_own_code == {
        "G3": 990101001001001,
        "G4": 990101001001002,
        "G1": 990101001001003,
        "G2": 990101001001004,
        "G6": 990101001002001,
        "G5": 990101001002002,
    }
    assert UnitGrid.objects.get(other_code="G1").area_m2 == pytest.approx(10_660, rel=0.01)
    assert len(grid_index()) == 6
    assert locate(WEST + 0.5 * SIDE, SOUTH + 0.5 * SIDE).grid_code == 990101001001003


def test_grids_that_come_later_keep_the_codes_of_those_that_lie_there(divided: None, tmp_path: Path) -> None:
    imported("grids", grids_file(tmp_path / "g.geojson", [(0, 0), (1, 0)]))
    path = grids_file(tmp_path / "more.geojson", [(0, 0), (1, 0), (0, 1)])
    assert counts(planned("grids", path)) == (1, 0, 2, 0)
    imported("grids", path, day=LATER)
    assert UnitGrid.objects.get(other_code="G3").code == 990101001001003


def test_a_serial_of_an_ended_grid_is_not_given_again(divided: None, tmp_path: Path) -> None:
    imported("grids", grids_file(tmp_path / "g.geojson", [(0, 0), (1, 0)]))
    only_another = grids_file(tmp_path / "other.geojson", [(0, 1)])
    imported("grids", only_another, end_missing=True, day=LATER)
    assert list(UnitGrid.objects.filter(valid_to=None).values_list("code", flat=True)) == [990101001001003]
    assert UnitGrid.objects.filter(valid_to=LATER).count() == 2


def test_a_moved_border_ends_the_grid_and_begins_it_again(divided: None, tmp_path: Path) -> None:
    imported("grids", grids_file(tmp_path / "g.geojson", [(0, 0)]))
    wider = box(WEST, SOUTH, WEST + 1.2 * SIDE, SOUTH + SIDE)
    imported("grids", shapes_file(tmp_path / "w.geojson", [(wider, {"网格编号": "G1"})]), day=LATER)
    old, new = UnitGrid.objects.filter(code=990101001001001).order_by("valid_from")
    assert (old.valid_to, new.valid_to) == (LATER, None)
    assert new.area_m2 > old.area_m2


def test_codes_that_are_given_are_checked_against_the_community_they_lie_in(divided: None, tmp_path: Path) -> None:
    shapes = [
        (square(0), {"网格编码": "990101001001001"}),
        (square(1), {"网格编码": "99010100100102"}),
        (square(2), {"网格编码": "990101001001003"}),
        (square(3), {"网格编码": "990101009001001"}),
        (square(3), {"网格编码": "12"}),
        (square(0, 1), {"网格编码": "990101001001001"}),
    ]
    made = planned("grids", shapes_file(tmp_path / "g.geojson", shapes))
    assert refusals(made) == [
        (5, "网格编码", "12"),
        (6, "网格编码", "990101001001001"),
        (3, "网格编码", "990101001001003"),
        (4, "网格编码", "990101009001001"),
    ]
    assert counts(made) == (2, 0, 0, 4)


def test_own_codes_of_the_standards_form_are_the_codes(divided: None, tmp_path: Path) -> None:
    path = shapes_file(tmp_path / "g.geojson", [(square(0), {"网格编号": "990101001001007"})])
    imported("grids", path)
    assert UnitGrid.objects.get().code == 990101001001007


def test_a_ring_that_crosses_itself_is_mended_where_nothing_is_lost_and_refused_where_it_falls_apart(divided: None, tmp_path: Path) -> None:
    spike = Polygon(
        [(WEST, SOUTH), (WEST + SIDE, SOUTH), (WEST + SIDE, SOUTH + SIDE), (WEST + 2 * SIDE, SOUTH + SIDE), (WEST, SOUTH + SIDE)]
    )
    bow_tie = Polygon(
        [(WEST + 2 * SIDE, SOUTH), (WEST + 3 * SIDE, SOUTH + SIDE), (WEST + 3 * SIDE, SOUTH), (WEST + 2 * SIDE, SOUTH + SIDE)]
    )
    made = planned("grids", shapes_file(tmp_path / "g.geojson", [(spike, {}), (bow_tie, {})]))
    assert counts(made) == (1, 0, 0, 1)
    assert {(fault.severity, fault.row) for fault in made.faults if fault.row} == {(Severity.MENDED, 1), (Severity.REFUSED, 2)}
    assert all(fault.lon is not None for fault in made.faults if fault.row)


def test_a_grid_in_no_community_is_refused_with_its_place(divided: None, tmp_path: Path) -> None:
    made = planned("grids", shapes_file(tmp_path / "g.geojson", [(square(40), {})]))
    assert made.faults[0].message == "Most of the grid lies in no community."
    assert made.faults[0].place == "120.220500, 30.320500"


def test_gaps_and_overlaps_are_told_with_their_place(divided: None, tmp_path: Path) -> None:
    wide = box(WEST, SOUTH, WEST + 1.5 * SIDE, SOUTH + SIDE)
    made = planned("grids", shapes_file(tmp_path / "g.geojson", [(wide, {}), (square(1), {})]))
    said = {fault.message: fault for fault in made.faults}
    overlap = said["These grids overlap; a place in both belongs to the smaller code."]
    assert overlap.lon == pytest.approx(WEST + 1.25 * SIDE, abs=SIDE / 4)
    assert "A part of this community lies in no grid." in said
    assert counts(made)[3] == 0


def test_area_class_and_land_use_come_from_the_row_or_the_option(divided: None, tmp_path: Path) -> None:
    shapes = [(square(0), {"区域类别": "A类", "用地类型": "商业"}), (square(1), {"区域类别": None})]
    imported("grids", shapes_file(tmp_path / "g.geojson", shapes), area_class="C")
    assert list(UnitGrid.objects.order_by("code").values_list("area_class", "land_use")) == [("A", "商业"), ("C", "")]


def test_components_find_their_grid_again_when_grids_change(divided: None, tmp_path: Path) -> None:
    of_class = ProblemClass.objects.create(
        edition="e", kind="component", major_code="01", major_name="公用设施", minor_code="01", name="上水井盖", valid_from=DAY
    )
    place = square(0).centroid
    Component.objects.create(
        code=9901010101000001, problem_class=of_class, name="井盖", lon=place.x, lat=place.y, first_on=DAY, changed_on=DAY
    )
    imported("grids", grids_file(tmp_path / "g.geojson", [(0, 0)]))
    assert Component.objects.get().grid_code == 990101001001001
