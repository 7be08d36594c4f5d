"""The street network: arterials, streets and lanes as evenly spaced lines through the field, joined at their ends.

Lines are placed after Jobard and Lefer (1997), "Creating evenly-spaced streamlines of arbitrary density".
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import shapely
import shapely.ops
from shapely.geometry import LineString

from chengge.lab.city.field import BOTTOM, CELL_M, COLUMNS, LEFT, ROWS, Field, cell_of, centres, lay_field
from chengge.lab.city.terrain import BANK_GREEN_M, BORDER_ROADS, Terrain, zone_at

STEP_M = 14.0
FAR_M = 9999.0
ARTERIAL, STREET, LANE = "arterial", "street", "lane"
WIDTH_M = {ARTERIAL: 30.0, STREET: 17.0, LANE: 8.0}
SPACING_M = {ARTERIAL: (560, 660, 640, 700), STREET: (265, 400, 370, 410), LANE: (98, 195, 172, 215)}  # by zone: old, new, housing, works
SHORTEST_M = {ARTERIAL: 900.0, STREET: 260.0, LANE: 90.0}


@dataclass(frozen=True, slots=True)
class Road:
    kind: str  # arterial, street or lane
    line: LineString
    role: str = ""  # ring, bank_north, bank_south, hill, border: roads that are given, not traced


@dataclass(slots=True)
class _Survey:
    """What a tracer must know of the lines laid so far: distance of each raster cell to the next one of each family."""

    laid: Field
    nearest: tuple[np.ndarray, np.ndarray] = field(
        default_factory=lambda: (np.full((ROWS, COLUMNS), FAR_M, dtype=np.float32), np.full((ROWS, COLUMNS), FAR_M, dtype=np.float32))
    )

    def stamp(self, line: np.ndarray, family: int, reach_m: float) -> None:
        x, y = centres()
        nearest, reach = self.nearest[family], int(reach_m / CELL_M) + 1
        for px, py in line[::3]:
            row, column = cell_of(px, py)
            window = slice(max(row - reach, 0), row + reach + 1), slice(max(column - reach, 0), column + reach + 1)
            np.minimum(nearest[window], np.hypot(x[window] - px, y[window] - py), out=nearest[window])


def lay_streets(terrain: Terrain, seed: int) -> list[Road]:
    """All roads of the district, lines in metres, arterials first."""
    survey = _Survey(lay_field(terrain, seed))
    open_ground = _open_ground(terrain)
    given = _given_roads(terrain)
    for road in given:
        _stamp_by_family(survey, shapely.get_coordinates(shapely.segmentize(road.line, STEP_M)))
    roads = list(given)
    for kind in (ARTERIAL, STREET, LANE):
        spacing = _spacing(kind)
        traced = _trace_level(survey, terrain, open_ground[kind], spacing, kind)
        fresh = [Road(kind, LineString(line)) for line in traced]
        for _ in range(2):  # An end may find its road only after that road was carried on itself.
            fresh = _joined(fresh, roads, terrain)
        roads += fresh
    return roads


def _given_roads(terrain: Terrain) -> list[Road]:
    """The roads along the banks, round the hill and the lake, round the old town, and on parts of the district's border."""
    border = LineString(terrain.outline.exterior.coords)
    roads = [
        Road(ARTERIAL, shapely.ops.substring(border, start, end, normalized=True).simplify(1.5), "border") for start, end in BORDER_ROADS
    ]
    ground = terrain.outline.difference(terrain.river.buffer(BANK_GREEN_M - 1))
    ring = max(shapely.get_parts(terrain.ring_line.intersection(ground)), key=lambda part: part.length)
    roads.append(Road(ARTERIAL, ring, "ring"))
    for side, role in ((-24.0, "canal_east"), (24.0, "canal_west")):  # The canal's line runs from the river northward.
        beside = shapely.offset_curve(terrain.canal_line, side).intersection(ground)
        roads.append(Road(LANE, max(shapely.get_parts(beside), key=lambda part: part.length).simplify(1), role))
    banks = terrain.river.buffer(BANK_GREEN_M, quad_segs=4).simplify(2).exterior.intersection(terrain.outline)
    for part in sorted(shapely.get_parts(shapely.line_merge(banks)), key=lambda line: -line.length)[:2]:
        middle = part.interpolate(0.5, normalized=True)
        below = terrain.river_line.interpolate(terrain.river_line.project(middle))
        roads.append(Road(STREET, part, "bank_north" if middle.y > below.y else "bank_south"))
    for shape, role in ((terrain.hill, "hill"), (terrain.north_park, "lake")):
        inside = shape.intersection(terrain.outline.buffer(-60)).difference(terrain.river.buffer(BANK_GREEN_M + 30))
        largest = max(shapely.get_parts(inside), key=lambda part: part.area)
        roads.append(Road(STREET, LineString(largest.exterior.coords).simplify(2), role))
    return roads


