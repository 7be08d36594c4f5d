"""Which way streets want to run at every place: a tensor field, so that streets may turn into each other at right angles.

Each basis (a grid, a ring, the river's bank) says an angle and how much it counts; the field is their sum, after Chen et al. (2008),
"Interactive procedural street modeling". An angle and its opposite are the same: cosine and sine of twice the angle are kept.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely

from chengge.lab.city.terrain import NEW_TOWN, OLD_TOWN, OLD_TOWN_ANGLE, WORKS, Terrain

CELL_M = 20.0
LEFT, BOTTOM, RIGHT, TOP = -3900.0, -3200.0, 3900.0, 3200.0
COLUMNS, ROWS = int((RIGHT - LEFT) / CELL_M), int((TOP - BOTTOM) / CELL_M)


def centres() -> tuple[np.ndarray, np.ndarray]:
    """x and y of the raster's cell centres, each of shape (ROWS, COLUMNS)."""
    return np.meshgrid(LEFT + (np.arange(COLUMNS) + 0.5) * CELL_M, BOTTOM + (np.arange(ROWS) + 0.5) * CELL_M)


def cell_of(x: float, y: float) -> tuple[int, int]:
    """Row and column of a place; places outside the raster get the nearest cell at its edge."""
    return min(max(int((y - BOTTOM) / CELL_M), 0), ROWS - 1), min(max(int((x - LEFT) / CELL_M), 0), COLUMNS - 1)


@dataclass(frozen=True, slots=True)
class Field:
    """Rows of numbers, not arrays: it is asked one place at a time."""

    cosine: list[list[float]]
    sine: list[list[float]]

    def direction(self, x: float, y: float) -> tuple[float, float]:
        """The unit vector along which the first family of streets runs here; bilinear between cell centres."""
        across, up = (x - LEFT) / CELL_M - 0.5, (y - BOTTOM) / CELL_M - 0.5
        column, row = min(max(int(across), 0), COLUMNS - 2), min(max(int(up), 0), ROWS - 2)
        right, above = across - column, up - row
        low, high = (1 - right) * (1 - above), (1 - right) * above
        low_right, high_right = right * (1 - above), right * above
        here, over = self.cosine[row], self.cosine[row + 1]
        cosine = low * here[column] + low_right * here[column + 1] + high * over[column] + high_right * over[column + 1]
        here, over = self.sine[row], self.sine[row + 1]
        sine = low * here[column] + low_right * here[column + 1] + high * over[column] + high_right * over[column + 1]
        half = math.atan2(sine, cosine) / 2
        return math.cos(half), math.sin(half)


def lay_field(terrain: Terrain, seed: int) -> Field:
    """The field of a district: a bent old town, straight new quarters each at its own angle, banks and rings that streets follow."""
    chance = np.random.default_rng([seed, 2])
    x, y = centres()
    cosine, sine = np.zeros_like(x), np.zeros_like(x)

    def add(angle: np.ndarray | float, weight: np.ndarray | float) -> None:
        cosine[...] += weight * np.cos(2 * np.asarray(angle))
        sine[...] += weight * np.sin(2 * np.asarray(angle))

    bend = _bend(x, y, chance)
    add(0.10 + chance.normal(0, 0.03) + 0.4 * bend, 0.55)
    add(OLD_TOWN_ANGLE + 0.7 * bend, 1.3 * _around(x, y, OLD_TOWN, 640))
    add(-0.16 + chance.normal(0, 0.02), 1.5 * _around(x, y, NEW_TOWN, 900))
    add(0.42, 1.2 * _around(x, y, WORKS, 800))
    add(-0.30, 1.0 * _around(x, y, (-2000, 1250), 800))
    add(0.55, 1.0 * _around(x, y, (-2150, -1150), 600))

    for line, reach, strength in (
        (terrain.river_line, 420, 2.6),
        (shapely.get_exterior_ring(terrain.outline), 300, 1.2),
        (terrain.ring_line, 200, 1.5),
        (terrain.railway_line, 260, 1.5),
        (shapely.get_exterior_ring(terrain.hill), 240, 1.4),
    ):
        angle, distance = _along(line, x, y)
        add(angle, strength * np.exp(-((distance / reach) ** 2)))
    size = np.hypot(cosine, sine) + 1e-9
    return Field((cosine / size).tolist(), (sine / size).tolist())


def _around(x: np.ndarray, y: np.ndarray, centre: tuple[float, float], reach_m: float) -> np.ndarray:
    return np.exp(-((np.hypot(x - centre[0], y - centre[1]) / reach_m) ** 2))


def _bend(x: np.ndarray, y: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Slow waves between -1 and 1."""
    waves = np.zeros_like(x)
    for _ in range(5):
        length, heading, phase = chance.uniform(900, 2600), chance.uniform(0, np.pi), chance.uniform(0, 2 * np.pi)
        waves += np.sin((x * np.cos(heading) + y * np.sin(heading)) * 2 * np.pi / length + phase)
    return waves / 5


def _along(line: shapely.LineString, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Angle of the line at its point nearest to each cell, and the distance to it, both to within half a cell."""
    stations = shapely.get_coordinates(shapely.line_interpolate_point(line, np.arange(0, line.length, CELL_M / 2)))
    ways = np.gradient(stations, axis=0)
    flat = np.column_stack([x.ravel(), y.ravel()])
    cell, station = shapely.STRtree(shapely.points(stations)).query_nearest(shapely.points(flat), all_matches=False)
    nearest = np.empty(len(flat), dtype=int)
    nearest[cell] = station
    distance = np.hypot(*(flat - stations[nearest]).T)
    return np.arctan2(ways[nearest, 1], ways[nearest, 0]).reshape(x.shape), distance.reshape(x.shape)
