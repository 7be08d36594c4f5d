"""Thirty thousand things in the street: lamps, manholes, trees, hydrants, bins, benches, signs, stops, each where it would stand."""

from dataclasses import dataclass

import numpy as np
import shapely

from chengge.lab.city import landuse
from chengge.lab.city.ground import Ground
from chengge.lab.city.places import NamedRoad, Place
from chengge.lab.city.streets import ARTERIAL, LANE, STREET, WIDTH_M
from chengge.lab.city.terrain import Terrain

COUNT = 30_000
BORDER_M = 0.05  # nothing stands so near to a grid's border that rounding could move it over
SPARE = 1.07  # so many more are laid out along the roads, since some places turn out to be water or another's


@dataclass(frozen=True, slots=True)
class Along:
    """A class that follows roads.

    Attributes:
        per_km: how many on a kilometre of arterial, street, lane.
        from_kerb_m: to the right of the kerb where positive, in the carriageway where negative.
        jitter_m: how far one stands from its even place.
    """

    code: str
    per_km: tuple[float, float, float]
    from_kerb_m: float
    jitter_m: float = 1.0


ALONG: tuple[Along, ...] = (
    Along("0402", (66, 48, 6), 1.4, 0.7),
    Along("0137", (44, 30, 13), 0.7, 0.5),
    Along("0104", (20, 15, 5), -0.4),
    Along("0103", (13, 11, 5), -2.2, 4),
    Along("0102", (8, 9, 6), -3.2, 5),
    Along("0101", (5, 6, 4), 2.0, 6),
    Along("0107", (7, 5, 2), 2.6, 8),
    Along("0105", (5, 3, 1), 2.2, 8),
    Along("0106", (4, 3, 1), 1.1, 5),
    Along("0111", (3.5, 3.5, 1.5), -1.6, 8),
    Along("0112", (1.2, 0.5, 0), 2.8, 9),
    Along("0108", (1, 1, 0.6), 2.4, 9),
    Along("0118", (0, 0.8, 2.4), 3.0, 9),
    Along("0114", (1, 0.6, 0), 1.8, 9),
    Along("0123", (0.6, 0.6, 0.6), -1.2, 12),
    Along("0113", (7.5, 6.5, 3), 1.8, 3),
    Along("0305", (11, 8, 2), 1.9, 3),
    Along("0407", (4, 2, 0.2), 3.0, 8),
    Along("0213", (7, 4, 0.8), 1.0, 8),
    Along("0204", (3.4, 2.2, 0), 1.6, 30),
    Along("0217", (4, 1, 0), -0.1, 6),
    Along("0221", (5, 4, 0.5), 0.6, 6),
    Along("0225", (3, 3, 0.5), 2.6, 12),
    Along("0127", (2.2, 2.2, 0.8), 3.2, 12),
    Along("0128", (1.6, 1.6, 1.4), 3.4, 12),
    Along("0148", (0.8, 0.8, 0.6), 3.6, 12),
    Along("0130", (0, 1.6, 3.4), 1.6, 3),
    Along("0131", (0, 1, 2.4), 1.7, 4),
    Along("0150", (3.2, 2, 0.5), 0.9, 12),
    Along("0306", (2.2, 1, 0), 3.4, 15),
    Along("0404", (5, 3, 0), 1.4, 4),
    Along("0408", (3, 1.5, 0), 2.2, 8),
    Along("0154", (0.8, 0.8, 0.3), 3.0, 15),
    Along("0129", (0.8, 0.6, 0.4), 3.2, 12),
    Along("0142", (0.5, 0.5, 0), 2.6, 20),
    Along("0302", (0.6, 0.6, 0.3), 2.0, 20),
)

# Classes that stand at places of a sort: how many at each (a fraction is a chance), and how far around in metres.
AT_PLACES: dict[str, tuple[tuple[str, float, float], ...]] = {
    "crossing": (("0212", 0.9, 12), ("0214", 0.35, 14), ("0220", 0.8, 11), ("0150", 0.2, 13)),
    "bridge": (("0209", 1.0, 2), ("0230", 0.8, 40), ("0211", 0.3, 30)),
    "compound": (("0308", 0.6, 40), ("0146", 0.45, 45), ("0304", 0.14, 55), ("0145", 0.1, 40), ("0103", 1.2, 60), ("0102", 1.2, 60)),
    "gate": (("0151", 0.1, 9), ("0145", 0.08, 10), ("0308", 0.2, 12)),
    "park": (
        ("0301", 0.8, 60),
        ("0407", 6, 110),
        ("0139", 8, 120),
        ("0305", 4, 110),
        ("0409", 1.2, 80),
        ("0406", 0.5, 50),
        ("0146", 0.8, 60),
        ("0405", 0.6, 50),
        ("0152", 0.5, 90),
    ),
    "school": (("0217", 1, 20), ("0213", 1, 25)),
    landuse.MARKET: (("0301", 0.7, 40), ("0304", 0.4, 45), ("0201", 0.5, 40)),
    landuse.HOSPITAL: (("0201", 0.9, 45),),
    landuse.COMMERCE: (("0201", 0.6, 45), ("0145", 0.6, 30), ("0301", 0.25, 45), ("0410", 0.05, 20)),
    landuse.OFFICES: (("0201", 0.5, 40),),
    landuse.SQUARE: (("0410", 0.4, 10), ("0407", 8, 35), ("0139", 8, 40), ("0406", 0.6, 15)),
    "landmark": (("0301", 1, 40), ("0401", 1.5, 45)),
}