def _open_ground(terrain: Terrain) -> dict[str, np.ndarray]:
    """Where each kind of road may be laid, as a raster of yes and no."""
    x, y = centres()
    flat = np.column_stack([x.ravel(), y.ravel()])
    bank = terrain.river.buffer(BANK_GREEN_M)
    built_over = shapely.union_all([terrain.hill, terrain.north_park])
    ways = {
        ARTERIAL: terrain.outline.difference(shapely.union_all([bank, terrain.hill, terrain.north_park])),
        STREET: terrain.outline.difference(shapely.union_all([bank, built_over, terrain.railway])),
        LANE: terrain.outline.difference(shapely.union_all([bank, built_over, terrain.railway.buffer(8), terrain.canal.buffer(9)])),
    }
    found = {}
    for kind, ground in ways.items():
        shapely.prepare(ground)
        found[kind] = shapely.contains_xy(ground, flat[:, 0], flat[:, 1]).reshape(ROWS, COLUMNS)
    return found


def _spacing(kind: str) -> np.ndarray:
    x, y = centres()
    return np.array(SPACING_M[kind], dtype=float)[zone_at(np.column_stack([x.ravel(), y.ravel()]))].reshape(ROWS, COLUMNS)


def _trace_level(survey: _Survey, terrain: Terrain, ground: np.ndarray, spacing: np.ndarray, kind: str) -> list[np.ndarray]:
    """Evenly spaced lines of both families; seeds lie one spacing beside lines already drawn, so the pattern grows outward."""
    lines: list[np.ndarray] = []
    for family in (0, 1):
        seeds = deque(_first_seeds(survey, ground, spacing, family))
        while seeds:
            seed = seeds.popleft()
            row, column = cell_of(*seed)
            if not ground[row, column] or survey.nearest[family][row, column] < 0.93 * spacing[row, column]:
                continue
            line = _trace(survey, terrain, seed, family, ground, spacing, kind)
            if len(line) * STEP_M < SHORTEST_M[kind]:
                continue
            survey.stamp(line, family, float(spacing.max()) * 1.15)
            lines.append(line)
            seeds.extend(_seeds_beside(line, spacing))
    return lines


def _first_seeds(survey: _Survey, ground: np.ndarray, spacing: np.ndarray, family: int) -> list[tuple[float, float]]:
    """Places at about one spacing from the lines there are, the middle of the city first; then every open place, coarsely."""
    x, y = centres()
    fits = ground & (survey.nearest[family] > 0.97 * spacing) & (survey.nearest[family] < 1.12 * spacing)
    rows, columns = np.nonzero(fits)
    order = np.lexsort((columns, rows, np.round(np.hypot(x[fits], y[fits]))))
    near = [(float(x[rows[i], columns[i]]), float(y[rows[i], columns[i]])) for i in order[::7]]
    rows, columns = np.nonzero(ground[::4, ::4])
    return near + [(float(x[4 * row, 4 * column]), float(y[4 * row, 4 * column])) for row, column in zip(rows, columns, strict=True)]


def _seeds_beside(line: np.ndarray, spacing: np.ndarray) -> list[tuple[float, float]]:
    ways = np.gradient(line, axis=0)
    seeds = []
    for (x, y), (wx, wy) in zip(line[::6], ways[::6], strict=True):
        length = float(np.hypot(wx, wy)) or 1.0
        apart = spacing[cell_of(x, y)] * 1.02
        seeds += [(x - wy / length * apart, y + wx / length * apart), (x + wy / length * apart, y - wx / length * apart)]
    return seeds


def _trace(
    survey: _Survey, terrain: Terrain, seed: tuple[float, float], family: int, ground: np.ndarray, spacing: np.ndarray, kind: str
) -> np.ndarray:
    ahead = _walk(survey, terrain, seed, family, ground, spacing, kind, 1.0)
    back = _walk(survey, terrain, seed, family, ground, spacing, kind, -1.0)
    return np.array([*back[::-1], seed, *ahead])


def _walk(
    survey: _Survey,
    terrain: Terrain,
    seed: tuple[float, float],
    family: int,
    ground: np.ndarray,
    spacing: np.ndarray,
    kind: str,
    sense: float,
) -> list[tuple[float, float]]:
    """Follow the field from the seed until the ground ends or a parallel line comes too near.

    An arterial goes straight over a river that it meets squarely.
    """
    x, y = seed
    vx, vy = _way(survey.laid, x, y, family)
    vx, vy = vx * sense, vy * sense
    walked: list[tuple[float, float]] = []
    over: list[tuple[float, float]] = []  # steps over a barrier, kept only when the far side is reached
    while len(walked) < 600:
        if not over:
            hx, hy = _way(survey.laid, x + vx * STEP_M / 2, y + vy * STEP_M / 2, family)
            if hx * vx + hy * vy < 0:
                hx, hy = -hx, -hy
            vx, vy = hx, hy
        x, y = x + vx * STEP_M, y + vy * STEP_M
        row, column = int((y - BOTTOM) / CELL_M), int((x - LEFT) / CELL_M)
        if not (0 <= row < ROWS and 0 <= column < COLUMNS):
            break
        if not ground[row, column]:
            if len(over) * STEP_M > _reach_over(kind, terrain, x, y, vx, vy):
                break
            over.append((x, y))
            continue
        if survey.nearest[family][row, column] < 0.55 * spacing[row, column] or _bites_itself(walked, x, y, spacing[row, column]):
            break
        walked += [*over, (x, y)]
        over = []
    return walked


