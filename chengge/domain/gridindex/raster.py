"""A raster over the polygons that answers most places at once and names the few polygons to look at for the others.

A cell that no border passes lies wholly inside one polygon or outside all. A cell that a border passes lists the
polygons that touch it, smallest number first, down to the first that covers it wholly. Cells are kept in tiles of
16 × 16, and only for tiles that a polygon reaches, so that a wide county with few grids costs little.
Cells are marked a millionth of a cell too wide, so that no rounding can put a place on the wrong side of a border.
"""

from dataclasses import dataclass
from math import cos, radians, sqrt

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

TILE_BITS = 4
TILE = 1 << TILE_BITS
_IN_TILE = TILE - 1
_CELLS_PER_POLYGON = 100
_FEWEST_CELLS, _MOST_CELLS = 1 << 10, 1 << 23
_MOST_TILES = 1 << 24
_SLACK = 1e-6  # of a cell
_POLYGONS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the cells lie: `column = (lon - west) * columns_per_degree`, rows alike from south to north."""

    west: float
    south: float
    columns_per_degree: float
    rows_per_degree: float
    columns: int
    rows: int

    @classmethod
    def around(cls, geometries: NDArray[np.object_]) -> "Frame":
        """Cells about square on the ground, some hundred for each polygon, one cell of margin all round."""
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(geometries))
        squeeze = max(cos(radians((south + north) / 2)), 0.01)
        width, height = (east - west) * squeeze, north - south
        wanted = min(max(_CELLS_PER_POLYGON * len(geometries), _FEWEST_CELLS), _MOST_CELLS)
        area = float(shapely.area(geometries).sum()) * squeeze or width * height
        side = max(sqrt(area / wanted), sqrt(width * height / _MOST_TILES) / TILE, max(width, height) / _MOST_TILES, 1e-9)
        columns_per_degree, rows_per_degree = squeeze / side, 1 / side
        return cls(
            west=west - 1 / columns_per_degree,
            south=south - 1 / rows_per_degree,
            columns_per_degree=columns_per_degree,
            rows_per_degree=rows_per_degree,
            columns=_up_to_whole_tiles((east - west) * columns_per_degree + 3),
            rows=_up_to_whole_tiles((north - south) * rows_per_degree + 3),
        )

    @property
    def tile_columns(self) -> int:
        return self.columns >> TILE_BITS

    @property
    def tiles(self) -> int:
        return (self.columns >> TILE_BITS) * (self.rows >> TILE_BITS)


@dataclass(frozen=True, slots=True)
class Raster:
    """What each cell knows: 0 nothing there; k > 0 wholly in polygon k - 1; k < 0 look through the list -k - 1.

    The cell at (column, row) stands at `block_of_tile[tile] * 256 + (row % 16) * 16 + column % 16`; block 0 is empty.
    List i is `listed[list_starts[i] : list_starts[i + 1]]`.
    """

    frame: Frame
    block_of_tile: Ints
    cells: Ints
    list_starts: Ints
    listed: Ints

    @classmethod
    def of(cls, geometries: NDArray[np.object_]) -> "Raster":
        frame = Frame.around(geometries)
        touched = [
            _Touched.by(geometries[first : first + _POLYGONS_AT_ONCE], first, frame)
            for first in range(0, len(geometries), _POLYGONS_AT_ONCE)
        ]
        used = np.zeros(frame.tiles, dtype=np.bool_)
        for part in touched:
            used[_tile(part.border_cells, frame)] = True
            used[_tile(part.whole_cells, frame)] = True
        block_of_tile = np.where(used, np.cumsum(used), 0).astype(np.int32)

        def places(cells: Longs) -> Longs:
            row, column = np.divmod(cells, frame.columns)
            block = block_of_tile[_tile(cells, frame)].astype(np.int64)
            return (block << 2 * TILE_BITS) | ((row & _IN_TILE) << TILE_BITS) | (column & _IN_TILE)

        nobody = len(geometries)
        covering = np.full((int(used.sum()) + 1) << 2 * TILE_BITS, nobody, dtype=np.int32)
        for part in touched:
            np.minimum.at(covering, places(part.whole_cells), part.whole_polygons)
        listed_places, list_starts, listed = _lists(
            np.concatenate([places(part.border_cells) for part in touched]),
            np.concatenate([part.border_polygons for part in touched]),
            covering,
            nobody,
        )
        cells = np.where(covering == nobody, 0, covering + 1).astype(np.int32)
        cells[listed_places] = -1 - np.arange(len(listed_places), dtype=np.int32)
        return cls(frame, block_of_tile, cells, list_starts, listed)


@dataclass(frozen=True, slots=True)
class _Touched:
    """Which cells (row * columns + column) the borders of some polygons pass, and which they cover wholly."""

    border_cells: Longs
    border_polygons: Ints
    whole_cells: Longs
    whole_polygons: Ints

    @classmethod
    def by(cls, geometries: NDArray[np.object_], first_number: int, frame: Frame) -> "_Touched":
        border_cells, border_polygons = _border_cells(geometries, frame)
        whole_cells, whole_polygons = _whole_cells(geometries, border_cells, border_polygons, frame)
        number = np.int32(first_number)
        return cls(border_cells, border_polygons + number, whole_cells, whole_polygons + number)


def _lists(border_places: Longs, border_polygons: Ints, covering: Ints, nobody: int) -> tuple[Longs, Ints, Ints]:
    """For each place that needs a list: the polygons whose border passes there, up to the first that covers it wholly."""
    before_cover = border_polygons < covering[border_places]
    border_places, border_polygons = border_places[before_cover], border_polygons[before_cover]
    listed_places = _each_once(border_places)
    covered = covering[listed_places]
    has_cover = covered < nobody
    places = np.concatenate([border_places, listed_places[has_cover]])
    # Place and polygon in one number, so that one sort puts both in order.
    in_order = np.sort(places * (nobody + 1) + np.concatenate([border_polygons, covered[has_cover]]))
    places, listed = np.divmod(in_order, nobody + 1)
    list_starts = np.append(np.searchsorted(places, listed_places), len(places))
    return listed_places, list_starts.astype(np.int32), listed.astype(np.int32)


def _border_cells(geometries: NDArray[np.object_], frame: Frame) -> tuple[Longs, Ints]:
    """The cells that each polygon's border passes, in order of polygon, row and column, each pair once."""
    polygon, u0, v0, u1, v1 = _edges(geometries, frame)
    low, high = np.minimum(v0, v1), np.maximum(v0, v1)
    edge, row = _each_of_ranges(_cell_of(low - _SLACK), _cell_of(high + _SLACK))
    u0, v0, u1, v1 = u0[edge], v0[edge], u1[edge], v1[edge]
    rise = v1 - v0
    flat = rise == 0
    rise[flat] = 1
    # Where along the edge (0 to 1) it enters and leaves the row.
    enters = np.where(flat, 0, np.clip((row - _SLACK - v0) / rise, 0, 1))
    leaves = np.where(flat, 1, np.clip((row + 1 + _SLACK - v0) / rise, 0, 1))
    a, b = u0 + enters * (u1 - u0), u0 + leaves * (u1 - u0)
    crossing, column = _each_of_ranges(_cell_of(np.minimum(a, b) - _SLACK), _cell_of(np.maximum(a, b) + _SLACK))
    cells = row[crossing] * frame.columns + column
    pairs = _each_once(polygon[edge[crossing]] * (frame.columns * frame.rows) + cells)
    polygons, cells = np.divmod(pairs, frame.columns * frame.rows)
    return cells, polygons.astype(np.int32)


