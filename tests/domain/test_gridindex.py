"""Which grid a place lies in, against an oracle that asks Shapely about every polygon."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box

from chengge.domain.coordinates import LocalMetres
from chengge.domain.gridindex import GridIndex, GridIndexError

WEST, SOUTH, STEP = 120.1, 30.2, 0.001


def cell(column: float, row: float, width: float = 1, height: float = 1) -> Polygon:
    """A square about a hundred metres wide, so many squares east and north of the city's corner."""
    return box(WEST + column * STEP, SOUTH + row * STEP, WEST + (column + width) * STEP, SOUTH + (row + height) * STEP)


def oracle(codes: list[int], polygons: list[Polygon | MultiPolygon], lon: float, lat: float) -> int | None:
    return min((code for code, polygon in zip(codes, polygons, strict=True) if shapely.intersects(polygon, Point(lon, lat))), default=None)


@pytest.fixture(scope="module")
def chessboard() -> GridIndex:
    """Twelve by ten squares; codes count eastwards, row by row from the south."""
    return GridIndex.of(range(1, 121), [cell(column, row) for row in range(10) for column in range(12)])


def test_a_place_lies_in_its_grid_or_in_none(chessboard):
    assert chessboard.locate(WEST + 2.5 * STEP, SOUTH + 1.5 * STEP) == 15
    assert chessboard.locate(WEST - STEP, SOUTH) is None
    assert chessboard.locate(float("nan"), SOUTH) is None
    assert chessboard.locate(float("inf"), SOUTH) is None
    assert chessboard.locate(1e308, -1e308) is None
    assert chessboard.locate_many([np.inf, np.nan, 1e308], [SOUTH, SOUTH, -1e308]).tolist() == [0, 0, 0]


def test_a_place_on_a_shared_border_or_corner_lies_in_the_grid_with_the_smallest_code(chessboard):
    corner = chessboard.polygon(15).exterior.coords[0]
    holders = [code for code in range(1, 121) if shapely.intersects_xy(chessboard.polygon(code), *corner)]
    assert len(holders) > 1
    assert chessboard.locate(*corner) == min(holders)
    assert chessboard.locate_many([corner[0]], [corner[1]]).tolist() == [min(holders)]


def test_many_places_come_back_in_the_shape_they_were_asked_in(chessboard):
    lons, lats = np.meshgrid(WEST + STEP * np.array([0.5, 1.5, 99]), SOUTH + STEP * np.array([0.5, np.nan]))
    assert chessboard.locate_many(lons, lats).tolist() == [[1, 2, 0], [0, 0, 0]]
    assert chessboard.locate_many([], []).shape == (0,)
    assert chessboard.locate_many(WEST + 0.5 * STEP, SOUTH + STEP * np.array([0.5, 1.5])).tolist() == [1, 13]


def test_a_yard_cut_out_of_a_grid_belongs_to_the_grid_inside_it():
    around = Polygon(cell(0, 0, 3, 3).exterior.coords, [cell(1, 1).exterior.coords])
    index = GridIndex.of([7, 9], [around, cell(1.25, 1.25, 0.5, 0.5)])
    assert index.locate(WEST + 0.5 * STEP, SOUTH + 0.5 * STEP) == 7
    assert index.locate(WEST + 1.5 * STEP, SOUTH + 1.5 * STEP) == 9
    assert index.locate(WEST + 1.1 * STEP, SOUTH + 1.1 * STEP) is None


def test_a_window_names_the_grids_it_touches(chessboard):
    assert chessboard.in_window(WEST + 0.5 * STEP, SOUTH + 0.5 * STEP, WEST + 1.5 * STEP, SOUTH + 1.5 * STEP).tolist() == [1, 2, 13, 14]
    assert chessboard.in_window(0, 0, 1, 1).tolist() == []
    assert len(chessboard.in_window(WEST, SOUTH, WEST + 1, SOUTH + 1)) == 120


def test_neighbours_touch_at_a_side_or_a_corner(chessboard):
    assert chessboard.neighbours(1).tolist() == [2, 13, 14]
    assert chessboard.neighbours(15).tolist() == [2, 3, 4, 14, 16, 26, 27, 28]
    with pytest.raises(GridIndexError, match="no unit grid 4711"):
        chessboard.neighbours(4711)


def test_a_gap_below_the_surveys_last_digit_does_not_part_neighbours():
    shifted = affinity.translate(cell(1, 0), xoff=5e-8)
    assert GridIndex.of([1, 2], [cell(0, 0), shifted]).neighbours(1).tolist() == [2]
    assert GridIndex.of([1, 2], [cell(0, 0), affinity.translate(cell(1, 0), xoff=5e-6)]).neighbours(1).tolist() == []


def test_a_place_beside_the_city_has_a_nearest_grid_within_reach(chessboard):
    lat = SOUTH + 4.5 * STEP
    metres = LocalMetres.around(WEST, lat).metres_per_degree_east * STEP
    assert chessboard.nearest(WEST - STEP, lat, metres + 1) == 49
    assert chessboard.nearest(WEST - STEP, lat, metres - 1) is None
    assert chessboard.nearest(WEST + 0.5 * STEP, lat, 0) == 49
    assert chessboard.nearest(0, 0, 1000) is None


def test_a_city_without_grids_has_no_place_in_any():
    index = GridIndex.of([], [])
    assert index.locate(WEST, SOUTH) is None
    assert index.nearest(WEST, SOUTH, 1e6) is None
    assert index.locate_many([WEST], [SOUTH]).tolist() == [0]
    assert index.in_window(0, 0, 180, 90).tolist() == []
    assert len(index) == 0


