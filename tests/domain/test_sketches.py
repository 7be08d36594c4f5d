"""What is drawn at a survey is small, near the place, and in good shape."""

import pytest

from chengge.domain.sketches import DECIMALS, SketchError, as_geojson, read_geometry

PLACE = (120.1805, 30.3205)
LON, LAT = PLACE
AREA = [[LON, LAT], [LON + 0.001, LAT], [LON + 0.001, LAT + 0.001], [LON, LAT]]


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (None, "kind"),
        ({"type": "GeometryCollection", "geometries": []}, "kind"),
        ({"type": "Polygon", "coordinates": [AREA, AREA]}, "kind"),
        ({"type": "LineString", "coordinates": [[LON, LAT]]}, "corners"),
        ({"type": "Polygon", "coordinates": [[[LON, LAT], [LON, LAT]]]}, "corners"),
        ({"type": "LineString", "coordinates": [[LON, LAT]] * 201}, "corners"),
        ({"type": "Point", "coordinates": [LON, "30"]}, "numbers"),
        ({"type": "Point", "coordinates": [LON, float("nan")]}, "numbers"),
        ({"type": "Point", "coordinates": [LON, True]}, "numbers"),
        ({"type": "Point", "coordinates": [LON, LAT, 3.0]}, "numbers"),
        ({"type": "Point", "coordinates": [LON + 0.1, LAT]}, "far"),
        ({"type": "Polygon", "coordinates": [[AREA[0], AREA[2], [LON, LAT + 0.001], AREA[1], AREA[0]]]}, "crossing"),
        ({"type": "LineString", "coordinates": [[LON, LAT], [LON, LAT]]}, "crossing"),
    ],
)
def test_what_is_no_sketch_is_told_by_its_fault(told, fault):
    with pytest.raises(SketchError) as refused:
        read_geometry(told, *PLACE)
    assert refused.value.what == fault


@pytest.mark.parametrize("told", [
    {"type": "Point", "coordinates": [LON, LAT]},
    {"type": "LineString", "coordinates": [[LON, LAT], [LON + 0.001, LAT]]},
    {"type": "Polygon", "coordinates": [AREA]},
])  # fmt: skip
def test_a_sketch_comes_back_as_it_was_drawn(told):
    kept = as_geojson(read_geometry(told, *PLACE))
    assert kept["type"] == told["type"]
    assert str(kept["coordinates"]) == str(told["coordinates"])
    assert DECIMALS == 7
