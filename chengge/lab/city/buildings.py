"""Footprints of buildings: rows of slabs facing south in compounds, small houses wall to wall in the old town, halls in the works."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon

from chengge.lab.city import landuse
from chengge.lab.city.streets import WIDTH_M, Road

PAVEMENT_M = 4.5


@dataclass(frozen=True, slots=True)
class Style:
    """How a use is built: sizes in metres, each from a range. `row_gap` lies between rows, `gap` between neighbours in a row."""

    depth: tuple[float, float]
    length: tuple[float, float]
    row_gap: tuple[float, float]
    gap: tuple[float, float]
    kept: float  # share of the places that are built on
    faces_south: bool = False
    margin_m: float = 3.0


STYLES: dict[str, Style] = {
    landuse.HOUSING: Style((12, 14), (24, 58), (18, 25), (7, 12), 0.96, faces_south=True, margin_m=2.5),
    landuse.OLD_HOUSING: Style((9, 13), (10, 24), (3, 7), (1.2, 4), 0.88, margin_m=1),
    landuse.COMMERCE: Style((20, 36), (28, 60), (10, 17), (8, 14), 0.93, margin_m=3),
    landuse.OFFICES: Style((16, 24), (30, 54), (16, 26), (10, 18), 0.9, faces_south=True, margin_m=5),
    landuse.SCHOOL: Style((12, 15), (36, 60), (20, 30), (12, 20), 0.6, faces_south=True, margin_m=5),
    landuse.HOSPITAL: Style((18, 26), (40, 70), (14, 20), (10, 16), 0.9, faces_south=True, margin_m=4),
    landuse.MARKET: Style((30, 44), (40, 70), (10, 14), (8, 12), 0.9, margin_m=3),
    landuse.WORKS: Style((24, 40), (44, 90), (10, 15), (8, 13), 0.92, margin_m=4),
    landuse.STORES: Style((22, 30), (60, 100), (12, 18), (9, 14), 0.92, margin_m=5),
}


def built(grids: np.ndarray, uses: np.ndarray, roads: list[Road], water: shapely.Geometry, seed: int) -> np.ndarray:
    """The footprints on all unit grids; none crosses a grid's border or stands in a road."""
    chance = np.random.default_rng([seed, 5])
    taken = shapely.union_all(
        [*(road.line.buffer(WIDTH_M[road.kind] / 2 + PAVEMENT_M, quad_segs=3) for road in roads if road.role != "compound"), water]
    )
    footprints: list[Polygon] = []
    for grid, use in zip(grids, uses, strict=True):
        if use in STYLES:
            free = shapely.difference(grid, shapely.clip_by_rect(taken, *_grown_bounds(grid)))
            footprints += _on(free, grid, STYLES[use], chance)
    return np.array(footprints, dtype=object)


def _grown_bounds(grid: Polygon) -> tuple[float, float, float, float]:
    left, bottom, right, top = grid.bounds
    return left - 1, bottom - 1, right + 1, top + 1


def _on(free: shapely.Geometry, grid: Polygon, style: Style, chance: np.random.Generator) -> list[Polygon]:
    """The footprints on one unit grid."""
    free = shapely.buffer(free, -style.margin_m, join_style="mitre")
    if free.is_empty or free.area < 120:
        return []
    angle = _angle(grid, style.faces_south)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flat = shapely.transform(free, lambda points: points @ turn)
    shapely.prepare(flat)
    left, bottom, right, top = flat.bounds
    found = []
    y = bottom + chance.uniform(0, 3)
    while y < top - style.depth[0]:
        depth = chance.uniform(*style.depth)
        for start, end in _free_spans(flat, left, right, y, y + depth):
            x = start
            while end - x > style.length[0] * 0.75:
                length = min(chance.uniform(*style.length), end - x)
                if end - x - length < style.length[0] * 0.75:
                    length = min(end - x, style.length[1])
                found.append((x, y, x + length, y + depth))
                x += length + chance.uniform(*style.gap)
        y += depth + chance.uniform(*style.row_gap)
    if not found:
        return []
    corners = np.array(found)[chance.uniform(size=len(found)) < style.kept]
    if not len(corners):
        return []
    boxes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 2], corners[:, 3])
    boxes = boxes[shapely.contains(flat, boxes)]
    return list(shapely.transform(boxes, lambda points: points @ turn.T))


def _free_spans(flat: shapely.Geometry, left: float, right: float, low: float, high: float) -> list[tuple[float, float]]:
    """Stretches along x that are free at both faces of a row."""
    rows = shapely.linestrings([[(left, low), (right, low)], [(left, high), (right, high)]])
    lower, upper = (_spans(part) for part in shapely.intersection(rows, flat))
    both = [(max(a, c), min(b, d)) for a, b in lower for c, d in upper]
    return [(start + 0.2, end - 0.2) for start, end in both if end - start > 6]


def _spans(line: shapely.Geometry) -> list[tuple[float, float]]:
    return [(part.bounds[0], part.bounds[2]) for part in shapely.get_parts(line) if part.length > 0]


def _angle(grid: Polygon, faces_south: bool) -> float:
    """Along the grid's longer side; or, for what must face south, along the side nearer to east and west."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(grid))[:3]
    sides = np.diff(corners, axis=0)
    lengths = np.linalg.norm(sides, axis=1)
    angles = np.arctan2(sides[:, 1], sides[:, 0])
    angles = (angles + np.pi / 2) % np.pi - np.pi / 2
    if faces_south:
        return float(min(angles, key=abs))
    return float(angles[int(lengths.argmax())])
