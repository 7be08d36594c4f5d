"""A city from a seed: ground, names and things, before anything is written to a database.

`make_city(seed)` is pure and always gives the same city for the same seed.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from chengge.domain.codes import DivisionCode, GridCode, number_grids
from chengge.lab.city import landuse, names
from chengge.lab.city.buildings import built
from chengge.lab.city.components import Things, place_components
from chengge.lab.city.frame import shapes_to_lonlat, to_lonlat
from chengge.lab.city.ground import Ground, divide
from chengge.lab.city.names import NameBook
from chengge.lab.city.partition import Affinity, lifted
from chengge.lab.city.places import NamedArea, NamedRoad, Place, greens, name_communities, name_places, name_roads, name_streets
from chengge.lab.city.streets import ARTERIAL, lay_streets
from chengge.lab.city.terrain import Terrain, lay_terrain

CITY_CODE = 9901
COUNTY_CODE = 990101  # no real county has it
STUB_M = 330.0  # how far an arterial is drawn beyond the district's border


@dataclass(frozen=True, slots=True)
class DivisionShape:
    code: int
    name: str
    polygon: shapely.Polygon | None  # lon, lat


@dataclass(frozen=True, slots=True)
class City:
    """Shapes in lon and lat; the grids' arrays are parallel and in the order of the codes.

    Attributes:
        neighbours: pairs of grids (positions) with how strongly they belong together.
        things: components, `grid` being positions here; x and y are lon and lat.
    """

    seed: int
    divisions: list[DivisionShape]
    grid_codes: np.ndarray
    grid_polygons: np.ndarray
    grid_areas_m2: np.ndarray
    grid_classes: np.ndarray
    grid_uses: np.ndarray
    neighbours: Affinity
    roads: list[NamedRoad]
    waters: list[NamedArea]
    greens: list[NamedArea]
    buildings: np.ndarray
    places: list[Place]
    place_grids: np.ndarray
    things: Things


def make_city(seed: int) -> City:
    """The city of this seed."""
    terrain = lay_terrain(seed)
    streets = lay_streets(terrain, seed)
    ground = divide(terrain, streets, seed)
    uses = landuse.use_of_grids(terrain, ground, seed)
    ways = streets + landuse.compound_ways(ground, uses)
    chance = np.random.default_rng([seed, 7])
    book = NameBook(chance)
    roads = name_roads(ways, book)
    divisions, codes = _code(ground, book)
    places = name_places(ground, uses, roads, terrain, book, chance)
    things = place_components(ground, uses, roads, places, terrain, seed)
    buildings = built(ground.grids, uses, ways, terrain.water, seed)

    order = np.argsort(codes)
    position = np.empty(len(order), dtype=int)
    position[order] = np.arange(len(order))
    of_place = _grid_of(ground.grids, np.array([(place.x, place.y) for place in places]))
    thing_points = to_lonlat(np.column_stack([things.x, things.y]))
    place_points = to_lonlat(np.array([(place.x, place.y) for place in places]))
    return City(
        seed=seed,
        divisions=divisions,
        grid_codes=codes[order],
        grid_polygons=shapes_to_lonlat(ground.grids[order]),
        grid_areas_m2=shapely.area(ground.grids[order]),
        grid_classes=landuse.class_of_grids(ground, uses)[order],
        grid_uses=uses[order],
        neighbours=lifted(ground.neighbours, position),
        roads=_roads_on_map(roads, terrain),
        waters=_waters(terrain),
        greens=[NamedArea(green.name, shapes_to_lonlat([green.shape])[0]) for green in greens(ground, uses, terrain, places)],
        buildings=shapes_to_lonlat(buildings),
        places=[Place(place.name, place.sort, *point) for place, point in zip(places, place_points.tolist(), strict=True)],
        place_grids=np.where(of_place >= 0, position[of_place], -1),
        things=Things(things.code, thing_points[:, 0], thing_points[:, 1], position[things.grid], things.road),
    )


def _code(ground: Ground, book: NameBook) -> tuple[list[DivisionShape], np.ndarray]:
    """Divisions with their codes and names, and the code of every unit grid: streets and communities are numbered as grids are."""
    street_names, community_names = name_streets(ground, book), name_communities(ground, book)
    outline = shapes_to_lonlat([shapely.coverage_union_all(ground.streets)])[0]
    divisions = [DivisionShape(CITY_CODE, names.CITY, None), DivisionShape(COUNTY_CODE, names.DISTRICT, outline)]
    codes = np.zeros(len(ground.grids), dtype=np.int64)
    shapes = {"street": shapes_to_lonlat(ground.streets), "community": shapes_to_lonlat(ground.communities)}
    centres = to_lonlat(shapely.get_coordinates(shapely.centroid(ground.grids)))
    for street_serial, street in enumerate(_numbered(ground.streets), start=1):
        street_code = COUNTY_CODE * 1000 + street_serial
        divisions.append(DivisionShape(street_code, street_names[street], shapes["street"][street]))
        members = np.flatnonzero(ground.street_of == street)
        for community_serial, community in enumerate(members[_numbered(ground.communities[members])], start=1):
            community_code = DivisionCode(street_code * 1000 + community_serial)
            divisions.append(DivisionShape(community_code.value, community_names[community], shapes["community"][community]))
            grids = np.flatnonzero(ground.community_of == community)
            for serial, at in enumerate(number_grids(centres[grids, 0], centres[grids, 1]), start=1):
                codes[grids[at]] = GridCode.of(community_code, serial).value
    return divisions, codes


def _numbered(shapes: np.ndarray) -> list[int]:
    centres = to_lonlat(shapely.get_coordinates(shapely.centroid(shapes)))
    return number_grids(centres[:, 0], centres[:, 1])


def _grid_of(grids: np.ndarray, points: np.ndarray) -> np.ndarray:
    point, grid = shapely.STRtree(grids).query(shapely.points(points), predicate="within")
    found = np.full(len(points), -1)
    found[point] = grid
    return found


def _roads_on_map(roads: list[NamedRoad], terrain: Terrain) -> list[NamedRoad]:
    """Roads in lon and lat; an arterial that ends at the district's border is drawn a little further."""
    border = terrain.outline.exterior
    lines = [_carried_on(road.line, border) if road.kind == ARTERIAL else road.line for road in roads]
    return [NamedRoad(road.kind, road.name, line) for road, line in zip(roads, shapes_to_lonlat(lines), strict=True)]


def _carried_on(line: shapely.LineString, border: shapely.LinearRing) -> shapely.LineString:
    points = shapely.get_coordinates(line)
    for turn in (1, -1):
        points = points[::turn]
        tip = points[-1]
        if border.distance(shapely.Point(tip)) < 3 and not border.buffer(30).contains(line):
            before = points[-min(4, len(points))]
            points = np.vstack([points, tip + (tip - before) / np.linalg.norm(tip - before) * STUB_M])
        points = points[::turn]
    return shapely.LineString(points)


def _waters(terrain: Terrain) -> list[NamedArea]:
    shapes = (
        (names.RIVER, terrain.river),
        (names.CANAL, terrain.canal),
        (names.NORTH_LAKE, terrain.north_lake),
        (names.HILL_LAKE, terrain.hill_lake),
    )
    return [NamedArea(name, shapes_to_lonlat([shapely.simplify(shape, 0.5)])[0]) for name, shape in shapes]