def _whole_cells(geometries: NDArray[np.object_], border_cells: Longs, border_polygons: Ints, frame: Frame) -> tuple[Longs, Ints]:
    """The cells that lie wholly in a polygon: runs between two of its border cells in a row, if one place of the run does."""
    same_row = (border_polygons[1:] == border_polygons[:-1]) & (border_cells[1:] // frame.columns == border_cells[:-1] // frame.columns)
    before = np.flatnonzero(same_row & (border_cells[1:] - border_cells[:-1] > 1))
    first, last = border_cells[before] + 1, border_cells[before + 1] - 1
    row, column = np.divmod(first, frame.columns)
    lon = frame.west + (column + 0.5) / frame.columns_per_degree
    lat = frame.south + (row + 0.5) / frame.rows_per_degree
    inside = shapely.intersects_xy(geometries[border_polygons[before]], lon, lat)
    run, cells = _each_of_ranges(first[inside], last[inside])
    return cells, border_polygons[before][inside][run]


def _edges(geometries: NDArray[np.object_], frame: Frame) -> tuple[Longs, Floats, Floats, Floats, Floats]:
    """Every edge of every ring: its polygon's number and both ends in columns and rows."""
    parts, part_polygon = shapely.get_parts(geometries, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    places, place_ring = shapely.get_coordinates(rings, return_index=True)
    u = (places[:, 0] - frame.west) * frame.columns_per_degree
    v = (places[:, 1] - frame.south) * frame.rows_per_degree
    starts = np.flatnonzero(place_ring[1:] == place_ring[:-1])
    polygon = part_polygon[ring_part[place_ring[starts]]].astype(np.int64)
    return polygon, u[starts], v[starts], u[starts + 1], v[starts + 1]


def _each_of_ranges(first: Longs, last: Longs) -> tuple[Longs, Longs]:
    """For every whole number of every range (both ends included): the range's position, and the number."""
    lengths = last - first + 1
    position = np.repeat(np.arange(len(first), dtype=np.int64), lengths)
    within = np.arange(len(position), dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return position, first[position] + within


def _each_once(numbers: Longs) -> Longs:
    """In order. (NumPy's own `unique` hashes, which takes ten times as long here.)"""
    in_order = np.sort(numbers)
    return in_order[np.append(True, in_order[1:] != in_order[:-1])] if in_order.size else in_order


def _cell_of(value: Floats) -> Longs:
    return np.floor(value).astype(np.int64)


def _tile(cells: Longs, frame: Frame) -> Longs:
    row, column = np.divmod(cells, frame.columns)
    return (row >> TILE_BITS) * frame.tile_columns + (column >> TILE_BITS)


def _up_to_whole_tiles(cells: float) -> int:
    return (int(cells) + _IN_TILE) // TILE * TILE