def test_grids_that_cannot_be_told_apart_or_have_no_border_are_refused():
    with pytest.raises(GridIndexError, match="1 codes stand for several grids, the first is 5"):
        GridIndex.of([5, 5], [cell(0, 0), cell(1, 0)])
    with pytest.raises(GridIndexError, match="2 codes and 1 borders"):
        GridIndex.of([5, 6], [cell(0, 0)])
    for border in (Polygon(), LineString([(0, 0), (1, 1)]), None):
        with pytest.raises(GridIndexError, match="border of grid 6"):
            GridIndex.of([5, 6], [cell(0, 0), border])


def test_a_far_off_enclave_neither_slows_nor_swells_the_index():
    """Two small towns a thousand kilometres apart share an index."""
    north = [affinity.translate(cell(column, row), yoff=10) for row in range(5) for column in range(5)]
    index = GridIndex.of(range(50), [cell(column, row) for row in range(5) for column in range(5)] + north)
    assert index.locate(WEST + 2.5 * STEP, SOUTH + 2.5 * STEP) == 12
    assert index.locate(WEST + 2.5 * STEP, SOUTH + 10 + 2.5 * STEP) == 37
    assert index.locate(WEST + 2.5 * STEP, SOUTH + 5) is None
    assert index.raster.cells.nbytes + index.raster.block_of_tile.nbytes < 100_000_000


def test_threads_that_ask_at_once_get_the_same_answers(chessboard):
    random = np.random.default_rng(3)
    lons, lats = WEST + random.uniform(-1, 13, 20_000) * STEP, SOUTH + random.uniform(-1, 11, 20_000) * STEP
    alone = chessboard.locate_many(lons, lats).tolist()
    with ThreadPoolExecutor(4) as threads:
        assert all(answer.tolist() == alone for answer in threads.map(lambda _: chessboard.locate_many(lons, lats), range(8)))


# The oracle

CORNERS = st.tuples(st.integers(0, 12), st.integers(0, 12))


@st.composite
def untidy_polygon(draw) -> Polygon | MultiPolygon:
    """Squares, hulls, frames with a hole, and several parts; on a coarse lattice, so that borders often meet or cross."""
    shape = draw(st.sampled_from(["square", "hull", "frame", "parts"]))
    x, y = draw(CORNERS)
    if shape == "hull":
        hull = MultiPolygon([cell(*corner, 0.5, 0.5) for corner in draw(st.lists(CORNERS, min_size=1, max_size=4))]).convex_hull
        assert isinstance(hull, Polygon)
        return hull
    if shape == "frame":
        return Polygon(
            cell(x, y, 3, 3).exterior.coords, [cell(x + 1, y + 1, *draw(st.sampled_from([(1, 1), (0.01, 0.3)]))).exterior.coords]
        )
    if shape == "parts":
        return MultiPolygon([cell(x, y), cell(x + 2, y, 0.5, 2)])
    return cell(x, y, draw(st.sampled_from([0.001, 0.3, 1, 5])), draw(st.sampled_from([0.003, 0.7, 1, 4])))


def telling_places(polygons: list[Polygon | MultiPolygon], seed: int) -> list[tuple[float, float]]:
    """Corners, places on the edges between them, and places all over the city and around it."""
    random = np.random.default_rng(seed)
    corners = shapely.get_coordinates(polygons)
    near = corners[random.integers(0, len(corners), 40)]
    on_edges = (corners[:-1] + corners[1:]) / 2
    somewhere = np.column_stack([WEST + random.uniform(-1, 17, 60) * STEP, SOUTH + random.uniform(-1, 17, 60) * STEP])
    a_hair_beside = np.nextafter(near, near + random.choice([-1, 1], near.shape))
    lattice = np.column_stack([WEST + random.integers(0, 16, 30) * STEP, SOUTH + random.integers(0, 16, 30) * STEP])
    return np.concatenate([near, on_edges, somewhere, a_hair_beside, lattice]).tolist()


@settings(deadline=None, max_examples=150)
@given(polygons=st.lists(untidy_polygon(), min_size=1, max_size=12), seed=st.integers(0, 2**32 - 1))
def test_one_by_one_and_in_bulk_agree_with_asking_every_polygon(polygons, seed):
    codes = np.random.default_rng(seed).permutation(len(polygons)).tolist()
    index = GridIndex.of([code + 1 for code in codes], polygons)
    places = telling_places(polygons, seed)
    expected = [oracle([code + 1 for code in codes], polygons, *place) for place in places]
    assert [index.locate(*place) for place in places] == expected
    lons, lats = zip(*places, strict=True)
    assert index.locate_many(lons, lats).tolist() == [code or 0 for code in expected]


@settings(deadline=None)
@given(polygons=st.lists(untidy_polygon(), min_size=1, max_size=12), corner=CORNERS, reach=st.floats(0, 600), window=st.floats(0, 8))
def test_windows_and_nearest_grids_agree_with_asking_every_polygon(polygons, corner, reach, window):
    index = GridIndex.of(range(1, len(polygons) + 1), polygons)
    lon, lat = WEST + (corner[0] + 0.37) * STEP, SOUTH + (corner[1] + 0.41) * STEP
    view = box(lon, lat, lon + window * STEP, lat + window * STEP)
    assert index.in_window(*view.bounds).tolist() == [
        number for number, polygon in enumerate(polygons, start=1) if shapely.intersects(polygon, view)
    ]
    around = LocalMetres.around(lon, lat)

    def distance_m(polygon: Polygon | MultiPolygon) -> float:
        flat = shapely.transform(polygon, lambda places: np.column_stack(around.to_metres(places[:, 0], places[:, 1])))
        return float(flat.distance(Point(0, 0)))

    best = min(map(distance_m, polygons))
    found = index.nearest(lon, lat, reach)
    assert (found is not None) == (best <= reach)
    assert found is None or distance_m(polygons[found - 1]) == best
