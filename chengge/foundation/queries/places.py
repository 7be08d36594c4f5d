"""Where a place lies, and what lies where: the grid index of this process, places by what people say, the tree of divisions."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
import shapely
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from chengge import clock
from chengge.domain.codes import code_range
from chengge.domain.gridindex import GridIndex
from chengge.domain.responsibility import Outline
from chengge.foundation.models import BaseMapFeature, Component, Division, PlaceName, UnitGrid
from chengge.foundation.queries.dated import holding_on
from chengge.organization.queries import city_day

MOST_OUTLINES = 20_000


@dataclass(frozen=True, slots=True)
class Located:
    """The unit grid of a place and its area class; None and "" for a place in no grid."""

    grid_code: int | None
    area_class: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place found by what somebody typed. `kind`: place, road, grid, component or division."""

    kind: str
    name: str
    lon: float
    lat: float
    grid_code: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class DivisionNode:
    """A division with those below it."""

    code: int
    name: str
    children: tuple["DivisionNode", ...]


@dataclass(frozen=True, slots=True)
class _Grids:
    """The grids that hold, and what was found out of them: of a border (WKB) which grids it touches."""

    index: GridIndex
    area_class: dict[int, str]
    outlines: dict[bytes, Outline] = field(default_factory=dict)


def grid_index() -> GridIndex:
    """The index of the unit grids that hold now, kept in this process until they change. One query; three when they have."""
    return _grids().index


def locate(lon: float, lat: float) -> Located:
    """The unit grid that holds a place (WGS84 degrees), and its area class. One query."""
    grids = _grids()
    code = grids.index.locate(lon, lat)
    return Located(None, "") if code is None else Located(code, grids.area_class[code])


def locate_many(lons: ArrayLike, lats: ArrayLike) -> NDArray[np.int64]:
    """The unit grids of many places; 0 for those in no grid. One query."""
    return _grids().index.locate_many(lons, lats)


def area_class_of(grid_code: int) -> str:
    """The area class of a unit grid that holds now; "" for any other code. One query."""
    return _grids().area_class.get(grid_code, "")


def outlines_of(borders: Iterable[bytes]) -> list[Outline]:
    """Borders drawn on the map (WKB) over the grids that hold now; the same border gives the same outline. One query."""
    grids = _grids()
    if len(grids.outlines) > MOST_OUTLINES:
        grids.outlines.clear()
    found = []
    for border in borders:
        if border not in grids.outlines:
            grids.outlines[border] = Outline.over(shapely.from_wkb(border), grids.index)
        found.append(grids.outlines[border])
    return found


def _grids() -> _Grids:
    with connection.cursor() as cursor:
        # Besides its number, the transaction that wrote it: a number that was rolled back may come again with other grids.
        cursor.execute("SELECT number, xmin::text FROM foundation_revision WHERE name = 'grids'")
        revision = (connection.settings_dict["NAME"], *(cursor.fetchone() or (0, "")))
    days = _days_of_change(*revision)
    return _grids_since(bisect_right(days, city_day(clock.now())), *revision)


@lru_cache(maxsize=4)
def _days_of_change(_database: str, _number: int, _written_by: str) -> tuple[date, ...]:
    """The days on which grids begin or end: between two of them the same grids hold."""
    ends = UnitGrid.objects.exclude(valid_to=None).order_by().values_list("valid_to")
    days = UnitGrid.objects.order_by().values_list("valid_from").union(ends)
    return tuple(sorted(day for (day,) in days))


@lru_cache(maxsize=2)
def _grids_since(changes: int, *revision: str | int) -> _Grids:
    """The grids that hold after so many of the days of change."""
    days = _days_of_change(*revision)
    held = holding_on(UnitGrid.objects.all(), days[changes - 1]) if changes else UnitGrid.objects.none()
    rows = list(held.order_by("code").values_list("code", "polygon", "area_class"))
    polygons = shapely.from_wkb(np.array([bytes(polygon) for _code, polygon, _area in rows], dtype=object))
    return _Grids(GridIndex.of([code for code, _polygon, _area in rows], polygons), {code: area for code, _polygon, area in rows})


