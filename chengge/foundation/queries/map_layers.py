"""What the city map shows of the foundation, as GeoJSON text: base map, borders, unit grids, components.

Texts that every member shares are kept under the revision they were made from. Coordinates are rounded to 0.000001°, some 0.1 m.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely
from django.core.cache import cache
from django.db.models import Q
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from chengge.domain.errors import Refused
from chengge.foundation.models import (
    BaseMapFeature,
    Component,
    Division,
    ProblemClass,
    ProblemKind,
    ResponsibilityGrid,
    ResponsibilityGridUnit,
    Revision,
    UnitGrid,
)
from chengge.foundation.queries.dated import holding_on, holds_on
from chengge.foundation.queries.places import grid_index

Shapes = NDArray[np.object_]

DECIMALS = 6
MOST_GRIDS = 3000
MOST_COMPONENTS = 8000
WIDEST_WINDOW_DEGREES = 3.0
# Where nothing has been imported yet: all of China.
EVERYWHERE = (73.5, 18.0, 135.1, 53.6)
KEPT_SECONDS = 24 * 3600

# Parts of the base map that a browser fetches apart, and the revision each depends on.
GROUND = tuple(kind.value for kind in BaseMapFeature.Kind if kind is not BaseMapFeature.Kind.BUILDING)
BASE_PARTS: dict[str, tuple[str, ...]] = {"ground": GROUND, "buildings": (BaseMapFeature.Kind.BUILDING.value,)}


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of the map: degrees, WGS84."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, text: str) -> "Window":
        """From `west,south,east,north`. Raises Refused (field `window`)."""
        try:
            west, south, east, north = map(float, text.split(","))
        except ValueError:
            west = south = east = north = float("nan")
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise Refused(
                "window", _("A window is written as west,south,east,north in degrees."), "120.18,30.32,120.20,30.34", field="window"
            )
        return cls(west, south, east, north)

    @property
    def is_wide(self) -> bool:
        return self.east - self.west > WIDEST_WINDOW_DEGREES or self.north - self.south > WIDEST_WINDOW_DEGREES

    def holds(self) -> Q:
        """Rows with `lon` and `lat` in the window."""
        return Q(lon__gte=self.west, lon__lte=self.east, lat__gte=self.south, lat__lte=self.north)


def revisions() -> dict[str, int]:
    """The present number of every revision. One query."""
    return dict(Revision.objects.values_list("name", "number"))


def base_map(part: str, revision: int) -> bytes:
    """One part of the base map (`ground` or `buildings`). Names are given where there are any."""
    return _kept(f"base:{part}:{revision}", lambda: _base_map(BASE_PARTS[part]))


def divisions(revision: int, day: date) -> bytes:
    """Borders of streets and communities."""
    return _kept(f"divisions:{revision}:{day}", lambda: _divisions(day))


def responsibility_grids(revision: int, day: date) -> bytes:
    """Responsibility grids as the outlines of their unit grids."""
    return _kept(f"responsibility:{revision}:{day}", lambda: _responsibility_grids(day))


def extent(found: dict[str, int], day: date) -> tuple[float, float, float, float]:
    """West, south, east, north of what has been imported: the unit grids, else the base map, else everywhere."""
    numbers = f"{found.get('grids', 0)}:{found.get('divisions', 0)}:{found.get('base_map', 0)}"
    known = cache.get(f"map:extent:{numbers}:{day}")
    if known is None:
        known = _extent(day)
        cache.set(f"map:extent:{numbers}:{day}", known, KEPT_SECONDS)
    return known


def grids(codes: Sequence[int], day: date) -> bytes:
    """The unit grids with these codes. One query."""
    rows = holding_on(UnitGrid.objects.filter(code__in=list(codes[:MOST_GRIDS])), day)
    listed = list(rows.values_list("code", "polygon", "area_m2", "area_class", "land_use"))
    shapes = _shapes(row[1] for row in listed)
    middles = _points_inside(shapes)
    properties = [
        {
            "id": f"{code:015d}",
            "label": f"{code:015d}",
            "short": f"{code:015d}"[-3:],
            "detail": _("Class %(area_class)s · %(area).0f m²") % {"area_class": area_class, "area": area_m2}
            + (f" · {land_use}" if land_use else ""),
            "area_class": area_class,
            "at": middle,
        }
        for (code, _polygon, area_m2, area_class, land_use), middle in zip(listed, middles, strict=True)
    ]
    return feature_collection(zip(shapely.to_geojson(shapes), properties, strict=True), more=len(codes) > MOST_GRIDS)


def components(window: Window, codes: Sequence[int]) -> bytes:
    """Components in the unit grids with these codes, and those in no grid that lie in the window, but for abandoned ones. One query."""
    place = Q(grid_code__in=list(codes)) | Q(grid_code=None) & window.holds()
    rows = (
        Component.objects.filter(place)
        .exclude(state=Component.State.ABANDONED)
        .values_list("code", "name", "lon", "lat", "state", "problem_class__major_code", "problem_class__name")
    )
    listed = list(rows.order_by()[: MOST_COMPONENTS + 1])
    states = dict(Component.State.choices)
    points = [
        (
            point_json(lon, lat),
            {
                "id": f"{code:016d}",
                "label": name,
                "detail": f"{class_name} · {states.get(state, state)}" if class_name != name else str(states.get(state, state)),
                "major": major,
            },
        )
        for code, name, lon, lat, state, major, class_name in listed[:MOST_COMPONENTS]
    ]
    return feature_collection(points, more=len(listed) > MOST_COMPONENTS)


def component_majors(day: date) -> list[dict[str, str]]:
    """Major classes of components by `code` and `name`, for the map's key. One query."""
    rows = holding_on(ProblemClass.objects.filter(kind=ProblemKind.COMPONENT), day)
    found = dict(rows.order_by("-major_code").values_list("major_code", "major_name"))
    return [{"code": code, "name": name} for code, name in sorted(found.items())]


