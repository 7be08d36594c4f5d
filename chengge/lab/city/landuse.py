"""What stands on each unit grid, and how central it is."""

import numpy as np
import shapely

from chengge.lab.city.ground import Ground, zone_of
from chengge.lab.city.streets import Road
from chengge.lab.city.terrain import BANK_GREEN_M, Terrain, centrality

HOUSING, OLD_HOUSING, COMMERCE, OFFICES, SCHOOL, HOSPITAL, MARKET, WORKS, STORES, PARK, SQUARE, BANK, WATER, RAILS = (
    *("住宅", "老城住宅", "商业", "行政办公", "学校", "医院", "农贸市场", "工业", "仓储", "公园绿地", "广场", "滨河绿地", "水域", "铁路"),
)
GREEN = frozenset({PARK, BANK, SQUARE})
UNBUILT = GREEN | {WATER, RAILS}

# Shares of the uses of a block, by zone: old town, new town, housing, works.
SHARES: tuple[dict[str, float], ...] = (
    {OLD_HOUSING: 0.72, COMMERCE: 0.14, OFFICES: 0.03, SCHOOL: 0.03, MARKET: 0.025, HOSPITAL: 0.01, PARK: 0.03, SQUARE: 0.015},
    {HOUSING: 0.44, COMMERCE: 0.24, OFFICES: 0.16, SCHOOL: 0.04, MARKET: 0.01, HOSPITAL: 0.015, PARK: 0.07, SQUARE: 0.025},
    {HOUSING: 0.74, COMMERCE: 0.08, OFFICES: 0.03, SCHOOL: 0.05, MARKET: 0.02, HOSPITAL: 0.01, PARK: 0.07},
    {WORKS: 0.66, STORES: 0.14, OFFICES: 0.05, COMMERCE: 0.04, HOUSING: 0.08, PARK: 0.03},
)
CARVED = {SCHOOL: 0.10, PARK: 0.06, MARKET: 0.03, COMMERCE: 0.10}  # a single grid of a large housing block


def use_of_grids(terrain: Terrain, ground: Ground, seed: int) -> np.ndarray:
    """The land use of each unit grid, in words."""
    chance = np.random.default_rng([seed, 4])
    zones = zone_of(ground.blocks)
    of_block = np.empty(len(ground.blocks), dtype=object)
    for index, zone in enumerate(zones):
        of_block[index] = _pick(SHARES[zone], chance)
    uses = of_block[ground.block_of]
    areas = shapely.area(ground.grids)
    size_of_block = np.bincount(ground.block_of, weights=areas, minlength=len(ground.blocks))
    large = (size_of_block[ground.block_of] > 42_000) & (uses == HOUSING)
    rolls = chance.uniform(size=len(uses))
    start = 0.0
    for use, share in CARVED.items():
        uses[large & (rolls >= start) & (rolls < start + share)] = use
        start += share

    middles = shapely.point_on_surface(ground.grids)
    park = shapely.union_all([terrain.hill, terrain.north_park])
    uses[shapely.within(middles, park)] = PARK
    uses[_share(ground.grids, terrain.river.buffer(BANK_GREEN_M + 2)) > 0.6] = BANK
    uses[_share(ground.grids, terrain.railway) > 0.5] = RAILS
    uses[_share(ground.grids, terrain.canal.buffer(14)) > 0.42] = WATER
    uses[_share(ground.grids, terrain.water) > 0.6] = WATER
    return uses


def class_of_grids(ground: Ground, uses: np.ndarray) -> np.ndarray:
    """The management class of each unit grid: A in the middle of the town and round markets, C at the edge, B between."""
    central = centrality(shapely.get_coordinates(shapely.centroid(ground.grids)))
    classes = np.where(central > 0.52, "A", np.where(central > 0.11, "B", "C")).astype(object)
    classes[np.isin(uses, [MARKET, SQUARE, HOSPITAL]) & (classes == "B")] = "A"
    classes[np.isin(uses, [WATER, RAILS, WORKS]) & (classes == "A")] = "B"
    return classes


def compound_ways(ground: Ground, uses: np.ndarray) -> list[Road]:
    """The ways inside compounds, along cuts through blocks of housing and offices."""
    tree = shapely.STRtree(ground.grids)
    inner = [line for line in ground.inner_lines if line.length > 30]
    middles = shapely.line_interpolate_point(inner, 0.5, normalized=True)
    line, grid = tree.query(middles, predicate="dwithin", distance=0.5)
    sides: dict[int, set[str]] = {}
    for index, use in zip(line.tolist(), uses[grid], strict=True):
        sides.setdefault(index, set()).add(use)
    return [
        Road("lane", inner[index], "compound") for index, found in sorted(sides.items()) if found <= {HOUSING, OFFICES, COMMERCE, SCHOOL}
    ]


def _share(grids: np.ndarray, shape: shapely.Geometry) -> np.ndarray:
    shapely.prepare(shape)
    touched = shapely.intersects(shape, grids)
    found = np.zeros(len(grids))
    found[touched] = shapely.area(shapely.intersection(grids[touched], shape)) / shapely.area(grids[touched])
    return found


def _pick(shares: dict[str, float], chance: np.random.Generator) -> str:
    names, weights = list(shares), np.array(list(shares.values()))
    return names[int(chance.choice(len(names), p=weights / weights.sum()))]