@dataclass(frozen=True, slots=True)
class Things:
    """Parallel arrays: class code (four digits), x and y in metres, index of the unit grid, index of the road (-1: none)."""

    code: np.ndarray
    x: np.ndarray
    y: np.ndarray
    grid: np.ndarray
    road: np.ndarray


def place_components(ground: Ground, uses: np.ndarray, roads: list[NamedRoad], places: list[Place], terrain: Terrain, seed: int) -> Things:
    """Exactly COUNT things, in the order of class and place."""
    chance = np.random.default_rng([seed, 6])
    single = [*_at_places(places, chance), *_on_banks(terrain), *_old_trees(ground, uses, chance)]
    lengths = {kind: sum(road.line.length for road in roads if road.kind == kind and road.name) / 1000 for kind in (ARTERIAL, STREET, LANE)}
    expected = sum(rate * lengths[kind] for row in ALONG for kind, rate in zip((ARTERIAL, STREET, LANE), row.per_km, strict=True))
    density = SPARE * (COUNT - len(single)) / expected
    codes, points, of_road = _along_roads(roads, density, chance)
    codes = np.concatenate([np.array([code for code, _, _ in single], dtype=object), codes])
    points = np.vstack([np.array([(x, y) for _, x, y in single]), points])
    of_road = np.concatenate([np.full(len(single), -1), of_road])

    tree = shapely.STRtree(ground.grids)
    thing, grid = tree.query(shapely.points(points), predicate="within")
    of_grid = np.full(len(points), -1)
    of_grid[thing] = grid
    dry = ~shapely.contains_xy(terrain.water.buffer(-1), points[:, 0], points[:, 1]) | (codes == "0209") | (codes == "0137")
    clear = shapely.distance(shapely.boundary(ground.grids[of_grid]), shapely.points(points)) > BORDER_M
    fit = np.flatnonzero((of_grid >= 0) & dry & clear)
    linear = fit[of_road[fit] >= 0]
    surplus = len(fit) - COUNT
    if surplus < 0:
        raise ValueError(f"only {len(fit)} of {COUNT} components found a place")
    fit = np.setdiff1d(fit, chance.choice(linear, surplus, replace=False))
    order = fit[np.lexsort((points[fit, 0].round(2), of_grid[fit], codes[fit].astype(str)))]
    return Things(codes[order], points[order, 0], points[order, 1], of_grid[order], of_road[order])


def _along_roads(roads: list[NamedRoad], density: float, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codes, points, owners = [], [], []
    for index, road in enumerate(roads):
        if not road.name:
            continue
        for row in ALONG:
            rate = row.per_km[(ARTERIAL, STREET, LANE).index(road.kind)] * density
            if not rate:
                continue
            spacing = 1000 / rate * 2  # on each side
            for side in (-1.0, 1.0):
                at = np.arange(chance.uniform(0, spacing), road.line.length, spacing)
                at = np.clip(at + chance.normal(0, row.jitter_m, len(at)), 0, road.line.length)
                if len(at):
                    codes.append(np.full(len(at), row.code, dtype=object))
                    points.append(_beside(road.line, at, side * (WIDTH_M[road.kind] / 2 + row.from_kerb_m)))
                    owners.append(np.full(len(at), index))
    return np.concatenate(codes), np.vstack(points), np.concatenate(owners)


def _beside(line: shapely.LineString, at: np.ndarray, offset: float) -> np.ndarray:
    """Points `at` metres along the line and `offset` metres to its right (left where negative)."""
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(at + 2, line.length)))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 2, 0)))
    way = ahead - behind
    way /= np.maximum(np.linalg.norm(way, axis=1), 1e-9)[:, None]
    return here + offset * np.column_stack([way[:, 1], -way[:, 0]])


def _at_places(places: list[Place], chance: np.random.Generator) -> list[tuple[str, float, float]]:
    found = []
    for place in places:
        for code, count, around_m in AT_PLACES.get(place.sort, ()):
            for _ in range(int(count) + int(chance.uniform() < count % 1)):
                angle, radius = chance.uniform(0, 2 * np.pi), around_m * np.sqrt(chance.uniform(0.1, 1))
                found.append((code, place.x + radius * np.cos(angle), place.y + radius * np.sin(angle)))
    return found


def _on_banks(terrain: Terrain) -> list[tuple[str, float, float]]:
    """Railings, flood walls and signs along the river."""
    found = []
    for code, spacing, off in (("0507", 75, 3.0), ("0508", 320, 5.0), ("0230", 420, 6.0), ("0506", 500, 4.0)):
        shore = shapely.LineString(terrain.river.buffer(off).exterior.coords)
        found += [
            (code, x, y) for x, y in shapely.get_coordinates(shapely.line_interpolate_point(shore, np.arange(20, shore.length, spacing)))
        ]
    return found


def _old_trees(ground: Ground, uses: np.ndarray, chance: np.random.Generator) -> list[tuple[str, float, float]]:
    old = ground.grids[uses == landuse.OLD_HOUSING]
    chosen = chance.choice(len(old), min(24, len(old)), replace=False)
    return [("0401", point.x, point.y) for point in shapely.point_on_surface(old[np.sort(chosen)])]
