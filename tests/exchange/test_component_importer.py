"""Components: found in their grid, given a code that is never used again, known again when they come a second time."""

from pathlib import Path

import pytest
from shapely import LineString, Point, box

from chengge.domain.coordinates import wgs84_to_gcj02
from chengge.domain.errors import Refused
from chengge.exchange.importers.class_tables import read_class_table
from chengge.foundation.models import Component
from tests.exchange.files import LATER, counts, csv_file, excel_file, imported, planned, refusals, shapes_file
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db

HEADINGS = ("部件小类", "经度", "纬度", "养护单位", "原编号")


@pytest.fixture
def city() -> City:
    Component.objects.all().delete()
    return build_city()


@pytest.fixture(autouse=True)
def no_components(city: City) -> None:
    """The tiny city has a component of its own; these tests begin without."""
    Component.objects.all().delete()


def rows_at(city: City, *given: tuple[str, int, str, str]) -> list[tuple[object, ...]]:
    """Rows of class, grid number, maintaining body and own code."""
    return [HEADINGS, *((name, *city.places[grid], body, own) for name, grid, body, own in given)]


def test_codes_are_made_of_county_class_and_serial(city: City, tmp_path: Path) -> None:
    name = city.manhole.name
    imported("components", csv_file(tmp_path / "c.csv", rows_at(city, (name, 0, "D01", "a"), (name, 1, "市政设施养护中心", "b"))))
    first, second = Component.objects.order_by("code")
    prefix = 990101 * 10**4 + int(city.manhole.code)
    assert (first.code, second.code) == (prefix * 10**6 + 1, prefix * 10**6 + 2)
    assert (first.grid_code, second.grid_code) == (990101001001001, 990101001001002)
    assert first.maintaining_body_id == second.maintaining_body_id == city.organization_id("works")
    assert first.name == name


def test_a_second_import_changes_nothing_and_a_moved_component_keeps_its_code(city: City, tmp_path: Path) -> None:
    rows = rows_at(city, (city.manhole.name, 0, "", "a"), (city.manhole.name, 1, "", "b"))
    path = csv_file(tmp_path / "c.csv", rows, "gb18030")
    imported("components", path)
    assert counts(planned("components", path)) == (0, 0, 2, 0)
    moved = csv_file(tmp_path / "m.csv", rows_at(city, (city.manhole.name, 2, "", "a"), (city.manhole.name, 1, "", "b")))
    code = Component.objects.get(other_code="a").code
    imported("components", moved, day=LATER)
    component = Component.objects.get(other_code="a")
    assert (component.code, component.grid_code, component.changed_on) == (code, 990101001002001, LATER)
    assert Component.objects.get(other_code="b").changed_on != LATER


def test_a_serial_is_never_used_again(city: City, tmp_path: Path) -> None:
    name = city.manhole.name
    imported("components", csv_file(tmp_path / "c.csv", rows_at(city, (name, 0, "", "a"), (name, 1, "", "b"))))
    imported("components", csv_file(tmp_path / "d.csv", rows_at(city, (name, 3, "", "c"))))
    assert Component.objects.get(other_code="c").code % 10**6 == 3


def test_components_without_any_code_are_known_again_by_class_and_spot(city: City, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "c.csv", rows_at(city, (city.manhole.name, 0, "", ""), (city.manhole.name, 0, "", "")))
    imported("components", path)
    assert Component.objects.count() == 2
    assert counts(planned("components", path)) == (0, 0, 2, 0)


def test_given_codes_are_checked(city: City, tmp_path: Path) -> None:
    lon, lat = city.places[0]
    good = f"990101{city.manhole.code}000007"
    rows = [
        ("部件代码", "部件小类", "经度", "纬度"),
        (good, city.manhole.name, lon, lat),
        ("9901019999000001", city.manhole.name, lon, lat),
        ("123", city.manhole.name, lon, lat),
        (good, city.manhole.name, lon, lat),
    ]
    made = planned("components", csv_file(tmp_path / "c.csv", rows))
    assert refusals(made) == [(4, "部件代码", "123"), (5, "部件代码", good), (3, "部件代码", "9901019999000001")]


def test_a_code_that_a_spreadsheet_keeps_as_a_number_is_not_trusted(city: City, tmp_path: Path) -> None:
    lon, lat = city.places[0]
    rows = [("部件代码", "部件小类", "经度", "纬度"), (9901010103000007, city.manhole.name, lon, lat)]
    made = planned("components", excel_file(tmp_path / "c.xlsx", {"部件": rows}))
    assert "15 digits" in made.faults[0].message


