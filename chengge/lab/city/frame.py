"""The city's own survey frame: metres east and north of its centre, and the way from there to longitude and latitude."""

from functools import cache

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

CENTRE_LON = 119.3
CENTRE_LAT = 31.1
DECIMALS = 8  # of a degree: about a millimetre


@cache
def _transformer() -> pyproj.Transformer:
    local = f"+proj=tmerc +lat_0={CENTRE_LAT} +lon_0={CENTRE_LON} +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +no_defs"
    return pyproj.Transformer.from_crs(local, "EPSG:4490", always_xy=True)


def to_lonlat(metres: np.ndarray) -> np.ndarray:
    """Points of the frame, shape (n, 2), as lon and lat in degrees.

    The same point always becomes the same numbers, so shared borders stay shared.
    """
    metres = np.asarray(metres, dtype=float).reshape(-1, 2)
    lon, lat = _transformer().transform(metres[:, 0], metres[:, 1])
    return np.round(np.column_stack([lon, lat]), DECIMALS)


def shapes_to_lonlat(shapes: np.ndarray | list[BaseGeometry]) -> np.ndarray:
    """Shapes of the frame, all at once, in lon and lat."""
    return shapely.transform(np.asarray(shapes, dtype=object), to_lonlat)
