"""What is drawn on the map of a joint survey: points, lines and areas as GeoJSON, small, near the place, and in good shape."""

from collections.abc import Mapping
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from chengge.domain.coordinates import LocalMetres

KINDS = ("Point", "LineString", "Polygon")
MOST_CORNERS = 200
FARTHEST_M = 3000.0  # from where the units meet
DECIMALS = 7  # of a degree, a centimetre


class SketchError(ValueError):
    """What was drawn is no sketch; `what` names the fault: kind, corners, numbers, far, crossing."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def read_geometry(told: Any, lon: float, lat: float) -> BaseGeometry:
    """A GeoJSON geometry near a place, in degrees.

    Raises:
        SketchError: another kind; too many corners; no finite numbers; too far from (lon, lat); an area that crosses itself.
    """
    if not isinstance(told, Mapping) or told.get("type") not in KINDS:
        raise SketchError("kind")
    parts = told.get("coordinates")
    if told["type"] == "Polygon":
        if not isinstance(parts, list) or len(parts) != 1:
            raise SketchError("kind")  # holes are not drawn by hand
        parts = parts[0]
    places = [parts] if told["type"] == "Point" else parts
    if not isinstance(places, list) or not 1 <= len(places) <= MOST_CORNERS:
        raise SketchError("corners")
    corners = [_corner(place) for place in places]
    frame = LocalMetres.around(lon, lat)
    for corner in corners:
        east, north = frame.to_metres(*corner)
        if float(east) ** 2 + float(north) ** 2 > FARTHEST_M**2:
            raise SketchError("far")
    try:
        shape = shapely.Point(corners[0]) if told["type"] == "Point" else _drawn(told["type"], corners)
    except (ValueError, shapely.errors.GEOSException):
        raise SketchError("corners") from None
    if shape.is_empty or not shape.is_valid or (told["type"] == "LineString" and shape.length == 0):
        raise SketchError("crossing")
    return shape


def as_geojson(shape: BaseGeometry) -> dict[str, Any]:
    """A geometry as GeoJSON, rounded to a centimetre."""
    told: dict[str, Any] = mapping(shape)
    return {"type": told["type"], "coordinates": _rounded(told["coordinates"])}


def _drawn(kind: str, corners: list[tuple[float, float]]) -> BaseGeometry:
    return shapely.LineString(corners) if kind == "LineString" else shapely.Polygon(corners)


def _corner(place: Any) -> tuple[float, float]:
    numbers = isinstance(place, list | tuple) and len(place) == 2 and all(type(part) in (int, float) for part in place)
    if not numbers or not (-180 <= place[0] <= 180 and -90 <= place[1] <= 90):
        raise SketchError("numbers")
    return float(place[0]), float(place[1])


def _rounded(part: Any) -> Any:
    return round(part, DECIMALS) if isinstance(part, int | float) else [_rounded(one) for one in part]
