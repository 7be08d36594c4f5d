"""Conversion between the frames of domestic maps, and metres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from chengge.domain.coordinates import (
    CHINA,
    LocalMetres,
    area_m2,
    bd09_to_gcj02,
    bd09_to_wgs84,
    distance_m,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

PAIRS = [(wgs84_to_gcj02, gcj02_to_wgs84), (gcj02_to_bd09, bd09_to_gcj02), (wgs84_to_bd09, bd09_to_wgs84)]
LONS, LATS = st.floats(CHINA[0], CHINA[2]), st.floats(CHINA[1], CHINA[3])


def test_places_are_shifted_as_the_formulas_in_public_use_have_it():
    assert wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    assert gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


def test_a_domestic_map_is_half_a_kilometre_off_in_hangzhou():
    assert 300 < distance_m(120.17, 30.27, *wgs84_to_gcj02(120.17, 30.27)) < 700


@pytest.mark.parametrize(("there", "back"), PAIRS)
@given(lon=LONS, lat=LATS)
def test_there_and_back_again_is_less_than_a_millimetre_off(there, back, lon, lat):
    assert distance_m(lon, lat, *back(*there(lon, lat))) < 0.001


@pytest.mark.parametrize("convert", [function for pair in PAIRS for function in pair])
def test_a_whole_array_is_converted_as_its_places_one_by_one(convert):
    random = np.random.default_rng(1)
    lon, lat = random.uniform(70, 140, 500), random.uniform(0, 57, 500)
    many = convert(lon, lat)
    one_by_one = [convert(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    assert np.allclose(np.column_stack(many), one_by_one, rtol=0, atol=1e-11)
    assert all(isinstance(value, float) for value in one_by_one[0])


def test_places_outside_china_are_left_where_they_are():
    assert wgs84_to_gcj02(13.4, 52.5) == (13.4, 52.5)
    assert gcj02_to_wgs84(13.4, 52.5) == (13.4, 52.5)


def test_a_degree_north_at_the_thirtieth_parallel_is_some_111_kilometres():
    assert distance_m(120.0, 29.5, 120.0, 30.5) == pytest.approx(110_852, abs=10)
    assert distance_m(np.array([120.0]), np.array([30.0]), np.array([120.0]), np.array([30.0])).tolist() == [0.0]


@given(lon=st.floats(80, 130), lat=st.floats(5, 50), east=st.floats(-5000, 5000), north=st.floats(-5000, 5000))
def test_local_metres_agree_with_the_ellipsoid_and_lead_back(lon, lat, east, north):
    frame = LocalMetres.around(lon, lat)
    place = frame.from_metres(east, north)
    assert frame.to_metres(*place) == pytest.approx((east, north), abs=1e-6)
    assert distance_m(lon, lat, *place) == pytest.approx(np.hypot(east, north), rel=0.002, abs=0.01)


def test_a_hundred_metres_square_is_a_hectare_whichever_way_its_ring_runs():
    frame = LocalMetres.around(120.17, 30.27)
    ring = [frame.from_metres(*corner) for corner in ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))]
    assert area_m2(Polygon(ring)) == pytest.approx(10_000, abs=1)
    assert area_m2(Polygon(ring[::-1])) == pytest.approx(10_000, abs=1)


def test_holes_are_left_out_of_an_area():
    whole, hole = box(120, 30, 120.01, 30.01), box(120.002, 30.002, 120.004, 30.004)
    assert area_m2(whole.difference(hole)) == pytest.approx(area_m2(whole) - area_m2(hole))
    assert area_m2(Polygon(whole.exterior.coords, [hole.exterior.coords])) == pytest.approx(area_m2(whole) - area_m2(hole))
    assert area_m2(MultiPolygon([whole, box(121, 30, 121.01, 30.01)])) == pytest.approx(2 * area_m2(whole))
