"""Where a ruling holds is seen on its map, whatever it was told by."""

import pytest
import shapely

from chengge.coordination.queries.rulings_map import drawn_on_map
from chengge.foundation.models import Component, Division
from chengge.foundation.queries import grid_index
from tests.coordination.test_requests_pages import at_screen
from tests.coordination.test_rulings import signed
from tests.factories import GRID_CODES, MANHOLE_CODE

pytestmark = pytest.mark.django_db


def shape_of(ruling) -> shapely.Geometry:
    (feature,) = drawn_on_map(ruling)["features"]
    return shapely.geometry.shape(feature["geometry"])


def test_grids_are_one_area_and_one_that_is_gone_is_left_out(life):
    ruling = signed(life, places=tuple(map(str, GRID_CODES[:2])))
    both = shapely.union_all([grid_index().polygon(code) for code in GRID_CODES[:2]])
    assert shape_of(ruling).equals_exact(both, 1e-6, normalize=True)
    assert drawn_on_map(ruling)["bbox"] == pytest.approx(both.bounds, abs=1e-6)
    ruling.grid_codes = [*ruling.grid_codes, 999999999999999]
    assert shape_of(ruling).equals_exact(both, 1e-6, normalize=True)
    ruling.grid_codes = [999999999999999]
    assert drawn_on_map(ruling) is None


def test_components_are_points(life):
    ruling = signed(life, places=(), component_codes=(MANHOLE_CODE,))
    manhole = Component.objects.get(code=MANHOLE_CODE)
    assert [(point.x, point.y) for point in shape_of(ruling).geoms] == [pytest.approx((manhole.lon, manhole.lat), abs=1e-6)]


def test_a_division_is_its_border_and_without_a_border_there_is_no_map(life):
    code = GRID_CODES[0] // 10**6
    ruling = signed(life, places=(), division_code=code)
    Division.objects.filter(code=code).update(polygon=None)
    assert drawn_on_map(ruling) is None
    border = grid_index().polygon(GRID_CODES[0])
    Division.objects.filter(code=code).update(polygon=shapely.to_wkb(border))
    assert shape_of(ruling).equals_exact(border, 1e-6, normalize=True)


def test_the_page_brings_the_map_and_offers_dispatch_only_for_what_waits_for_it(life):
    life.to("filed", rule="rattling")
    ruling = signed(life)
    address = f"/coordination/rulings/{ruling.pk}/"
    shown = at_screen(life, "dispatcher").get(address).content.decode()
    assert 'data-sketch="drawn"' in shown
    assert "Dispatch the chosen" in shown
    at_screen(life, "dispatcher").post(f"{address}dispatch/", {"case": f"{life.case_id}:{life.case.entry_count}"})
    assert "Dispatch the chosen" not in at_screen(life, "dispatcher").get(address).content.decode()