def point_json(lon: float, lat: float) -> str:
    return f'{{"type":"Point","coordinates":[{lon:.6f},{lat:.6f}]}}'


def feature_collection(features: Iterable[tuple[str, dict[str, Any]]], more: bool = False) -> bytes:
    """GeoJSON from geometries that are GeoJSON text already, and their properties. `more`: not everything fitted."""
    texts = (
        b'{"type":"Feature","properties":%b,"geometry":%b}' % (orjson.dumps(properties), geometry.encode())
        for geometry, properties in features
    )
    return b'{"type":"FeatureCollection","more":%b,"features":[%b]}' % (b"true" if more else b"false", b",".join(texts))


def _kept(name: str, make: Callable[[], bytes]) -> bytes:
    text: bytes | None = cache.get(f"map:{name}")
    if text is None:
        text = make()
        cache.set(f"map:{name}", text, KEPT_SECONDS)
    return text


def _shapes(wkbs: Iterable[Any]) -> Shapes:
    return _rounded(shapely.from_wkb(np.array([bytes(wkb) for wkb in wkbs], dtype=object)))


def _rounded(shapes: Shapes) -> Shapes:
    return shapely.transform(shapes, lambda coordinates: coordinates.round(DECIMALS))


def _points_inside(shapes: Shapes) -> list[list[float]]:
    if not len(shapes):
        return []
    return shapely.get_coordinates(shapely.point_on_surface(shapes)).round(DECIMALS).tolist()


def _base_map(kinds: Sequence[str]) -> bytes:
    rows = list(BaseMapFeature.objects.filter(kind__in=kinds).order_by("id").values_list("kind", "name", "shape"))
    shapes = _shapes(row[2] for row in rows)
    return feature_collection(
        (text, {"kind": kind, "name": name}) for text, (kind, name, _shape) in zip(shapely.to_geojson(shapes), rows, strict=True)
    )


def _divisions(day: date) -> bytes:
    rows = holding_on(Division.objects.filter(code__gte=10**8, polygon__isnull=False), day)
    listed = list(rows.values_list("code", "name", "polygon"))
    shapes = _shapes(row[2] for row in listed)
    properties = [
        {"id": str(code), "label": name, "level": "street" if code < 10**11 else "community", "at": middle}
        for (code, name, _polygon), middle in zip(listed, _points_inside(shapes), strict=True)
    ]
    return feature_collection(zip(shapely.to_geojson(shapes), properties, strict=True))


def _responsibility_grids(day: date) -> bytes:
    """Three queries."""
    names = dict(holding_on(ResponsibilityGrid.objects.all(), day).values_list("id", "name"))
    index = grid_index()
    positions = {code: position for position, code in enumerate(index.codes.tolist())}
    parts: dict[int, list[int]] = defaultdict(list)
    for grid_id, code in ResponsibilityGridUnit.objects.filter(responsibility_grid__in=names).values_list(
        "responsibility_grid_id", "grid_code"
    ):
        if code in positions:
            parts[grid_id].append(positions[code])
    polygons = _rounded(index.polygons)
    outlines = np.array([shapely.union_all(polygons[part]) for part in parts.values()], dtype=object)
    properties = [
        {"id": str(grid_id), "label": names[grid_id], "at": middle} for grid_id, middle in zip(parts, _points_inside(outlines), strict=True)
    ]
    return feature_collection(zip(shapely.to_geojson(outlines), properties, strict=True))


def _extent(day: date) -> tuple[float, float, float, float]:
    shapes = grid_index().polygons
    for rows in (
        Division.objects.filter(holds_on(day), polygon__isnull=False).values_list("polygon"),
        BaseMapFeature.objects.values_list("shape"),
    ):
        if not len(shapes):
            shapes = _shapes(row[0] for row in rows)
    if not len(shapes):
        return EVERYWHERE
    west, south, east, north = shapely.total_bounds(shapes).round(5).tolist()
    return west, south, east, north
