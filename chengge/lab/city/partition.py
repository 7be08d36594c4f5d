"""Cutting ground into pieces and putting pieces together, without a gap and without an overlap.

Lines are noded once on a grid of one centimetre, so that two pieces side by side share every vertex of their border.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
import shapely
import shapely.ops
from shapely.geometry import LineString, Polygon

GRID_M = 0.01

Affinity = dict[tuple[int, int], float]  # how strongly two pieces (lower index first) belong together; no entry: they do not touch


def faces_of(lines: Iterable[shapely.Geometry]) -> np.ndarray:
    """The polygons between lines; what encloses nothing is left out."""
    noded = shapely.union_all(np.array(list(lines), dtype=object), grid_size=GRID_M)
    return shapely.get_parts(shapely.polygonize([noded]))


def cuts_of(piece: Polygon, most_m2: float, chance: np.random.Generator) -> list[LineString]:
    """Lines that cut the piece across its longer side, again and again, until no part is larger than `most_m2`."""
    if piece.area <= most_m2:
        return []
    corners = shapely.get_coordinates(shapely.oriented_envelope(piece))[:4]
    if np.linalg.norm(corners[1] - corners[0]) < np.linalg.norm(corners[2] - corners[1]):
        corners = np.roll(corners, -1, axis=0)
    share = 0.5 + chance.uniform(-0.05, 0.05)
    start = corners[0] + (corners[1] - corners[0]) * share
    end = corners[3] + (corners[2] - corners[3]) * share
    over = (end - start) * 0.01
    across = LineString([start - over, end + over])
    cuts = [part for part in shapely.get_parts(across.intersection(piece)) if isinstance(part, LineString)]
    for part in shapely.ops.split(piece, across).geoms:
        cuts += cuts_of(part, most_m2, chance)
    return cuts


def shared_borders(pieces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every segment that two pieces share: the pairs of pieces (n, 2), the segments' middles (n, 2) and lengths (n,) in metres."""
    points, owner = shapely.get_coordinates(np.asarray(pieces, dtype=object), return_index=True)
    ring_of_point = _ring_numbers(pieces)
    same = (ring_of_point[1:] == ring_of_point[:-1]) & (owner[1:] == owner[:-1])
    start, end, piece = points[:-1][same], points[1:][same], owner[:-1][same]
    whole = np.round(np.column_stack([start, end]) / GRID_M).astype(np.int64)
    turned = (whole[:, 0] > whole[:, 2]) | ((whole[:, 0] == whole[:, 2]) & (whole[:, 1] > whole[:, 3]))
    whole[turned] = whole[turned][:, [2, 3, 0, 1]]
    order = np.lexsort(whole.T)
    whole, piece, start, end = whole[order], piece[order], start[order], end[order]
    twin = np.flatnonzero((whole[1:] == whole[:-1]).all(axis=1))
    pairs = np.sort(np.column_stack([piece[twin], piece[twin + 1]]), axis=1)
    apart = pairs[:, 0] != pairs[:, 1]
    pairs, twin = pairs[apart], twin[apart]
    return pairs, (start[twin] + end[twin]) / 2, np.linalg.norm(end[twin] - start[twin], axis=1)


def _ring_numbers(pieces: np.ndarray) -> np.ndarray:
    rings = shapely.get_rings(np.asarray(pieces, dtype=object))
    return np.repeat(np.arange(len(rings)), shapely.get_num_coordinates(rings))


def affinity_of(pairs: np.ndarray, strengths: np.ndarray) -> Affinity:
    """Sums the strength of each pair's segments."""
    found: Affinity = defaultdict(float)
    for (one, other), strength in zip(pairs.tolist(), strengths.tolist(), strict=True):
        found[one, other] += strength
    return dict(found)


def lifted(affinity: Affinity, group_of: np.ndarray) -> Affinity:
    """The affinity between groups of pieces."""
    found: Affinity = defaultdict(float)
    for (one, other), strength in affinity.items():
        a, b = int(group_of[one]), int(group_of[other])
        if a != b:
            found[min(a, b), max(a, b)] += strength
    return dict(found)


def grown(
    sizes: np.ndarray,
    affinity: Affinity,
    least: float,
    most: float,
    may_join: Callable[[int, int], bool] = lambda one, other: True,
) -> np.ndarray:
    """Puts the smallest piece to the neighbour it belongs to most, until every group has the size `least` or no neighbour is left.

    A group grows past `most` only when its small neighbour has nowhere else to go. Returns each piece's group, numbered from 0.
    """
    neighbours: list[dict[int, float]] = [{} for _ in sizes]
    for (one, other), strength in affinity.items():
        if may_join(one, other):
            neighbours[one][other] = neighbours[other][one] = strength
    size, parent = [float(value) for value in sizes], list(range(len(sizes)))
    queue = [(value, index) for index, value in enumerate(size) if value < least]
    heapq.heapify(queue)
    while queue:
        value, small = heapq.heappop(queue)
        if parent[small] != small or value != size[small] or not neighbours[small]:
            continue
        roomy = [other for other in neighbours[small] if size[other] + value <= most]
        best = max(roomy or neighbours[small], key=lambda other: (neighbours[small][other] / (size[other] + value) ** 0.6, -other))
        parent[small] = best
        size[best] += value
        for other, strength in neighbours[small].items():
            del neighbours[other][small]
            if other != best:
                neighbours[best][other] = neighbours[other][best] = neighbours[best].get(other, 0.0) + strength
        neighbours[small] = {}
        if size[best] < least:
            heapq.heappush(queue, (size[best], best))
    roots = [_root(parent, index) for index in range(len(parent))]
    return np.unique(roots, return_inverse=True)[1]


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        index = parent[index]
    return index


def united(pieces: np.ndarray, group_of: np.ndarray) -> np.ndarray:
    """One polygon per group; the pieces share their vertices, so nothing is computed anew."""
    order = np.argsort(group_of, kind="stable")
    starts = np.searchsorted(group_of[order], np.arange(group_of.max() + 2))
    return np.array([shapely.coverage_union_all(pieces[order[start:end]]) for start, end in pairwise(starts)], dtype=object)