def test_words_of_the_source_stand_for_classes_by_a_table(city: City, tmp_path: Path) -> None:
    points = [
        (Point(*city.places[0]), {"类型": "窨井"}),
        (Point(*city.places[1]), {"类型": "窨井"}),
        (Point(*city.places[1]), {"类型": "树"}),
    ]
    path = shapes_file(tmp_path / "c.geojson", points)
    table = read_class_table(csv_file(tmp_path / "map.csv", [("原类别", "部件小类"), ("窨井", city.manhole.code)]))
    made = planned("components", path, class_field="类型", class_map=table)
    assert counts(made) == (2, 0, 0, 1)
    assert refusals(made)[0][2] == "树"
    assert "class-map" in made.faults[0].hint


def test_a_column_for_the_class_that_does_not_exist_is_told_at_once(city: City, tmp_path: Path) -> None:
    path = shapes_file(tmp_path / "c.geojson", [(Point(*city.places[0]), {"类型": "窨井"})])
    with pytest.raises(Refused, match="种类"):
        planned("components", path, class_field="种类")
    with pytest.raises(Refused) as refused:
        planned("components", path)
    assert refused.value.field == "class_field"


def test_a_place_in_no_grid_is_told_and_needs_a_county_for_its_code(city: City, tmp_path: Path) -> None:
    path = shapes_file(tmp_path / "c.geojson", [(Point(119.0, 30.0), {"部件小类": city.manhole.name})])
    assert counts(planned("components", path))[3] == 1
    imported("components", path, county="990101")
    component = Component.objects.get()
    assert (component.grid_code, component.code // 10**10) == (None, 990101)


def test_exchanged_longitude_and_latitude_are_suspected(city: City, tmp_path: Path) -> None:
    path = shapes_file(tmp_path / "c.geojson", [(Point(30.3, 89.0), {"部件小类": city.manhole.name})])
    hints = " ".join(fault.hint for fault in planned("components", path).faults)
    assert "import the unit grids" in hints
    rows = [HEADINGS, (city.manhole.name, 30.32, 120.18, "", "")]
    made = planned("components", csv_file(tmp_path / "c.csv", rows))
    assert refusals(made) == [(2, "纬度", "120.18")]


def test_places_in_columns_are_converted_too(city: City, tmp_path: Path) -> None:
    lon, lat = wgs84_to_gcj02(*city.places[2])
    imported("components", csv_file(tmp_path / "c.csv", [HEADINGS, (city.manhole.name, lon, lat, "", "")]), crs="gcj02")
    assert Component.objects.get().grid_code == 990101001002001


def test_lines_and_areas_are_kept_at_a_place_inside(city: City, tmp_path: Path) -> None:
    lon, lat = city.places[0]
    shapes = [
        (LineString([(lon, lat), (lon, lat + 1e-4)]), {"小类": city.manhole.name}),
        (box(lon, lat, lon + 1e-4, lat + 1e-4), {"小类": city.manhole.name}),
    ]
    imported("components", shapes_file(tmp_path / "c.geojson", shapes))
    assert set(Component.objects.values_list("grid_code", flat=True)) == {990101001001001}


def test_unknown_bodies_missing_places_and_wrong_states_are_refused_by_row_and_column(city: City, tmp_path: Path) -> None:
    lon, lat = city.places[0]
    rows = [
        ("部件小类", "经度", "纬度", "养护单位", "状态"),
        (city.manhole.name, lon, lat, "市政设施养护中兴", ""),
        (city.manhole.name, "", lat, "", ""),
        (city.manhole.name, lon, lat, "", "还行"),
        ("不存在的井", lon, lat, "", ""),
        (city.manhole.name, "东经120", lat, "", ""),
    ]
    made = planned("components", csv_file(tmp_path / "c.csv", rows))
    assert sorted(refusals(made)) == [
        (2, "养护单位", "市政设施养护中兴"),
        (3, "经度", ""),
        (4, "状态", "还行"),
        (5, "部件小类", "不存在的井"),
        (6, "经度", "东经120"),
    ]
    assert "市政设施养护中心" in next(fault.hint for fault in made.faults if fault.row == 2)


def test_the_preview_tells_what_holds_now_in_words(city: City, tmp_path: Path) -> None:
    imported("components", csv_file(tmp_path / "c.csv", rows_at(city, (city.manhole.name, 0, "D01", "a"))))
    made = planned("components", csv_file(tmp_path / "d.csv", rows_at(city, (city.manhole.name, 0, "D02", "a"))))
    assert made.samples[0].was == {"maintaining body": "市政设施养护中心"}


def test_columns_that_the_file_lacks_leave_what_is_known(city: City, tmp_path: Path) -> None:
    imported("components", csv_file(tmp_path / "c.csv", rows_at(city, (city.manhole.name, 0, "D01", "a"))))
    lon, lat = city.places[0]
    fewer = csv_file(tmp_path / "f.csv", [("部件小类", "经度", "纬度", "原编号"), (city.manhole.name, lon, lat, "a")])
    assert counts(planned("components", fewer)) == (0, 0, 1, 0)
