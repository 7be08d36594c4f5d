"""The road that a place lies at: as near as the public portal says where something is.

A mark on the public map stands on the road, never at a door: moved to the nearest point of the nearest named road and rounded
to 0.0001° (about 10 m); where no road is near, rounded to 0.001° (about 100 m).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray

from chengge.foundation.models import BaseMapFeature

NEAR_M = 150.0
METRES_PER_DEGREE = 111_320.0
ROADS = (BaseMapFeature.Kind.ARTERIAL, BaseMapFeature.Kind.STREET, BaseMapFeature.Kind.LANE)

STATE = "SELECT (SELECT number FROM foundation_revision WHERE name = 'base_map'), (SELECT max(id) FROM foundation_basemapfeature)"


@dataclass(frozen=True, slots=True)
class AtRoad:
    """A place to road level: the name of the road ("" where none is near), and where the mark stands."""

    road: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class _Roads:
    """Named roads in metres around (lon0, lat0), in a tree."""

    names: tuple[str, ...]
    lines: NDArray[np.object_]
    tree: shapely.STRtree
    lon0: float
    lat0: float

    @property
    def scale(self) -> NDArray[np.float64]:
        return np.array([METRES_PER_DEGREE * cos(radians(self.lat0)), METRES_PER_DEGREE])


def at_roads(places: Sequence[tuple[float, float]]) -> list[AtRoad]:
    """Each place (lon, lat) to road level. One query; two when the base map has changed."""
    if not places:
        return []
    degrees = np.array(places, dtype=float)
    roads = _present_roads()
    found = [AtRoad("", round(lon, 3), round(lat, 3)) for lon, lat in places]
    if not roads.names:
        return found
    middle = np.array([roads.lon0, roads.lat0])
    points = shapely.points((degrees - middle) * roads.scale)
    which, nearest = roads.tree.query_nearest(points, max_distance=NEAR_M, all_matches=False)
    lines = roads.lines[nearest]
    marks = shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, points[which]))
    moved = shapely.get_coordinates(marks) / roads.scale + middle
    for position, line, (lon, lat) in zip(which.tolist(), nearest.tolist(), moved.round(4).tolist(), strict=True):
        found[position] = AtRoad(roads.names[line], lon, lat)
    return found


def lines_of(name_part: str) -> NDArray[np.object_]:
    """The lines, in degrees, of the roads whose names hold a text; at most 400. One query."""
    roads = _present_roads()
    chosen = [position for position, name in enumerate(roads.names) if name_part in name][:400]
    middle, scale = np.array([roads.lon0, roads.lat0]), roads.scale
    return shapely.transform(roads.lines[chosen], lambda metres: metres / scale + middle)


def _present_roads() -> _Roads:
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        return _roads_of(str(connection.settings_dict["NAME"]), *cursor.fetchone())


@lru_cache(maxsize=2)
def _roads_of(_database: str, _revision: int | None, _last_id: int | None) -> _Roads:
    """Kept in this process until the base map changes."""
    rows = list(BaseMapFeature.objects.filter(kind__in=ROADS).exclude(name="").order_by("id").values_list("name", "shape"))
    shapes = shapely.from_wkb(np.array([bytes(shape) for _name, shape in rows], dtype=object))
    are_lines = np.isin(shapely.get_type_id(shapes), (1, 5)) if len(rows) else np.array([], dtype=bool)
    shapes = shapes[are_lines]
    names = tuple(name for (name, _shape), is_line in zip(rows, are_lines.tolist(), strict=True) if is_line)
    if not names:
        return _Roads((), shapes, shapely.STRtree([]), 0.0, 0.0)
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    lon0, lat0 = (west + east) / 2, (south + north) / 2
    roads = _Roads(names, shapes, shapely.STRtree([]), lon0, lat0)
    lines = shapely.transform(shapes, lambda degrees: (degrees - np.array([lon0, lat0])) * roads.scale)
    return _Roads(names, lines, shapely.STRtree(lines), lon0, lat0)
