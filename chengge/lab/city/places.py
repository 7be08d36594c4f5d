"""What everything in the city is called: roads, crossings, bridges, compounds and their gates, parks, schools, markets."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from chengge.lab.city import landuse, names
from chengge.lab.city.ground import Ground, zone_of
from chengge.lab.city.names import NameBook
from chengge.lab.city.streets import ARTERIAL, LANE, STREET, Road
from chengge.lab.city.terrain import HILL_CENTRE, NORTH_LAKE_CENTRE, OLD_TOWN, WORKS, Terrain, zone_at

AVENUES = 6
SETTLED_ROADS = {
    "ring": "环城路",
    "bank_north": f"{names.RIVER}北路",
    "bank_south": f"{names.RIVER}南路",
    "hill": "环山路",
    "lake": "环湖路",
    "canal_east": f"{names.CANAL}东街",
    "canal_west": f"{names.CANAL}西街",
}
SIDES = (("南门", 0.0, -1.0), ("东门", 1.0, 0.0), ("北门", 0.0, 1.0), ("西门", -1.0, 0.0))


@dataclass(frozen=True, slots=True)
class NamedRoad:
    kind: str
    name: str
    line: shapely.LineString


@dataclass(frozen=True, slots=True)
class NamedArea:
    name: str
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Place:
    """A point that people name on the phone; `sort` says what it is (crossing, gate, park, school …)."""

    name: str
    sort: str
    x: float
    y: float


def name_roads(roads: list[Road], book: NameBook) -> list[NamedRoad]:
    """Every road with a name; ways inside compounds have none."""
    longest = sorted((road for road in roads if road.kind == ARTERIAL and not road.role), key=lambda road: -road.line.length)
    avenues = {id(road) for road in longest[:AVENUES]}
    return [NamedRoad(road.kind, _road_name(road, id(road) in avenues, book), road.line) for road in roads]


def _road_name(road: Road, avenue: bool, book: NameBook) -> str:
    if road.role == "compound":
        return ""
    middle = road.line.interpolate(0.5, normalized=True)
    if road.role == "border":
        return book.take("绕城北路" if middle.y > 0 else "绕城南路")
    if road.role:
        return book.take(SETTLED_ROADS[road.role])
    if avenue:
        return book.one_of(names.ROAD_STEMS, ("大道",))
    if road.kind == LANE and zone_at(np.array([[middle.x, middle.y]]))[0] == 0:
        return book.one_of(names.LANE_STEMS, ("巷", "巷", "弄", "里", "街"))
    (x0, y0), (x1, y1) = road.line.coords[0], road.line.coords[-1]
    return book.one_of(names.ROAD_STEMS, ("路",) if abs(x1 - x0) >= abs(y1 - y0) or road.kind == ARTERIAL else ("街", "路"))


def name_streets(ground: Ground, book: NameBook) -> list[str]:
    """The names of the streets (街道): the old town, the lake, the hill and the works give theirs first."""
    found: list[str] = [""] * len(ground.streets)
    marks = (
        (OLD_TOWN, names.OLD_TOWN_STREET),
        (NORTH_LAKE_CENTRE, names.NORTH_LAKE_STREET),
        (HILL_CENTRE, names.HILL_STREET),
        (WORKS, names.WORKS_STREET),
    )
    for (x, y), name in marks:
        free = [index for index, given in enumerate(found) if not given]
        far = shapely.distance(ground.streets, shapely.Point(x, y))
        nearest = min(free, key=far.__getitem__, default=None)
        if nearest is not None:
            found[nearest] = name
    others = iter(names.OTHER_STREETS)
    return [book.take(f"{name or next(others)}街道") for name in found]


def name_communities(ground: Ground, book: NameBook) -> list[str]:
    """Names of communities; those of old places go to the old town."""
    old = zone_of(ground.communities) == 0
    return [book.one_of(names.OLD_COMMUNITY_STEMS if is_old else names.COMMUNITY_STEMS, ("社区",)) for is_old in old]


def name_places(
    ground: Ground, uses: np.ndarray, roads: list[NamedRoad], terrain: Terrain, book: NameBook, chance: np.random.Generator
) -> list[Place]:
    """All named places, crossings first."""
    found = [*crossings(roads), *_bridges(roads, terrain, book)]
    keys = sorted({(int(block), use) for block, use in zip(ground.block_of, uses, strict=True)})
    zones = zone_of(ground.blocks)
    of_key: dict[tuple[int, str], list[int]] = {}
    for index, (block, use) in enumerate(zip(ground.block_of, uses, strict=True)):
        of_key.setdefault((int(block), use), []).append(index)
    for block, use in keys:
        members = of_key[block, use]
        shape = shapely.coverage_union_all(ground.grids[members])
        found += _places_of(use, shape, int(zones[block]), book, chance)
    found += _landmarks(terrain, book)
    return found


def crossings(roads: list[NamedRoad]) -> list[Place]:
    """Where two named roads meet, lanes with lanes left out."""
    named = [road for road in roads if road.name]
    lines = [road.line for road in named]
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    found, seen = [], set()
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        first, second = named[a], named[b]
        if a >= b or first.name == second.name or (first.kind == LANE and second.kind == LANE):
            continue
        for point in shapely.get_parts(shapely.centroid(shapely.get_parts(first.line.intersection(second.line)))):
            name = f"{first.name}与{second.name}交叉口"
            if name not in seen:
                seen.add(name)
                found.append(Place(name, "crossing", point.x, point.y))
    return found


def _bridges(roads: list[NamedRoad], terrain: Terrain, book: NameBook) -> Iterator[Place]:
    for water, end in ((terrain.river, "大桥"), (terrain.canal, "桥")):
        for road in roads:
            if road.name and road.kind in (ARTERIAL, STREET):
                middle = road.line.intersection(water).centroid
                name = f"{road.name.removesuffix('大道').rstrip('路街')}{end}"
                if not middle.is_empty and name not in book.given:
                    yield Place(book.take(name), "bridge", middle.x, middle.y)


def _places_of(use: str, shape: shapely.Geometry, zone: int, book: NameBook, chance: np.random.Generator) -> list[Place]:
    """The name and the gates of a compound, school, park and so on."""
    middle = shapely.point_on_surface(shape)
    if use == landuse.HOUSING and shape.area > 9_000:
        name = book.one_of(names.COMPOUND_STEMS, names.COMPOUND_ENDS)
        return [Place(name, "compound", middle.x, middle.y), *_gates(name, shape, 1 + int(shape.area > 30_000), chance)]
    if use == landuse.SCHOOL:
        name = book.one_of(names.SCHOOL_STEMS, ("中学",) if shape.area > 25_000 else ("小学", "小学", "幼儿园"))
        return [Place(name, "school", middle.x, middle.y), *_gates(name, shape, 1, chance)]
    if use == landuse.PARK and shape.area < 150_000:
        name = book.one_of(names.PARK_STEMS, ("公园",) if shape.area > 18_000 else ("游园", "小游园"))
        return [Place(name, "park", middle.x, middle.y), *_gates(name, shape, 1 + int(shape.area > 30_000), chance)]
    ends: dict[str, tuple[str, ...]] = {
        landuse.MARKET: ("农贸市场", "菜市场"),
        landuse.HOSPITAL: ("医院",) if shape.area > 15_000 else ("社区卫生服务中心",),
        landuse.COMMERCE: ("商业街", "步行街") if zone == 0 else ("购物中心", "商业广场", "百货"),
        landuse.OFFICES: ("大厦", "商务中心"),
        landuse.SQUARE: ("广场",),
        landuse.WORKS: ("工业园", "产业园"),
        landuse.STORES: ("物流园",),
    }
    if use not in ends or (use in (landuse.COMMERCE, landuse.WORKS, landuse.OFFICES) and chance.uniform() < 0.45):
        return []
    name = book.one_of(names.COMPOUND_STEMS, ends[use])
    return [Place(name, use, middle.x, middle.y)]


def _gates(name: str, shape: shapely.Geometry, count: int, chance: np.random.Generator) -> Iterator[Place]:
    middle = shape.centroid
    far = max(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])
    first = 0 if chance.uniform() < 0.7 else 1
    for gate, east, north in (SIDES * 2)[first : first + count]:
        way = shapely.LineString([(middle.x, middle.y), (middle.x + east * far, middle.y + north * far)])
        edge = way.intersection(shape.boundary)
        if not edge.is_empty:
            point = shapely.get_parts(edge)[-1].centroid
            yield Place(f"{name}{gate}", "gate", point.x - east * 7, point.y - north * 7)


def _landmarks(terrain: Terrain, book: NameBook) -> Iterator[Place]:
    """The places that give the town its face."""
    x, y = OLD_TOWN
    for name, px, py in (
        ("鼓楼", x, y),
        ("文庙", x + 210, y - 130),
        ("老码头", x - 120, y - 560),
        ("清沄区政务服务中心", 1380, 420),
        ("清沄汽车站", -1250, 1420),
        ("清沄火车站", 420, -1600),
    ):
        yield Place(book.take(name), "landmark", px, py)
    for name, shape in ((f"{names.HILL}公园", terrain.hill), (f"{names.NORTH_LAKE}公园", terrain.north_park)):
        middle = shapely.point_on_surface(shape)
        yield Place(book.take(name), "park", middle.x, middle.y)
        for gate, east, north in SIDES:
            edge = shapely.LineString([(middle.x, middle.y), (middle.x + 3000 * east, middle.y + 3000 * north)]).intersection(
                shape.boundary
            )
            point = shapely.get_parts(edge)[-1].centroid
            yield Place(f"{name}{gate}", "gate", point.x - 9 * east, point.y - 9 * north)


def greens(ground: Ground, uses: np.ndarray, terrain: Terrain, places: list[Place]) -> list[NamedArea]:
    """Parks, squares' trees and banks as areas of the base map, named where a park lies in them."""
    parks = shapely.points([(place.x, place.y) for place in places if place.sort == "park"])
    park_names = [place.name for place in places if place.sort == "park"]
    shapes = [terrain.hill.difference(terrain.hill_lake), terrain.north_park.difference(terrain.north_lake)]
    for use in (landuse.PARK, landuse.BANK):
        grids = ground.grids[
            (uses == use) & ~shapely.within(shapely.point_on_surface(ground.grids), shapely.union_all([terrain.hill, terrain.north_park]))
        ]
        if len(grids):
            shapes += list(shapely.get_parts(shapely.coverage_union_all(grids)))
    shape, park = shapely.STRtree(parks).query(shapes, predicate="contains")
    named: dict[int, str] = {}
    for index, which in zip(shape.tolist(), park.tolist(), strict=True):
        named.setdefault(index, park_names[which])
    return [NamedArea(named.get(index, ""), part) for index, part in enumerate(shapes)]
