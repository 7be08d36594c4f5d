"""Borders as people draw them on the map: GeoJSON in and out, with what is wrong said in words."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import orjson
import shapely
from django.utils.translation import gettext as _
from shapely import LinearRing, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from chengge.domain.boundaries import area_m2
from chengge.domain.errors import Refused
from chengge.domain.responsibility import Border, Outline
from chengge.foundation.queries.places import grid_index, outlines_of

DECIMALS = 7  # a centimetre
LEAST_M2 = 10
MOST_POINTS = 20_000
MOST_TEXT = 2_000_000


def border_drawn(drawn: str | Mapping[str, Any], field: str = "polygon") -> bytes:
    """A border as the tables keep it (WKB, lon and lat in WGS84), from GeoJSON: a polygon, several, a feature, or a collection of them.

    Raises:
        Refused: it is no GeoJSON of areas, crosses itself, is smaller than 10 m², has too many points, or lies beside every unit grid.
    """
    border = _joined(_geometries(_parsed(drawn, field), field), field)
    wkb = wkb_of(border)
    if len(grid_index()) and not grids_touched(wkb).touched:
        raise Refused("outside", _("The area lies outside the city's unit grids."), _("Draw it where the city is."), field)
    return wkb


def wkb_of(border: Border) -> bytes:
    """A border as the tables keep it: the same area gives the same bytes, wherever its rings began."""
    return bytes(shapely.to_wkb(shapely.normalize(border), byte_order=1, output_dimension=2))


def rounded(shape: BaseGeometry) -> BaseGeometry:
    """A shape as borders are kept: flat, to a centimetre."""
    return shapely.force_2d(shapely.transform(shape, lambda places: places.round(DECIMALS)))


def border_of(wkb: bytes | memoryview) -> Border:
    """The border that a table keeps."""
    return shapely.from_wkb(bytes(wkb))


def geojson_of(wkb: bytes | memoryview) -> dict[str, Any]:
    """A kept border as a GeoJSON geometry."""
    found: dict[str, Any] = orjson.loads(shapely.to_geojson(shapely.transform(border_of(wkb), lambda places: places.round(DECIMALS))))
    return found


def grids_touched(wkb: bytes | memoryview) -> Outline:
    """Which unit grids an area touches: `inside` wholly, `partly` the others. One query."""
    return outlines_of([bytes(wkb)])[0]


def _parsed(drawn: str | Mapping[str, Any], field: str) -> Mapping[str, Any]:
    if isinstance(drawn, Mapping):
        return drawn
    if len(drawn) > MOST_TEXT:
        raise Refused("too_large", _("The drawing is too large."), _("Draw the area with fewer points."), field)
    try:
        found = orjson.loads(drawn)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, Mapping):
        raise Refused("geojson", _("The area is no GeoJSON."), _("Draw it on the map, or give a GeoJSON polygon."), field)
    return found


def _geometries(found: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    """The polygons in a geometry, a feature, or a collection; anything else is refused."""
    match found.get("type"):
        case "FeatureCollection":
            parts = found.get("features")
        case "GeometryCollection":
            parts = found.get("geometries")
        case "Feature":
            parts = [found.get("geometry")]
        case "Polygon" | "MultiPolygon":
            return [found]
        case _:
            raise Refused("geojson", _("Only areas can be drawn here, not lines or points."), _("Draw a closed area."), field)
    if not isinstance(parts, list) or not parts or not all(isinstance(part, Mapping) for part in parts):
        raise Refused("empty", _("No area is drawn."), _("Draw it on the map."), field)
    return [geometry for part in parts for geometry in _geometries(part, field)]


def _joined(geometries: Iterable[Mapping[str, Any]], field: str) -> Border:
    shapes = [_shape(geometry, field) for geometry in geometries]
    found = shapely.union_all(shapes) if len(shapes) > 1 else shapes[0]
    if not isinstance(found, Polygon | MultiPolygon) or area_m2(found) < LEAST_M2:
        raise Refused("small", _("The area is smaller than %(least)d m².") % {"least": LEAST_M2}, _("Draw it larger."), field)
    return found


def _shape(geometry: Mapping[str, Any], field: str) -> Border:
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.errors.GEOSException, TypeError, orjson.JSONEncodeError):
        raise Refused("geojson", _("The area is no GeoJSON."), _("Draw it on the map, or give a GeoJSON polygon."), field) from None
    points = shapely.get_coordinates(shape)
    if not len(points):
        raise Refused("empty", _("No area is drawn."), _("Draw it on the map."), field)
    if len(points) > MOST_POINTS:
        raise Refused("too_large", _("The area has more than %(most)d points.") % {"most": MOST_POINTS}, _("Draw it simpler."), field)
    if not np.isfinite(points).all() or (np.abs(points) > (180, 90)).any():
        raise Refused("degrees", _("The area's points are no degrees of longitude and latitude."), _("Use WGS84."), field)
    shape = rounded(shapely.force_2d(shape))
    return shape if shape.is_valid else shapely.union_all([_without_holes(part, field) for part in shapely.get_parts(shape)])


def _without_holes(part: Polygon, field: str) -> BaseGeometry:
    """A part of an area without what is cut out of it, which may reach over its border."""
    shell, *holes = [_ring(ring, field) for ring in (part.exterior, *part.interiors)]
    return shell.difference(shapely.union_all(holes))


def _ring(ring: LinearRing, field: str) -> Polygon:
    area = Polygon(ring)
    if not area.is_valid:
        why, _bracket, place = shapely.is_valid_reason(area).partition("[")
        crosses = "elf-intersection" in why
        said = {"why": _("it crosses itself") if crosses else _("it touches itself"), "place": place.rstrip("]").replace(" ", ", ")}
        message = _("The border is at fault near %(place)s: %(why)s.") % said
        raise Refused("border", message, _("Move the points there so that the border does not cross or touch itself."), field)
    return area