def _reach_over(kind: str, terrain: Terrain, x: float, y: float, vx: float, vy: float) -> float:
    """How far a road may go over water or rails, in metres: arterials bridge the river, streets the canal, and only square to it."""
    if kind == LANE:
        return 0.0
    here = shapely.Point(x, y)
    if kind == ARTERIAL:
        at = terrain.river_line.project(here)
        before, behind = terrain.river_line.interpolate(at - 40), terrain.river_line.interpolate(at + 40)
        length = before.distance(behind) or 1.0
        across = abs(vx * (behind.y - before.y) - vy * (behind.x - before.x)) / length
        return 330.0 if across > 0.72 and terrain.river_line.distance(here) < 140 else 0.0
    return 0.0


def _bites_itself(walked: list[tuple[float, float]], x: float, y: float, spacing: float) -> bool:
    return any(abs(px - x) < 0.5 * spacing and abs(py - y) < 0.5 * spacing for px, py in walked[: -int(2.2 * spacing / STEP_M) or None : 4])


def _way(laid: Field, x: float, y: float, family: int) -> tuple[float, float]:
    vx, vy = laid.direction(x, y)
    return (vx, vy) if family == 0 else (-vy, vx)


def _stamp_by_family(survey: _Survey, points: np.ndarray) -> None:
    """A given road counts, piece by piece, for the family whose direction it has there."""
    ways = np.gradient(points, axis=0)
    first = np.array([_way(survey.laid, x, y, 0) for x, y in points])
    along = np.abs((ways * first).sum(axis=1)) / (np.linalg.norm(ways, axis=1) + 1e-9)
    for family, mine in ((0, along > 0.7), (1, along <= 0.7)):
        if mine.any():
            survey.stamp(np.repeat(points[mine], 3, axis=0), family, 900)


def _joined(fresh: list[Road], laid: list[Road], terrain: Terrain) -> list[Road]:
    """The fresh roads, each end carried on to the next road ahead, or cut back to the last one behind, so that few end in nothing."""
    lines = [LineString(terrain.outline.exterior.coords), *(road.line for road in (*laid, *fresh))]
    tree = shapely.STRtree(lines)
    barrier = shapely.union_all([terrain.river, terrain.hill_lake, terrain.north_lake])
    shapely.prepare(barrier)
    done: list[Road] = []
    for road in fresh:
        reach = max(SPACING_M[road.kind]) * (0.75 if road.kind != ARTERIAL else 1.0)
        points = shapely.get_coordinates(road.line)
        points = _end_joined(points, tree, lines, road.line, reach, barrier)
        points = _end_joined(points[::-1], tree, lines, road.line, reach, barrier)[::-1]
        line = LineString(points).simplify(0.8)
        if line.length > 40:
            done.append(Road(road.kind, line, road.role))
    return done


def _end_joined(
    points: np.ndarray, tree: shapely.STRtree, lines: list[LineString], own: LineString, reach_m: float, barrier: shapely.Geometry
) -> np.ndarray:
    """`points` with its last end joined to a road."""
    tip, before = points[-1], points[-min(3, len(points))]
    end = shapely.Point(tip)
    if any(lines[index] is not own and lines[index].distance(end) < 1 for index in tree.query(end.buffer(1))):
        return points
    way = (tip - before) / (np.linalg.norm(tip - before) + 1e-9)
    ahead = LineString([tip, tip + way * reach_m])
    hits = [
        meeting
        for index in tree.query(ahead, "intersects")
        if lines[index] is not own
        for meeting in _points_of(ahead.intersection(lines[index]))
    ]
    if hits:
        first = min(hits, key=lambda hit: hit.distance(end))
        reached = np.array([first.x, first.y]) + way * 0.5
        if not shapely.intersects(barrier, LineString([tip, reached])):
            return np.vstack([points, reached])
    line = LineString(points)
    met = [
        meeting
        for index in tree.query(line, "intersects")
        if lines[index] is not own
        for meeting in _points_of(line.intersection(lines[index]))
    ]
    if not met:
        return points
    last = max(line.project(meeting) for meeting in met)
    if line.length - last < 0.4 * reach_m:
        kept = shapely.ops.substring(line, 0, min(last + 0.5, line.length))
        return shapely.get_coordinates(kept)
    return points


def _points_of(meeting: shapely.Geometry) -> list[shapely.Point]:
    return [part for part in shapely.get_parts(meeting) if isinstance(part, shapely.Point)]
