"""How fast places are found in the grids of a large city, beside Shapely's own tree and GeoPandas' spatial join."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np
import shapely
from numpy.typing import NDArray

from bench import Figure
from chengge.domain.gridindex import GridIndex

COLUMNS, ROWS = 250, 200
POINTS, PEER_POINTS, SINGLE_POINTS = 2_000_000, 500_000, 50_000
REPEATS = 3
FIRST_CODE = 990101001001001
GRID_DEGREES = np.array([0.00104, 0.0009])  # about a hundred metres at 30° north
BENDS_IN_A_SIDE = 3

Floats = NDArray[np.float64]


def run() -> list[Figure]:
    """Figures over 50 000 grids whose shared borders bend, and places all over them."""
    grids = city(np.random.default_rng(1))
    codes = FIRST_CODE + np.arange(len(grids), dtype=np.int64)
    began = perf_counter()
    index = GridIndex.of(codes, grids)
    built_seconds = perf_counter() - began

    random = np.random.default_rng(2)
    west, south, east, north = shapely.total_bounds(grids)
    lons, lats = random.uniform(west, east, POINTS), random.uniform(south, north, POINTS)
    bulk_seconds = median_seconds(lambda: index.locate_many(lons, lats))
    tree_seconds = median_seconds(lambda: found_by_tree(index, codes, lons[:PEER_POINTS], lats[:PEER_POINTS]))
    _must_agree(
        index.locate_many(lons[:PEER_POINTS], lats[:PEER_POINTS]), found_by_tree(index, codes, lons[:PEER_POINTS], lats[:PEER_POINTS])
    )
    places = list(zip(lons[:SINGLE_POINTS].tolist(), lats[:SINGLE_POINTS].tolist(), strict=True))
    single_seconds = median_seconds(lambda: [index.locate(lon, lat) for lon, lat in places])
    beside_borders = near_borders(grids, random)
    border_seconds = median_seconds(lambda: index.locate_many(beside_borders[:, 0], beside_borders[:, 1]))
    peers = (
        f"Shapely STRtree bulk query {PEER_POINTS / tree_seconds:,.0f} points/s; {_geopandas(grids, codes, lons, lats)}; "
        f"ours with every place about 5 m from a border {PEER_POINTS / border_seconds:,.0f} points/s; "
        f"index of {len(grids):,} grids built in {built_seconds:.1f} s"
    )
    one_by_tree_seconds = median_seconds(
        lambda: [index.tree.query(shapely.Point(*place), predicate="intersects") for place in places[:5000]]
    )
    return [
        Figure("locate_points_per_s", POINTS / bulk_seconds, "points/s", "≥ 2000000", peers),
        Figure(
            "locate_one_us",
            single_seconds / SINGLE_POINTS * 1e6,
            "µs",
            "≤ 20",
            f"Shapely STRtree query of one point {one_by_tree_seconds / 5000 * 1e6:.1f} µs",
        ),
    ]


def city(random: np.random.Generator) -> NDArray[np.object_]:
    """Grids that cover a rectangle without gap: shaken corners, and sides that bend; each side is shared to the last digit."""
    corners = np.stack(np.meshgrid(np.arange(COLUMNS + 1), np.arange(ROWS + 1)), axis=-1) + random.uniform(
        -0.25, 0.25, (ROWS + 1, COLUMNS + 1, 2)
    )
    corners = np.array([120.0, 30.0]) + corners * GRID_DEGREES
    eastward = _bent_sides(corners[:, :-1], corners[:, 1:], random)
    northward = _bent_sides(corners[:-1], corners[1:], random)
    rings = np.concatenate(
        [
            corners[:-1, :-1, None],
            eastward[:-1],
            corners[:-1, 1:, None],
            northward[:, 1:],
            corners[1:, 1:, None],
            eastward[1:, :, ::-1],
            corners[1:, :-1, None],
            northward[:, :-1, ::-1],
        ],
        axis=2,
    )
    grids: NDArray[np.object_] = shapely.polygons(rings.reshape(ROWS * COLUMNS, -1, 2))
    return grids


def near_borders(grids: NDArray[np.object_], random: np.random.Generator) -> Floats:
    """Places as cases have them, which lie in streets, where the borders run: the hardest that can be asked."""
    rings = shapely.get_exterior_ring(grids)[random.integers(0, len(grids), PEER_POINTS)]
    on_borders = shapely.line_interpolate_point(rings, random.uniform(0, 1, PEER_POINTS), normalized=True)
    places: Floats = shapely.get_coordinates(on_borders) + random.normal(0, 5e-5, (PEER_POINTS, 2))
    return places


def found_by_tree(index: GridIndex, codes: NDArray[np.int64], lons: Floats, lats: Floats) -> NDArray[np.int64]:
    """The same answer by Shapely's tree alone."""
    points, grids = index.tree.query(shapely.points(lons, lats), predicate="intersects")
    found = np.full(len(lons), np.iinfo(np.int64).max)
    np.minimum.at(found, points, codes[grids])
    return np.where(found == np.iinfo(np.int64).max, 0, found)


def median_seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        began = perf_counter()
        work()
        return perf_counter() - began

    return median(once() for _ in range(REPEATS))


def _bent_sides(starts: Floats, ends: Floats, random: np.random.Generator) -> Floats:
    along = (np.arange(1, BENDS_IN_A_SIDE + 1) / (BENDS_IN_A_SIDE + 1))[:, None]
    shaken = random.uniform(-0.04, 0.04, (*starts.shape[:2], BENDS_IN_A_SIDE, 2)) * GRID_DEGREES
    sides: Floats = starts[:, :, None] + (ends - starts)[:, :, None] * along + shaken
    return sides


def _geopandas(grids: NDArray[np.object_], codes: NDArray[np.int64], lons: Floats, lats: Floats) -> str:
    try:
        import geopandas
    except ImportError:
        return "GeoPandas is not installed"
    areas = geopandas.GeoDataFrame({"code": codes}, geometry=grids, crs="EPSG:4326")
    areas.sindex  # noqa: B018 (built outside the measured time)
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lons[:PEER_POINTS], lats[:PEER_POINTS]), crs="EPSG:4326")
    seconds = median_seconds(lambda: points.sjoin(areas, how="left", predicate="intersects"))
    return f"GeoPandas sjoin {PEER_POINTS / seconds:,.0f} points/s"


def _must_agree(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> None:
    if not np.array_equal(ours, theirs):
        differ = int((ours != theirs).sum())
        raise RuntimeError(f"{differ} of {len(ours)} places are found in another grid than Shapely finds: the figures would mean nothing")
