"""Places in the frames that cities meet: WGS84/CGCS2000 (ours), GCJ-02 (domestic maps), BD-09 (Baidu); and metres.

All coordinates are lon, lat in degrees. Each conversion takes floats or arrays of the same shape and returns the like.
GCJ-02 and BD-09 follow the formulas in public use; they have no official text. Their inverses are found by iteration and
are good to about a micrometre. CGCS2000 and WGS84 agree to centimetres and are taken as one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely import MultiPolygon, Polygon

Degrees = TypeVar("Degrees", float, NDArray[np.float64])

_WGS84 = Geod(ellps="WGS84")
_MAJOR_AXIS_M = 6_378_137.0
_ECCENTRICITY_2 = 6.694_379_990_141_316e-3

# GCJ-02 is reckoned on Krasovsky's ellipsoid, and only within this frame around China (west, south, east, north).
_KRASOVSKY_AXIS_M = 6_378_245.0
_KRASOVSKY_ECCENTRICITY_2 = 6.693_421_622_965_943e-3
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU_PI = np.pi * 3000 / 180
_ROUNDS = 12  # each gains about two digits; six are enough for 1e-11 degrees


def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """What a domestic map shows for a true place; outside China the same."""
    inside = _in_china(lon, lat)
    shifted_lon, shifted_lat = _gcj02_shifted(lon, lat)
    return _choose(inside, shifted_lon, lon), _choose(inside, shifted_lat, lat)


def gcj02_to_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The true place behind a place of a domestic map."""
    true_lon, true_lat = _inverse(_gcj02_shifted, lon, lat)
    inside = _in_china(np.round(true_lon, 9), np.round(true_lat, 9))
    return _choose(inside, true_lon, lon), _choose(inside, true_lat, lat)


def gcj02_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_PI)
    return _like(lon, radius * np.cos(angle) + 0.0065), _like(lat, radius * np.sin(angle) + 0.006)


def bd09_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    return _inverse(gcj02_to_bd09, lon, lat)


def wgs84_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """What Baidu's map shows for a true place."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The true place behind a place of Baidu's map."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def distance_m(lon: Degrees, lat: Degrees, other_lon: Degrees, other_lat: Degrees) -> Degrees:
    """Distance along the ellipsoid in metres, good at any range."""
    _, _, metres = _WGS84.inv(lon, lat, other_lon, other_lat)
    return _like(lon, metres)


def area_m2(polygon: Polygon | MultiPolygon) -> float:
    """Area on the ellipsoid in m², holes left out, whichever way the rings run."""
    return float(sum(_ring_area_m2(part.exterior) - sum(map(_ring_area_m2, part.interiors)) for part in shapely.get_parts(polygon)))


@dataclass(frozen=True, slots=True)
class LocalMetres:
    """Metres east and north of an origin: flat, quick, and true to 0.1 % within 10 km of it (at 30° north)."""

    lon: float
    lat: float
    metres_per_degree_east: float
    metres_per_degree_north: float

    @classmethod
    def around(cls, lon: float, lat: float) -> "LocalMetres":
        flattening = 1 - _ECCENTRICITY_2 * sin(radians(lat)) ** 2
        east = _MAJOR_AXIS_M / sqrt(flattening) * cos(radians(lat))
        north = _MAJOR_AXIS_M * (1 - _ECCENTRICITY_2) / flattening**1.5
        return cls(lon, lat, radians(east), radians(north))

    def to_metres(self, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
        """East and north of the origin."""
        return (lon - self.lon) * self.metres_per_degree_east, (lat - self.lat) * self.metres_per_degree_north

    def from_metres(self, east: Degrees, north: Degrees) -> tuple[Degrees, Degrees]:
        """Longitude and latitude of a place so far east and north of the origin."""
        return east / self.metres_per_degree_east + self.lon, north / self.metres_per_degree_north + self.lat


def _gcj02_shifted(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon - 105.0, lat - 35.0
    wave = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north = north + (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north = north + (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east = east + (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east = east + (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    latitude = np.radians(lat)
    flattening = 1 - _KRASOVSKY_ECCENTRICITY_2 * np.sin(latitude) ** 2
    metres_north = _KRASOVSKY_AXIS_M * (1 - _KRASOVSKY_ECCENTRICITY_2) / flattening**1.5
    metres_east = _KRASOVSKY_AXIS_M / np.sqrt(flattening) * np.cos(latitude)
    return _like(lon, lon + np.degrees(east / metres_east)), _like(lat, lat + np.degrees(north / metres_north))


def _inverse(forward: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]], lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The place that `forward` takes to (lon, lat): step back by the error until there is none."""
    found_lon, found_lat = lon, lat
    for _ in range(_ROUNDS):
        at_lon, at_lat = forward(found_lon, found_lat)
        found_lon, found_lat = found_lon + (lon - at_lon), found_lat + (lat - at_lat)
        if np.all(np.abs(lon - at_lon) < 1e-12) and np.all(np.abs(lat - at_lat) < 1e-12):
            break
    return found_lon, found_lat


def _in_china(lon: float | NDArray[np.float64], lat: float | NDArray[np.float64]) -> NDArray[np.bool_]:
    west, south, east, north = CHINA
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _choose(condition: NDArray[np.bool_], yes: Degrees, no: Degrees) -> Degrees:
    return _like(yes, np.where(condition, yes, no))


def _like(example: Degrees, value: object) -> Degrees:
    """The value as a float where the caller gave floats, as an array where it gave arrays."""
    if isinstance(example, np.ndarray):
        return np.asarray(value, dtype=np.float64)
    return float(value)  # type: ignore[arg-type]


def _ring_area_m2(ring: shapely.LinearRing) -> float:
    lon, lat = ring.coords.xy
    area, _ = _WGS84.polygon_area_perimeter(lon, lat)
    return abs(float(area))
