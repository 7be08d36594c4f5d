"""The index of a city's unit grids."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon, STRtree

from chengge.domain.coordinates import LocalMetres
from chengge.domain.gridindex.raster import TILE, TILE_BITS, Raster

_POINTS_AT_ONCE = 1 << 20
_TOUCHING_DEGREES = 1e-7  # about a centimetre: the last digit that surveys hand over


class GridIndexError(ValueError):
    """Grids that cannot be indexed, or a grid that is not in the index."""


@dataclass(frozen=True, slots=True)
class GridIndex:
    """All grids of a city, in order of their codes; may be asked by several threads at once."""

    codes: NDArray[np.int64]
    polygons: NDArray[np.object_]
    raster: Raster | None  # None where there are no grids
    tree: STRtree

    @classmethod
    def of(cls, codes: ArrayLike, polygons: Sequence[Polygon | MultiPolygon] | NDArray[np.object_]) -> "GridIndex":
        """From grid codes (15 digits) and their borders in lon, lat.

        Raises:
            GridIndexError: more codes than borders or the reverse, a code twice, a border that is empty or no polygon.
        """
        given = np.asarray(codes, dtype=np.int64).reshape(-1)
        borders = np.empty(len(polygons), dtype=object)
        borders[:] = polygons
        if len(given) != len(borders):
            raise GridIndexError(f"{len(given)} codes and {len(borders)} borders: each grid has one of both")
        order = np.argsort(given, kind="stable")
        in_order, borders = given[order], borders[order]
        _check(in_order, borders)
        tree = STRtree(borders)
        tree.query(shapely.Point(0, 0))  # builds the tree now, in this thread
        return cls(in_order, borders, Raster.of(borders) if len(borders) else None, tree)

    def __len__(self) -> int:
        return len(self.codes)

    def locate(self, lon: float, lat: float) -> int | None:
        """The code of the grid that holds a place, its border included; None outside all grids."""
        if self.raster is None:
            return None
        frame = self.raster.frame
        u, v = (lon - frame.west) * frame.columns_per_degree, (lat - frame.south) * frame.rows_per_degree
        if not (0 <= u < frame.columns and 0 <= v < frame.rows):
            return None
        column, row = int(u), int(v)
        block = self.raster.block_of_tile.item((row >> TILE_BITS) * frame.tile_columns + (column >> TILE_BITS))
        cell = self.raster.cells.item(((block << TILE_BITS | row % TILE) << TILE_BITS) | column % TILE)
        if cell >= 0:
            return self.codes.item(cell - 1) if cell else None
        first, end = self.raster.list_starts[-1 - cell : 1 - cell].tolist()
        for polygon in self.raster.listed[first:end].tolist():
            if shapely.intersects_xy(self.polygons[polygon], lon, lat):
                return self.codes.item(polygon)
        return None

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> NDArray[np.int64]:
        """The codes of the grids that hold many places, in the shape of the input; 0 outside all grids and for NaN."""
        lon, lat = np.broadcast_arrays(np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64))
        found = np.zeros(lon.size, dtype=np.int64)
        if self.raster is not None:
            lon_line, lat_line = lon.ravel(), lat.ravel()
            for first in range(0, lon.size, _POINTS_AT_ONCE):
                some = slice(first, first + _POINTS_AT_ONCE)
                found[some] = self._located(self.raster, lon_line[some], lat_line[some])
        return found.reshape(lon.shape)

    def _located(self, raster: Raster, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
        frame = raster.frame
        with np.errstate(over="ignore"):  # what is too far for a number lies in no grid
            u, v = (lon - frame.west) * frame.columns_per_degree, (lat - frame.south) * frame.rows_per_degree
        within = (u >= 0) & (u < frame.columns) & (v >= 0) & (v < frame.rows)
        # The margin's first cell is in no grid; what lies outside the frame is sent there.
        column, row = np.where(within, u, 0).astype(np.int32), np.where(within, v, 0).astype(np.int32)
        block = raster.block_of_tile[(row >> TILE_BITS) * frame.tile_columns + (column >> TILE_BITS)]
        cell = raster.cells[((block << TILE_BITS | row % TILE) << TILE_BITS) | column % TILE]
        found = np.where(cell > 0, self.codes[np.maximum(cell, 1) - 1], 0)
        open_points = np.flatnonzero(cell < 0)
        lists = -1 - cell[open_points]
        candidate, end = raster.list_starts[lists], raster.list_starts[lists + 1]
        while len(open_points):
            polygon = raster.listed[candidate]
            # Neighbouring polygons lie together in memory: asking in their order is several times faster.
            order = np.argsort(polygon, kind="stable")
            points, polygon = open_points[order], polygon[order]
            holds = shapely.intersects_xy(self.polygons[polygon], lon[points], lat[points])
            found[points[holds]] = self.codes[polygon[holds]]
            candidate, end = candidate[order] + 1, end[order]
            goes_on = ~holds & (candidate < end)
            open_points, candidate, end = points[goes_on], candidate[goes_on], end[goes_on]
        return found

    def in_window(self, min_lon: float, min_lat: float, max_lon: float, max_lat: float) -> NDArray[np.int64]:
        """The codes of the grids that a map window touches, in order."""
        return self._codes_of(self.tree.query(shapely.box(min_lon, min_lat, max_lon, max_lat), predicate="intersects"))

    def neighbours(self, code: int) -> NDArray[np.int64]:
        """The codes of the grids that touch this one, if only at a corner, in order; a gap of a centimetre does not part them.

        Raises:
            GridIndexError: no such grid.
        """
        own = self._position(code)
        touching = self.tree.query(self.polygons[own], predicate="dwithin", distance=_TOUCHING_DEGREES)
        return self._codes_of(touching[touching != own])

    def nearest(self, lon: float, lat: float, max_m: float) -> int | None:
        """The grid that holds a place, else the one whose border is nearest within `max_m` metres, else None."""
        held_by = self.locate(lon, lat)
        if held_by is not None or not self.codes.size:
            return held_by
        around = LocalMetres.around(lon, lat)
        west, south = around.from_metres(-max_m, -max_m)
        east, north = around.from_metres(max_m, max_m)
        near = np.sort(self.tree.query(shapely.box(west, south, east, north)))
        if not near.size:
            return None
        flat = shapely.transform(self.polygons[near], lambda places: np.column_stack(around.to_metres(places[:, 0], places[:, 1])))
        distances_m = shapely.distance(flat, shapely.Point(0, 0))
        best = int(np.argmin(distances_m))
        return self.codes.item(near[best]) if distances_m[best] <= max_m else None

    def polygon(self, code: int) -> Polygon | MultiPolygon:
        """The border of a grid.

        Raises:
            GridIndexError: no such grid.
        """
        border: Polygon | MultiPolygon = self.polygons[self._position(code)]
        return border

    def _position(self, code: int) -> int:
        position = int(np.searchsorted(self.codes, code))
        if position == len(self.codes) or self.codes[position] != code:
            raise GridIndexError(f"there is no unit grid {code} in the index")
        return position

    def _codes_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.codes[np.sort(positions)]


def _check(codes: NDArray[np.int64], borders: NDArray[np.object_]) -> None:
    twice = codes[1:][codes[1:] == codes[:-1]]
    if twice.size:
        raise GridIndexError(f"{len(np.unique(twice))} codes stand for several grids, the first is {twice[0]}: a code belongs to one grid")
    kinds = shapely.get_type_id(borders)
    polygonal = (kinds == shapely.GeometryType.POLYGON) | (kinds == shapely.GeometryType.MULTIPOLYGON)
    bounds_finite = np.isfinite(shapely.bounds(borders)).all(axis=1)
    bad = np.flatnonzero(~polygonal | ~bounds_finite)
    if bad.size:
        raise GridIndexError(f"the border of grid {codes[bad[0]]} is empty, has no finite coordinates or is no polygon")
