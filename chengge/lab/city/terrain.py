"""What the ground was before anybody built: the district's outline, a river with its tributary, a lake, a hill, a railway's corridor.

Everything is in metres of the city's frame. Curves are closed or open Catmull-Rom splines through a few points that the seed moves about.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

RIVER_CONTROL = (
    (-4300, 900),
    (-3300, 760),
    (-2500, 250),
    (-1750, -120),
    (-950, 60),
    (-250, -240),
    (450, -760),
    (1250, -840),
    (1950, -420),
    (2700, -330),
    (3500, -820),
    (4400, -1000),
)
CANAL_CONTROL = ((-390, -60), (-420, 260), (-210, 720), (-330, 1260), (-60, 1800), (-120, 2500), (90, 3100))
RAILWAY_CONTROL = ((-3600, -2750), (-2300, -2080), (-900, -1790), (500, -1690), (1600, -1930), (2700, -2350), (3600, -2950))
OUTLINE_CONTROL = (
    *(
        (-2950, 1080),
        (-2400, 1450),
        (-1560, 1640),
        (-1080, 2080),
        (-320, 2180),
        (180, 2390),
        (860, 2140),
        (1500, 2210),
        (2180, 1760),
        (2830, 1420),
    ),
    *((3020, 640), (2790, -120), (2960, -820), (2560, -1500), (1830, -1640), (1230, -2130), (420, -2070), (-380, -2290), (-1180, -2060)),
    *((-1950, -2120), (-2520, -1640), (-2560, -960), (-3010, -420), (-3060, 380)),
)
BORDER_ROADS = ((0.14, 0.46), (0.62, 0.83))  # parts of the outline that a road follows, as shares of its length
HILL_CENTRE = (-1560, -1060)
NORTH_LAKE_CENTRE = (1530, 1010)
OLD_TOWN = (-560, 640)
OLD_TOWN_ANGLE = 0.16
NEW_TOWN = (1420, 760)
WORKS = (1500, -1500)

RAILWAY_HALF_WIDTH_M = 24.0
BANK_GREEN_M = 34.0  # between the water and the road along it


@dataclass(frozen=True, slots=True)
class Terrain:
    """Shapes in metres. `river` and `canal` reach beyond the outline, as rivers do."""

    outline: Polygon
    river_line: LineString
    river: Polygon
    canal_line: LineString
    canal: Polygon
    ring_line: LineString  # the old town's wall once, a ring road now
    railway_line: LineString
    railway: Polygon
    hill: Polygon
    hill_lake: Polygon
    north_lake: Polygon
    north_park: Polygon

    @property
    def water(self) -> shapely.Geometry:
        return shapely.union_all([self.river, self.canal, self.hill_lake, self.north_lake])


def lay_terrain(seed: int) -> Terrain:
    """The same seed lays the same ground."""
    chance = np.random.default_rng([seed, 1])
    river_line = _curve(_moved(RIVER_CONTROL, 90, chance))
    river = _river_bed(river_line, chance)
    canal_control = _moved(CANAL_CONTROL, 45, chance)
    canal_control[0] = shapely.get_coordinates(river_line.interpolate(river_line.project(shapely.Point(canal_control[0]))))[0]
    canal_line = _curve(canal_control)
    canal_line = max(shapely.get_parts(canal_line.difference(river.buffer(-30))), key=lambda part: part.length)
    railway_line = _curve(_moved(RAILWAY_CONTROL, 60, chance))
    ring_line = _ring(chance)
    outline = Polygon(_closed(_moved(OUTLINE_CONTROL, 45, chance)))
    hill = _blob(HILL_CENTRE, 560, 430, 0.13, chance)
    hill_lake = _blob((HILL_CENTRE[0] + 190, HILL_CENTRE[1] - 120), 205, 135, 0.18, chance)
    north_lake = _blob(NORTH_LAKE_CENTRE, 235, 150, 0.2, chance)
    north_park = north_lake.buffer(105, quad_segs=6).simplify(4)
    return Terrain(
        outline,
        river_line,
        river,
        canal_line,
        canal_line.buffer(11.5, cap_style="flat"),
        ring_line,
        railway_line,
        railway_line.buffer(RAILWAY_HALF_WIDTH_M, cap_style="flat"),
        hill,
        hill_lake,
        north_lake,
        north_park,
    )


def _river_bed(line: LineString, chance: np.random.Generator) -> Polygon:
    """A bed whose width swells and narrows between about 85 and 150 m."""
    along = np.arange(0, line.length, 45.0)
    widths = 57 + 13 * np.sin(along / 640 + chance.uniform(0, 6)) + 6 * np.sin(along / 190 + chance.uniform(0, 6))
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    tangents = np.gradient(points, axis=0)
    normals = np.column_stack([-tangents[:, 1], tangents[:, 0]]) / np.linalg.norm(tangents, axis=1)[:, None]
    ring = np.vstack([points + normals * widths[:, None], (points - normals * widths[:, None])[::-1]])
    return shapely.make_valid(Polygon(ring)).buffer(0)


def _ring(chance: np.random.Generator) -> LineString:
    """A bent rectangle round the old town, open to the river in the south."""
    corners = np.array(
        [(-890, -640), (-905, -120), (-850, 420), (-560, 640), (0, 670), (520, 610), (790, 330), (840, -200), (800, -980)], dtype=float
    )
    corners += chance.normal(0, 35, corners.shape)
    turn = np.array([[np.cos(OLD_TOWN_ANGLE), -np.sin(OLD_TOWN_ANGLE)], [np.sin(OLD_TOWN_ANGLE), np.cos(OLD_TOWN_ANGLE)]])
    return _curve(corners @ turn.T + OLD_TOWN)


def _blob(centre: tuple[float, float], across_m: float, up_m: float, roughness: float, chance: np.random.Generator) -> Polygon:
    angles = np.linspace(0, 2 * np.pi, 11, endpoint=False)
    radii = chance.uniform(1 - roughness, 1 + roughness, len(angles))
    return Polygon(_closed(np.column_stack([centre[0] + across_m * radii * np.cos(angles), centre[1] + up_m * radii * np.sin(angles)])))


def _moved(control: tuple[tuple[float, float], ...], by_m: float, chance: np.random.Generator) -> np.ndarray:
    return np.array(control, dtype=float) + chance.normal(0, by_m, (len(control), 2))


def _curve(control: np.ndarray) -> LineString:
    padded = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
    return LineString(_spline(padded)).simplify(0.6)


def _closed(control: np.ndarray) -> np.ndarray:
    padded = np.vstack([control[-1], control, control[:2]])
    return _spline(padded)[:-1]


def _spline(control: np.ndarray, steps: int = 16) -> np.ndarray:
    """Catmull-Rom through all control points but the first and last."""
    before, start, end, after = control[:-3], control[1:-2], control[2:-1], control[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    points = 0.5 * (
        2 * start + (end - before) * t + (2 * before - 5 * start + 4 * end - after) * t**2 + (3 * start - before - 3 * end + after) * t**3
    )
    return np.vstack([points.transpose(1, 0, 2).reshape(-1, 2), control[-2]])


def zone_at(points: np.ndarray) -> np.ndarray:
    """How each point, shape (n, 2), is built up: 0 old town, 1 new town, 2 housing, 3 works."""
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    zones = np.full(len(points), 2)
    zones[np.hypot(*((points - WORKS) / (1500, 640)).T) < 1] = 3
    zones[np.hypot(*((points - NEW_TOWN) / (1150, 900)).T) < 1] = 1
    zones[np.hypot(*((points - OLD_TOWN) / (760, 640)).T) < 1] = 0
    return zones


def centrality(points: np.ndarray) -> np.ndarray:
    """From 0 at the edge to 1 in the middle of the old or the new town."""
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    old = np.exp(-((np.hypot(*(points - OLD_TOWN).T) / 1050) ** 2))
    new = 0.95 * np.exp(-((np.hypot(*(points - NEW_TOWN).T) / 900) ** 2))
    return np.maximum(old, new)


def inside(shape: Polygon, points: np.ndarray) -> np.ndarray:
    """Which points, shape (n, 2), lie in the shape."""
    shapely.prepare(shape)
    return shapely.contains_xy(shape, points[:, 0], points[:, 1])
