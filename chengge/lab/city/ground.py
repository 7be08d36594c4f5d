"""The ground divided: blocks between streets, unit grids of about 10 000 m² in the blocks, communities and streets (街道) made of blocks.

Source of the rules: GB/T 30428.1 (closed, no gap, no overlap, never across a community's border, along roads and rivers).
"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from chengge.lab.city import partition
from chengge.lab.city.streets import ARTERIAL, LANE, STREET, Road
from chengge.lab.city.terrain import BANK_GREEN_M, Terrain, zone_at

LARGEST_GRID_M2 = 15_500.0
SMALLEST_GRID_M2 = 5_200.0
COMMUNITY_M2 = (235_000.0, 520_000.0)
STREETS = 8

# How little a line on the border parts two blocks: 1 not at all, 0 for good.
THROUGH = {"": 1.0, LANE: 0.7, "shore": 0.5, STREET: 0.3, "rails": 0.05, ARTERIAL: 0.08, "river": 0.002}


@dataclass(frozen=True, slots=True)
class Ground:
    """Parallel arrays: `grids[i]` lies in block `block_of[i]`, community `community_of[i]`; community `c` in street `street_of[c]`."""

    blocks: np.ndarray
    grids: np.ndarray
    block_of: np.ndarray
    community_of: np.ndarray
    street_of: np.ndarray
    communities: np.ndarray
    streets: np.ndarray
    neighbours: partition.Affinity  # between unit grids
    inner_lines: list[LineString]  # cuts through blocks: courtyard walls or compound ways


def divide(terrain: Terrain, roads: list[Road], seed: int) -> Ground:
    """Everything from the outline inward, in metres."""
    chance = np.random.default_rng([seed, 3])
    lines = _lines(terrain, roads)
    blocks = partition.faces_of(line for _, line in lines)
    blocks = blocks[shapely.contains(terrain.outline.buffer(1), blocks)]
    blocks = blocks[_from_north_west(blocks)]
    block_affinity = _affinity(blocks, lines)
    community_of_block = partition.grown(shapely.area(blocks), block_affinity, *COMMUNITY_M2)

    cuts = [cut for block in blocks for cut in partition.cuts_of(block, LARGEST_GRID_M2, chance)]
    pieces = partition.faces_of([*shapely.boundary(blocks), *cuts])
    block_of_piece = _container(blocks, pieces)
    inside = block_of_piece >= 0
    pieces, block_of_piece = pieces[inside], block_of_piece[inside]
    community_of_piece = community_of_block[block_of_piece]
    grid_of_piece = partition.grown(
        shapely.area(pieces),
        _affinity(pieces, lines),
        SMALLEST_GRID_M2,
        LARGEST_GRID_M2 * 1.15,
        lambda one, other: community_of_piece[one] == community_of_piece[other],
    )
    grids = partition.united(pieces, grid_of_piece)
    largest = np.lexsort((shapely.area(pieces), grid_of_piece))  # last piece of each group is its largest
    of_grid = largest[np.searchsorted(grid_of_piece[largest], np.arange(len(grids)), side="right") - 1]
    community_of, block_of = community_of_piece[of_grid], block_of_piece[of_grid]

    neighbours = _affinity(grids, lines)
    between_communities = partition.lifted(neighbours, community_of)
    community_areas = np.bincount(community_of, weights=shapely.area(grids))
    street_of = _into_streets(community_areas, between_communities)
    communities = partition.united(grids, community_of)
    streets = partition.united(grids, street_of[community_of])
    return Ground(blocks, grids, block_of, community_of, street_of, communities, streets, neighbours, cuts)


def _into_streets(areas: np.ndarray, affinity: partition.Affinity) -> np.ndarray:
    """The communities in eight streets (or as near to eight as their borders let), the largest street as small as can be."""
    mean = areas.sum() / STREETS
    tries = [
        partition.grown(areas, affinity, least * mean, most * mean)
        for least in np.arange(0.4, 0.85, 0.05)
        for most in np.arange(1.0, 1.6, 0.1)
    ]
    return min(tries, key=lambda found: (abs(found.max() + 1 - STREETS), np.bincount(found, weights=areas).max()))


def _lines(terrain: Terrain, roads: list[Road]) -> list[tuple[str, shapely.Geometry]]:
    """Every line that may part the ground, with what it is."""
    outline = terrain.outline
    lines = [("", LineString(outline.exterior.coords))]
    lines += [(road.kind, road.line.intersection(outline)) for road in roads]
    lines += [("river", terrain.river_line.intersection(outline))]
    for water in (terrain.river, terrain.hill_lake, terrain.north_lake):
        lines.append(("shore", LineString(water.exterior.coords).intersection(outline)))
    rails = terrain.railway.difference(terrain.river.buffer(BANK_GREEN_M))
    lines += [("rails", LineString(part.exterior.coords).intersection(outline)) for part in shapely.get_parts(rails)]
    return [(kind, shapely.simplify(line, 0.4)) for kind, line in lines if not line.is_empty]


def _affinity(pieces: np.ndarray, lines: list[tuple[str, shapely.Geometry]]) -> partition.Affinity:
    """Length of the shared border, each metre weighed by what runs along it."""
    pairs, middles, lengths = partition.shared_borders(pieces)
    tree = shapely.STRtree([line for _, line in lines])
    segment, line = tree.query(shapely.points(middles), predicate="dwithin", distance=0.25)
    through = np.ones(len(pairs))
    np.minimum.at(through, segment, np.array([THROUGH[kind] for kind, _ in lines])[line])
    return partition.affinity_of(pairs, lengths * through)


def _container(blocks: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """Index of the block that holds each piece; -1 where none does."""
    piece, block = shapely.STRtree(blocks).query(shapely.point_on_surface(pieces), predicate="within")
    found = np.full(len(pieces), -1)
    found[piece] = block
    return found


def _from_north_west(shapes: np.ndarray) -> np.ndarray:
    """An order that does not hang on how the geometry engine happened to list them."""
    centres = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return np.lexsort((np.round(centres[:, 0], 2), -np.round(centres[:, 1], 2)))


def zone_of(shapes: np.ndarray) -> np.ndarray:
    """The zone (see `terrain.zone_at`) of each shape's middle."""
    return zone_at(shapely.get_coordinates(shapely.centroid(shapes)))


def polygons(shape: shapely.Geometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