def find_place(text: str, limit: int = 20) -> list[Place]:
    """Places by what people say on the phone: a name, a road, a community, or the code of a grid or a component. At most six queries.

    Names that begin with the text come before names that hold it.
    """
    wanted = text.strip()
    if not wanted:
        return []
    if wanted.isascii() and wanted.isdigit():
        return [*_components(wanted), *_grids_by_code(wanted, limit)][:limit]
    found = [*_place_names(wanted, limit), *_roads(wanted, limit), *_divisions(wanted, limit)]
    return sorted(found, key=lambda place: (not place.name.startswith(wanted), len(place.name)))[:limit]


def _place_names(text: str, limit: int) -> list[Place]:
    begins = list(PlaceName.objects.filter(name__startswith=text)[:limit])
    rows = (
        begins
        if len(begins) == limit
        else [*begins, *PlaceName.objects.filter(~Q(name__startswith=text), name__contains=text)[: limit - len(begins)]]
    )
    return [Place("place", row.name, row.lon, row.lat, row.grid_code) for row in rows]


def _roads(text: str, limit: int) -> list[Place]:
    """Named features of the base map; of one name the longest stands for all."""
    longest: dict[str, BaseGeometry] = {}
    rows = BaseMapFeature.objects.filter(name__contains=text).exclude(name="").values_list("name", "shape")[: 50 * limit]
    for name, shape in rows:
        road = shapely.from_wkb(bytes(shape))
        if name not in longest or road.length > longest[name].length:
            longest[name] = road
    index = grid_index() if longest else None
    found = []
    for name, road in longest.items():
        middle = road.interpolate(0.5, normalized=True) if isinstance(road, shapely.LineString) else road.representative_point()
        found.append(Place("road", name, middle.x, middle.y, index.locate(middle.x, middle.y) if index else None))
    return found


def _divisions(text: str, limit: int) -> list[Place]:
    rows = list(holding_on(Division.objects.filter(name__contains=text), city_day(clock.now()))[:limit])
    found = []
    for row in rows:
        middle = _middle_of(row)
        if middle is not None:
            found.append(Place("division", row.name, middle.x, middle.y, None, str(row.code)))
    return found


def _middle_of(division: Division) -> shapely.Point | None:
    """A point inside the division, or among its grids where it has no border."""
    if division.polygon is not None:
        return shapely.from_wkb(bytes(division.polygon)).representative_point()
    index = grid_index()
    first, end = np.searchsorted(index.codes, code_range(division.code)).tolist()
    return index.polygons[(first + end) // 2].representative_point() if end > first else None


def _components(digits: str) -> list[Place]:
    if len(digits) != 16:
        return []
    rows = Component.objects.filter(code=int(digits))
    return [Place("component", row.name, row.lon, row.lat, row.grid_code, str(row.code)) for row in rows]


def _grids_by_code(digits: str, limit: int) -> list[Place]:
    """The unit grids whose code begins with the digits; fewer than six say too little."""
    if not 6 <= len(digits) <= 15:
        return []
    index = grid_index()
    width = 10 ** (15 - len(digits))
    first, end = np.searchsorted(index.codes, (int(digits) * width, (int(digits) + 1) * width)).tolist()
    found = []
    for position in range(first, min(end, first + limit)):
        code, middle = int(index.codes[position]), index.polygons[position].representative_point()
        found.append(Place("grid", _("Unit grid %(code)d") % {"code": code}, middle.x, middle.y, code, str(code)))
    return found


def divisions_tree(day: date | None = None) -> tuple[DivisionNode, ...]:
    """The divisions that hold on a day, each under the one it lies in; those whose upper one is not known stand on top. One query."""
    rows = list(holding_on(Division.objects.order_by("code"), day or city_day(clock.now())).values_list("code", "name"))
    known = {str(code) for code, _name in rows}
    below: dict[str, list[tuple[int, str]]] = {}
    for code, name in rows:
        above = next((str(code)[:digits] for digits in (9, 6, 4, 2) if digits < len(str(code)) and str(code)[:digits] in known), "")
        below.setdefault(above, []).append((code, name))

    def nodes(above: str) -> tuple[DivisionNode, ...]:
        return tuple(DivisionNode(code, name, nodes(str(code))) for code, name in below.get(above, ()))

    return nodes("")
